// A PDU as anybody may see it: in a trace, a log or a capture. PS3.8 9.3 (structure), PS3.7 D.3.3.7 (user identity).
//
// The rule is to show what is known to be harmless and to hide the rest. Shown are the headers, the items that the standard
// defines and the command sets. Hidden are data sets (patients), user identities (passwords, tickets), items that we do not
// know, and everything behind a length that is wrong: what follows could be the rest of a password.

import {
  ABSTRACT_SYNTAX_SUB_ITEM,
  APPLICATION_CONTEXT_ITEM,
  PRESENTATION_CONTEXT_RESULT_ITEM,
  PROPOSED_PRESENTATION_CONTEXT_ITEM,
  TRANSFER_SYNTAX_SUB_ITEM,
  USER_INFORMATION_ITEM,
} from './items.ts';
import { ASSOCIATE_FIELDS, PDU_HEADER_LENGTH, PDU_TYPE_BYTES, PDV_HEADER_LENGTH } from './pdu.ts';

/** Why bytes are hidden. 'unreadable': lengths that contradict each other, or a PDU of unknown type. */
export type HiddenContent = 'data set' | 'user identity' | 'unknown item' | 'unreadable';

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

const USER_IDENTITY = 0x58;
const USER_IDENTITY_SERVER_RESPONSE = 0x59;
/** 51H-57H, and the items outside of the user information. */
const HARMLESS_ITEMS: ReadonlySet<number> = new Set([
  APPLICATION_CONTEXT_ITEM,
  PROPOSED_PRESENTATION_CONTEXT_ITEM,
  PRESENTATION_CONTEXT_RESULT_ITEM,
  ABSTRACT_SYNTAX_SUB_ITEM,
  TRANSFER_SYNTAX_SUB_ITEM,
  ...[0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
]);

/**
 * One PDU without what nobody may see. Pure; takes any bytes, those of a broken or cut PDU too, and never throws.
 *
 * @param pdu the PDU from its type byte to its end
 * @param max how many bytes of it to tell of; by default all. What is hidden is decided by the whole PDU nevertheless
 * @returns stretches in the order of the PDU; their lengths add up to that of `pdu`, or to `max`
 */
export function redactPdu(pdu: Uint8Array, max: number = pdu.length): RedactedPart[] {
  const end = Math.min(max, pdu.length);
  const parts: RedactedPart[] = [];
  let shownTo = 0;
  const show = (to: number): void => {
    // A copy of these bytes alone: a view would carry the whole buffer along, with what is hidden in it.
    if (to > shownTo) parts.push({ type: 'bytes', bytes: new Uint8Array(pdu.subarray(shownTo, to)) });
  };
  for (const { from, to, content } of hiddenRanges(pdu)) {
    if (from >= end) break;
    show(from);
    shownTo = Math.min(to, end);
    if (shownTo > from) parts.push({ type: 'hidden', content, length: shownTo - from });
  }
  show(end);
  return parts;
}

/** In order, without overlaps. */
function hiddenRanges(pdu: Uint8Array): HiddenRange[] {
  switch (pdu[0]) {
    case PDU_TYPE_BYTES['A-ASSOCIATE-RQ']:
    case PDU_TYPE_BYTES['A-ASSOCIATE-AC']: {
      const hidden: HiddenRange[] = [];
      hideInItems(pdu, ASSOCIATE_FIELDS.end, pdu.length, hidden);
      return hidden;
    }
    case PDU_TYPE_BYTES['P-DATA-TF']:
      return hiddenInData(pdu);
    case PDU_TYPE_BYTES['A-ASSOCIATE-RJ']:
    case PDU_TYPE_BYTES['A-RELEASE-RQ']:
    case PDU_TYPE_BYTES['A-RELEASE-RP']:
    case PDU_TYPE_BYTES['A-ABORT']:
      return unreadableFrom(SHORT_PDU_LENGTH, pdu);
    default:
      return unreadableFrom(0, pdu);
  }
}

function unreadableFrom(from: number, pdu: Uint8Array): HiddenRange[] {
  return from < pdu.length ? [{ from, to: pdu.length, content: 'unreadable' }] : [];
}

/** @returns false when everything up to the end of the PDU has been hidden, since a length was wrong */
function hideInItems(pdu: Uint8Array, from: number, to: number, hidden: HiddenRange[]): boolean {
  let offset = from;
  while (offset < to) {
    const type = pdu[offset]!;
    const value = offset + ITEM_HEADER_LENGTH;
    const end = value + (value <= to ? uint16(pdu, offset + 2) : 0);
    if (end > to) {
      hidden.push(...unreadableFrom(offset, pdu));
      return false;
    }
    if (type === USER_INFORMATION_ITEM) {
      if (!hideInItems(pdu, value, end, hidden)) return false;
    } else if (type === USER_IDENTITY || type === USER_IDENTITY_SERVER_RESPONSE) {
      if (!isWellFormedIdentity(type, pdu.subarray(value, end))) {
        hidden.push(...unreadableFrom(value, pdu));
        return false;
      }
      hidden.push({ from: value, to: end, content: 'user identity' });
    } else if (!HARMLESS_ITEMS.has(type)) {
      hidden.push({ from: value, to: end, content: 'unknown item' });
    }
    offset = end;
  }
  return true;
}

/** Whether the lengths inside fill the item exactly. PS3.7 Tables D.3-14 and D.3-15. */
function isWellFormedIdentity(type: number, value: Uint8Array): boolean {
  if (type === USER_IDENTITY_SERVER_RESPONSE) return value.length >= 2 && 2 + uint16(value, 0) === value.length;
  const secondary = value.length < 4 ? value.length : 4 + uint16(value, 2);
  return secondary + 2 <= value.length && secondary + 2 + uint16(value, secondary) === value.length;
}

function hiddenInData(pdu: Uint8Array): HiddenRange[] {
  const hidden: HiddenRange[] = [];
  let offset = PDU_HEADER_LENGTH;
  while (offset < pdu.length) {
    const data = offset + PDV_HEADER_LENGTH;
    // The length counts from the presentation context ID on.
    const end = data <= pdu.length ? offset + 4 + uint16(pdu, offset) * 0x10000 + uint16(pdu, offset + 2) : 0;
    if (end < data || end > pdu.length) return [...hidden, ...unreadableFrom(offset, pdu)];
    const isCommand = (pdu[offset + 5]! & 1) !== 0;
    if (!isCommand) hidden.push({ from: data, to: end, content: 'data set' });
    offset = end;
  }
  return hidden;
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}
