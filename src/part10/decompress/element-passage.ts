// Passes the elements of an Explicit VR Little Endian data set on unchanged, and follows their structure to find their ends.
// PS3.5 7.1.2 (elements), 7.5 (sequences and items), 6.2.2 (a UN of undefined length is implicit inside). It keeps its own
// stack, so that nesting cannot overflow the engine's.

import { NESTING_MAX } from '../../protocol/limits.ts';
import { DataSetConversionError } from '../convert/conversion-error.ts';
import { delimiterOf, ITEM, ITEM_GROUP, PIXEL_DATA, tagText, UNDEFINED_LENGTH } from '../structure.ts';
import { vrOfBytes } from '../value-representation.ts';
import type { ByteReader } from './byte-reader.ts';

export interface PassingHeader {
  /** 0xGGGGEEEE */
  readonly tag: number;
  /** Two letters; '' for items, delimiters, and where VRs are implicit. */
  readonly vr: string;
  /** Undefined: up to a delimitation item. */
  readonly length: number | undefined;
  /** As they stand in the data set. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly offset: number;
}

/** @throws DataSetConversionError */
export async function readPassingHeader(reader: ByteReader, isImplicit = false): Promise<PassingHeader> {
  const offset = reader.position;
  const first = await reader.take(8);
  const view = new DataView(first.buffer);
  const tag = view.getUint16(0, true) * 0x10000 + view.getUint16(2, true);
  if (isImplicit || tag >>> 16 === ITEM_GROUP) {
    return { tag, vr: '', length: defined(view.getUint32(4, true)), bytes: first, offset };
  }
  const vr = vrOfBytes(view.getUint8(4), view.getUint8(5));
  if (vr === undefined) throw new DataSetConversionError(offset, `${tagText(tag)} has no VR (PS3.5 7.1.2)`);
  if (!vr.longForm) return { tag, vr: vr.name, length: view.getUint16(6, true), bytes: first, offset };
  const bytes = new Uint8Array(12);
  bytes.set(first);
  bytes.set(await reader.take(4), 8);
  return { tag, vr: vr.name, length: defined(new DataView(bytes.buffer).getUint32(8, true)), bytes, offset };
}

function defined(length: number): number | undefined {
  return length === UNDEFINED_LENGTH ? undefined : length;
}

interface Level {
  readonly kind: 'sequence' | 'item';
  /** Where it ends; Infinity until its delimitation item. */
  readonly end: number;
  readonly isImplicit: boolean;
}

/** The element whose header was just read, to its end. @throws DataSetConversionError */
export async function* passElement(
  reader: ByteReader,
  header: PassingHeader,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield header.bytes;
  if (!isSequence(header)) {
    yield* reader.pass(definedLength(header));
    return;
  }
  const levels: Level[] = [levelOf('sequence', header, header.vr === 'UN', reader.position)];
  for (;;) {
    while (levels.at(-1)?.end === reader.position) levels.pop();
    const level = levels.at(-1);
    if (level === undefined) return;
    const inner = await readPassingHeader(reader, level.isImplicit);
    yield inner.bytes;
    const innerEnd = reader.position + (inner.length ?? 0);
    if (innerEnd > level.end) {
      throw new DataSetConversionError(inner.offset, `${tagText(inner.tag)} ends beyond what it is in (PS3.5 7.5)`);
    }
    if (inner.tag === delimiterOf(level.kind)) {
      if (level.end !== Infinity || inner.length !== 0) throw misplaced(inner, level);
      levels.pop();
    } else if (level.kind === 'sequence') {
      if (inner.tag !== ITEM) throw misplaced(inner, level);
      levels.push(levelOf('item', inner, level.isImplicit, reader.position));
    } else if (inner.tag >>> 16 === ITEM_GROUP) {
      throw misplaced(inner, level);
    } else if (isSequence(inner)) {
      if (levels.length > 2 * NESTING_MAX) {
        throw new DataSetConversionError(inner.offset, `sequences are nested more than ${NESTING_MAX} deep`);
      }
      levels.push(levelOf('sequence', inner, level.isImplicit || inner.vr === 'UN', reader.position));
    } else {
      yield* reader.pass(definedLength(inner));
    }
  }
}

function isSequence({ vr, length }: PassingHeader): boolean {
  return vr === 'SQ' || ((vr === 'UN' || vr === '') && length === undefined);
}

function levelOf(kind: Level['kind'], { length }: PassingHeader, isImplicit: boolean, position: number): Level {
  return { kind, end: length === undefined ? Infinity : position + length, isImplicit };
}

function definedLength({ tag, vr, length, offset }: PassingHeader): number {
  if (length !== undefined) return length;
  const detail =
    tag === PIXEL_DATA
      ? 'compressed pixel data inside a sequence (of an icon image, as a rule) are not decompressed'
      : `${tagText(tag)} with VR ${vr} has undefined length (PS3.5 7.1.1)`;
  throw new DataSetConversionError(offset, detail);
}

function misplaced({ tag, offset }: PassingHeader, { kind }: Level): DataSetConversionError {
  return new DataSetConversionError(
    offset,
    `${tagText(tag)} inside ${kind === 'item' ? 'an item' : 'a sequence'} (PS3.5 7.5)`,
  );
}
