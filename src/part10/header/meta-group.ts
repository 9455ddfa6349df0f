// The File Meta Information, group 0002. PS3.10 clause 7.1: Explicit VR Little Endian, whatever the data set is in.
//
// Its group length (0002,0000) is wrong or missing in many files, so the group ends with its last element of group 0002.
// Only in front of a deflated data set, whose first bytes can look like anything, is a plausible group length believed.
// Some old writers used Implicit VR here: an element without VR letters is read as Implicit VR.

import {
  type ByteWindow,
  type ElementHeader,
  type Malformed,
  type NeedMore,
  readElementHeader,
  skipValue,
  textAt,
  u16At,
  u32At,
  vrAt,
} from '../element-walk.ts';
import { isDeflated } from '../transfer-syntax-encoding.ts';
import { isStandardVR } from '../value-representation.ts';
import type { MetaUID } from './header.ts';

export interface MetaGroup {
  readonly type: 'meta group';
  /** Where the data set begins. */
  readonly end: number;
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

/** @param start where the first element of group 0002 stands */
export function readMetaGroup(window: ByteWindow, start: number): MetaGroup | NeedMore | Malformed {
  const uids = new Map<number, MetaUID>();
  let at = start;
  let announcedEnd = -1;
  for (;;) {
    const isAnnouncedEnd = at === announcedEnd && isDeflated(uids.get(TRANSFER_SYNTAX_UID)?.value ?? '');
    if (at >= window.end || isAnnouncedEnd) break;
    if (at + 2 > window.end) return { type: 'malformed', detail: 'the file ends within an element', offset: at };
    if (at + 2 > window.bytes.length) return { type: 'need more', bytes: at + 2 };
    if (u16At(window.bytes, at, false) !== 2) break;
    const element = readMetaElement(window, at);
    if (element.type !== 'element') return element;
    const skipped = skipValue(window, element, 'Explicit VR Little Endian');
    if (skipped.type !== 'skipped') return skipped;
    if (element.tag === FILE_META_INFORMATION_GROUP_LENGTH && element.length === 4) {
      if (skipped.next > window.bytes.length) return { type: 'need more', bytes: skipped.next };
      announcedEnd = skipped.next + u32At(window.bytes, element.valueOffset, false);
    } else if (isWanted(element.tag)) {
      const uid = uidAt(window, element);
      if (typeof uid !== 'string') return uid;
      if (uid !== '') uids.set(element.tag, { value: uid, offset: element.valueOffset });
    }
    at = skipped.next;
  }
  return {
    type: 'meta group',
    end: at,
    sopClass: uids.get(MEDIA_STORAGE_SOP_CLASS_UID),
    sopInstance: uids.get(MEDIA_STORAGE_SOP_INSTANCE_UID),
    transferSyntaxUID: uids.get(TRANSFER_SYNTAX_UID)?.value,
  };
}

function isWanted(tag: number): boolean {
  return tag === MEDIA_STORAGE_SOP_CLASS_UID || tag === MEDIA_STORAGE_SOP_INSTANCE_UID || tag === TRANSFER_SYNTAX_UID;
}

function readMetaElement(window: ByteWindow, at: number): ElementHeader | NeedMore | Malformed {
  if (at + 8 <= window.bytes.length && !isStandardVR(vrAt(window.bytes, at + 4))) {
    return readElementHeader(window, at, 'Implicit VR Little Endian');
  }
  return readElementHeader(window, at, 'Explicit VR Little Endian');
}
