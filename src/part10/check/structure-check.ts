// Walks a data set from its first element to the end of the file and finds errors in its structure: PS3.5 clause 7.1
// (elements, even lengths), 7.5 (sequences, items, delimiters), A.4 (fragments), 9.1 (UIDs).
//
// It goes into whatever a receiver parses: sequences and their items, with a stack of its own. It steps over all other values,
// so the pixels of a file are never read. It ends and never throws, whatever the bytes are.

import { NESTING_MAX, PADDING_MAX } from '../../protocol/limits.ts';
import { type ElementHeader, type Encoding, readElementHeader, textAt, u16At } from '../element-walk.ts';
import { delimiterOf, HIGHEST_GROUP, ITEM, ITEM_GROUP, PIXEL_DATA, tagText, UNDEFINED_LENGTH } from '../structure.ts';
import { failsInDcmtk, isDoubtfulVR, isFutureVR, isStandardVR } from '../value-representation.ts';
import { FragmentTally } from './closing-delimiter.ts';
import { type DeclaredInstance, ElementNotes } from './element-notes.ts';
import { type FilePart, isZero, lacking, type Want } from './file-part.ts';
import type { Finding } from './finding.ts';
import type { ImageSize } from './image-size.ts';
import type { Lengthless } from './lengthless.ts';
import { isSequence, isUnknown, nameOf, PIXELS, partsOf } from './parsed-values.ts';
import { type Interest, PlainElements } from './plain-elements.ts';
import { noVR, UnknownVRs } from './unknown-vrs.ts';

/** Each sequence and its item. */
const LEVELS_MAX = 2 * NESTING_MAX;
/** Zeros looked at in one step. */
const PADDING_STEP = 16_384;
/** More of a wrong UID is not kept. */
const LONGEST_UID_READ = 128;

/** How much of the end of the last fragment is looked at, in bytes. */
const END_OF_FRAGMENT = 3;

const ROWS = 0x00280010;
const PIXEL_DATA_PROVIDER_URL = 0x00287fe0;

const UIDS: ReadonlyMap<number, string> = new Map([
  [0x00080016, 'SOPClassUID'],
  [0x00080018, 'SOPInstanceUID'],
  [0x0020000d, 'StudyInstanceUID'],
  [0x0020000e, 'SeriesInstanceUID'],
]);
const LAST_UID = 0x0020000e;

interface Level {
  readonly kind: 'sequence' | 'item' | 'fragments';
  readonly encoding: Encoding;
  /** Of the sequence, or of that around the item. */
  readonly tag: number;
  /** Ends where `end` is, not at a delimiter. */
  readonly isDefined: boolean;
  /** Its own, or of what is around it: nothing in it reaches further. */
  readonly end: number;
}

export class StructureCheck {
  readonly #encoding: Encoding;
  readonly #start: number;
  #end: number;
  /** Told of the image, if somebody wants to know. */
  readonly #size: ImageSize | undefined;
  readonly #findings: Finding[] = [];
  #levels: Level[] = [];
  #at: number;
  /** While nobody knows where the whole ends: says that it ends within what was stepped over last. */
  #stepped: (() => void) | undefined;
  /** The element of the top level that is being walked, and where it begins. */
  #topTag = 0;
  #topAt: number;
  #previousTag = -1;
  #sawRows = false;
  #sawPixels = false;
  readonly #notes: ElementNotes;
  readonly #unknownVRs = new UnknownVRs();
  readonly #fragments = new FragmentTally();
  #zerosFrom: number | undefined;
  #isDone = false;
  readonly #plain = new PlainElements();

  /**
   * @param start where the data set begins, and `end` where the file does, in bytes from the start of the file; Infinity
   * while nobody knows: then `endsAt` tells
   * @param declared what the header says
   */
  constructor(encoding: Encoding, start: number, end: number, declared: DeclaredInstance, size?: ImageSize) {
    this.#notes = new ElementNotes(declared, start);
    this.#start = start;
    this.#size = size;
    this.#encoding = encoding;
    this.#at = start;
    this.#topAt = start;
    this.#end = end;
  }

  /** In the order in which they stand in the file. */
  get findings(): readonly Finding[] {
    const counted = [...this.#notes.findings, ...this.#unknownVRs.findings];
    if (counted.length === 0) return this.#findings;
    return [...counted, ...this.#findings].sort((a, b) => a.offset - b.offset);
  }

  /** Of its elements without a length, those that only the whole data dictionary can judge, if there are any. */
  get lengthless(): Lengthless | undefined {
    return this.#notes.lengthless;
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

  /** There are no bytes from `end` on. What is wanted behind it is not read; `advance` may go on. */
  endsAt(end: number): void {
    this.#end = end;
    if (this.#isDone) return;
    if (this.#at > end) {
      this.#stepped?.();
      return;
    }
    const cut = this.#levels.find((level) => level.isDefined && level.end > end);
    if (cut !== undefined) this.#truncated({ offset: end, part: 'sequence', tag: tagText(cut.tag) });
    this.#levels = this.#levels.map((level) => ({ ...level, end: Math.min(level.end, end) }));
  }

  /** Ends the walk where it is: there will be no more bytes. */
  abandon(): void {
    if (!this.#isDone) this.#stop({ code: 'not checked', offset: this.#at });
  }

  #stop(finding: Finding): undefined {
    this.#findings.push(finding);
    this.#isDone = true;
  }

  #topLevel(part: FilePart): Want | undefined {
    const at = this.#passPlain(part, this.#end, this.#encoding, this.#size === undefined ? 'data set' : 'image');
    const left = this.#end - at;
    this.#topAt = at;
    if (left === 0) {
      if (this.#sawRows && !this.#sawPixels) this.#findings.push({ code: 'no pixel data', offset: at });
      this.#notes.end();
      this.#unknownVRs.settle();
      this.#isDone = true;
      return undefined;
    }
    const want = lacking(part, at, Math.min(left, 12));
    if (want !== undefined) return want;
    if (isZero(part, at, Math.min(left, 8)) && !this.#couldBeTag(left)) {
      if (this.#unknownVRs.doubted !== undefined) return this.#broken(at, 'zeros where an element should begin');
      this.#zerosFrom = at;
      return undefined;
    }
    if (left < 8) return this.#sawPixels ? this.#trailing(at) : this.#truncated({ offset: at, part: 'header' });
    const element = this.#header(part, at, this.#encoding);
    if (element === undefined) return undefined;
    const { tag, length } = element;
    this.#topTag = tag;
    if (tag >>> 16 > HIGHEST_GROUP) return this.#broken(at, `${tagText(tag)} where an element should begin`);
    if (tag === PIXEL_DATA && length === UNDEFINED_LENGTH) this.#size?.notePixels(at - this.#start);
    if (length === UNDEFINED_LENGTH) return this.#enter(element, this.#encoding, this.#end);
    const sight = this.#size?.sightOf(tag, length) ?? 0;
    const next = element.valueOffset + length;
    if (next > this.#end) return this.#overrun(at, element);
    this.#noteStep(at, element);
    if (length > 0 && isSequence(element, this.#encoding)) return this.#enter(element, this.#encoding, next);
    const keyword = tag > LAST_UID ? undefined : UIDS.get(tag);
    if (keyword !== undefined) {
      const wantUID = lacking(part, element.valueOffset, Math.min(length, LONGEST_UID_READ));
      if (wantUID !== undefined) return wantUID;
      const from = element.valueOffset - part.base;
      const value = textAt(part.bytes, from, Math.min(length, LONGEST_UID_READ));
      this.#notes.seeUID(tag, keyword, value, element.valueOffset);
    }
    if (sight > 0) {
      const wantSize = lacking(part, element.valueOffset, sight);
      if (wantSize !== undefined) return wantSize;
      const from = element.valueOffset - part.base;
      this.#size?.note(tag, part.bytes.subarray(from, from + sight));
    }
    if (tag === ROWS && length > 0) this.#sawRows = true;
    if (tag >= PIXEL_DATA_PROVIDER_URL && length > 0) {
      if (tag === PIXEL_DATA_PROVIDER_URL || PIXELS.has(tag)) this.#sawPixels = true;
    }
    this.#notes.seeValue(element);
    this.#previousTag = tag;
    this.#at = next;
    return undefined;
  }

  /** Over elements of which nothing is to be said. Returns where the next one begins. */
  #passPlain(part: FilePart, limit: number, encoding: Encoding, interest: Interest): number {
    // While nobody knows where the whole ends, each step is noted; what follows a doubtful VR decides about it.
    const isWatched = this.#end === Number.POSITIVE_INFINITY || this.#unknownVRs.doubted !== undefined;
    if (isWatched || this.#at < part.base) return this.#at;
    this.#at = this.#plain.pass(part, this.#at, limit, encoding, interest, LEVELS_MAX - this.#levels.length);
    if (interest !== 'none') this.#previousTag = this.#plain.lastTag ?? this.#previousTag;
    return this.#at;
  }

  /** Behind the pixel data a single zero byte is padding. Before it, in Big Endian, nearly all tags begin with one. */
  #couldBeTag(left: number): boolean {
    return left === 1 && this.#encoding === 'Explicit VR Big Endian' && !this.#sawPixels;
  }

  #nested(part: FilePart): Want | undefined {
    const level = this.#levels.at(-1);
    if (level === undefined) return undefined;
    const at = level.kind === 'item' ? this.#passPlain(part, level.end, level.encoding, 'none') : this.#at;
    if (level.isDefined && at === level.end) return this.#leave();
    const left = level.end - at;
    if (left < 8) return this.#endsTooEarly(part, left, level);
    const want = lacking(part, at, Math.min(this.#end - at, 12));
    if (want !== undefined) return want;
    const isInItem = level.kind === 'item';
    const bigEndian = level.encoding === 'Explicit VR Big Endian';
    if (!isInItem && u16At(part.bytes, at - part.base, bigEndian) !== ITEM_GROUP) {
      return this.#broken(at, `no item of ${tagText(level.tag)} where one should begin`);
    }
    const element = this.#header(part, at, level.encoding);
    if (element === undefined) return undefined;
    const { tag, length } = element;
    if (tag === delimiterOf(isInItem ? 'item' : 'sequence')) {
      this.#at = element.valueOffset;
      return this.#leave();
    }
    if (isInItem ? tag >>> 16 === ITEM_GROUP : tag !== ITEM) {
      return this.#broken(
        at,
        `${tagText(tag)} where ${isInItem ? 'an element' : 'an item'} of ${tagText(level.tag)} should begin`,
      );
    }
    if (length === UNDEFINED_LENGTH) {
      if (level.kind === 'fragments') return this.#broken(at, `a fragment of ${tagText(level.tag)} without a length`);
      return this.#enter(element, level.encoding, level.end);
    }
    const next = element.valueOffset + length;
    if (next > level.end) {
      if (level.end === this.#end) return this.#overrun(at, element);
      const what = isInItem ? nameOf(element) : 'an item';
      return this.#broken(
        at,
        `${what} in ${tagText(level.tag)} is longer than the ${isInItem ? 'item' : 'sequence'} around it`,
      );
    }
    this.#noteStep(at, element);
    const isParsed = level.kind === 'sequence' || (isInItem && isSequence(element, level.encoding));
    if (length > 0 && isParsed) return this.#enter(element, level.encoding, next);
    if (level.kind === 'fragments' && PIXELS.has(this.#topTag)) {
      const from = element.valueOffset - part.base;
      this.#fragments.add(part.bytes.subarray(from, from + Math.min(length, 4)));
    }
    this.#notes.seeValue(element);
    this.#at = next;
    return undefined;
  }

  /** Fewer bytes are left than an element, an item or a delimiter has. */
  #endsTooEarly(part: FilePart, left: number, { kind, tag, end, isDefined }: Level): Want | undefined {
    const at = this.#at;
    if (end === this.#end && !isDefined) {
      if (left > 0) return this.#truncated({ offset: at, part: 'header' });
      const top = tagText(this.#topTag);
      if (!PIXELS.has(this.#topTag)) return this.#truncated({ offset: at, part: 'sequence', tag: top });
      const want = lacking(part, at - END_OF_FRAGMENT, END_OF_FRAGMENT);
      if (want !== undefined) return want;
      const last = part.bytes.subarray(at - part.base - END_OF_FRAGMENT, at - part.base);
      const isWhole = this.#levels.length === 1 && this.#fragments.isWhole(this.#size?.frames ?? Number.NaN, last);
      return this.#truncated({ offset: at, part: isWhole ? 'delimiter' : 'pixel data', tag: top });
    }
    if (left > 0 && kind !== 'item') return this.#broken(at, `no item of ${tagText(tag)} where one should begin`);
    if (left > 0) return this.#broken(at, `the last ${left} bytes of an item of ${tagText(tag)} are no element`);
    return this.#broken(at, `nothing closes ${kind === 'item' ? 'an item' : 'the items'} of ${tagText(tag)}`);
  }

  /** Undefined: the walk has ended. */
  #header(part: FilePart, at: number, encoding: Encoding): ElementHeader | undefined {
    const { base } = part;
    const element = readElementHeader({ bytes: part.bytes, end: this.#end - base }, at - base, encoding);
    const outer = this.#levels.at(-1);
    if (element.type !== 'element') return this.#truncated({ offset: at, part: 'header' });
    if (!this.#couldBeElement(element, at, (outer?.end ?? this.#end) - base)) {
      return this.#broken(at, noVR(element, outer?.tag));
    }
    this.#notes.see(element, at, outer === undefined);
    return base === 0 ? element : { ...element, valueOffset: element.valueOffset + base };
  }

  /** What has no VR of the table may still be an element, unless the rest speaks against it. */
  #couldBeElement({ tag, vr, length, valueOffset }: ElementHeader, at: number, end: number): boolean {
    if (vr === undefined) return true;
    if (!this.#unknownVRs.judge(tag, vr)) return false;
    if (isStandardVR(vr)) return true;
    if (!isFutureVR(vr) && (failsInDcmtk(vr) || valueOffset + length > end)) return false;
    const isTopLevel = this.#levels.length === 0;
    // Behind the pixel data there are hardly any elements, but many other things.
    const isBehindPixels = isTopLevel && this.#sawPixels && !isFutureVR(vr);
    const isDoubtful = isDoubtfulVR(vr) || (isBehindPixels && !/^[ ?-]{2}$/u.test(vr));
    if ((isDoubtful || isBehindPixels) && isTopLevel && tag <= this.#previousTag) return false;
    this.#unknownVRs.see({ tag, offset: at }, vr, isDoubtful);
    return true;
  }

  /** @param limit where the value ends, or what is around it */
  #enter(element: ElementHeader, around: Encoding, limit: number): undefined {
    const outer = this.#levels.at(-1);
    if (this.#levels.length >= LEVELS_MAX) {
      return this.#stop({ code: 'deep nesting', offset: this.#at, depth: NESTING_MAX });
    }
    const { tag, vr, length, valueOffset } = element;
    const isItem = outer?.kind === 'sequence';
    const isDefined = length !== UNDEFINED_LENGTH;
    const kind = isItem ? 'item' : isDefined ? 'sequence' : partsOf(element);
    if (kind === undefined) return this.#broken(this.#at, `${tagText(tag)} of VR ${vr} without a length`);
    const encoding = isUnknown(vr) ? 'Implicit VR Little Endian' : around;
    this.#levels.push({ kind, encoding, tag: isItem ? outer.tag : tag, isDefined, end: limit });
    this.#at = valueOffset;
  }

  #leave(): undefined {
    this.#unknownVRs.settle();
    this.#levels.pop();
    if (this.#levels.length > 0) return;
    if (PIXELS.has(this.#topTag)) this.#sawPixels = true;
    this.#previousTag = this.#topTag;
  }

  #noteStep(at: number, element: ElementHeader): void {
    if (this.#end !== Number.POSITIVE_INFINITY) return;
    const [sawPixels, previousTag] = [this.#sawPixels, this.#previousTag];
    this.#stepped = () => {
      this.#sawPixels = sawPixels;
      this.#previousTag = previousTag;
      this.#overrun(at, element);
    };
  }

  /** A value is longer than what is left of the file. */
  #overrun(at: number, { tag, valueOffset, length }: ElementHeader): undefined {
    const isElement = this.#levels.length > 0 || (tag > this.#previousTag && tag >>> 16 <= HIGHEST_GROUP);
    if (!isElement && this.#sawPixels) return this.#trailing(this.#topAt);
    const isFragment = tag === ITEM && PIXELS.has(this.#topTag);
    const missing = valueOffset + length - this.#end;
    return this.#truncated({
      offset: at,
      part: isFragment ? 'fragment' : 'value',
      tag: tagText(isFragment ? this.#topTag : tag),
      missing,
    });
  }

  #truncated(details: Omit<Extract<Finding, { code: 'truncated' }>, 'code'>): undefined {
    if (this.#unknownVRs.doubted === undefined) this.#stop({ code: 'truncated', ...details });
    else this.#broken(details.offset, '');
  }

  /** Behind the pixel data, bytes that cannot be parsed count as trailing bytes, not as a broken data set. */
  #broken(at: number, detail: string): undefined {
    const doubted = this.#unknownVRs.doubted;
    if (this.#sawPixels) this.#trailing(Math.min(this.#topAt, doubted?.offset ?? at));
    else if (doubted === undefined) this.#stop({ code: 'broken structure', offset: at, detail });
    else
      this.#stop({ code: 'broken structure', offset: doubted.offset, detail: noVR(doubted, this.#levels.at(-1)?.tag) });
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
    this.#notes.end();
    this.#stop({ code: 'zero padding', offset: from, length: this.#end - from });
    return undefined;
  }
}
