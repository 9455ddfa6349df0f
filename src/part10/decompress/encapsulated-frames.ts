// The encoded frames of an encapsulated Pixel Data element, one after the other. PS3.5 A.4: items behind a Basic Offset
// Table, which may be empty; a frame may lie in several fragments, but no fragment holds parts of two.
//
// Which fragments make a frame: with one frame, all of them. With an Extended Offset Table (PS3.3 C.7.6.3.1.8), each is one.
// With a Basic Offset Table, those from one of its offsets to the next. With none, a frame begins wherever a fragment begins
// with the first marker of a code stream. RLE should have one fragment for each frame (A.4.2), and offset tables that are
// wrong; some writers cut a frame: there a frame also begins with what looks like the header of Annex G. A deflated frame has
// no mark and one fragment (A.4.13).

import { DataSetConversionError } from '../convert/conversion-error.ts';
import { ITEM, SEQUENCE_DELIMITATION, tagText } from '../structure.ts';
import type { ByteReader } from './byte-reader.ts';
import { frameBytes, free } from './decoder-memory.ts';
import type { Codec } from './decompression.ts';
import { readPassingHeader } from './element-passage.ts';
import { HEADER_LENGTH, MOST_SEGMENTS } from './rle.ts';

export interface EncodedFrame {
  /** Counted from 1, as frames are in DICOM. */
  readonly number: number;
  /** The caller's own. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of its first fragment's item, in the data set. */
  readonly offset: number;
}

export interface EncapsulationOptions {
  readonly codec: Codec;
  readonly frames: number;
  readonly hasExtendedOffsetTable: boolean;
  /** More bytes than so many encode no frame of this image. */
  readonly longestFrame: number;
  /** Of the whole data set, if known; in bytes. */
  readonly dataSetLength?: number;
  /**
   * Called before the bytes of a frame are read, and again when it has further fragments.
   * @param length of the frame as far as is known, in bytes
   * @param expected how long it will probably be
   */
  readonly provide: (length: number, expected: number, isFirst: boolean) => Promise<void> | undefined;
}

/** So many bytes of a fragment tell whether a frame begins there. */
const SIGHT = 8;

/**
 * Reads from behind the header of Pixel Data to behind its delimitation item; what is held is one frame.
 * @throws DataSetConversionError where the fragments are not as many frames as they should be
 */
export async function* encapsulatedFrames(
  reader: ByteReader,
  options: EncapsulationOptions,
): AsyncGenerator<EncodedFrame, void, undefined> {
  const { frames, longestFrame } = options;
  const starts = await readOffsetTable(reader, frames);
  const origin = reader.position;
  let number = 0;
  let parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  let start = origin;
  const frame = (): EncodedFrame => ({ number, bytes: joined(parts, length), offset: start });
  for (;;) {
    const { tag, length: fragmentLength, offset } = await readPassingHeader(reader);
    if (tag === SEQUENCE_DELIMITATION) break;
    if (tag !== ITEM || fragmentLength === undefined) {
      throw new DataSetConversionError(offset, `${tagText(tag)} among the fragments of pixel data (PS3.5 A.4)`);
    }
    // Checked before it is read: a false length would cost that much memory.
    if (fragmentLength > longestFrame) throw tooLong(number + 1, offset, fragmentLength);
    const sight = await reader.take(Math.min(fragmentLength, SIGHT));
    if (number === 0 || beginsFrame(sight, offset - origin, starts, options)) {
      if (number > 0) yield frame();
      number += 1;
      if (number > frames) {
        throw new DataSetConversionError(offset, `more frames than (0028,0008) Number of Frames says: ${frames}`);
      }
      parts = [];
      length = 0;
      start = offset;
    }
    length += fragmentLength;
    if (length > longestFrame) throw tooLong(number, start, length);
    await options.provide(length, Math.max(length, expectedLength(reader.position, options)), parts.length === 0);
    parts.push(await reader.complete(sight, fragmentLength));
  }
  if (number > 0) yield frame();
  if (number < frames) {
    throw new DataSetConversionError(
      reader.position,
      `${number} frames where (0028,0008) Number of Frames says ${frames}`,
    );
  }
}

/** Offsets of frames, from the first fragment's item; undefined where there is no table, or none that could be true. */
async function readOffsetTable(reader: ByteReader, frames: number): Promise<ReadonlySet<number> | undefined> {
  const { tag, length, offset } = await readPassingHeader(reader);
  if (tag !== ITEM || length === undefined) {
    throw new DataSetConversionError(offset, `${tagText(tag)} where the Basic Offset Table should be (PS3.5 A.4)`);
  }
  if (length !== 4 * frames) {
    for await (const _ of reader.pass(length));
    return undefined;
  }
  const table = new DataView((await reader.take(length)).buffer);
  const starts = Array.from({ length: frames }, (_, index) => table.getUint32(4 * index, true));
  const isAscending = starts.every((start, index) =>
    index === 0 ? start === 0 : start > (starts[index - 1] as number),
  );
  return isAscending ? new Set(starts) : undefined;
}

function beginsFrame(
  fragment: Uint8Array,
  offset: number,
  starts: ReadonlySet<number> | undefined,
  { codec, frames, hasExtendedOffsetTable }: EncapsulationOptions,
): boolean {
  if (codec === 'RLE') return beginsStream(fragment, codec) || (frames > 1 && hasExtendedOffsetTable);
  // Of one frame all fragments, unless there is plainly another frame.
  if (frames === 1) return beginsStream(fragment, codec);
  if (hasExtendedOffsetTable || (codec === 'Deflate' && starts === undefined)) return true;
  return starts === undefined ? beginsStream(fragment, codec) : starts.has(offset);
}

/**
 * SOI of JPEG and JPEG-LS with the marker behind it; SOC and SIZ of JPEG 2000; the signature of a JP2 file; the number of RLE
 * segments and the offset of the first.
 */
function beginsStream(fragment: Uint8Array, codec: Codec): boolean {
  const begins = (...bytes: number[]) => bytes.every((byte, index) => fragment[index] === byte);
  if (codec === 'Deflate') return false;
  if (codec === 'RLE') return fragment.length >= SIGHT && beginsRle(fragment);
  if (codec === 'JPEG' || codec === 'JPEG-LS') return begins(0xff, 0xd8, 0xff);
  return begins(0xff, 0x4f, 0xff, 0x51) || begins(0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20);
}

function beginsRle(fragment: Uint8Array): boolean {
  const header = new DataView(fragment.buffer, fragment.byteOffset, SIGHT);
  const count = header.getUint32(0, true);
  return count >= 1 && count <= MOST_SEGMENTS && header.getUint32(4, true) === HEADER_LENGTH;
}

/** Of one frame, what is left of the data set. */
function expectedLength(position: number, { frames, dataSetLength, longestFrame }: EncapsulationOptions): number {
  return frames > 1 || dataSetLength === undefined ? 0 : Math.min(longestFrame, Math.max(0, dataSetLength - position));
}

function tooLong(number: number, offset: number, length: number): DataSetConversionError {
  return new DataSetConversionError(
    offset,
    `frame ${number} has ${length} compressed bytes, more than any such frame needs`,
  );
}

function joined(parts: readonly Uint8Array<ArrayBuffer>[], length: number): Uint8Array<ArrayBuffer> {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const bytes = frameBytes(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
    free(part);
  }
  return bytes;
}
