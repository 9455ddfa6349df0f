// Walks a data set from its first element to the end of the file and finds errors in its structure: PS3.5 clause 7.1
// (elements, even lengths), 7.5 (sequences, items, delimiters), A.4 (fragments), 9.1 (UIDs).
//
// It asks for the bytes of headers and steps over values by their lengths, so the pixels of a file are never read. It goes
// into a value only if its length is undefined, with a stack of its own. It ends and never throws, whatever the bytes are.

import { uidOrLength } from '../../protocol/harmless.ts';
import { NESTING_MAX, PADDING_MAX } from '../../protocol/limits.ts';
import {
  type ByteWindow,
  type ElementHeader,
  type Encoding,
  readElementHeader,
  tagAt,
  textAt,
  u16At,
  u32At,
  vrAt,
} from '../element-walk.ts';
import { delimiterOf, ITEM, ITEM_GROUP, tagText, UNDEFINED_LENGTH } from '../structure.ts';
import { isFutureVR, isStandardVR } from '../value-representation.ts';
import { ElementNotes } from './element-notes.ts';
import type { Finding } from './finding.ts';
import type { ImageSize } from './image-size.ts';
import { uidFault } from './uid-fault.ts';

/** Some bytes of the file. `base`: where the first of them stands in it. */
export interface FilePart {
  readonly bytes: Uint8Array;
  readonly base: number;
}

/** The next `length` bytes that are wanted; they are all in the file. */
export interface Want {
  readonly offset: number;
  readonly length: number;
}

/** Zeros looked at in one step. */
const PADDING_STEP = 16_384;
/** More of a wrong UID is not kept. */
const LONGEST_UID_READ = 128;

const HIGHEST_GROUP = 0xfffc;
const ROWS = 0x00280010;
const PIXEL_DATA_PROVIDER_URL = 0x00287fe0;
const ENCAPSULATED = 0x7fe00010;
/** Float, Double Float and plain Pixel Data. */
const PIXEL_DATA: ReadonlySet<number> = new Set([0x7fe00008, 0x7fe00009, 0x7fe00010]);

const UIDS: ReadonlyMap<number, string> = new Map([
  [0x00080016, 'SOPClassUID'],
  [0x00080018, 'SOPInstanceUID'],
  [0x0020000d, 'StudyInstanceUID'],
  [0x0020000e, 'SeriesInstanceUID'],
]);

interface Level {
  readonly kind: 'sequence' | 'item';
  readonly encoding: Encoding;
}

type OddValue = Extract<Finding, { code: 'odd value' }>;
type IllFormedUID = Extract<Finding, { code: 'ill-formed UID' }>;

export class StructureCheck {
  readonly #encoding: Encoding;
  readonly #start: number;
  readonly #end: number;
  /** Told of the image, if somebody wants to know. */
  readonly #size: ImageSize | undefined;
  readonly #findings: Finding[] = [];
  readonly #levels: Level[] = [];
  #at: number;
  /** The element of the top level that is being walked, and where it begins. */
  #topTag = 0;
  #topAt: number;
  #previousTag = -1;
  #sawRows = false;
  #sawPixels = false;
  /**
   * Findings that could repeat for each element are counted, so that a file of any size yields a few of them. Of a UID by
   * tag and fault: four tags and five faults.
   */
  #oddValue: OddValue | undefined;
  readonly #illFormedUIDs = new Map<string, IllFormedUID>();
  readonly #notes = new ElementNotes();
  #zerosFrom: number | undefined;
  #isDone = false;
  #window: ByteWindow | undefined;

  /** @param start where the data set begins, and `end` where the file does; bytes from the start of the file */
  constructor(encoding: Encoding, start: number, end: number, size?: ImageSize) {
    this.#start = start;
    this.#size = size;
    this.#encoding = encoding;
    this.#at = start;
    this.#topAt = start;
    this.#end = end;
  }

  /** In the order in which they stand in the file. */
  get findings(): readonly Finding[] {
    const counted = [
      ...(this.#oddValue === undefined ? [] : [this.#oddValue]),
      ...this.#illFormedUIDs.values(),
      ...this.#notes.findings,
    ];
    if (counted.length === 0) return this.#findings;
    return [...counted, ...this.#findings].sort((a, b) => a.offset - b.offset);
  }

  /** Continues as far as `part` has bytes. Undefined: the walk is done. */
  advance(part: FilePart): Want | undefined {
    while (!this.#isDone) {
      const want =
        this.#zerosFrom !== undefined
          ? this.#followZeros(part, this.#zerosFrom)
          : this.#levels.length === 0
            ? this.#topLevel(part)
            : this.#nested(part);
      if (want !== undefined) return want;
    }
    return undefined;
  }

  /** Ends the walk where it is: there will be no more bytes. */
  abandon(): void {
    if (!this.#isDone) this.#stop({ code: 'not checked', offset: this.#at });
  }

  #stop(finding: Finding): void {
    this.#findings.push(finding);
    this.#isDone = true;
  }

  #topLevel(part: FilePart): Want | undefined {
    const at = this.#at;
    const left = this.#end - at;
    this.#topAt = at;
    if (left === 0) {
      if (this.#sawRows && !this.#sawPixels) this.#findings.push({ code: 'no pixel data', offset: at });
      this.#isDone = true;
      return undefined;
    }
    const want = lacking(part, at, Math.min(left, 12));
    if (want !== undefined) return want;
    if (isZero(part, at, Math.min(left, 8)) && !this.#couldBeTag(left)) {
      this.#zerosFrom = at;
      return undefined;
    }
    if (left < 8) return this.#sawPixels ? this.#trailing(at) : this.#truncated({ offset: at, part: 'header' });
    const element = this.#header(part, at, this.#encoding);
    if (element === undefined) return undefined;
    const { tag, length } = element;
    this.#topTag = tag;
    if (tag >>> 16 > HIGHEST_GROUP) return this.#broken(at, `${tagText(tag)} where an element should begin`);
    if (tag === ENCAPSULATED && length === UNDEFINED_LENGTH) this.#size?.notePixels(at - this.#start);
    if (length === UNDEFINED_LENGTH) return this.#enter(element, this.#encoding);
    const sight = this.#size?.sightOf(tag, length) ?? 0;
    const next = element.valueOffset + length;
    if (next > this.#end) return this.#overrun(at, element);
    const keyword = UIDS.get(tag);
    if (keyword !== undefined) {
      const wantUID = lacking(part, element.valueOffset, Math.min(length, LONGEST_UID_READ));
      if (wantUID !== undefined) return wantUID;
      this.#checkUID(part, element, keyword);
    }
    if (sight > 0) {
      const wantSize = lacking(part, element.valueOffset, sight);
      if (wantSize !== undefined) return wantSize;
      const from = element.valueOffset - part.base;
      this.#size?.note(tag, part.bytes.subarray(from, from + sight));
    }
    if (tag === ROWS && length > 0) this.#sawRows = true;
    if ((PIXEL_DATA.has(tag) || tag === PIXEL_DATA_PROVIDER_URL) && length > 0) this.#sawPixels = true;
    this.#checkEven(element);
    this.#previousTag = tag;
    this.#at = next;
    return undefined;
  }

  /** Behind the pixel data a single zero byte is padding. Before it, in Big Endian, nearly all tags begin with one. */
  #couldBeTag(left: number): boolean {
    return left === 1 && this.#encoding === 'Explicit VR Big Endian' && !this.#sawPixels;
  }

  #nested(part: FilePart): Want | undefined {
    const at = this.#at;
    const left = this.#end - at;
    const level = this.#levels.at(-1);
    if (level === undefined) return undefined;
    if (left === 0) {
      const isPixels = PIXEL_DATA.has(this.#topTag);
      const tag = tagText(this.#topTag);
      return this.#truncated({ offset: at, part: isPixels ? 'pixel data' : 'sequence', tag });
    }
    if (left < 8) return this.#truncated({ offset: at, part: 'header' });
    const want = lacking(part, at, Math.min(left, 12));
    if (want !== undefined) return want;
    const element = this.#header(part, at, level.encoding);
    if (element === undefined) return undefined;
    const { tag, length } = element;
    if (tag === delimiterOf(level.kind)) {
      this.#at = element.valueOffset;
      this.#levels.pop();
      if (this.#levels.length === 0) this.#leave();
      return undefined;
    }
    if (level.kind === 'sequence' ? tag !== ITEM : tag >>> 16 === ITEM_GROUP) {
      return this.#broken(at, `${tagText(tag)} inside ${level.kind === 'sequence' ? 'a sequence' : 'an item'}`);
    }
    if (length === UNDEFINED_LENGTH) return this.#enter(element, level.encoding);
    const next = element.valueOffset + length;
    if (next > this.#end) return this.#overrun(at, element);
    this.#checkEven(element);
    this.#at = next;
    return undefined;
  }

  /** The same for all elements of a part. */
  #windowOn({ bytes, base }: FilePart): ByteWindow {
    const end = this.#end - base;
    if (this.#window?.bytes !== bytes || this.#window.end !== end) this.#window = { bytes, end };
    return this.#window;
  }

  /** Undefined: the walk has ended. */
  #header(part: FilePart, at: number, encoding: Encoding): ElementHeader | undefined {
    const { bytes, base } = part;
    const window = this.#windowOn(part);
    const read = readElementHeader(window, at - base, encoding);
    const element = read.type === 'element' ? read : unknownVR(window, at - base, encoding);
    if (element !== undefined) {
      this.#notes.see(element, at);
      return base === 0 ? element : { ...element, valueOffset: element.valueOffset + base };
    }
    const vr = vrAt(bytes, at - base + 4);
    if (isStandardVR(vr) || isFutureVR(vr)) this.#truncated({ offset: at, part: 'header' });
    else
      this.#broken(
        at,
        `no VR where ${tagText(tagAt(bytes, at - base, encoding === 'Explicit VR Big Endian'))} should have one`,
      );
    return undefined;
  }

  #enter(element: ElementHeader, encoding: Encoding): undefined {
    const level = this.#levels.at(-1);
    if (this.#levels.length >= 2 * NESTING_MAX) {
      this.#stop({ code: 'deep nesting', offset: this.#at, depth: NESTING_MAX });
      return;
    }
    if (level?.kind === 'sequence') this.#levels.push({ kind: 'item', encoding });
    else
      this.#levels.push({ kind: 'sequence', encoding: element.vr === 'UN' ? 'Implicit VR Little Endian' : encoding });
    this.#at = element.valueOffset;
  }

  /** Out of a sequence of the top level. */
  #leave(): void {
    if (PIXEL_DATA.has(this.#topTag)) this.#sawPixels = true;
    this.#previousTag = this.#topTag;
  }

  #checkEven({ tag, length, valueOffset }: ElementHeader): void {
    if (length % 2 === 0) return;
    const { count = 0 } = this.#oddValue ?? {};
    this.#oddValue = {
      ...(this.#oddValue ?? { code: 'odd value', offset: valueOffset, tag: tagText(tag), length }),
      count: count + 1,
    };
  }

  #checkUID(part: FilePart, { tag, valueOffset, length }: ElementHeader, keyword: string): void {
    const raw = textAt(part.bytes, valueOffset - part.base, Math.min(length, LONGEST_UID_READ));
    // Nearly all UIDs are padded like this: test first without allocating more.
    if (uidFault(raw.endsWith('\0') ? raw.slice(0, -1) : raw) === undefined) return;
    const value = raw.replace(/^ +|[ \0]+$/gu, '');
    const isPaddedBySpace = value !== '' && raw.includes(' ') && raw.replace(/\0+$/u, '') !== value;
    const fault = (value === '' ? undefined : uidFault(value)) ?? (isPaddedBySpace ? 'space padding' : undefined);
    if (fault === undefined) return;
    const kind = `${keyword} ${fault}`;
    const first = this.#illFormedUIDs.get(kind) ?? {
      code: 'ill-formed UID',
      offset: valueOffset,
      tag: tagText(tag),
      keyword,
      value: uidOrLength(value),
      fault,
      count: 0,
    };
    this.#illFormedUIDs.set(kind, { ...first, count: first.count + 1 });
  }

  /** A value is longer than what is left of the file. */
  #overrun(at: number, { tag, valueOffset, length }: ElementHeader): undefined {
    const isElement = this.#levels.length > 0 || (tag > this.#previousTag && tag >>> 16 <= HIGHEST_GROUP);
    if (!isElement && this.#sawPixels) return this.#trailing(this.#topAt);
    const isFragment = tag === ITEM && PIXEL_DATA.has(this.#topTag);
    const missing = valueOffset + length - this.#end;
    return this.#truncated({
      offset: at,
      part: isFragment ? 'fragment' : 'value',
      tag: tagText(isFragment ? this.#topTag : tag),
      missing,
    });
  }

  #truncated(details: Omit<Extract<Finding, { code: 'truncated' }>, 'code'>): undefined {
    this.#stop({ code: 'truncated', ...details });
  }

  /** Behind the pixel data, bytes that cannot be parsed count as trailing bytes, not as a broken data set. */
  #broken(at: number, detail: string): undefined {
    if (this.#sawPixels) this.#trailing(this.#topAt);
    else this.#stop({ code: 'broken structure', offset: at, detail });
  }

  #trailing(offset: number): undefined {
    this.#stop({ code: 'trailing bytes', offset, length: this.#end - offset });
  }

  #followZeros(part: FilePart, from: number): Want | undefined {
    while (this.#at < this.#end) {
      const length = Math.min(this.#end - this.#at, PADDING_STEP);
      if (this.#at - from > PADDING_MAX) return this.#trailing(from);
      const want = lacking(part, this.#at, length);
      if (want !== undefined) return want;
      if (!isZero(part, this.#at, length)) {
        return this.#broken(from, 'zeros where an element should begin');
      }
      this.#at += length;
    }
    if (this.#sawRows && !this.#sawPixels) this.#findings.push({ code: 'no pixel data', offset: from });
    this.#stop({ code: 'zero padding', offset: from, length: this.#end - from });
    return undefined;
  }
}

function lacking({ bytes, base }: FilePart, offset: number, length: number): Want | undefined {
  return offset >= base && offset + length <= base + bytes.length ? undefined : { offset, length };
}

function isZero({ bytes, base }: FilePart, offset: number, length: number): boolean {
  for (let at = offset - base; at < offset - base + length; at++) if (bytes[at] !== 0) return false;
  return true;
}

/**
 * An element whose VR is in no table, as receivers read it: two capitals with a 32-bit length; two blanks, hyphens or
 * question marks, which some writers put there, with a 16-bit length.
 */
function unknownVR({ bytes, end }: ByteWindow, at: number, encoding: Encoding): ElementHeader | undefined {
  const vr = vrAt(bytes, at + 4);
  const bigEndian = encoding === 'Explicit VR Big Endian';
  if (isStandardVR(vr)) return undefined;
  const tag = tagAt(bytes, at, bigEndian);
  if (isFutureVR(vr)) {
    if (at + 12 > end) return undefined;
    return { type: 'element', tag, vr, valueOffset: at + 12, length: u32At(bytes, at + 8, bigEndian) };
  }
  if (!/^[ ?-]{2}$/u.test(vr)) return undefined;
  return { type: 'element', tag, vr, valueOffset: at + 8, length: u16At(bytes, at + 6, bigEndian) };
}
