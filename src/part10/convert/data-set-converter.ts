// Re-encodes a data set element by element while its bytes pass through. It holds one element header, part of one word, and
// an entry for each open sequence and item. PS3.5 7.1 (elements), 7.3 (byte order), 7.5 (sequences), 6.2.2 (UN).
//
// Lengths. An element header of implicit VR has 8 bytes where one of explicit VR may have 12, and a value of odd length is
// padded, so the length of a sequence or item is not known until it has ended. Both are written with undefined length and
// a delimitation item, which PS3.5 7.5.1 and 7.5.2 allow at any place and which needs no look-ahead; empty ones stay empty
// with length 0. Group lengths (gggg,0000) are retired (PS3.5 7.2) and would be wrong: they are left out.
//
// UN. Its value is Implicit VR Little Endian whatever surrounds it and is not swapped (PS3.5 6.2.2, notes 2 and 4, CP-246).
// It is walked where readers do: where its length is undefined, and in Implicit VR where they know the attribute as SQ.
//
// Odd lengths violate PS3.5 7.1.1 but exist in the field: their values are padded.

import { NESTING_MAX } from '../../protocol/limits.ts';
import { isSequenceAttribute } from '../sequence-attributes.ts';
import {
  delimiterOf,
  ITEM,
  ITEM_DELIMITATION,
  ITEM_GROUP,
  SEQUENCE_DELIMITATION,
  tagText,
  UNDEFINED_LENGTH,
} from '../structure.ts';
import { isDoubtfulVR, SQ, UN, type ValueRepresentation, vrOfBytes, vrText } from '../value-representation.ts';
import { VRDoubt } from '../vr-doubt.ts';
import { DataSetConversionError, lengthName } from './conversion-error.ts';
import { type Encoding, IMPLICIT_LITTLE } from './convertible-syntaxes.ts';
import { implicitMisreading, paddingOf, spellsVR } from './implicit-readers.ts';
import { OutputBuffer } from './output-buffer.ts';
import {
  BITS_ALLOCATED,
  type Dictionary,
  type ImageContext,
  isContextTag,
  LONGEST_SHORT_FORM,
  PIXEL_REPRESENTATION,
  vrOfImplicit,
} from './vr-lookup.ts';

interface Level {
  readonly kind: 'data set' | 'sequence' | 'item';
  /** Where in the input it ends; Infinity until its delimitation item. */
  readonly end: number;
  /** Where it must have ended, by its own length or that of any level around it. */
  readonly limit: number;
  readonly from: Encoding;
  readonly to: Encoding;
  readonly context: ImageContext;
  /** Of the sequence, for messages. */
  readonly tag: number;
}

export interface DataSetConverterOptions {
  readonly from: Encoding;
  readonly to: Encoding;
  readonly dictionary: Dictionary;
  /** Bytes of the whole data set, if known: a truncated one then fails before its last value goes out. */
  readonly length?: number;
}

/**
 * Push the bytes of the data set in pieces of any size, take the converted bytes after each push, and call `end` at the end.
 * One push yields at most about 2.5 times its own bytes, and a delimitation item for each level that it closes.
 * `push` and `end` throw DataSetConversionError; from then on every call throws the same error.
 */
export class DataSetConverter {
  readonly #dictionary: Dictionary;
  readonly #output = new OutputBuffer();
  readonly #stack: Level[];
  #level: Level;
  /** Bytes of input used up. */
  #position = 0;
  #failure: Error | undefined;

  readonly #header = new Uint8Array(12);
  readonly #headerView = new DataView(this.#header.buffer);
  #headerLength = 0;
  #headerNeeded: 8 | 12 = 8;
  /** Behind the last element: zeros, as left by tapes, which are left out. */
  #isInPadding = false;

  #tag = 0;
  #valueLeft = 0;
  #dropsValue = false;
  /** What follows a value of odd length; undefined: nothing. */
  #padding: number | undefined;
  #wordLength: 1 | 2 | 4 | 8 = 1;
  readonly #doubt = new VRDoubt();
  readonly #word = new Uint8Array(8);
  #wordFill = 0;
  /** How many bytes of a context element's US are still to be read, and what they say so far. */
  #watchedLeft = 0;
  #watched = 0;

  constructor(options: DataSetConverterOptions) {
    const { from, to, dictionary, length } = options;
    this.#dictionary = dictionary;
    const context = { pixelRepresentation: undefined, bitsAllocated: undefined, waveformBitsAllocated: undefined };
    const end = length ?? Infinity;
    this.#level = { kind: 'data set', end, limit: end, from, to, context, tag: 0 };
    this.#stack = [this.#level];
  }

  /** The converted bytes since the last take. Valid until the next push. */
  take(): Uint8Array {
    return this.#output.take();
  }

  push(bytes: Uint8Array): void {
    if (this.#failure !== undefined) throw this.#failure;
    let at = 0;
    while (at < bytes.length) {
      if (this.#valueLeft === 0) {
        at = this.#readHeader(bytes, at);
        continue;
      }
      const count = Math.min(this.#valueLeft, bytes.length - at);
      this.#passValue(count === bytes.length ? bytes : bytes.subarray(at, at + count));
      at += count;
      this.#position += count;
      this.#valueLeft -= count;
      if (this.#valueLeft > 0) continue;
      if (this.#padding !== undefined) this.#passValue(Uint8Array.of(this.#padding));
      this.#closeEnded();
    }
  }

  /** No more bytes come: throws unless every element, item and sequence is complete. */
  end(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#valueLeft > 0) {
      this.#fail(
        this.#position,
        `the data ends ${this.#valueLeft} bytes before the value of ${tagText(this.#tag)} does`,
      );
    }
    if (this.#headerLength > 0 && !this.#isPaddingHere(this.#headerLength)) {
      this.#fail(this.#position, 'the data ends inside an element header');
    }
    if (this.#level.kind !== 'data set') {
      this.#fail(this.#position, `the data ends inside ${this.#levelName()}`);
    }
    this.#failure = new Error('The data set has ended');
  }

  #readHeader(bytes: Uint8Array, start: number): number {
    let at = start;
    if (this.#isInPadding) {
      const rest = bytes.subarray(start);
      if (rest.some((byte) => byte !== 0)) this.#fail(this.#position, 'zeros where an element should begin');
      this.#position += rest.length;
      return bytes.length;
    }
    while (at < bytes.length && this.#headerLength < this.#headerNeeded) {
      this.#header[this.#headerLength] = bytes[at] as number;
      this.#headerLength += 1;
      at += 1;
    }
    this.#position += at - start;
    if (this.#headerLength === this.#headerNeeded) this.#interpretHeader();
    return at;
  }

  /** Zeros where an element of the data set should begin, behind others. */
  #isPaddingHere(length: number): boolean {
    return (
      this.#level.kind === 'data set' && this.#tag > 0 && this.#header.subarray(0, length).every((byte) => byte === 0)
    );
  }

  #interpretHeader(): void {
    if (this.#isPaddingHere(8)) {
      this.#isInPadding = true;
      return;
    }
    const view = this.#headerView;
    const { explicitVR, littleEndian } = this.#level.from;
    const group = view.getUint16(0, littleEndian);
    const tag = ((group << 16) | view.getUint16(2, littleEndian)) >>> 0;
    if (!explicitVR || group === ITEM_GROUP) {
      this.#beginElement(tag, undefined, view.getUint32(4, littleEndian));
      return;
    }
    const vr = vrOfBytes(view.getUint8(4), view.getUint8(5));
    if (!vr.longForm) this.#beginElement(tag, vr, view.getUint16(6, littleEndian));
    else if (this.#headerNeeded === 8) this.#headerNeeded = 12;
    else this.#beginElement(tag, vr, view.getUint32(8, littleEndian));
  }

  #beginElement(tag: number, vr: ValueRepresentation | undefined, length: number): void {
    const offset = this.#headerOffset();
    const defined = length === UNDEFINED_LENGTH ? undefined : length;
    this.#headerLength = 0;
    this.#headerNeeded = 8;
    this.#tag = tag;
    const excess = this.#position + (defined ?? 0) - this.#level.limit;
    const isStray = this.#level.kind === 'sequence' && tag >>> 16 !== ITEM_GROUP;
    if (excess > 0 && !isStray) {
      const enclosing = this.#level.end === this.#level.limit ? this.#levelName() : 'what encloses it';
      this.#fail(offset, `${tagText(tag)} with length ${lengthName(defined)} ends ${excess} bytes beyond ${enclosing}`);
    }
    if (this.#level.kind === 'sequence') this.#beginItem(offset, tag, defined);
    else if (tag >>> 16 === ITEM_GROUP) this.#endItem(offset, tag, defined);
    else if (vr === undefined) this.#beginImplicit(offset, tag, defined);
    else {
      this.#judge(offset, tag, vr);
      this.#beginExplicit(offset, tag, vr, defined);
    }
    if (this.#valueLeft === 0) this.#closeEnded();
  }

  #judge(offset: number, tag: number, { known, name }: ValueRepresentation): void {
    const doubted = this.#doubt.first;
    if (doubted !== undefined && !this.#doubt.judge(tag, name)) {
      this.#fail(doubted.offset, `${tagText(doubted.tag)} has no VR (PS3.5 7.1.2)`);
    }
    if (!known && isDoubtfulVR(name)) this.#doubt.raise({ tag, offset });
  }

  #beginItem(offset: number, tag: number, length: number | undefined): void {
    const { to, end, context } = this.#level;
    if (tag === ITEM) {
      this.#output.appendItemHeader(tag, length === 0 ? length : undefined, to);
      if (length !== 0) this.#open(offset, 'item', length, { ...this.#level, context: { ...context } });
      return;
    }
    if (tag !== SEQUENCE_DELIMITATION || end !== Infinity || length !== 0) {
      this.#fail(
        offset,
        `${tagText(tag)} with length ${lengthName(length)} in ${this.#levelName()}: an item belongs here (PS3.5 7.5)`,
      );
    }
    this.#output.appendItemHeader(tag, 0, to);
    this.#close();
  }

  #endItem(offset: number, tag: number, length: number | undefined): void {
    const { kind, end, to } = this.#level;
    if (tag !== ITEM_DELIMITATION || kind !== 'item' || end !== Infinity || length !== 0) {
      this.#fail(
        offset,
        `${tagText(tag)} with length ${lengthName(length)} in ${this.#levelName()}: no element of a data set (PS3.5 7.5)`,
      );
    }
    this.#output.appendItemHeader(tag, 0, to);
    this.#close();
  }

  #beginImplicit(offset: number, tag: number, length: number | undefined): void {
    const { to, context } = this.#level;
    const vr = vrOfImplicit(tag, length, this.#dictionary, context);
    if (!to.explicitVR && length !== undefined && spellsVR(tag, length, this.#dictionary)) {
      this.#fail(offset, `${tagText(tag)} is in Explicit VR, which nothing inside a UN can be (PS3.5 6.2.2)`);
    }
    if (length !== undefined && length >= 2 && isContextTag(tag)) {
      this.#watchedLeft = 2;
      this.#watched = 0;
    }
    this.#beginValue(offset, tag, vr, length);
  }

  #beginExplicit(offset: number, tag: number, vr: ValueRepresentation, length: number | undefined): void {
    const { from, to } = this.#level;
    if (!vr.known) {
      if (!from.littleEndian) {
        this.#fail(
          offset,
          `${tagText(tag)} has VR ${vrText(vr.name)}, of which it is not known how to swap it from big endian`,
        );
      }
      this.#beginExplicit(offset, tag, UN, length);
      return;
    }
    if (length !== 0 && !to.explicitVR) {
      const misreading = implicitMisreading(tag, vr, this.#dictionary);
      if (misreading !== undefined) this.#fail(offset, misreading);
    }
    const isWalked = length === undefined || (length > 0 && !to.explicitVR && isSequenceAttribute(tag));
    if (vr === UN && isWalked) {
      this.#output.appendElementHeader(tag, UN, undefined, to);
      this.#openSequence(offset, length, IMPLICIT_LITTLE, IMPLICIT_LITTLE);
    } else {
      this.#beginValue(offset, tag, vr, length);
    }
  }

  /** `vr` is what the output says, and with it which words are swapped. */
  #beginValue(offset: number, tag: number, vr: ValueRepresentation, length: number | undefined): void {
    const { from, to } = this.#level;
    if (vr === SQ) {
      this.#output.appendElementHeader(tag, vr, length === 0 ? length : undefined, to);
      if (length !== 0) this.#openSequence(offset, length, from, to);
      return;
    }
    if (length === undefined) {
      this.#fail(
        offset,
        `${tagText(tag)} with VR ${vrText(vr.name)} has undefined length, which only sequences may have here (PS3.5 7.1.1)`,
      );
    }
    this.#valueLeft = length;
    this.#padding = length % 2 === 0 ? undefined : paddingOf(vr.name);
    this.#dropsValue = (tag & 0xffff) === 0;
    if (this.#dropsValue) return;
    this.#wordLength = from.littleEndian === to.littleEndian ? 1 : vr.wordLength;
    const padded = length + (length % 2);
    if (padded % this.#wordLength !== 0) {
      this.#fail(
        offset,
        `${tagText(tag)} has ${length} bytes, which no whole number of ${vr.name} words has (PS3.5 7.3)`,
      );
    }
    if (to.explicitVR && !vr.longForm && padded > LONGEST_SHORT_FORM) {
      this.#fail(
        offset,
        `${tagText(tag)} has ${length} bytes: no even length of VR ${vr.name} holds them (PS3.5 7.1.2)`,
      );
    }
    this.#output.appendElementHeader(tag, vr, padded, to);
  }

  #passValue(bytes: Uint8Array): void {
    if (this.#watchedLeft > 0) this.#watch(bytes);
    if (this.#dropsValue) return;
    const wordLength = this.#wordLength;
    if (wordLength === 1) {
      this.#output.append(bytes);
      return;
    }
    let at = 0;
    if (this.#wordFill > 0) {
      at = Math.min(wordLength - this.#wordFill, bytes.length);
      this.#word.set(bytes.subarray(0, at), this.#wordFill);
      this.#wordFill += at;
      if (this.#wordFill < wordLength) return;
      this.#output.appendSwapped(this.#word.subarray(0, wordLength), wordLength);
    }
    this.#wordFill = (bytes.length - at) % wordLength;
    const whole = bytes.length - this.#wordFill;
    if (whole > at) this.#output.appendSwapped(bytes.subarray(at, whole), wordLength);
    this.#word.set(bytes.subarray(whole));
  }

  #watch(bytes: Uint8Array): void {
    for (const byte of bytes.subarray(0, this.#watchedLeft)) {
      this.#watched |= byte << (8 * (2 - this.#watchedLeft));
      this.#watchedLeft -= 1;
    }
    if (this.#watchedLeft > 0) return;
    const { context } = this.#level;
    if (this.#tag === PIXEL_REPRESENTATION) context.pixelRepresentation = this.#watched;
    else if (this.#tag === BITS_ALLOCATED) context.bitsAllocated = this.#watched;
    else context.waveformBitsAllocated = this.#watched;
  }

  #openSequence(offset: number, length: number | undefined, from: Encoding, to: Encoding): void {
    this.#open(offset, 'sequence', length, { ...this.#level, from, to, tag: this.#tag });
  }

  #open(offset: number, kind: 'sequence' | 'item', length: number | undefined, around: Level): void {
    if (this.#stack.length > 2 * NESTING_MAX) {
      this.#fail(offset, `sequences are nested more than ${NESTING_MAX} deep`);
    }
    const end = length === undefined ? Infinity : this.#position + length;
    this.#level = { ...around, kind, end, limit: Math.min(end, around.limit) };
    this.#stack.push(this.#level);
  }

  #close(): void {
    this.#doubt.settle();
    this.#stack.pop();
    this.#level = this.#stack.at(-1) as Level;
  }

  /** Closes what ends here by its defined length. */
  #closeEnded(): void {
    while (this.#level.end === this.#position && this.#level.kind !== 'data set') {
      const { kind, to } = this.#level;
      this.#output.appendItemHeader(delimiterOf(kind), 0, to);
      this.#close();
    }
  }

  #headerOffset(): number {
    return this.#position - this.#headerLength;
  }

  #levelName(): string {
    if (this.#level.kind === 'data set') return 'the data set';
    return this.#level.kind === 'item'
      ? `an item of ${tagText(this.#level.tag)}`
      : `the sequence ${tagText(this.#level.tag)}`;
  }

  #fail(offset: number, detail: string): never {
    this.#failure = new DataSetConversionError(offset, detail);
    throw this.#failure;
  }
}
