// Where the secrets are in an encoded A-ASSOCIATE PDU: user identity, PS3.7 D.3.3.7 (sub-items 58H and 59H), inside
// the user information item (50H), PS3.8 9.3.2.3. Passwords, Kerberos tickets, SAML assertions and tokens travel there.

import type { PDataTf, Pdu } from '../protocol/ul/pdu.ts';
import type { ByteRange } from './hex.ts';

/** Variable items begin after the AE titles and the reserved bytes. PS3.8 Tables 9-11 and 9-17. */
const ITEMS_OFFSET = 74;

const USER_INFORMATION = 0x50;
const isUserIdentity = (type: number): boolean => type === 0x58 || type === 0x59;

function findIn(bytes: Uint8Array, from: number, to: number, found: ByteRange[]): void {
  let offset = from;
  while (offset + 4 <= to) {
    const type = bytes[offset] ?? 0;
    const length = ((bytes[offset + 2] ?? 0) << 8) | (bytes[offset + 3] ?? 0);
    const value = offset + 4;
    const end = Math.min(value + length, to);
    if (isUserIdentity(type)) found.push([value, end]);
    else if (type === USER_INFORMATION) findIn(bytes, value, end, found);
    offset = value + length;
  }
}

const carriesIdentity = (pdu: Exclude<Pdu, PDataTf>): boolean =>
  (pdu.type === 'A-ASSOCIATE-RQ' || pdu.type === 'A-ASSOCIATE-AC') &&
  (pdu.userInformation.userIdentity !== undefined || pdu.userInformation.userIdentityServerResponse !== undefined);

/**
 * Ranges of `bytes` that no one may see. `bytes`: the encoding of `pdu`, or its first bytes. Where the PDU carries an
 * identity that cannot be located in whole bytes, everything behind the fixed fields is masked.
 */
export function secretRanges(pdu: Exclude<Pdu, PDataTf>, bytes: Uint8Array, totalLength: number): readonly ByteRange[] {
  if (pdu.type !== 'A-ASSOCIATE-RQ' && pdu.type !== 'A-ASSOCIATE-AC') return [];
  const found: ByteRange[] = [];
  findIn(bytes, ITEMS_OFFSET, bytes.length, found);
  if (found.length === 0 && carriesIdentity(pdu) && bytes.length >= totalLength) return [[ITEMS_OFFSET, bytes.length]];
  return found;
}
