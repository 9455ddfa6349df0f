// Cuts messages into P-DATA-TF PDUs. PS3.8 9.3.5 (P-DATA-TF), D.1 (maximum length), Annex E.2 (message control header), PS3.7 Annex F.
//
//   PDU header (6)  PDV length (4)  presentation context ID (1)  message control header (1)  fragment
//
// The maximum length that a peer announces counts what follows the PDU header, so the PDV header takes 6 bytes of it. A PDU has
// one PDV, although the standard allows more: some servers refuse a command and a data set in one PDU. Fragments have an even
// length: some servers abort on odd ones. The bytes of a message are not copied; the result is headers and views.

import { pDataTfHeader, writePDataTfHeader } from '../ul/encode.ts';
import { P_DATA_TF_HEADER_LENGTH, PDV_HEADER_LENGTH } from '../ul/pdu.ts';

/**
 * The longest fragment, in bytes: the largest even number that the peer and our own cap allow.
 *
 * @param peerMaximumLength what the peer announced (51H); 0 or undefined: it sets no limit
 * @param cap our own limit, so that "no limit" does not lead to a PDU of a gigabyte
 * @returns undefined when not even 2 bytes fit (a peer that says 1-7)
 */
export function maxFragmentLength(peerMaximumLength: number | undefined, cap: number): number | undefined {
  const peer = peerMaximumLength === undefined || peerMaximumLength === 0 ? cap : peerMaximumLength;
  const room = Math.min(peer, cap) - PDV_HEADER_LENGTH;
  const even = room - (room % 2);
  return even < 2 ? undefined : even;
}

/** Whether a peer that announces this maximum length can be sent anything: 1-7 leave no room for 2 bytes. */
export function hasRoomForData(peerMaximumLength: number | undefined): boolean {
  return maxFragmentLength(peerMaximumLength, Number.MAX_SAFE_INTEGER) !== undefined;
}

/**
 * Cuts the next part of a command set or data set into PDUs. Returns header, fragment, header, fragment ...
 *
 * @param bytes the next part; of even length unless it is the last. The result has views of it
 * @param isLast whether this part ends the command set or data set. Its last fragment is then marked as the last one; where there
 *   are no bytes, that is an empty fragment
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
  // All fragments in the middle of a message have the same header: it is made once.
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

/** How many PDUs `fragment` has made of a part. An empty fragment is a header alone. */
export function fragmentCount(chunks: readonly Uint8Array[]): number {
  return Math.ceil(chunks.length / 2);
}

/** Length of the gap before each fragment that `fragmentInPlace` needs, in bytes. */
export const FRAGMENT_HEADER_LENGTH = P_DATA_TF_HEADER_LENGTH;

/**
 * As `fragment`, for bytes that have a gap before each fragment. The headers are written into the gaps, so that the result is one
 * piece that can be written at once.
 *
 * @param roomy the next part of a data set: a gap of FRAGMENT_HEADER_LENGTH bytes, `maxFragment` bytes of the data set, and so on.
 *   The last fragment may be shorter; it has an even length unless `isLast`
 * @returns the number of PDUs
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
