// Decodes PDUs. PS3.8 9.3.2-9.3.8, byte for byte after Tables 9-11 to 9-26.
//
// Refused is what contradicts itself: a length that crosses the end of its structure or leaves bytes over, and a second item
// where only one may be.
//
// Accepted is
// - what the standard says not to test: reserved fields, the AE titles of an A-ASSOCIATE-AC, the transfer syntax of a context that
//   was not accepted;
// - what it says to ignore: items of unknown type (9.3.1);
// - what a later layer answers: numbers that are in no table are kept, and a missing application context, user information,
//   abstract syntax or transfer syntax reads as empty.

import { AE_TITLE_LENGTH_MAX, withoutAETitlePadding } from '../ae-title.ts';
import { ByteReader } from '../bytes.ts';
import { ProtocolError, UNRECOGNIZED_PDU } from '../errors.ts';
import { PDVS_PER_PDU_MAX } from '../limits.ts';
import {
  ABSTRACT_SYNTAX_SUB_ITEM,
  APPLICATION_CONTEXT_ITEM,
  hexByte,
  type Item,
  type ItemBudget,
  itemBudget,
  malformed,
  PRESENTATION_CONTEXT_RESULT_ITEM,
  PROPOSED_PRESENTATION_CONTEXT_ITEM,
  readItems,
  readUID,
  TRANSFER_SYNTAX_SUB_ITEM,
  USER_INFORMATION_ITEM,
} from './items.ts';
import {
  type AAssociateAc,
  type AAssociateRq,
  type PDataTf,
  PDU_TYPE_BYTES,
  type Pdu,
  type PduType,
  type PresentationContextResult,
  type PresentationDataValue,
  type ProposedPresentationContext,
  RESULT_ACCEPTANCE,
  type UserInformation,
} from './pdu.ts';
import { decodeUserInformation } from './user-information.ts';

const PDU_TYPES = new Map<number, PduType>(
  (Object.keys(PDU_TYPE_BYTES) as PduType[]).map((type) => [PDU_TYPE_BYTES[type], type]),
);

/** @throws ProtocolError (unrecognized PDU) for a type that the standard does not have */
export function pduType(typeByte: number): PduType {
  const type = PDU_TYPES.get(typeByte);
  if (type === undefined) throw new ProtocolError(UNRECOGNIZED_PDU, `PDU type ${hexByte(typeByte)} is unknown`);
  return type;
}

/**
 * @param typeByte byte 1 of the PDU
 * @param body the variable field: the PDU from byte 7 to its end
 * @throws ProtocolError with reason 1 for an unknown type, with reason 6 for a malformed body; nothing else
 */
export function decodePdu(typeByte: number, body: Uint8Array): Pdu {
  const type = pduType(typeByte);
  const reader = new ByteReader(body);
  switch (type) {
    case 'A-ASSOCIATE-RQ':
      return readAssociateRq(reader);
    case 'A-ASSOCIATE-AC':
      return readAssociateAc(reader);
    case 'P-DATA-TF':
      return readPDataTf(reader);
    case 'A-ASSOCIATE-RJ': {
      const [, result, source, reason] = readFourBytes(reader, type);
      return { type, result, source, reason };
    }
    case 'A-ABORT': {
      const [, , source, reason] = readFourBytes(reader, type);
      return { type, source, reason };
    }
    case 'A-RELEASE-RQ':
    case 'A-RELEASE-RP':
      readFourBytes(reader, type);
      return { type };
  }
}

function readFourBytes(reader: ByteReader, type: PduType): readonly [number, number, number, number] {
  const bytes = [reader.uint8(type), reader.uint8(type), reader.uint8(type), reader.uint8(type)] as const;
  reader.end(type);
  return bytes;
}

interface AssociateFields {
  readonly protocolVersion: number;
  readonly calledAETitle: string;
  readonly callingAETitle: string;
  readonly applicationContextName: string;
  readonly userInformation: UserInformation;
}

function readAssociateRq(reader: ByteReader): AAssociateRq {
  const presentationContexts: ProposedPresentationContext[] = [];
  const fields = readAssociateFields(reader, 'A-ASSOCIATE-RQ', (item, budget) => {
    if (item.type === PROPOSED_PRESENTATION_CONTEXT_ITEM) presentationContexts.push(readProposedContext(item, budget));
  });
  return { type: 'A-ASSOCIATE-RQ', ...fields, presentationContexts };
}

function readAssociateAc(reader: ByteReader): AAssociateAc {
  const presentationContexts: PresentationContextResult[] = [];
  const fields = readAssociateFields(reader, 'A-ASSOCIATE-AC', (item, budget) => {
    if (item.type === PRESENTATION_CONTEXT_RESULT_ITEM) presentationContexts.push(readContextResult(item, budget));
  });
  return { type: 'A-ASSOCIATE-AC', ...fields, presentationContexts };
}

/** The fields that both A-ASSOCIATE PDUs have (Tables 9-11 and 9-17). `readItem` is given the items that only one of them has. */
function readAssociateFields(
  reader: ByteReader,
  type: PduType,
  readItem: (item: Item, budget: ItemBudget) => void,
): AssociateFields {
  const protocolVersion = reader.uint16(`${type} protocol version`);
  reader.skip(2, `${type} reserved field`);
  const calledAETitle = readAETitle(reader, `${type} called AE title`);
  const callingAETitle = readAETitle(reader, `${type} calling AE title`);
  reader.skip(32, `${type} reserved field`);

  let applicationContextName: string | undefined;
  let userInformation: UserInformation | undefined;
  const budget = itemBudget();
  for (const item of readItems(reader, budget)) {
    if (item.type === APPLICATION_CONTEXT_ITEM) {
      if (applicationContextName !== undefined) throw malformed(`${type}: application context (10H) occurs twice`);
      applicationContextName = readUID(item.value, item.name);
    } else if (item.type === USER_INFORMATION_ITEM) {
      if (userInformation !== undefined) throw malformed(`${type}: user information (50H) occurs twice`);
      userInformation = decodeUserInformation(item.value);
    } else {
      readItem(item, budget);
    }
  }
  return {
    protocolVersion,
    calledAETitle,
    callingAETitle,
    applicationContextName: applicationContextName ?? '',
    userInformation: userInformation ?? {},
  };
}

function readAETitle(reader: ByteReader, what: string): string {
  return withoutAETitlePadding(reader.latin1(AE_TITLE_LENGTH_MAX, what));
}

/** Table 9-13. */
function readProposedContext({ value, name }: Item, budget: ItemBudget): ProposedPresentationContext {
  const presentationContextId = value.uint8(`${name} presentation context id`);
  value.skip(3, `${name} reserved fields`);
  let abstractSyntax: string | undefined;
  const transferSyntaxes: string[] = [];
  for (const subItem of readItems(value, budget)) {
    if (subItem.type === ABSTRACT_SYNTAX_SUB_ITEM) {
      if (abstractSyntax !== undefined) {
        throw malformed(`presentation context ${presentationContextId}: abstract syntax (30H) occurs twice`);
      }
      abstractSyntax = readUID(subItem.value, subItem.name);
    } else if (subItem.type === TRANSFER_SYNTAX_SUB_ITEM) {
      transferSyntaxes.push(readUID(subItem.value, subItem.name));
    }
  }
  return { presentationContextId, abstractSyntax: abstractSyntax ?? '', transferSyntaxes };
}

/** Table 9-18. */
function readContextResult({ value, name }: Item, budget: ItemBudget): PresentationContextResult {
  const presentationContextId = value.uint8(`${name} presentation context id`);
  value.skip(1, `${name} reserved field`);
  const result = value.uint8(`${name} result`);
  value.skip(1, `${name} reserved field`);
  let transferSyntax: string | undefined;
  for (const subItem of readItems(value, budget)) {
    if (subItem.type !== TRANSFER_SYNTAX_SUB_ITEM) continue;
    if (transferSyntax !== undefined && result === RESULT_ACCEPTANCE) {
      throw malformed(`presentation context ${presentationContextId}: accepted with two transfer syntaxes`);
    }
    transferSyntax ??= readUID(subItem.value, subItem.name);
  }
  return { presentationContextId, result, ...(transferSyntax ? { transferSyntax } : {}) };
}

/** Tables 9-22 and 9-23. */
function readPDataTf(reader: ByteReader): PDataTf {
  const presentationDataValues = new ReceivedPdvs(reader);
  return { type: 'P-DATA-TF', presentationDataValues };
}

/** PDVs as they stand in their PDU, whose lengths are right. Message control header: Annex E.2; bits 2-7 are not tested. */
class ReceivedPdvs implements Iterable<PresentationDataValue> {
  readonly #body: Uint8Array;

  constructor(reader: ByteReader) {
    this.#body = reader.take(reader.remaining, 'P-DATA-TF');
    const check = new ByteReader(this.#body);
    let count = 0;
    do {
      if (count === PDVS_PER_PDU_MAX) throw malformed(`more than ${PDVS_PER_PDU_MAX} PDVs in a PDU`);
      const length = check.uint32('PDV length');
      if (length < 2) throw malformed(`PDV length ${length} has no room for the PDV's header`);
      check.skip(length, 'PDV');
      count += 1;
    } while (check.remaining > 0);
  }

  *[Symbol.iterator](): Iterator<PresentationDataValue> {
    const reader = new ByteReader(this.#body);
    do {
      const length = reader.uint32('PDV length');
      const presentationContextId = reader.uint8('PDV presentation context id');
      const control = reader.uint8('PDV message control header');
      yield {
        presentationContextId,
        isCommand: (control & 1) !== 0,
        isLastFragment: (control & 2) !== 0,
        data: reader.take(length - 2, 'PDV data'),
      };
    } while (reader.remaining > 0);
  }
}
