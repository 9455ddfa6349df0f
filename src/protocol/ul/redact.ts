// A PDU as anybody may see it: in a trace, a log or a capture. PS3.8 9.3 (structure), PS3.7 D.3.3 (user information).
//
// What is not known to be harmless is hidden (../harmless.ts). Shown are the numbers of the headers, AE titles, UIDs, the
// names of implementations, and what command-redaction.ts shows of a command set. Hidden are data sets (patients), user
// identities (passwords, tickets), application information, whose content the SOP class defines, items that we do not know,
// reserved bytes that are not zero, and everything behind a length that is wrong: what follows could be the rest of a
// password. Of an item that is hidden, type and length are shown.

import { latin1 } from '../bytes.ts';
import { hiddenInCommand } from '../dimse/command-redaction.ts';
import { isHarmlessAETitleField, isHarmlessUIDField, isHarmlessVersionNameField } from '../harmless.ts';
import {
  ABSTRACT_SYNTAX_SUB_ITEM,
  APPLICATION_CONTEXT_ITEM,
  PRESENTATION_CONTEXT_RESULT_ITEM,
  PROPOSED_PRESENTATION_CONTEXT_ITEM,
  TRANSFER_SYNTAX_SUB_ITEM,
  USER_INFORMATION_ITEM,
} from './items.ts';
import { ASSOCIATE_FIELDS, PDU_HEADER_LENGTH, PDU_TYPE_BYTES, PDV_HEADER_LENGTH } from './pdu.ts';
import {
  ASYNCHRONOUS_OPERATIONS_WINDOW,
  IMPLEMENTATION_CLASS_UID,
  IMPLEMENTATION_VERSION_NAME,
  MAXIMUM_LENGTH,
  ROLE_SELECTION,
  SOP_CLASS_COMMON_EXTENDED_NEGOTIATION,
  SOP_CLASS_EXTENDED_NEGOTIATION,
  USER_IDENTITY,
  USER_IDENTITY_SERVER_RESPONSE,
} from './user-information.ts';

/** Why bytes are hidden. 'unreadable': lengths that contradict each other, or a PDU of unknown type. */
export type HiddenContent =
  | 'data set'
  | 'user identity'
  | 'application information'
  | 'unknown item'
  /** Not what its place asks for, such as a UID that is none, or an element that the command does not have. */
  | 'unknown value'
  | 'reserved field'
  | 'no command set'
  | 'unreadable';

/** A part of a PDU: a copy of its bytes, or what was hidden and how many bytes of it. */
export type RedactedPart =
  | { readonly type: 'bytes'; readonly bytes: Uint8Array }
  | { readonly type: 'hidden'; readonly content: HiddenContent; readonly length: number };

interface HiddenRange {
  readonly from: number;
  readonly to: number;
  readonly content: HiddenContent;
}

const ITEM_HEADER_LENGTH = 4;
/** Of A-ASSOCIATE-RJ, A-RELEASE-RQ, A-RELEASE-RP and A-ABORT. */
const SHORT_PDU_LENGTH = PDU_HEADER_LENGTH + 4;
/** Of the fixed fields of an A-ASSOCIATE PDU: where each begins. PS3.8 Table 9-11. */
const PROTOCOL_VERSION_END = 8;
const CALLING_AE_TITLE = 26;
const RESERVED_FIELD = 42;

const TOP_ITEMS: ReadonlySet<number> = new Set([
  APPLICATION_CONTEXT_ITEM,
  PROPOSED_PRESENTATION_CONTEXT_ITEM,
  PRESENTATION_CONTEXT_RESULT_ITEM,
  USER_INFORMATION_ITEM,
]);
const CONTEXT_ITEMS: ReadonlySet<number> = new Set([ABSTRACT_SYNTAX_SUB_ITEM, TRANSFER_SYNTAX_SUB_ITEM]);
const USER_ITEMS: ReadonlySet<number> = new Set([
  MAXIMUM_LENGTH,
  IMPLEMENTATION_CLASS_UID,
  ASYNCHRONOUS_OPERATIONS_WINDOW,
  ROLE_SELECTION,
  IMPLEMENTATION_VERSION_NAME,
  SOP_CLASS_EXTENDED_NEGOTIATION,
  SOP_CLASS_COMMON_EXTENDED_NEGOTIATION,
]);

/**
 * One PDU without what nobody may see. Pure; takes any bytes, those of a broken or cut PDU too, and never throws.
 *
 * @param pdu the PDU from its type byte to its end
 * @param max how many bytes of it to tell of; by default all. What is hidden is decided by the whole PDU nevertheless
 * @returns stretches in the order of the PDU; their lengths add up to that of `pdu`, or to `max`
 */
export function redactPdu(pdu: Uint8Array, max: number = pdu.length): RedactedPart[] {
  return partsOf(pdu, new PduRedaction(pdu).hidden, max);
}

/** The same for one fragment of a command set. */
export function redactCommand(fragment: Uint8Array, max: number = fragment.length): RedactedPart[] {
  const hidden: readonly HiddenRange[] = hiddenInCommand(fragment)?.map(unknownValue) ?? [
    { from: 0, to: fragment.length, content: 'no command set' },
  ];
  return partsOf(fragment, hidden, max);
}

const unknownValue = ({ from, to }: { readonly from: number; readonly to: number }): HiddenRange => ({
  from,
  to,
  content: 'unknown value',
});

/** @param hidden in order, without overlaps, none empty */
function partsOf(all: Uint8Array, hidden: readonly HiddenRange[], max: number): RedactedPart[] {
  const end = Math.min(max, all.length);
  const parts: RedactedPart[] = [];
  let shownTo = 0;
  const show = (to: number): void => {
    // A copy of these bytes alone: a view would carry the whole buffer along, with what is hidden in it.
    if (to > shownTo) parts.push({ type: 'bytes', bytes: new Uint8Array(all.subarray(shownTo, to)) });
  };
  for (const { from, to, content } of hidden) {
    if (from >= end) break;
    show(from);
    shownTo = Math.min(to, end);
    if (shownTo > from) parts.push({ type: 'hidden', content, length: shownTo - from });
  }
  show(end);
  return parts;
}

/** Goes over one PDU and collects what is hidden in it, in order. */
class PduRedaction {
  readonly hidden: HiddenRange[] = [];
  readonly #pdu: Uint8Array;

  constructor(pdu: Uint8Array) {
    this.#pdu = pdu;
    switch (pdu[0]) {
      case PDU_TYPE_BYTES['A-ASSOCIATE-RQ']:
      case PDU_TYPE_BYTES['A-ASSOCIATE-AC']:
        this.#reserved(1, 2);
        this.#reserved(PROTOCOL_VERSION_END, ASSOCIATE_FIELDS.start);
        this.#field(ASSOCIATE_FIELDS.start, CALLING_AE_TITLE, isHarmlessAETitleField);
        this.#field(CALLING_AE_TITLE, RESERVED_FIELD, isHarmlessAETitleField);
        this.#reserved(RESERVED_FIELD, ASSOCIATE_FIELDS.end);
        this.#items(ASSOCIATE_FIELDS.end, pdu.length, TOP_ITEMS);
        break;
      case PDU_TYPE_BYTES['P-DATA-TF']:
        this.#reserved(1, 2);
        this.#presentationDataValues();
        break;
      case PDU_TYPE_BYTES['A-ASSOCIATE-RJ']:
        this.#short(1);
        break;
      case PDU_TYPE_BYTES['A-RELEASE-RQ']:
      case PDU_TYPE_BYTES['A-RELEASE-RP']:
        this.#short(4);
        break;
      case PDU_TYPE_BYTES['A-ABORT']:
        this.#short(2);
        break;
      default:
        this.#unreadable(0);
    }
  }

  #hide(from: number, to: number, content: HiddenContent): void {
    const end = Math.min(to, this.#pdu.length);
    if (from < end) this.hidden.push({ from, to: end, content });
  }

  #unreadable(from: number): void {
    this.#hide(from, this.#pdu.length, 'unreadable');
  }

  #reserved(from: number, to: number): void {
    for (let at = from; at < to && at < this.#pdu.length; at += 1) {
      if (this.#pdu[at] === 0) continue;
      this.#hide(from, to, 'reserved field');
      return;
    }
  }

  #field(from: number, to: number, isHarmless: (value: string) => boolean): void {
    if (!isHarmless(latin1(this.#pdu.subarray(from, to)))) this.#hide(from, to, 'unknown value');
  }

  #uid(from: number, to: number): void {
    if (!isHarmlessUIDField(this.#pdu, from, Math.min(to, this.#pdu.length))) this.#hide(from, to, 'unknown value');
  }

  /** @param reservedLength bytes behind the header that are reserved */
  #short(reservedLength: number): void {
    this.#reserved(1, 2);
    this.#reserved(PDU_HEADER_LENGTH, PDU_HEADER_LENGTH + reservedLength);
    this.#unreadable(SHORT_PDU_LENGTH);
  }

  /**
   * @param known the types that may be here
   * @returns false when everything up to the end of the PDU has been hidden, since a length was wrong
   */
  #items(from: number, to: number, known: ReadonlySet<number>): boolean {
    for (let at = from; at < to; ) {
      const type = this.#pdu[at]!;
      const value = at + ITEM_HEADER_LENGTH;
      const end = value + (value <= to ? uint16(this.#pdu, at + 2) : 0);
      if (end > to) {
        this.#unreadable(at);
        return false;
      }
      this.#reserved(at + 1, at + 2);
      if (type === USER_IDENTITY || type === USER_IDENTITY_SERVER_RESPONSE) {
        if (!isWellFormedIdentity(type, this.#pdu.subarray(value, end))) {
          this.#unreadable(value);
          return false;
        }
        this.#hide(value, end, 'user identity');
      } else if (!known.has(type)) {
        this.#hide(value, end, 'unknown item');
      } else if (!this.#item(type, value, end)) {
        return false;
      }
      at = end;
    }
    return true;
  }

  /** @returns as `#items` */
  #item(type: number, from: number, to: number): boolean {
    switch (type) {
      case USER_INFORMATION_ITEM:
        return this.#items(from, to, USER_ITEMS);
      case PROPOSED_PRESENTATION_CONTEXT_ITEM:
        if (to - from < 4) break;
        this.#reserved(from + 1, from + 4);
        return this.#items(from + 4, to, CONTEXT_ITEMS);
      case PRESENTATION_CONTEXT_RESULT_ITEM:
        if (to - from < 4) break;
        this.#reserved(from + 1, from + 2);
        this.#reserved(from + 3, from + 4);
        return this.#items(from + 4, to, CONTEXT_ITEMS);
      case APPLICATION_CONTEXT_ITEM:
      case ABSTRACT_SYNTAX_SUB_ITEM:
      case TRANSFER_SYNTAX_SUB_ITEM:
      case IMPLEMENTATION_CLASS_UID:
        this.#uid(from, to);
        return true;
      case IMPLEMENTATION_VERSION_NAME:
        this.#field(from, to, isHarmlessVersionNameField);
        return true;
      case MAXIMUM_LENGTH:
      case ASYNCHRONOUS_OPERATIONS_WINDOW:
        if (to - from !== 4) break;
        return true;
      case ROLE_SELECTION: {
        const roles = this.#uidWithLength(from, to);
        if (roles === undefined) break;
        this.#hide(to - roles === 2 ? to : roles, to, 'unknown value');
        return true;
      }
      case SOP_CLASS_EXTENDED_NEGOTIATION: {
        const information = this.#uidWithLength(from, to);
        if (information === undefined) break;
        this.#hide(information, to, 'application information');
        return true;
      }
      case SOP_CLASS_COMMON_EXTENDED_NEGOTIATION:
        this.#commonExtendedNegotiation(from, to);
        return true;
    }
    this.#hide(from, to, 'unknown value');
    return true;
  }

  /** A 16-bit length and a UID. @returns where it ends; undefined: it does not end before `to`, and nothing was hidden */
  #uidWithLength(from: number, to: number): number | undefined {
    const uid = from + 2;
    const end = uid <= to ? uid + uint16(this.#pdu, from) : Number.POSITIVE_INFINITY;
    if (end > to) return undefined;
    this.#uid(uid, end);
    return end;
  }

  /** PS3.7 Table D.3-12. What follows the last of its UIDs is reserved for later versions. */
  #commonExtendedNegotiation(from: number, to: number): void {
    let at: number | undefined = from;
    for (let uids = 0; uids < 2; uids += 1) {
      const start: number = at;
      at = this.#uidWithLength(start, to);
      if (at === undefined) return this.#hide(start, to, 'unknown value');
    }
    let related = at + 2;
    const relatedEnd = related <= to ? related + uint16(this.#pdu, at) : Number.POSITIVE_INFINITY;
    if (relatedEnd > to) return this.#hide(at, to, 'unknown value');
    while (related < relatedEnd) {
      const end = this.#uidWithLength(related, relatedEnd);
      if (end === undefined) return this.#hide(related, to, 'unknown value');
      related = end;
    }
    this.#hide(relatedEnd, to, 'reserved field');
  }

  #presentationDataValues(): void {
    const pdu = this.#pdu;
    for (let at = PDU_HEADER_LENGTH; at < pdu.length; ) {
      const data = at + PDV_HEADER_LENGTH;
      // The length counts from the presentation context ID on.
      const end = data <= pdu.length ? at + 4 + uint16(pdu, at) * 0x10000 + uint16(pdu, at + 2) : 0;
      if (end < data || end > pdu.length) return this.#unreadable(at);
      const isCommand = (pdu[at + 5]! & 1) !== 0;
      if (isCommand) this.#command(data, end);
      else this.#hide(data, end, 'data set');
      at = end;
    }
  }

  #command(from: number, to: number): void {
    const hidden = hiddenInCommand(this.#pdu.subarray(from, to));
    if (hidden === undefined) this.#hide(from, to, 'no command set');
    for (const range of hidden ?? []) this.#hide(from + range.from, from + range.to, 'unknown value');
  }
}

/** Whether the lengths inside fill the item exactly. PS3.7 Tables D.3-14 and D.3-15. */
function isWellFormedIdentity(type: number, value: Uint8Array): boolean {
  if (type === USER_IDENTITY_SERVER_RESPONSE) return value.length >= 2 && 2 + uint16(value, 0) === value.length;
  const secondary = value.length < 4 ? value.length : 4 + uint16(value, 2);
  return secondary + 2 <= value.length && secondary + 2 + uint16(value, secondary) === value.length;
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}
