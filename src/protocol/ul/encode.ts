// Encodes PDUs. PS3.8 9.3.2-9.3.8, byte for byte after Tables 9-11 to 9-26.
//
// What we send obeys the standard: a value that its field does not allow is a bug of the caller (RangeError). The only exception
// are bytes 11-74 of an A-ASSOCIATE-AC, which return whatever the requestor wrote there (Table 9-17).

import { AE_TITLE_LENGTH_MAX, aeTitleFault } from '../ae-title.ts';
import { ByteWriter } from '../bytes.ts';
import {
  ABSTRACT_SYNTAX_SUB_ITEM,
  APPLICATION_CONTEXT_ITEM,
  PRESENTATION_CONTEXT_RESULT_ITEM,
  PROPOSED_PRESENTATION_CONTEXT_ITEM,
  TRANSFER_SYNTAX_SUB_ITEM,
  writeItem,
  writeUIDItem,
} from './items.ts';
import {
  type AAssociateAc,
  type AAssociateRq,
  ASSOCIATE_FIELDS,
  P_DATA_TF_HEADER_LENGTH,
  type PDataTf,
  PDU_TYPE_BYTES,
  PDV_HEADER_LENGTH,
  type Pdu,
  PRESENTATION_CONTEXTS_MAX,
  type PresentationContextResult,
  type ProposedPresentationContext,
  RESULT_ACCEPTANCE,
} from './pdu.ts';
import { encodeUserInformation } from './user-information.ts';

const RESULT_MAX = 4;
/** The length field of a PDU has 32 bits. */
const DATA_LENGTH_MAX = 2 ** 32 - 1 - PDV_HEADER_LENGTH;

/** The whole PDU, header included. RangeError for values that the standard does not allow. */
export function encodePdu(pdu: Exclude<Pdu, PDataTf>): Uint8Array {
  const writer = new ByteWriter();
  writer.uint8(PDU_TYPE_BYTES[pdu.type]);
  writer.uint8(0);
  writer.prefixed32(() => writeVariableField(writer, pdu));
  return writer.finish();
}

/**
 * An A-ASSOCIATE-AC in answer to an A-ASSOCIATE-RQ. Its bytes 11-74 are reserved and those of the request (PS3.8 Table 9-17),
 * so that a requestor which compares them byte by byte finds what it sent.
 *
 * @param rqFields bytes 11-74 of the A-ASSOCIATE-RQ
 */
export function encodeAssociateAc(ac: AAssociateAc, rqFields: Uint8Array): Uint8Array {
  const bytes = encodePdu(ac);
  bytes.set(rqFields, ASSOCIATE_FIELDS.start);
  return bytes;
}

/**
 * The beginning of a P-DATA-TF with one PDV: everything before the data of the PDV. The caller writes `dataLength` bytes of the
 * message behind it. PS3.8 9.3.5 (Tables 9-22, 9-23) and Annex E.2 (message control header). The peer's maximum length limits
 * `dataLength` + 6.
 *
 * @param presentationContextId odd, 1-255
 * @param dataLength bytes of message fragment; even unless it is the last fragment's
 */
export function pDataTfHeader(
  presentationContextId: number,
  isCommand: boolean,
  isLastFragment: boolean,
  dataLength: number,
): Uint8Array {
  const header = new Uint8Array(P_DATA_TF_HEADER_LENGTH);
  writePDataTfHeader(header, 0, presentationContextId, isCommand, isLastFragment, dataLength);
  return header;
}

/** As `pDataTfHeader`, written into an array. */
export function writePDataTfHeader(
  into: Uint8Array,
  at: number,
  presentationContextId: number,
  isCommand: boolean,
  isLastFragment: boolean,
  dataLength: number,
): void {
  checkPresentationContextId(presentationContextId);
  if (!Number.isInteger(dataLength) || dataLength < 0 || dataLength > DATA_LENGTH_MAX) {
    throw new RangeError(`${dataLength} is not the length of a fragment`);
  }
  into[at] = PDU_TYPE_BYTES['P-DATA-TF'];
  into[at + 1] = 0;
  writeUint32(into, at + 2, dataLength + PDV_HEADER_LENGTH);
  writeUint32(into, at + 6, dataLength + 2);
  into[at + 10] = presentationContextId;
  into[at + 11] = (isCommand ? 1 : 0) | (isLastFragment ? 2 : 0);
}

function writeUint32(into: Uint8Array, at: number, value: number): void {
  into[at] = value >>> 24;
  into[at + 1] = value >>> 16;
  into[at + 2] = value >>> 8;
  into[at + 3] = value;
}

function writeVariableField(writer: ByteWriter, pdu: Exclude<Pdu, PDataTf>): void {
  switch (pdu.type) {
    case 'A-ASSOCIATE-RQ':
      writeAssociateRq(writer, pdu);
      return;
    case 'A-ASSOCIATE-AC':
      writeAssociateAc(writer, pdu);
      return;
    case 'A-ASSOCIATE-RJ':
      writer.uint8(0);
      writer.uint8(pdu.result);
      writer.uint8(pdu.source);
      writer.uint8(pdu.reason);
      return;
    case 'A-RELEASE-RQ':
    case 'A-RELEASE-RP':
      writer.zeros(4);
      return;
    case 'A-ABORT':
      writer.zeros(2);
      writer.uint8(pdu.source);
      writer.uint8(pdu.reason);
      return;
  }
}

function writeAssociateRq(writer: ByteWriter, rq: AAssociateRq): void {
  for (const title of [rq.calledAETitle, rq.callingAETitle]) {
    if (aeTitleFault(title) !== undefined) throw new RangeError(`${JSON.stringify(title)} is not an AE title`);
  }
  checkProposed(rq.presentationContexts);
  writeFixedFields(writer, rq);
  for (const context of rq.presentationContexts) {
    writeItem(writer, PROPOSED_PRESENTATION_CONTEXT_ITEM, () => {
      writer.uint8(context.presentationContextId);
      writer.zeros(3);
      writeUIDItem(writer, ABSTRACT_SYNTAX_SUB_ITEM, context.abstractSyntax);
      for (const uid of context.transferSyntaxes) writeUIDItem(writer, TRANSFER_SYNTAX_SUB_ITEM, uid);
    });
  }
  encodeUserInformation(writer, rq.userInformation);
}

function writeAssociateAc(writer: ByteWriter, ac: AAssociateAc): void {
  writeFixedFields(writer, ac);
  for (const context of ac.presentationContexts) {
    writeItem(writer, PRESENTATION_CONTEXT_RESULT_ITEM, () => writeContextResult(writer, context));
  }
  encodeUserInformation(writer, ac.userInformation);
}

/** Table 9-18 wants exactly one transfer syntax sub-item. In a refusal it has no meaning, and ours may be empty. */
function writeContextResult(writer: ByteWriter, context: PresentationContextResult): void {
  const { presentationContextId, result, transferSyntax } = context;
  if (result > RESULT_MAX) throw new RangeError(`${result} is not a result of a presentation context`);
  writer.uint8(presentationContextId);
  writer.uint8(0);
  writer.uint8(result);
  writer.uint8(0);
  if (transferSyntax !== undefined) {
    writeUIDItem(writer, TRANSFER_SYNTAX_SUB_ITEM, transferSyntax);
  } else if (result === RESULT_ACCEPTANCE) {
    throw new RangeError(`presentation context ${presentationContextId} is accepted without a transfer syntax`);
  } else {
    writeItem(writer, TRANSFER_SYNTAX_SUB_ITEM, () => {});
  }
}

/** Bytes 7-74 of both A-ASSOCIATE PDUs, and the application context item behind them. */
function writeFixedFields(writer: ByteWriter, pdu: AAssociateRq | AAssociateAc): void {
  writer.uint16(pdu.protocolVersion);
  writer.zeros(2);
  writeAETitle(writer, pdu.calledAETitle);
  writeAETitle(writer, pdu.callingAETitle);
  writer.zeros(32);
  writeUIDItem(writer, APPLICATION_CONTEXT_ITEM, pdu.applicationContextName);
}

function writeAETitle(writer: ByteWriter, title: string): void {
  if (title.length > AE_TITLE_LENGTH_MAX) throw new RangeError(`${JSON.stringify(title)} is longer than an AE title`);
  writer.latin1(title.padEnd(AE_TITLE_LENGTH_MAX));
}

function checkProposed(contexts: readonly ProposedPresentationContext[]): void {
  if (contexts.length < 1 || contexts.length > PRESENTATION_CONTEXTS_MAX) {
    throw new RangeError(`${contexts.length} presentation contexts, not 1 to ${PRESENTATION_CONTEXTS_MAX}`);
  }
  const ids = new Set<number>();
  for (const { presentationContextId, transferSyntaxes } of contexts) {
    checkPresentationContextId(presentationContextId);
    if (ids.has(presentationContextId)) {
      throw new RangeError(`presentation context ${presentationContextId} is proposed twice`);
    }
    ids.add(presentationContextId);
    if (transferSyntaxes.length === 0) {
      throw new RangeError(`presentation context ${presentationContextId} is proposed without a transfer syntax`);
    }
  }
}

function checkPresentationContextId(id: number): void {
  if (!Number.isInteger(id) || id < 1 || id > 255 || id % 2 === 0) {
    throw new RangeError(`${id} is not a presentation context id (odd, 1-255)`);
  }
}
