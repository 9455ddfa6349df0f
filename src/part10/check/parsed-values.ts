// Which values receivers parse, and as what. PS3.5 6.2.2, 7.5 and A.4.

import type { ElementHeader, Encoding } from '../element-walk.ts';
import { isSequenceAttribute } from '../sequence-attributes.ts';
import { FLOAT_PIXEL_DATA, PIXEL_DATA, tagText } from '../structure.ts';
import { isFutureVR } from '../value-representation.ts';

/** Float, Double Float and plain Pixel Data. */
export const PIXELS: ReadonlySet<number> = new Set([...FLOAT_PIXEL_DATA, PIXEL_DATA]);

/** Whether receivers parse the value, which has a defined length. PS3.5 7.5; in Implicit VR a dictionary tells. */
export function isSequence({ tag, vr }: ElementHeader, encoding: Encoding): boolean {
  return encoding === 'Implicit VR Little Endian' ? isSequenceAttribute(tag) : vr === 'SQ';
}

/** What a value of undefined length is made of. Undefined: a value of this VR must have a length. PS3.5 7.1.1 and A.4. */
export function partsOf({ tag, vr }: ElementHeader): 'sequence' | 'fragments' | undefined {
  if (vr === undefined) return tag === PIXEL_DATA ? 'fragments' : 'sequence';
  // Receivers take pixel data of another VR for a sequence, and store something else than an image.
  if (tag === PIXEL_DATA) return vr === 'OB' || vr === 'OW' ? 'fragments' : undefined;
  return vr === 'SQ' || isUnknown(vr) ? 'sequence' : undefined;
}

/** Of undefined length, a value of such a VR is a sequence in Implicit VR. PS3.5 6.2.2. */
export function isUnknown(vr: string | undefined): boolean {
  return vr === 'UN' || (vr !== undefined && isFutureVR(vr));
}

/** Where a length before is wrong, text may be read as an element in Implicit VR: no group is of two characters. */
export function nameOf({ tag, vr }: ElementHeader): string {
  return vr !== undefined || tag >>> 24 === 0 ? tagText(tag) : 'an element';
}
