// A message in P-DATA-TF PDUs. PS3.8 9.3.5 (P-DATA-TF), D.1 (maximum length), Annex E.2 (message control header), PS3.7 Annex F.
//
//   PDU header (6)  PDV length (4)  presentation context ID (1)  message control header (1)  fragment
//
// The maximum that a peer announces limits what follows the PDU header, so 6 of its bytes are not ours. One PDV per PDU, and a
// command never shares a PDU with a data set: allowed otherwise, but there are servers that refuse it. Fragments are even,
// because there are servers that abort on odd ones. Payload bytes are not copied: what comes out are headers and views.

import { pDataTfHeader, writePDataTfHeader } from '../ul/encode.ts';
import { P_DATA_TF_HEADER_LENGTH, PDV_HEADER_LENGTH } from '../ul/pdu.ts';

/**
 * The longest fragment, in bytes: the largest even number that the peer and our own cap allow.
 *
 * @param peerMaximumLength what the peer announced (51H); 0 or absent = it sets no limit
 * @param cap our own limit for the same quantity, so that "no limit" is not one PDU of a gigabyte
 * @returns undefined when not even 2 bytes fit (a peer that says 1-7)
 */
export function maxFragmentLength(peerMaximumLength: number | undefined, cap: number): number | undefined {
  const peer = peerMaximumLength === undefined || peerMaximumLength === 0 ? cap : peerMaximumLength;
  const room = Math.min(peer, cap) - PDV_HEADER_LENGTH;
  const even = room - (room % 2);
  return even < 2 ? undefined : even;
}

/**
 * The bytes on the wire of the next part of a command set or data set: header, payload, header, payload ...
 *
 * @param bytes the next part; even in length unless it is the last. The result holds views of it
 * @param isLast whether this ends the command set or data set: then, and only then, one fragment carries the last bit, an empty
 *   one if there are no bytes
 * @param maxFragment from `maxFragmentLength`
 */
export function fragment(
  presentationContextId: number,
  isCommand: boolean,
  bytes: Uint8Array,
  isLast: boolean,
  maxFragment: number,
): Uint8Array[] {
  if (!Number.isInteger(maxFragment) || maxFragment < 2 || maxFragment % 2 !== 0) {
    throw new RangeError(`a fragment length of ${maxFragment} is not an even number of at least 2`);
  }
  if (!isLast && bytes.length % 2 !== 0) {
    throw new RangeError(`${bytes.length} bytes in the middle of a message would make an odd fragment`);
  }
  if (bytes.length === 0) return isLast ? [pDataTfHeader(presentationContextId, isCommand, true, 0)] : [];
  const chunks: Uint8Array[] = [];
  // Fragments of the same length in the middle of a message have the same header.
  let middle: Uint8Array | undefined;
  for (let start = 0; start < bytes.length; start += maxFragment) {
    const payload = bytes.subarray(start, start + maxFragment);
    const isEnd = start + payload.length === bytes.length;
    if (isEnd) {
      chunks.push(pDataTfHeader(presentationContextId, isCommand, isLast, payload.length), payload);
    } else {
      middle ??= pDataTfHeader(presentationContextId, isCommand, false, maxFragment);
      chunks.push(middle, payload);
    }
  }
  return chunks;
}

/** Of the header before each fragment, in bytes: the room that `fragmentInPlace` needs. */
export const FRAGMENT_HEADER_LENGTH = P_DATA_TF_HEADER_LENGTH;

/**
 * As `fragment`, where the bytes have room for the headers: they are written there, and all of it is one piece.
 *
 * @param roomy the next part of a data set: FRAGMENT_HEADER_LENGTH bytes of room, at most `maxFragment` of the data set, and so on.
 *   The last fragment may be shorter; it is of even length unless `isLast`
 * @returns how many PDUs these are
 */
export function fragmentInPlace(
  presentationContextId: number,
  roomy: Uint8Array,
  isLast: boolean,
  maxFragment: number,
): number {
  const step = FRAGMENT_HEADER_LENGTH + maxFragment;
  if (roomy.length < FRAGMENT_HEADER_LENGTH) throw new RangeError(`${roomy.length} bytes have no room for a header`);
  if (!isLast && roomy.length % 2 !== 0) throw new RangeError('an odd fragment in the middle of a message');
  let pdus = 0;
  for (let at = 0; at < roomy.length; at += step) {
    const dataLength = Math.min(maxFragment, roomy.length - at - FRAGMENT_HEADER_LENGTH);
    const isLastFragment = isLast && at + step >= roomy.length;
    writePDataTfHeader(roomy, at, presentationContextId, false, isLastFragment, dataLength);
    pdus += 1;
  }
  return pdus;
}
