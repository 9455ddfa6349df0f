// Which VR an element of an implicit VR data set has: the data dictionary's, or, where that offers a choice, what the
// image around it says. PS3.5 6.2.2 (UN), 7.8.1 (private creators), A.1 and A.2 (OB or OW), PS3.3 C.7.6.3.1 and C.11
// (US or SS by Pixel Representation).

import { PIXEL_DATA } from '../structure.ts';
import { LO, OB, OW, SQ, SS, UL, UN, US, type ValueRepresentation, vrNamed } from '../value-representation.ts';

/** PS3.6 as far as this needs it. */
export interface Dictionary {
  /**
   * The VR of a standard element: two letters, or a choice as PS3.6 words it ('US or SS', 'OB or OW', 'US or OW',
   * 'US or SS or OW'), or the short names that many dictionaries have for those ('xs', 'ox', 'lt').
   * @param tag group in the high 16 bits, as an unsigned number
   */
  vrOf(tag: number): string | undefined;
}

/** The attributes that decide a choice. An item without them inherits those of the data set around it. */
export interface ImageContext {
  /** (0028,0103) */
  pixelRepresentation: number | undefined;
  /** (0028,0100) */
  bitsAllocated: number | undefined;
  /** (5400,1004) */
  waveformBitsAllocated: number | undefined;
}

export const PIXEL_REPRESENTATION = 0x00280103;
export const BITS_ALLOCATED = 0x00280100;
const WAVEFORM_BITS_ALLOCATED = 0x54001004;
const WAVEFORM_GROUP = 0x5400;
const TRAILING_PADDING = 0xfffcfffc;

/** The most that a 16-bit length can say of an even length (PS3.5 6.2.2). */
export const LONGEST_SHORT_FORM = 0xfffe;

/**
 * @param tag not of group FFFE
 * @param length in bytes; undefined for a value of undefined length
 * @returns SQ for an unknown element of undefined length: in Implicit VR LE only a sequence has one (PS3.5 7.5, A.1). UN
 * for other unknown elements, and for a value too long for the 16-bit length of its VR.
 */
export function vrOfImplicit(
  tag: number,
  length: number | undefined,
  dictionary: Dictionary,
  context: ImageContext,
): ValueRepresentation {
  const vr = knownVR(tag, dictionary, context);
  if (length === undefined) return vr ?? SQ;
  if (vr === undefined || (!vr.longForm && length > LONGEST_SHORT_FORM)) return UN;
  return vr;
}

/** Undefined where every reader takes it for UN, or for SQ if its length is undefined. */
export function knownVR(tag: number, dictionary: Dictionary, context: ImageContext): ValueRepresentation | undefined {
  const element = tag & 0xffff;
  if (element === 0) return UL;
  if ((tag & 0x10000) !== 0) return element >= 0x0010 && element <= 0x00ff ? LO : undefined;
  if (tag === TRAILING_PADDING) return OB;
  if (tag === PIXEL_DATA) return isAtMost8(context.bitsAllocated) ? OB : OW;
  const listed = dictionary.vrOf(tag) ?? dictionary.vrOf(firstOfRepeatingGroup(tag));
  switch (listed) {
    case undefined:
    case 'UN':
      return undefined;
    case 'xs':
    case 'US or SS':
      return context.pixelRepresentation === 1 ? SS : US;
    case 'ox':
    case 'OB or OW':
      return isBytes(tag, context) ? OB : OW;
    case 'lt':
    case 'US or OW':
    case 'US or SS or OW':
      // OW says the same words and has no 16-bit length to overflow.
      return OW;
    case 'up':
      return UL;
    default:
      return vrNamed(listed);
  }
}

// Curve Data and Audio Sample Data (50xx) say elsewhere what their bytes mean: DCMTK takes them for OB, too.
function isBytes(tag: number, context: ImageContext): boolean {
  return tag >>> 24 === 0x50 || (tag >>> 16 === WAVEFORM_GROUP && isAtMost8(context.waveformBitsAllocated));
}

// In Implicit VR LE all of these are OW (A.1). Up to 8 bits the words of an OW are in the order of an OB's bytes, and
// OB is what receivers expect of 8-bit samples in explicit VR; A.2 allows either.
function isAtMost8(bits: number | undefined): boolean {
  return bits !== undefined && bits >= 1 && bits <= 8;
}

/** Curves (50xx) and overlays (60xx) repeat: a dictionary may list the first group only (PS3.5 7.6). */
function firstOfRepeatingGroup(tag: number): number {
  const family = tag >>> 24;
  return family === 0x50 || family === 0x60 ? (tag & 0xff00ffff) >>> 0 : tag;
}

/** Of the attributes that an `ImageContext` is made of. */
export function isContextTag(tag: number): boolean {
  return tag === PIXEL_REPRESENTATION || tag === BITS_ALLOCATED || tag === WAVEFORM_BITS_ALLOCATED;
}
