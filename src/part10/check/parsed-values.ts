// Which values receivers parse, and as what. PS3.5 6.2.2, 7.5 and A.4.

import type { ElementHeader, Encoding } from '../element-walk.ts';
import { isSequenceAttribute } from '../sequence-attributes.ts';
import { isFutureVR } from '../value-representation.ts';

/** Float, Double Float and plain Pixel Data. */
export const PIXEL_DATA: ReadonlySet<number> = new Set([0x7fe00008, 0x7fe00009, 0x7fe00010]);

/** Whether receivers parse the value, which has a defined length. PS3.5 7.5; in Implicit VR a dictionary tells. */
export function isSequence({ tag, vr }: ElementHeader, encoding: Encoding): boolean {
  return encoding === 'Implicit VR Little Endian' ? isSequenceAttribute(tag) : vr === 'SQ';
}

/** Whether a value of undefined length is made of fragments, not of items with elements. PS3.5 A.4. */
export function holdsFragments({ tag, vr }: ElementHeader): boolean {
  return vr === undefined ? PIXEL_DATA.has(tag) : vr !== 'SQ' && !isUnknown(vr);
}

/** Of undefined length, a value of such a VR is a sequence in Implicit VR. PS3.5 6.2.2. */
export function isUnknown(vr: string | undefined): boolean {
  return vr === 'UN' || (vr !== undefined && isFutureVR(vr));
}
