// Passes on the elements of an Explicit VR Little Endian data set beside its pixel data, and follows their structure to find
// their ends. PS3.5 7.1.2 (elements), 7.5 (sequences and items), 6.2.2 (a UN of undefined length is implicit inside). As in
// other conversions (data-set-converter.ts), sequences and items get delimiters, because their lengths may change, values of
// odd length are padded, and group lengths are left out. It keeps its own stack, so that nesting cannot overflow the engine's.

import { NESTING_MAX } from '../../protocol/limits.ts';
import { DataSetConversionError } from '../convert/conversion-error.ts';
import { paddingOf } from '../convert/implicit-readers.ts';
import { delimiterOf, IMAGE_GROUP, ITEM, ITEM_GROUP, PIXEL_DATA, tagText, UNDEFINED_LENGTH } from '../structure.ts';
import { standardVR, UN, vrOfBytes } from '../value-representation.ts';
import type { ByteReader } from './byte-reader.ts';

export interface PassingHeader {
  /** 0xGGGGEEEE */
  readonly tag: number;
  /** Of PS3.5 Table 6.2-1; '' for items, delimiters, and where VRs are implicit. */
  readonly vr: string;
  /** Undefined: up to a delimitation item. */
  readonly length: number | undefined;
  /** As they stand in the data set; but what is no VR is UN, with a length of 32 bits. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly offset: number;
}

/**
 * The next header at the end of a data set, behind which there may be zeros, as left by tapes. Undefined: nothing else comes.
 * @throws DataSetConversionError
 */
export async function readLateHeader(reader: ByteReader): Promise<PassingHeader | undefined> {
  const begun = await reader.takeUpTo(8);
  if (begun.some((byte) => byte !== 0)) {
    const offset = reader.position - begun.length;
    if (begun.length < 8) throw new DataSetConversionError(offset, 'the data ends inside an element header');
    return headerOf(reader, begun, false, offset);
  }
  const offset = reader.position;
  while (!(await reader.isAtEnd())) {
    if ((await reader.takeUpTo(4_096)).some((byte) => byte !== 0)) {
      throw new DataSetConversionError(offset, 'zeros where an element should begin');
    }
  }
  return undefined;
}

/** @throws DataSetConversionError */
export async function readPassingHeader(reader: ByteReader, isImplicit = false): Promise<PassingHeader> {
  const offset = reader.position;
  return headerOf(reader, await reader.take(8), isImplicit, offset);
}

async function headerOf(
  reader: ByteReader,
  first: Uint8Array<ArrayBuffer>,
  isImplicit: boolean,
  offset: number,
): Promise<PassingHeader> {
  const view = new DataView(first.buffer);
  const tag = view.getUint16(0, true) * 0x10000 + view.getUint16(2, true);
  if (isImplicit || tag >>> 16 === ITEM_GROUP) {
    return { tag, vr: '', length: defined(view.getUint32(4, true)), bytes: first, offset };
  }
  const vr = vrOfBytes(view.getUint8(4), view.getUint8(5));
  if (!vr.longForm && vr.known) {
    return { tag, vr: vr.name, length: view.getUint16(6, true), bytes: first, offset };
  }
  const bytes = new Uint8Array(12);
  bytes.set(first);
  if (vr.longForm) bytes.set(await reader.take(4), 8);
  else bytes.set([view.getUint8(6), view.getUint8(7)], 8);
  const length = defined(new DataView(bytes.buffer).getUint32(8, true));
  if (vr.known) return { tag, vr: vr.name, length, bytes, offset };
  bytes.set([UN.code >> 8, UN.code & 0xff, 0, 0], 4);
  return { tag, vr: UN.name, length, bytes, offset };
}

function defined(length: number): number | undefined {
  return length === UNDEFINED_LENGTH ? undefined : length;
}

/** The image of an item, such as an icon. */
export interface ItemImage {
  /** Takes an element of group 0028. */
  hold(reader: ByteReader, header: PassingHeader): Promise<void>;
  /** What is held, unchanged. */
  unchanged(): Iterable<Uint8Array>;
  /** The native image: what is held, as it must be, and the pixel data whose header was just read. */
  decoded(header: PassingHeader): AsyncIterable<Uint8Array>;
}

/**
 * How many bytes at the front of `bytes` are whole elements that `passElement` would pass on as they are, and that may pass.
 * Nearly all are such, and together they cost a loop, not a dozen promises for each.
 */
export function unchangedLength(bytes: Uint8Array, mayPass: (tag: number) => boolean): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; ; ) {
    if (at + 12 > bytes.length) return at;
    const tag = view.getUint16(at, true) * 0x10000 + view.getUint16(at + 2, true);
    const vr = standardVR(view.getUint8(at + 4), view.getUint8(at + 5));
    if (vr === undefined || vr.name === 'SQ' || (tag & 0xffff) === 0 || !mayPass(tag)) return at;
    const length = vr.longForm ? view.getUint32(at + 8, true) : view.getUint16(at + 6, true);
    const next = at + (vr.longForm ? 12 : 8) + length;
    // Undefined lengths are odd, and end beyond everything.
    if (length % 2 !== 0 || next > bytes.length) return at;
    at = next;
  }
}

interface Level {
  readonly kind: 'sequence' | 'item';
  /** Where it ends; Infinity until its delimitation item. */
  readonly end: number;
  readonly isImplicit: boolean;
  /** While nothing of it has been passed on. */
  image?: ItemImage | undefined;
}

/**
 * The element whose header was just read, to its end. A group length is left out.
 * @param image for an item that has the attributes of one
 * @throws DataSetConversionError
 */
export async function* passElement(
  reader: ByteReader,
  header: PassingHeader,
  image?: () => ItemImage,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (!isSequence(header)) {
    yield* passValue(reader, header);
    return;
  }
  const levels: Level[] = [];
  const open = (kind: Level['kind'], opened: PassingHeader, isImplicit: boolean): Uint8Array => {
    if (opened.length === 0) return opened.bytes;
    const end = opened.length === undefined ? Infinity : reader.position + opened.length;
    levels.push({ kind, end, isImplicit });
    return withLength(opened, undefined);
  };
  yield open('sequence', header, header.vr === 'UN');
  for (;;) {
    let level = levels.at(-1);
    for (; level?.end === reader.position; level = levels.at(-1)) {
      if (level.image !== undefined) yield* level.image.unchanged();
      levels.pop();
      yield delimitation(level.kind);
    }
    if (level === undefined) return;
    const inner = await readPassingHeader(reader, level.isImplicit);
    if (reader.position + (inner.length ?? 0) > level.end) {
      throw new DataSetConversionError(inner.offset, `${tagText(inner.tag)} ends beyond what it is in (PS3.5 7.5)`);
    }
    if (inner.tag >>> 16 === IMAGE_GROUP && level.kind === 'item' && !level.isImplicit && !isSequence(inner)) {
      level.image ??= image?.();
      if (level.image !== undefined) {
        await level.image.hold(reader, inner);
        continue;
      }
    }
    if (level.image !== undefined) {
      const held = level.image;
      level.image = undefined;
      if (inner.tag === PIXEL_DATA && inner.length === undefined) {
        yield* held.decoded(inner);
        continue;
      }
      yield* held.unchanged();
    }
    if (inner.tag === delimiterOf(level.kind)) {
      if (level.end !== Infinity || inner.length !== 0) throw misplaced(inner, level);
      yield inner.bytes;
      levels.pop();
    } else if (level.kind === 'sequence') {
      if (inner.tag !== ITEM) throw misplaced(inner, level);
      yield open('item', inner, level.isImplicit);
    } else if (inner.tag >>> 16 === ITEM_GROUP) {
      throw misplaced(inner, level);
    } else if (isSequence(inner)) {
      if (levels.length > 2 * NESTING_MAX) {
        throw new DataSetConversionError(inner.offset, `sequences are nested more than ${NESTING_MAX} deep`);
      }
      yield open('sequence', inner, level.isImplicit || inner.vr === 'UN');
    } else {
      yield* passValue(reader, inner);
    }
  }
}

async function* passValue(reader: ByteReader, header: PassingHeader): AsyncGenerator<Uint8Array, void, undefined> {
  const length = definedLength(header);
  if ((header.tag & 0xffff) === 0) {
    for await (const _ of reader.pass(length));
    return;
  }
  const isOdd = length % 2 !== 0;
  yield isOdd ? withLength(header, length + 1) : header.bytes;
  yield* reader.pass(length);
  if (isOdd) yield Uint8Array.of(paddingOf(header.vr));
}

function withLength({ tag, vr, bytes, offset }: PassingHeader, length: number | undefined): Uint8Array {
  const written = Uint8Array.from(bytes);
  const view = new DataView(written.buffer);
  if (vr === '' || bytes.length === 12) {
    view.setUint32(bytes.length - 4, length ?? UNDEFINED_LENGTH, true);
  } else if (length !== undefined && length <= 0xffff) {
    view.setUint16(6, length, true);
  } else {
    throw new DataSetConversionError(offset, `no even length of ${tagText(tag)} holds its value (PS3.5 7.1.2)`);
  }
  return written;
}

function delimitation(kind: Level['kind']): Uint8Array {
  const tag = delimiterOf(kind);
  return Uint8Array.of(0xfe, 0xff, tag & 0xff, (tag >>> 8) & 0xff, 0, 0, 0, 0);
}

function isSequence({ vr, length }: PassingHeader): boolean {
  return vr === 'SQ' || ((vr === 'UN' || vr === '') && length === undefined);
}

function definedLength({ tag, vr, length, offset }: PassingHeader): number {
  if (length !== undefined) return length;
  const detail =
    tag === PIXEL_DATA
      ? 'compressed pixel data inside a sequence without the attributes of an image in front of them'
      : `${tagText(tag)} with VR ${vr} has undefined length (PS3.5 7.1.1)`;
  throw new DataSetConversionError(offset, detail);
}

function misplaced({ tag, offset }: PassingHeader, { kind }: Level): DataSetConversionError {
  return new DataSetConversionError(
    offset,
    `${tagText(tag)} inside ${kind === 'item' ? 'an item' : 'a sequence'} (PS3.5 7.5)`,
  );
}
