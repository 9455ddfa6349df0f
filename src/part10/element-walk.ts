// Steps over the elements of a data set whose bytes are only partly at hand. PS3.5 clause 7.1 (element structure), 7.5
// (sequences, delimiters), A.1-A.3 (the three encodings), 6.2.2 note 2 (UN of undefined length is Implicit VR LE inside).
//
// Nothing here throws or recurses: malformed bytes yield a value, and nested sequences use a stack of their own.

import { HEADER_NESTING_MAX } from '../protocol/limits.ts';
import { delimiterOf, ITEM, ITEM_GROUP, tagText, UNDEFINED_LENGTH } from './structure.ts';
import { isFutureVR, isStandardVR, vrOfBytes } from './value-representation.ts';

export type Encoding = 'Implicit VR Little Endian' | 'Explicit VR Little Endian' | 'Explicit VR Big Endian';

/** The front of something longer. Offsets count from the first of `bytes`. */
export interface ByteWindow {
  readonly bytes: Uint8Array;
  /** Where the whole ends; Infinity while nobody knows. */
  readonly end: number;
}

export interface ElementHeader {
  readonly type: 'element';
  /** 0xGGGGEEEE */
  readonly tag: number;
  /** Two characters, whatever they are. Undefined in Implicit VR, and for items and delimiters. */
  readonly vr: string | undefined;
  readonly valueOffset: number;
  /** In bytes, or UNDEFINED_LENGTH. */
  readonly length: number;
}

/** `bytes`: how long the window must be at least to say more. */
export interface NeedMore {
  readonly type: 'need more';
  readonly bytes: number;
}

export interface Malformed {
  readonly type: 'malformed';
  readonly detail: string;
  readonly offset: number;
}

export interface Skipped {
  readonly type: 'skipped';
  /** Where the next element begins. */
  readonly next: number;
}

export function u16At(bytes: Uint8Array, at: number, bigEndian: boolean): number {
  const first = bytes[at] ?? 0;
  const second = bytes[at + 1] ?? 0;
  return bigEndian ? first * 0x100 + second : second * 0x100 + first;
}

export function u32At(bytes: Uint8Array, at: number, bigEndian: boolean): number {
  const first = u16At(bytes, at, bigEndian);
  const second = u16At(bytes, at + 2, bigEndian);
  return bigEndian ? first * 0x10000 + second : second * 0x10000 + first;
}

export function tagAt(bytes: Uint8Array, at: number, bigEndian: boolean): number {
  return u16At(bytes, at, bigEndian) * 0x10000 + u16At(bytes, at + 2, bigEndian);
}

export function vrAt(bytes: Uint8Array, at: number): string {
  const first = bytes[at] ?? 0;
  const second = bytes[at + 1] ?? 0;
  return vrOfBytes(first, second).name;
}

/** Latin-1; for UIDs and other values of the default repertoire. */
export function textAt(bytes: Uint8Array, at: number, length: number): string {
  return Buffer.prototype.latin1Slice.call(bytes, at, at + length);
}

/** Undefined if `count` bytes at `at` are in the window. */
function lack(window: ByteWindow, at: number, count: number): NeedMore | Malformed | undefined {
  const end = at + count;
  if (end > window.end) return { type: 'malformed', detail: 'the file ends within an element', offset: at };
  return end > window.bytes.length ? { type: 'need more', bytes: end } : undefined;
}

/** Tag, VR and length of the element that begins at `at`. Its value need not be at hand. */
export function readElementHeader(
  window: ByteWindow,
  at: number,
  encoding: Encoding,
): ElementHeader | NeedMore | Malformed {
  const missing = lack(window, at, 8);
  if (missing !== undefined) return missing;
  const { bytes } = window;
  const bigEndian = encoding === 'Explicit VR Big Endian';
  const tag = tagAt(bytes, at, bigEndian);
  if (encoding === 'Implicit VR Little Endian' || tag >>> 16 === ITEM_GROUP) {
    const length = u32At(bytes, at + 4, bigEndian);
    return { type: 'element', tag, vr: undefined, valueOffset: at + 8, length };
  }
  const vr = vrOfBytes(bytes[at + 4] ?? 0, bytes[at + 5] ?? 0);
  if (!vr.longForm) {
    return { type: 'element', tag, vr: vr.name, valueOffset: at + 8, length: u16At(bytes, at + 6, bigEndian) };
  }
  const missingLength = lack(window, at, 12);
  if (missingLength !== undefined) return missingLength;
  return { type: 'element', tag, vr: vr.name, valueOffset: at + 12, length: u32At(bytes, at + 8, bigEndian) };
}

/** Steps over a value without reading it. Goes into it only if its length is undefined. */
export function skipValue(
  window: ByteWindow,
  element: ElementHeader,
  encoding: Encoding,
): Skipped | NeedMore | Malformed {
  if (element.length === UNDEFINED_LENGTH) return skipSequence(window, element, encoding);
  return skipLength(window, element);
}

function skipLength(window: ByteWindow, element: ElementHeader): Skipped | Malformed {
  const next = element.valueOffset + element.length;
  if (next <= window.end) return { type: 'skipped', next };
  if (element.vr !== undefined && !isStandardVR(element.vr) && !isFutureVR(element.vr)) return noVR(element);
  const detail = `${tagText(element.tag)} says ${element.length} bytes, more than the file has`;
  return { type: 'malformed', detail, offset: element.valueOffset };
}

function noVR({ tag, valueOffset }: ElementHeader): Malformed {
  return { type: 'malformed', detail: `no VR where ${tagText(tag)} should have one`, offset: valueOffset - 4 };
}

interface Level {
  readonly kind: 'sequence' | 'item';
  readonly encoding: Encoding;
}

function skipSequence(window: ByteWindow, sequence: ElementHeader, encoding: Encoding): Skipped | NeedMore | Malformed {
  const levels: Level[] = [inside(sequence, encoding)];
  let at = sequence.valueOffset;
  for (;;) {
    const level = levels.at(-1);
    if (level === undefined) return { type: 'skipped', next: at };
    const element = readElementHeader(window, at, level.encoding);
    if (element.type !== 'element') return element;
    const isStray = level.kind === 'sequence' ? element.tag !== ITEM : element.tag >>> 16 === ITEM_GROUP;
    if (element.tag === delimiterOf(level.kind)) {
      levels.pop();
      at = element.valueOffset;
    } else if (isStray) {
      return { type: 'malformed', detail: `${tagText(element.tag)} inside a ${level.kind}`, offset: at };
    } else if (element.length === UNDEFINED_LENGTH) {
      if (levels.length >= 2 * HEADER_NESTING_MAX) {
        return { type: 'malformed', detail: `sequences nested deeper than ${HEADER_NESTING_MAX}`, offset: at };
      }
      levels.push(
        level.kind === 'sequence' ? { kind: 'item', encoding: level.encoding } : inside(element, level.encoding),
      );
      at = element.valueOffset;
    } else {
      const skipped = skipLength(window, element);
      if (skipped.type !== 'skipped') return skipped;
      at = skipped.next;
    }
  }
}

function inside(sequence: ElementHeader, encoding: Encoding): Level {
  return { kind: 'sequence', encoding: sequence.vr === 'UN' ? 'Implicit VR Little Endian' : encoding };
}
