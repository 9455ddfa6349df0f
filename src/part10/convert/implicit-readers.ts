// What a reader makes of an element that comes in Implicit VR, where nothing but its dictionary tells it whether a value is
// text or a sequence. PS3.5 A.1, 7.5; 6.2.2 (UN: inside, everything is implicit). And what makes odd values even: 6.2, 7.1.1.

import { tagText } from '../structure.ts';
import { SQ, standardVR, UN, type ValueRepresentation } from '../value-representation.ts';
import { type Dictionary, type ImageContext, knownVR } from './vr-lookup.ts';

const NO_IMAGE: ImageContext = {
  pixelRepresentation: undefined,
  bitsAllocated: undefined,
  waveformBitsAllocated: undefined,
};
const PADDED_WITH_SPACE = new Set('AE AS CS DA DS DT IS LO LT PN SH ST TM UC UR UT'.split(' '));

/**
 * Why a value that is not empty and has `vr` in the file cannot be written in Implicit VR: its readers would take a sequence
 * for text, or text for a sequence. Undefined if it can be. A UN may hold either.
 */
export function implicitMisreading(tag: number, vr: ValueRepresentation, dictionary: Dictionary): string | undefined {
  if (vr === UN) return undefined;
  const read = knownVR(tag, dictionary, NO_IMAGE);
  if (read === undefined || (read === SQ) === (vr === SQ)) return undefined;
  return `${tagText(tag)} is ${vr.name} in the file; in Implicit VR every reader takes it for ${read.name}`;
}

/**
 * Whether the length of an implicit element is in truth the VR of an explicit one: it has the letters of the attribute's own
 * VR, or of any, and is odd. No element of these VRs has such a length but by chance, once in 65,536.
 */
export function spellsVR(tag: number, length: number, dictionary: Dictionary): boolean {
  const spelled = standardVR(length & 0xff, (length >>> 8) & 0xff);
  return spelled !== undefined && (length % 2 !== 0 || spelled === knownVR(tag, dictionary, NO_IMAGE));
}

/** The byte behind a value of odd length (PS3.5 6.2). */
export function paddingOf(vr: string): number {
  return PADDED_WITH_SPACE.has(vr) ? 0x20 : 0;
}
