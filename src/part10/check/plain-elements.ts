// Steps over elements of which nothing is to be said, which are nearly all. The pre-flight check looks at every element of every
// file, so this is a loop of its own, on the bytes alone and without an object for each element. It decides nothing but that:
// an element that is special in any way, or that has such an element in it, stays for `StructureCheck`, which reads it again.
// PS3.5 clauses 7.1 and 7.5.

import type { Encoding } from '../element-walk.ts';
import { isSequenceAttribute } from '../sequence-attributes.ts';
import {
  HIGHEST_GROUP,
  IMAGE_GROUP,
  ITEM,
  ITEM_DELIMITATION,
  ITEM_GROUP,
  SEQUENCE_DELIMITATION,
} from '../structure.ts';
import { SQ, standardVR } from '../value-representation.ts';
import type { FilePart } from './file-part.ts';

const META_GROUP = 0x0002;
const PIXEL_GROUP = 0x7fe0;
/** Longest header of an element, and that of an item, in bytes. */
const HEADER_MAX = 12;
const ITEM_HEADER = 8;
/** Of sequences and items; what is deeper is special. Each may be gone over once more than those in it. */
const LEVELS_MAX = 8;

/** Which elements are of interest beside the special ones: of the data set its UIDs and Rows, of an image its whole group. */
export type Interest = 'none' | 'data set' | 'image';

export class PlainElements {
  /** The tag of the last element that was passed, of a sequence as a whole; undefined: none was. */
  lastTag: number | undefined;
  /** Where each level ends, or what is around it. */
  readonly #ends: number[] = [];

  /**
   * Goes on as long as elements are ordinary: of a VR of the standard, of even length, within what is around them, in sequences
   * that are closed.
   *
   * @param from where the first element begins, and `limit` where what is around the elements ends, in bytes from the start of
   * the file
   * @param deepest how many sequences and items may be around an element
   * @returns where the first element begins that is not passed
   */
  pass(
    { bytes, base }: FilePart,
    from: number,
    limit: number,
    encoding: Encoding,
    interest: Interest,
    deepest: number,
  ): number {
    this.lastTag = undefined;
    if (encoding === 'Explicit VR Big Endian') return from;
    const isExplicit = encoding === 'Explicit VR Little Endian';
    const last = bytes.length - HEADER_MAX;
    const levelMax = Math.min(deepest, LEVELS_MAX);
    const ends = this.#ends;
    let at = from - base;
    let passed = at;
    let tag = 0;
    // Elements are in levels 0, 2 ..., items in levels 1, 3 ... A bit for each level that ends where `end` is.
    let level = 0;
    let defined = 0;
    let end = limit - base;
    for (;;) {
      while (level > 0 && at === end && (defined & (1 << level)) !== 0) end = ends[--level]!;
      if (level === 0 && at > passed) {
        passed = at;
        this.lastTag = tag;
      }
      if (at > last || at + ITEM_HEADER > end) return base + passed;
      const group = bytes[at]! | (bytes[at + 1]! << 8);
      const element = bytes[at + 2]! | (bytes[at + 3]! << 8);
      let lengthAt = at + 4;
      let isShort = false;
      let isNested = false;
      if (group === ITEM_GROUP) {
        const isItem = level % 2 !== 0 && element === (ITEM & 0xffff);
        if (!isItem) {
          const delimitation = level % 2 === 0 ? ITEM_DELIMITATION : SEQUENCE_DELIMITATION;
          const isEnd = level > 0 && (defined & (1 << level)) === 0 && element === (delimitation & 0xffff);
          if (!isEnd || !isZeroLength(bytes, lengthAt)) return base + passed;
          at += ITEM_HEADER;
          end = ends[--level]!;
          continue;
        }
        isNested = true;
      } else {
        if (level % 2 !== 0 || group <= META_GROUP || group > HIGHEST_GROUP || group === PIXEL_GROUP)
          return base + passed;
        if (level === 0) {
          if (interest !== 'none' && isOfInterest(group, element, interest)) return base + passed;
          tag = group * 0x10000 + element;
        }
        if (isExplicit) {
          const vr = standardVR(bytes[at + 4]!, bytes[at + 5]!);
          if (vr === undefined) return base + passed;
          isNested = vr === SQ;
          isShort = !vr.longForm;
          lengthAt = isShort ? at + 6 : at + 8;
        }
        if (!isNested && isSequenceAttribute(group * 0x10000 + element)) {
          if (isExplicit) return base + passed;
          isNested = true;
        }
      }
      let length = bytes[lengthAt]! | (bytes[lengthAt + 1]! << 8);
      at = lengthAt + 2;
      if (!isShort) {
        length += (bytes[at]! | (bytes[at + 1]! << 8)) * 0x10000;
        at += 2;
      }
      const isUndefined = length === 0xffffffff;
      if (isUndefined ? !isNested : length % 2 !== 0 || at + length > end) return base + passed;
      if (!isNested) at += length;
      else if (length > 0) {
        if (level >= levelMax || (!isUndefined && at + length > bytes.length)) return base + passed;
        ends[level++] = end;
        if (isUndefined) defined &= ~(1 << level);
        else {
          defined |= 1 << level;
          end = at + length;
        }
      }
    }
  }
}

function isZeroLength(bytes: Uint8Array, at: number): boolean {
  return (bytes[at]! | bytes[at + 1]! | bytes[at + 2]! | bytes[at + 3]!) === 0;
}

function isOfInterest(group: number, element: number, interest: Interest): boolean {
  if (group === IMAGE_GROUP) return interest === 'image' || element === 0x0010 || element === 0x7fe0;
  if (group === 0x0008) return element === 0x0016 || element === 0x0018;
  return group === 0x0020 && (element === 0x000d || element === 0x000e);
}
