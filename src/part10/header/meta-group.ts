// The File Meta Information, group 0002. PS3.10 clause 7.1: Explicit VR Little Endian, whatever the data set is in.
//
// Where it ends. Its group length (0002,0000) is wrong or missing in many files. It counts where it leads to an element of
// another group, or to a deflate stream. Otherwise the group ends where its tags no longer ascend. What follows of group
// 0002 belongs neither to the group nor to a data set: such strays are passed over and counted, and their values say nothing.
// Of an element that stands in the group twice, the first one counts.
//
// Some old writers used Implicit VR here: an element without a VR is read as Implicit VR, unless its length then leads beyond
// the file, or one before it in the same group has a VR.

import { HEADER_LIMIT } from '../../protocol/limits.ts';
import {
  type ByteWindow,
  type ElementHeader,
  type Malformed,
  type NeedMore,
  readElementHeader,
  skipValue,
  tagAt,
  textAt,
  u16At,
  u32At,
  vrAt,
} from '../element-walk.ts';
import { detectEncoding } from '../encoding-detection.ts';
import { isDeflated } from '../transfer-syntax-encoding.ts';
import { isFutureVR, isStandardVR } from '../value-representation.ts';
import type { MetaUID, StrayElements } from './header.ts';

export interface MetaGroup {
  readonly type: 'meta group';
  /** Where the data set begins: behind the strays, if there are any. */
  readonly end: number;
  readonly strays: StrayElements | undefined;
  /** Values without padding; undefined where absent or empty. */
  readonly sopClass: MetaUID | undefined;
  readonly sopInstance: MetaUID | undefined;
  readonly transferSyntaxUID: string | undefined;
}

const FILE_META_INFORMATION_GROUP_LENGTH = 0x00020000;
const MEDIA_STORAGE_SOP_CLASS_UID = 0x00020002;
const MEDIA_STORAGE_SOP_INSTANCE_UID = 0x00020003;
const TRANSFER_SYNTAX_UID = 0x00020010;
/** The highest element of the group is (0002,0102). */
const HIGHEST_ELEMENT = 0x0102;
/** A UID has 64 bytes at most; more of a wrong one is read to show it. */
const LONGEST_UID_READ = 128;

/** Padding is NUL (PS3.5 9.1); spaces are seen, too. */
export function uidAt(window: ByteWindow, element: ElementHeader): string | NeedMore {
  const length = Math.min(element.length, LONGEST_UID_READ);
  const end = element.valueOffset + length;
  if (end > window.bytes.length) return { type: 'need more', bytes: end };
  const text = textAt(window.bytes, element.valueOffset, length);
  let from = 0;
  let to = text.length;
  while (to > from && isPadding(text.charCodeAt(to - 1))) to--;
  while (from < to && isPadding(text.charCodeAt(from))) from++;
  return text.slice(from, to);
}

function isPadding(code: number): boolean {
  return code === 0 || code === 0x20;
}

/** Whether an element of group 0002 stands at `at`. `window` holds 8 bytes there, or all that there are. */
export function isMetaElementAt(window: ByteWindow, at: number): boolean {
  const { bytes } = window;
  if (at + 8 > bytes.length || u16At(bytes, at, false) !== 2) return false;
  if (u16At(bytes, at + 2, false) > HIGHEST_ELEMENT) return false;
  return isStandardVR(vrAt(bytes, at + 4)) || u32At(bytes, at + 4, false) <= window.end - at - 8;
}

interface Progress {
  /** The first of each. */
  readonly uids: Map<number, MetaUID>;
  at: number;
  previousTag: number;
  /** Where (0002,0000) says that the group ends; -1 while it has not been read. */
  announcedEnd: number;
  /** Whether an element or a deflate stream begins there; undefined while nobody had to know. */
  isAnnouncedRight: boolean | undefined;
  /** The order of tags fell: nothing that follows belongs to the group. */
  hasEnded: boolean;
  /** An element had a VR: all of the group have. */
  isExplicit: boolean;
  /** Strays are counted from here on. */
  isBehindEnd: boolean;
  strays: StrayElements | undefined;
}

/** @param start where the first element of group 0002 stands */
export function readMetaGroup(window: ByteWindow, start: number): MetaGroup | NeedMore | Malformed {
  const progress: Progress = {
    uids: new Map(),
    at: start,
    previousTag: -1,
    announcedEnd: -1,
    isAnnouncedRight: undefined,
    hasEnded: false,
    isExplicit: false,
    isBehindEnd: false,
    strays: undefined,
  };
  const { uids } = progress;
  for (;;) {
    const { at } = progress;
    if (at >= window.end) break;
    if (at === progress.announcedEnd && isDeflated(uids.get(TRANSFER_SYNTAX_UID)?.value ?? '')) {
      const sight = Math.min(window.end, at + 8);
      if (sight > window.bytes.length) return { type: 'need more', bytes: sight };
      // Its first bytes can look like a tag, but hardly like a VR as well.
      if (!isMetaElementAt(window, at) || !isStandardVR(vrAt(window.bytes, at + 4))) break;
    }
    if (at + 2 > window.end) return { type: 'malformed', detail: 'the file ends within an element', offset: at };
    if (at + 2 > window.bytes.length) return { type: 'need more', bytes: at + 2 };
    if (u16At(window.bytes, at, false) !== 2) break;
    const failure = step(window, progress);
    if (failure !== undefined) return failure;
  }
  return {
    type: 'meta group',
    end: progress.at,
    strays: progress.strays,
    sopClass: uids.get(MEDIA_STORAGE_SOP_CLASS_UID),
    sopInstance: uids.get(MEDIA_STORAGE_SOP_INSTANCE_UID),
    transferSyntaxUID: uids.get(TRANSFER_SYNTAX_UID)?.value,
  };
}

/** Over one element of group 0002, or to the end that (0002,0000) names if the element leads beyond it. */
function step(window: ByteWindow, progress: Progress): NeedMore | Malformed | undefined {
  const { at, announcedEnd, uids } = progress;
  const element = readMetaElement(window, progress);
  if (element.type === 'need more') return element;
  const skipped = element.type === 'element' ? skipValue(window, element, 'Explicit VR Little Endian') : element;
  if (skipped.type === 'need more') return skipped;
  const isWithin = at < announcedEnd;
  const leavesGroup = isWithin && (skipped.type !== 'skipped' || skipped.next > announcedEnd);
  const ascends = element.type === 'element' && element.tag > progress.previousTag;
  if (isWithin && (leavesGroup || !ascends) && progress.isAnnouncedRight === undefined) {
    const answer = beginsDataSet(window, announcedEnd, uids.get(TRANSFER_SYNTAX_UID)?.value);
    if (typeof answer !== 'boolean') return answer;
    progress.isAnnouncedRight = answer;
  }
  if (leavesGroup && progress.isAnnouncedRight === true) {
    progress.at = announcedEnd;
    return undefined;
  }
  if (element.type !== 'element' || skipped.type !== 'skipped') return skipped.type === 'skipped' ? undefined : skipped;
  progress.at = skipped.next;
  const belongs = (ascends && !progress.hasEnded) || (isWithin && progress.isAnnouncedRight === true);
  if (!belongs) progress.hasEnded = true;
  if (!belongs || at === announcedEnd) progress.isBehindEnd = true;
  if (progress.isBehindEnd) {
    const { offset, count } = progress.strays ?? { offset: at, count: 0 };
    progress.strays = { offset, count: count + 1 };
  }
  return belongs ? keepValue(window, progress, element, skipped.next) : undefined;
}

function keepValue(window: ByteWindow, progress: Progress, element: ElementHeader, next: number): NeedMore | undefined {
  const { tag, length, valueOffset } = element;
  progress.previousTag = Math.max(progress.previousTag, tag);
  if (tag === FILE_META_INFORMATION_GROUP_LENGTH && length === 4 && progress.announcedEnd < 0) {
    if (next > window.bytes.length) return { type: 'need more', bytes: next };
    progress.announcedEnd = next + u32At(window.bytes, valueOffset, false);
  } else if (isWanted(tag) && !progress.uids.has(tag)) {
    const uid = uidAt(window, element);
    if (typeof uid !== 'string') return uid;
    if (uid !== '') progress.uids.set(tag, { value: uid, offset: valueOffset });
  }
  return undefined;
}

/** Whether an element of a group behind 0002 begins at `at`, or a deflate stream where the data set is one. */
function beginsDataSet(window: ByteWindow, at: number, transferSyntaxUID: string | undefined): boolean | NeedMore {
  // What lies further off is not read for a header.
  if (at >= window.end || at > HEADER_LIMIT / 2) return false;
  if (isDeflated(transferSyntaxUID ?? '')) return true;
  const detected = detectEncoding(window, at, false);
  if (detected.type !== 'detected') return detected.type === 'need more' ? detected : false;
  return tagAt(window.bytes, at, detected.encoding === 'Explicit VR Big Endian') >>> 16 > 2;
}

function isWanted(tag: number): boolean {
  return tag === MEDIA_STORAGE_SOP_CLASS_UID || tag === MEDIA_STORAGE_SOP_INSTANCE_UID || tag === TRANSFER_SYNTAX_UID;
}

function readMetaElement(window: ByteWindow, progress: Progress): ElementHeader | NeedMore | Malformed {
  const { at } = progress;
  const vr = vrAt(window.bytes, at + 4);
  const isAtHand = at + 8 <= window.bytes.length;
  if (isAtHand && isStandardVR(vr)) progress.isExplicit = true;
  const isInside = at < progress.announcedEnd && !progress.hasEnded;
  if (isAtHand && !(progress.isExplicit && isInside) && !isStandardVR(vr) && !isFutureVR(vr)) {
    const implicit = readElementHeader(window, at, 'Implicit VR Little Endian');
    const fits = implicit.type === 'element' && implicit.valueOffset + implicit.length <= window.end;
    if (fits) return implicit;
  }
  return readElementHeader(window, at, 'Explicit VR Little Endian');
}
