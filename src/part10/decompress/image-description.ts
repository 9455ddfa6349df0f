// The attributes that describe the pixels (group 0028): what they say of the compressed frames, and what they must say
// once the frames are native. PS3.3 C.7.6.3 (Image Pixel), C.7.6.1.1.5 (Lossy Image Compression), C.7.6.6 (frames);
// PS3.5 8.2: a data set that is decompressed must tell the truth about its native samples.
//
// Photometric Interpretation. JPEG 2000 decoders invert their own transforms: YBR_RCT and YBR_ICT become RGB. A lossy JPEG
// in YBR_FULL or YBR_FULL_422 is given as RGB, as DCMTK does and every receiver understands. Lossless syntaxes keep their
// colour space, for a conversion would round: YBR_FULL stays, and YBR_FULL_422 becomes YBR_FULL since what the decoder
// gives is never subsampled.
//
// Planar Configuration is 0: samples are interleaved whatever the stream did, RLE (which goes by planes) included. What was
// deflated is native already, and stays as it is.
//
// Lossy Image Compression becomes '01' where the syntax is lossy. Where JPEG-LS or JPEG 2000 may have been reversible all
// the same, a data set that says '00' is believed. Ratio and method (0028,2112), (0028,2114) stay: they are history.
//
// Bits Allocated, Bits Stored, High Bit and Pixel Representation stay as they are; so does the SOP Instance UID: nothing is
// lost that was not lost before, and the instance means what it meant.

import { DECODER_MEMORY } from '../../protocol/limits.ts';
import { DataSetConversionError } from '../convert/conversion-error.ts';
import { tagText } from '../structure.ts';
import { decodingMemory, tooLarge } from './decoder-memory.ts';
import type { CompressedSyntax } from './decompression.ts';
import { type FrameFormat, frameLength } from './frame-format.ts';

const SAMPLES_PER_PIXEL = 0x00280002;
const PHOTOMETRIC_INTERPRETATION = 0x00280004;
const PLANAR_CONFIGURATION = 0x00280006;
const NUMBER_OF_FRAMES = 0x00280008;
const ROWS = 0x00280010;
const COLUMNS = 0x00280011;
const BITS_ALLOCATED = 0x00280100;
const LOSSY_IMAGE_COMPRESSION = 0x00282110;

/** The longest native Pixel Data: its length is even and has 32 bits. In bytes. */
const LONGEST_PIXEL_DATA = 0xfffffffe;

/** An element as it stands in the data set. */
export interface HeldElement {
  readonly tag: number;
  /** Header and value. */
  readonly bytes: Uint8Array;
  /** Where in `bytes` the value begins. */
  readonly valueOffset: number;
}

export interface ImageDescription {
  readonly format: FrameFormat;
  readonly frames: number;
  /** Of all frames, in bytes, not padded. */
  readonly pixelDataLength: number;
  /** Group 0028 of the native image, ascending. */
  readonly elements: readonly HeldElement[];
}

/** No other word of the file is quoted. */
const PARTIAL: readonly string[] = ['YBR_PARTIAL_422', 'YBR_PARTIAL_420'];

/**
 * Group 0028 for native pixel data, from that of the compressed data set.
 * @param offset where the group ends, for errors
 * @throws DataSetConversionError where an attribute is missing or cannot be
 */
export function describeImage(
  held: readonly HeldElement[],
  syntax: CompressedSyntax,
  offset: number,
): ImageDescription {
  const byTag = new Map(held.map((element) => [element.tag, element]));
  const fail = (detail: string): never => {
    throw new DataSetConversionError(offset, detail);
  };
  const number = (tag: number): number => {
    const element = byTag.get(tag);
    const value = element === undefined ? undefined : unsignedShort(element);
    return value ?? fail(`${tagText(tag)} is missing: without it pixel data cannot be decompressed`);
  };
  const text = (tag: number): string | undefined => {
    const element = byTag.get(tag);
    return (
      element &&
      Buffer.from(element.bytes.subarray(element.valueOffset))
        .toString('latin1')
        .replace(/[ \0]+$/u, '')
        .trim()
    );
  };

  const photometric = text(PHOTOMETRIC_INTERPRETATION) ?? fail(`${tagText(PHOTOMETRIC_INTERPRETATION)} is missing`);
  const samplesPerPixel = number(SAMPLES_PER_PIXEL);
  if (photometric.startsWith('YBR_PARTIAL'))
    fail(`pixel data in ${PARTIAL.find((known) => known === photometric) ?? 'YBR_PARTIAL'} are not decompressed`);
  const isYbr = photometric === 'YBR_FULL' || photometric === 'YBR_FULL_422';
  const { codec, decompression, maybeReversible, isProgressive } = syntax;
  const format: FrameFormat = {
    codec,
    rows: number(ROWS),
    columns: number(COLUMNS),
    samplesPerPixel,
    bitsAllocated: number(BITS_ALLOCATED),
    convertsToRgb: codec === 'JPEG' && decompression === 'lossy' && isYbr && samplesPerPixel === 3,
    isProgressive,
  };
  const { bitsAllocated, rows, columns } = format;
  const isPlain = codec === 'RLE' || codec === 'Deflate';
  const isBit = codec === 'Deflate' && bitsAllocated === 1;
  if ((bitsAllocated % 8 !== 0 && !isBit) || bitsAllocated > (isPlain ? 64 : 16) || bitsAllocated === 24) {
    fail(`${bitsAllocated} bits allocated: ${codec} pixel data of that are not decompressed`);
  }
  const frames =
    numberOfFrames(text(NUMBER_OF_FRAMES)) ?? fail(`${tagText(NUMBER_OF_FRAMES)} is not a number of frames`);
  const length = frameLength(format);
  if (length === 0) fail('Rows, Columns, Samples per Pixel or Bits Allocated is 0');
  if (codec === 'Deflate' && photometric === 'YBR_FULL_422')
    fail('deflated pixel data in YBR_FULL_422 are not decompressed');
  if (isBit && frames > 1 && (rows * columns) % 8 !== 0) fail('deflated frames of bits that do not end with a byte');
  // However well it is compressed.
  if (decodingMemory(format, 0) > DECODER_MEMORY) fail(tooLarge(format));
  const pixelDataLength = length * frames;
  if (pixelDataLength > LONGEST_PIXEL_DATA) fail(`${pixelDataLength} bytes of native pixel data: more than 4 GiB - 2`);

  const changes: HeldElement[] = [];
  const native = nativePhotometricInterpretation(photometric, format);
  if (native !== photometric) changes.push(codeString(PHOTOMETRIC_INTERPRETATION, native));
  if (samplesPerPixel > 1 && codec !== 'Deflate') changes.push(shortNumber(PLANAR_CONFIGURATION, 0));
  if (decompression === 'lossy' && !(maybeReversible && text(LOSSY_IMAGE_COMPRESSION) === '00')) {
    changes.push(codeString(LOSSY_IMAGE_COMPRESSION, '01'));
  }
  return { format, frames, pixelDataLength, elements: changed(held, changes) };
}

function nativePhotometricInterpretation(photometric: string, { convertsToRgb }: FrameFormat): string {
  if (convertsToRgb || photometric === 'YBR_RCT' || photometric === 'YBR_ICT') return 'RGB';
  return photometric === 'YBR_FULL_422' ? 'YBR_FULL' : photometric;
}

/** An IS; absent and empty mean 1. */
function numberOfFrames(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return 1;
  const frames = /^\+?\d{1,10}$/u.test(text) ? Number(text) : 0;
  return frames >= 1 ? frames : undefined;
}

function changed(held: readonly HeldElement[], changes: readonly HeldElement[]): HeldElement[] {
  const replaced = new Set(changes.map(({ tag }) => tag));
  return [...held.filter(({ tag }) => !replaced.has(tag)), ...changes].sort((a, b) => a.tag - b.tag);
}

function unsignedShort({ bytes, valueOffset }: HeldElement): number | undefined {
  if (bytes.length < valueOffset + 2) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint16(valueOffset, true);
}

function shortNumber(tag: number, value: number): HeldElement {
  return shortElement(tag, 'US', Uint8Array.of(value & 0xff, value >>> 8));
}

function codeString(tag: number, value: string): HeldElement {
  return shortElement(tag, 'CS', Buffer.from(value.length % 2 === 0 ? value : `${value} `, 'latin1'));
}

function shortElement(tag: number, vr: string, value: Uint8Array): HeldElement {
  const bytes = new Uint8Array(8 + value.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, tag >>> 16, true);
  view.setUint16(2, tag & 0xffff, true);
  bytes.set(Buffer.from(vr, 'latin1'), 4);
  view.setUint16(6, value.length, true);
  bytes.set(value, 8);
  return { tag, bytes, valueOffset: 8 };
}
