// Decompresses a data set to native pixel data in Explicit VR Little Endian (PS3.5 A.2) while it streams. It holds group
// 0028, and one frame: encoded, while it is decoded both ways, then decoded. The memory for it is reserved before it is read.
// The length of the native pixel data is known before the first frame is decoded, so nothing is read twice.
//
// Everything but group 0028, the offset tables and the pixel data passes (element-passage.ts). An item of a sequence may have
// compressed pixel data, too: an icon (PS3.3 C.7.6.1.1.6).

import { DECODER_MEMORY } from '../../protocol/limits.ts';
import { EXPLICIT_VR_LE } from '../../protocol/uids.ts';
import { DataSetConversionError } from '../convert/conversion-error.ts';
import { cut } from '../convert/converted-source.ts';
import type { DataSetChunk, DataSetSource } from '../read/data-set-source.ts';
import { IMAGE_GROUP, ITEM_GROUP, PIXEL_DATA, tagText } from '../structure.ts';
import { ByteReader } from './byte-reader.ts';
import { decodingMemory, free, tooLarge } from './decoder-memory.ts';
import { type CompressedSyntax, compressedSyntax } from './decompression.ts';
import {
  type PassingHeader,
  passElement,
  readLateHeader,
  readPassingHeader,
  unchangedLength,
} from './element-passage.ts';
import { type EncodedFrame, encapsulatedFrames } from './encapsulated-frames.ts';
import { comesInPieces, type FrameDecoders, type FrameFormat, frameLength, type Reservation } from './frame-format.ts';
import type { ImageDescription } from './image-description.ts';
import { ImageGroup } from './image-group.ts';

/** How much is asked of the source at once, unless the caller's own pieces are larger. In bytes. */
const READ_LENGTH = 0x40000;

const PIXEL_DATA_GROUP = 0x7fe0;
const EXTENDED_OFFSET_TABLE = 0x7fe00001;
const EXTENDED_OFFSET_TABLE_LENGTHS = 0x7fe00002;
/** Length to End, retired; it counts bytes that are no longer there. */
const LENGTH_TO_END = 0x00080001;

/**
 * `source` with its pixel data decoded. It can be read once, as `source` can. `chunks` throws what `source` throws, and
 * DataSetConversionError if the data set is malformed or a frame cannot be decoded. The pieces before that are a truncated
 * data set.
 * @param source in a syntax for which `decompressionOf` says something
 * @throws RangeError for any other
 */
export function decompressedSource(source: DataSetSource, decoders: FrameDecoders): DataSetSource {
  const syntax = compressedSyntax(source.transferSyntaxUID);
  if (syntax === undefined) throw new RangeError(`No decoder for transfer syntax ${source.transferSyntaxUID}`);
  return {
    transferSyntaxUID: EXPLICIT_VR_LE,
    length: undefined,
    chunks: (chunkLength) => decompressedChunks(source, syntax, decoders, chunkLength),
  };
}

async function* decompressedChunks(
  source: DataSetSource,
  syntax: CompressedSyntax,
  decoders: FrameDecoders,
  chunkLength: number,
): AsyncGenerator<DataSetChunk, void, undefined> {
  if (!Number.isSafeInteger(chunkLength) || chunkLength < 2) throw new RangeError(`No chunk length: ${chunkLength}`);
  const evenLength = chunkLength - (chunkLength % 2);
  const reader = new ByteReader(bytesOf(source, Math.max(evenLength, READ_LENGTH)));
  try {
    yield* cut(decompressed(reader, syntax, decoders, source.length), evenLength);
  } finally {
    await reader.close();
  }
}

async function* bytesOf(source: DataSetSource, length: number): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of source.chunks(length)) yield chunk.bytes;
}

async function* decompressed(
  reader: ByteReader,
  syntax: CompressedSyntax,
  decoders: FrameDecoders,
  dataSetLength: number | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const known = { dataSetLength, hasExtendedOffsetTable: false };
  const pixels = (header: PassingHeader, image: ImageDescription) =>
    nativePixelData(reader, header, image, known, decoders);
  const itemImage = () => new ImageGroup(syntax, pixels);
  const group = itemImage();
  let isPast = false;
  let hasPixels = false;
  const passes = (tag: number): boolean => {
    const number = tag >>> 16;
    const isInPlace = number < IMAGE_GROUP || (isPast && number > IMAGE_GROUP);
    return isInPlace && number !== ITEM_GROUP && tag !== PIXEL_DATA && !isDropped(tag);
  };
  while (!(await reader.isAtEnd())) {
    const unchanged = reader.takeMeasured((bytes) => unchangedLength(bytes, passes));
    if (unchanged.length > 0) {
      yield unchanged;
      continue;
    }
    const header = await (hasPixels ? readLateHeader(reader) : readPassingHeader(reader));
    if (header === undefined) break;
    const { tag } = header;
    if ((tag >>> 16 === IMAGE_GROUP && hasPixels) || tag >>> 16 === ITEM_GROUP) {
      throw new DataSetConversionError(header.offset, `${tagText(tag)} does not belong here (PS3.5 7.1, 7.5)`);
    }
    if (tag >>> 16 === IMAGE_GROUP) {
      await group.hold(reader, header);
      continue;
    }
    if (!isPast && tag >>> 16 > IMAGE_GROUP) {
      isPast = true;
      yield* group.described(header.offset);
    }
    if (tag === PIXEL_DATA) {
      hasPixels = true;
      yield* group.decoded(header);
    } else if (isDropped(tag)) {
      if (tag === EXTENDED_OFFSET_TABLE) known.hasExtendedOffsetTable = header.length !== 0;
      for await (const _ of passElement(reader, header));
    } else {
      yield* passElement(reader, header, itemImage);
    }
  }
  if (!hasPixels) yield* group.unchanged();
}

function isDropped(tag: number): boolean {
  return tag === EXTENDED_OFFSET_TABLE || tag === EXTENDED_OFFSET_TABLE_LENGTHS || tag === LENGTH_TO_END;
}

async function* nativePixelData(
  reader: ByteReader,
  header: PassingHeader,
  image: ImageDescription,
  known: { readonly hasExtendedOffsetTable: boolean; readonly dataSetLength: number | undefined },
  decoders: FrameDecoders,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (header.length !== undefined) {
    throw new DataSetConversionError(
      header.offset,
      'pixel data that are not encapsulated in a compressed data set (PS3.5 A.4)',
    );
  }
  const { format, frames, pixelDataLength } = image;
  const isOdd = pixelDataLength % 2 !== 0;
  yield pixelDataHeader(format.bitsAllocated > 8 ? 'OW' : 'OB', pixelDataLength + (isOdd ? 1 : 0));
  // Four times the native samples and a header: no code stream of such a frame is longer, however badly it is compressed.
  const longestFrame = 4 * frameLength(format) + 0x100000;
  const room = new FrameRoom(format, decoders);
  try {
    for await (const frame of encapsulatedFrames(reader, {
      codec: format.codec,
      frames,
      longestFrame,
      hasExtendedOffsetTable: known.hasExtendedOffsetTable,
      ...(known.dataSetLength === undefined ? {} : { dataSetLength: known.dataSetLength }),
      provide: (length, expected, isFirst) => room.provide(header.offset, length, expected, isFirst),
    })) {
      room.isRead(frame.bytes.length);
      yield* decodedFrame(frame, image, decoders, () => room.isDecoded());
      room.release();
    }
  } finally {
    room.release();
  }
  if (isOdd) yield new Uint8Array(1);
}

/** The memory for one frame after the other. */
class FrameRoom {
  readonly #format: FrameFormat;
  readonly #decoders: FrameDecoders;
  #reserved: Reservation | undefined;

  constructor(format: FrameFormat, decoders: FrameDecoders) {
    this.#format = format;
    this.#decoders = decoders;
  }

  /** Waits until there is memory, but not in the middle of a frame: what others wait for might be what this frame has. */
  async provide(offset: number, length: number, expected: number, isFirst: boolean): Promise<void> {
    const needed = decodingMemory(this.#format, length);
    if (needed > DECODER_MEMORY) throw new DataSetConversionError(offset, tooLarge(this.#format, length));
    if (isFirst) {
      const wanted = Math.min(DECODER_MEMORY, decodingMemory(this.#format, expected));
      this.#reserved = await this.#decoders.reserve?.(wanted);
    } else if (length >= expected) {
      this.#reserved?.resize(needed);
    }
  }

  isRead(length: number): void {
    this.#reserved?.resize(decodingMemory(this.#format, length));
  }

  isDecoded(): void {
    this.#reserved?.resize(frameLength(this.#format));
  }

  release(): void {
    this.#reserved?.release();
    this.#reserved = undefined;
  }
}

async function* decodedFrame(
  frame: EncodedFrame,
  image: ImageDescription,
  decoders: FrameDecoders,
  isDecoded: () => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { format, frames } = image;
  const { number, offset, bytes } = frame;
  const expected = frameLength(format);
  let length = 0;
  try {
    if (decoders.decodeInPieces !== undefined && comesInPieces(format)) {
      for await (const piece of decoders.decodeInPieces(bytes, format)) {
        length += piece.length;
        yield piece;
      }
    } else {
      const pixels = await decoders.decode(bytes, format);
      isDecoded();
      length = pixels.length;
      if (length === expected) yield pixels;
      free(pixels);
    }
    if (length !== expected) throw new Error(`the decoder gave ${length} bytes instead of ${expected}`);
  } catch (error) {
    const name = frames === 1 ? 'the image' : `frame ${number} of ${frames}`;
    const words = error instanceof Error ? error.message : String(error);
    throw new DataSetConversionError(offset, `${name} cannot be decompressed: ${words}`, { cause: error });
  }
}

function pixelDataHeader(vr: 'OB' | 'OW', length: number): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, PIXEL_DATA_GROUP, true);
  view.setUint16(2, PIXEL_DATA & 0xffff, true);
  bytes.set(Buffer.from(vr, 'latin1'), 4);
  view.setUint32(8, length, true);
  return bytes;
}
