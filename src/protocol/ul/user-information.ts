// The user information item (50H) and its sub-items: 51H PS3.8 D.1; 52H-59H PS3.7 D.3.3.2-D.3.3.7.
//
// Sub-items may come in any order; we send them in the order of their types. Sub-items of unknown type are ignored (PS3.7 D.3.3).
// 54H, 56H and 57H may occur any number of times, the others once. A second one is an error, since the standard does not say
// which of the two counts.

import { ByteReader, type ByteWriter } from '../bytes.ts';
import { Secret } from '../secret.ts';
import {
  type Item,
  itemBudget,
  malformed,
  readItems,
  readUID,
  USER_INFORMATION_ITEM,
  writeItem,
  writeUID,
  writeUIDItem,
} from './items.ts';
import type {
  RoleSelection,
  SOPClassCommonExtendedNegotiation,
  SOPClassExtendedNegotiation,
  UserIdentity,
  UserInformation,
} from './pdu.ts';
import { isImplementationVersionName, withoutTrailingPadding } from './values.ts';

export const MAXIMUM_LENGTH = 0x51;
export const IMPLEMENTATION_CLASS_UID = 0x52;
export const ASYNCHRONOUS_OPERATIONS_WINDOW = 0x53;
export const ROLE_SELECTION = 0x54;
export const IMPLEMENTATION_VERSION_NAME = 0x55;
export const SOP_CLASS_EXTENDED_NEGOTIATION = 0x56;
export const SOP_CLASS_COMMON_EXTENDED_NEGOTIATION = 0x57;
export const USER_IDENTITY = 0x58;
export const USER_IDENTITY_SERVER_RESPONSE = 0x59;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** @param value the value of the item: its sub-items, without the header of 50H */
export function decodeUserInformation(value: Uint8Array | ByteReader): UserInformation {
  const information: Mutable<UserInformation> = {};
  const roleSelections: RoleSelection[] = [];
  const extended: SOPClassExtendedNegotiation[] = [];
  const commonExtended: SOPClassCommonExtendedNegotiation[] = [];

  const once = (item: Item, field: keyof UserInformation): void => {
    if (information[field] !== undefined) throw malformed(`${item.name}: occurs twice in the user information`);
  };

  for (const item of readItems(value instanceof ByteReader ? value : new ByteReader(value), itemBudget())) {
    switch (item.type) {
      case MAXIMUM_LENGTH:
        once(item, 'maximumLength');
        information.maximumLength = item.value.uint32(`${item.name} maximum length received`);
        break;
      case IMPLEMENTATION_CLASS_UID:
        once(item, 'implementationClassUID');
        information.implementationClassUID = readUID(item.value, item.name);
        break;
      case ASYNCHRONOUS_OPERATIONS_WINDOW:
        once(item, 'asynchronousOperationsWindow');
        information.asynchronousOperationsWindow = {
          maximumNumberOperationsInvoked: item.value.uint16(`${item.name} operations invoked`),
          maximumNumberOperationsPerformed: item.value.uint16(`${item.name} operations performed`),
        };
        break;
      case ROLE_SELECTION:
        roleSelections.push(readRoleSelection(item));
        break;
      case IMPLEMENTATION_VERSION_NAME:
        once(item, 'implementationVersionName');
        information.implementationVersionName = withoutTrailingPadding(
          item.value.latin1(item.value.remaining, item.name),
        );
        break;
      case SOP_CLASS_EXTENDED_NEGOTIATION:
        extended.push(readExtendedNegotiation(item));
        break;
      case SOP_CLASS_COMMON_EXTENDED_NEGOTIATION:
        commonExtended.push(readCommonExtendedNegotiation(item));
        continue;
      case USER_IDENTITY:
        once(item, 'userIdentity');
        information.userIdentity = readUserIdentity(item);
        break;
      case USER_IDENTITY_SERVER_RESPONSE:
        once(item, 'userIdentityServerResponse');
        information.userIdentityServerResponse = readSecret(item, 'server response');
        break;
      default:
        continue;
    }
    item.value.end(item.name);
  }

  if (roleSelections.length > 0) information.roleSelections = roleSelections;
  if (extended.length > 0) information.sopClassExtendedNegotiations = extended;
  if (commonExtended.length > 0) information.sopClassCommonExtendedNegotiations = commonExtended;
  return information;
}

/** Writes the whole item, header included. RangeError for a value that the standard does not allow. */
export function encodeUserInformation(writer: ByteWriter, information: UserInformation): void {
  writeItem(writer, USER_INFORMATION_ITEM, () => writeSubItems(writer, information));
}

function writeSubItems(writer: ByteWriter, information: UserInformation): void {
  const { maximumLength, implementationClassUID, implementationVersionName } = information;
  if (maximumLength !== undefined) writeItem(writer, MAXIMUM_LENGTH, () => writer.uint32(maximumLength));
  if (implementationClassUID !== undefined) writeUIDItem(writer, IMPLEMENTATION_CLASS_UID, implementationClassUID);

  const window = information.asynchronousOperationsWindow;
  if (window !== undefined) {
    writeItem(writer, ASYNCHRONOUS_OPERATIONS_WINDOW, () => {
      writer.uint16(window.maximumNumberOperationsInvoked);
      writer.uint16(window.maximumNumberOperationsPerformed);
    });
  }
  for (const role of information.roleSelections ?? []) {
    writeItem(writer, ROLE_SELECTION, () => {
      writer.prefixed16(() => writeUID(writer, role.sopClassUID));
      writer.uint8(role.scuRole ? 1 : 0);
      writer.uint8(role.scpRole ? 1 : 0);
    });
  }
  if (implementationVersionName !== undefined) {
    if (!isImplementationVersionName(implementationVersionName)) {
      throw new RangeError(`${JSON.stringify(implementationVersionName)} is not an implementation version name`);
    }
    writeItem(writer, IMPLEMENTATION_VERSION_NAME, () => writer.latin1(implementationVersionName));
  }
  for (const negotiation of information.sopClassExtendedNegotiations ?? []) {
    writeItem(writer, SOP_CLASS_EXTENDED_NEGOTIATION, () => {
      writer.prefixed16(() => writeUID(writer, negotiation.sopClassUID));
      writer.bytes(negotiation.serviceClassApplicationInformation);
    });
  }
  for (const negotiation of information.sopClassCommonExtendedNegotiations ?? []) {
    writeItem(writer, SOP_CLASS_COMMON_EXTENDED_NEGOTIATION, () => {
      writer.prefixed16(() => writeUID(writer, negotiation.sopClassUID));
      writer.prefixed16(() => writeUID(writer, negotiation.serviceClassUID));
      writer.prefixed16(() => {
        for (const uid of negotiation.relatedGeneralSOPClassUIDs) writer.prefixed16(() => writeUID(writer, uid));
      });
    });
  }
  const identity = information.userIdentity;
  if (identity !== undefined) {
    writeItem(writer, USER_IDENTITY, () => {
      writer.uint8(identity.userIdentityType);
      writer.uint8(identity.positiveResponseRequested ? 1 : 0);
      writer.prefixed16(() => writer.bytes(identity.primaryField.disclose()));
      writer.prefixed16(() => writer.bytes(identity.secondaryField.disclose()));
    });
  }
  const response = information.userIdentityServerResponse;
  if (response !== undefined) {
    writeItem(writer, USER_IDENTITY_SERVER_RESPONSE, () => writer.prefixed16(() => writer.bytes(response.disclose())));
  }
}

/** PS3.7 Table D.3-9. Only 1 grants a role. */
function readRoleSelection({ value, name }: Item): RoleSelection {
  return {
    sopClassUID: readLengthAndUID(value, `${name} SOP class UID`),
    scuRole: value.uint8(`${name} SCU role`) === 1,
    scpRole: value.uint8(`${name} SCP role`) === 1,
  };
}

/** PS3.7 Table D.3-11. */
function readExtendedNegotiation({ value, name }: Item): SOPClassExtendedNegotiation {
  return {
    sopClassUID: readLengthAndUID(value, `${name} SOP class UID`),
    // A copy: a view would give access to the whole PDU, which may hold a user identity.
    serviceClassApplicationInformation: new Uint8Array(value.take(value.remaining, name)),
  };
}

/** PS3.7 Table D.3-12. What follows the related general SOP classes is reserved for later versions and not read. */
function readCommonExtendedNegotiation({ value, name }: Item): SOPClassCommonExtendedNegotiation {
  const sopClassUID = readLengthAndUID(value, `${name} SOP class UID`);
  const serviceClassUID = readLengthAndUID(value, `${name} service class UID`);
  const what = `${name} related general SOP class UID`;
  const related = value.sub(value.uint16(`${what} length`), `${what}s`);
  const relatedGeneralSOPClassUIDs: string[] = [];
  while (related.remaining > 0) relatedGeneralSOPClassUIDs.push(readLengthAndUID(related, what));
  return { sopClassUID, serviceClassUID, relatedGeneralSOPClassUIDs };
}

/** PS3.7 Table D.3-14. */
function readUserIdentity(item: Item): UserIdentity {
  return {
    userIdentityType: item.value.uint8(`${item.name} user identity type`),
    positiveResponseRequested: item.value.uint8(`${item.name} positive response requested`) === 1,
    primaryField: readSecret(item, 'primary field'),
    secondaryField: readSecret(item, 'secondary field'),
  };
}

function readSecret({ value, name }: Item, field: string): Secret {
  const length = value.uint16(`${name} ${field} length`);
  // Without the number: behind a wrong length, two bytes of the secret itself may have been read as this one.
  if (length > value.remaining) throw malformed(`${name}: ${field} is longer than its item`);
  return new Secret(value.take(length, `${name} ${field}`));
}

function readLengthAndUID(value: ByteReader, what: string): string {
  return readUID(value.sub(value.uint16(`${what} length`), what), what);
}
