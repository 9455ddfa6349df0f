// Which of the three encodings a data set is in, from its first elements. PS3.5 clause 7.1 and A.1-A.3.
//
// Explicit VR is recognised by the two letters behind each tag, which are in a short list. What is not in the list is stepped
// over as every reader does, and is no evidence: an encoding without it is preferred. The byte order is recognised
// by the first tag: data sets begin with a low group, and in the wrong order a low group is a high one. Implicit VR has no
// sign of its own, only lengths that lead from each tag to a higher one.

import { type ByteWindow, type Encoding, type NeedMore, readElementHeader, skipValue, tagAt } from './element-walk.ts';
import { ITEM, ITEM_GROUP, SEQUENCE_DELIMITATION, UNDEFINED_LENGTH } from './structure.ts';
import { isStandardVR } from './value-representation.ts';

/** Elements that begin beyond so many bytes are not looked at. */
const SIGHT = 1024;
/** So many elements in a row are no accident. */
const ENOUGH = 3;

interface Impression {
  readonly encoding: Encoding;
  readonly firstGroup: number;
  readonly sawGroup4Or8: boolean;
  /** More than one element fits. */
  readonly isStrong: boolean;
  /** All elements have VRs of the list, or none. */
  readonly isClean: boolean;
}

export interface Detected {
  readonly type: 'detected';
  readonly encoding: Encoding;
}

export interface Undetected {
  readonly type: 'undetected';
}

/**
 * @param at where the data set begins
 * @param isBare there is no meta group and no 'DICM': then the data set must begin as an instance or a DICOMDIR does, with
 *   a group no higher than 0008, and more than one element must fit
 */
export function detectEncoding(window: ByteWindow, at: number, isBare: boolean): Detected | Undetected | NeedMore {
  const sight = Math.min(window.end, at + SIGHT + 16);
  if (window.bytes.length < sight) return { type: 'need more', bytes: sight };
  const impressions = (['Explicit VR Little Endian', 'Explicit VR Big Endian', 'Implicit VR Little Endian'] as const)
    .map((encoding) => look(window, at, encoding))
    .filter((impression) => impression !== undefined)
    .filter((impression) => !isBare || beginsLikeInstance(impression));
  const best = impressions.sort(strongestFirst)[0];
  return best === undefined ? { type: 'undetected' } : { type: 'detected', encoding: best.encoding };
}

function beginsLikeInstance(impression: Impression): boolean {
  return (
    impression.isStrong && impression.sawGroup4Or8 && impression.firstGroup <= 8 && impression.firstGroup % 2 === 0
  );
}

function strongestFirst(a: Impression, b: Impression): number {
  const explicit = (impression: Impression) => (impression.encoding === 'Implicit VR Little Endian' ? 0 : 1);
  return (
    Number(b.isStrong) - Number(a.isStrong) ||
    Number(b.isClean) - Number(a.isClean) ||
    explicit(b) - explicit(a) ||
    a.firstGroup - b.firstGroup
  );
}

/** Undefined where the bytes cannot be a data set in this encoding. */
function look(window: ByteWindow, start: number, encoding: Encoding): Impression | undefined {
  const isExplicit = encoding !== 'Implicit VR Little Endian';
  let at = start;
  let count = 0;
  let unknown = 0;
  let firstGroup = 0;
  let sawGroup4Or8 = false;
  let previousTag = -1;
  let isStrong = false;
  while (count < ENOUGH && at < window.end && at < start + SIGHT) {
    // A file that is cut off here is still recognised, so that it can be reported as truncated.
    if (count + unknown > 0 && at + 8 > window.end) break;
    const element = readElementHeader(window, at, encoding);
    if (element.type !== 'element') return undefined;
    const group = element.tag >>> 16;
    if (group >= ITEM_GROUP) return undefined;
    // Some writers do not sort their elements. With VRs that does not matter; without them, order is the only evidence.
    if (!isExplicit && element.tag <= previousTag) return undefined;
    if (count + unknown === 0) firstGroup = group;
    if (group === 4 || group === 8) sawGroup4Or8 = true;
    previousTag = element.tag;
    if (element.vr === undefined || isStandardVR(element.vr)) count += 1;
    else unknown += 1;
    if (element.length === UNDEFINED_LENGTH) {
      if (!beginsSequence(window, element.valueOffset, encoding)) return undefined;
      isStrong = true;
      break;
    }
    const skipped = skipValue(window, element, encoding);
    if (skipped.type !== 'skipped') return undefined;
    at = skipped.next;
  }
  if (count === 0) return undefined;
  isStrong ||= count >= 2 || at === window.end;
  return { encoding, firstGroup, sawGroup4Or8, isStrong, isClean: unknown === 0 };
}

/** An item or a sequence delimitation item stands at `at`. UN of undefined length holds them in Little Endian. */
function beginsSequence(window: ByteWindow, at: number, encoding: Encoding): boolean {
  if (at + 4 > window.bytes.length) return false;
  const tag = tagAt(window.bytes, at, encoding === 'Explicit VR Big Endian');
  const littleEndianTag = tagAt(window.bytes, at, false);
  return [tag, littleEndianTag].some((candidate) => candidate === ITEM || candidate === SEQUENCE_DELIMITATION);
}
