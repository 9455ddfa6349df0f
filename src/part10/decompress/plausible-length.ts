// How short a code stream can be that encodes an image. A stream that is shorter than its standard allows is cut off, or its
// header claims an image that is not there; decoding it would only make gigabytes of nothing. An image of one colour is near
// these bounds, and is decoded.
//
// Huffman codes have at least one bit (ISO/IEC 10918-1 C.2): one for a sample in lossless processes (H.1.2.2), two for a block
// of 8 x 8 in sequential ones (DC and end of block, F.1.2), one in the first scan of progressive ones (G.1.2). An arithmetic
// coder has no such bound. JPEG-LS codes a run of at most 32768 samples as one bit, and no run goes beyond its line
// (ISO/IEC 14495-1 A.7.1). RLE has two bytes for at most 128 (PS3.5 G.3). Deflate has two bits for
// at most 258 bytes (RFC 1951 3.2.5). JPEG 2000 has no useful bound: a whole tile may be
// empty; there the memory that decoding takes is what counts.

import { FrameDecodingError, type FrameFormat } from './frame-format.ts';
import type { JpegHeader } from './jpeg-codestream.ts';

const BLOCK_SAMPLES = 64;
const LONGEST_JPEG_LS_RUN = 32_768;
const LONGEST_RLE_RUN = 128;
/** zlib: one bit for each length and distance. In bytes. */
const LONGEST_DEFLATED_BYTE = 1_032;

/** At least so many bytes; of a JPEG or JPEG-LS stream. */
export function leastJpegLength({ marker, rows, columns, components, isSubsampled, isPlanar }: JpegHeader): number {
  const pixels = rows * columns;
  switch (marker) {
    case 0xc0:
    case 0xc1:
      return Math.floor((2 * pixels) / BLOCK_SAMPLES / 8);
    case 0xc2:
      return Math.floor(pixels / BLOCK_SAMPLES / 8);
    case 0xc3:
      return Math.floor((pixels * (isSubsampled ? 1 : components)) / 8);
    case 0xf7:
      return Math.floor((rows * Math.ceil(columns / LONGEST_JPEG_LS_RUN) * (isPlanar ? components : 1)) / 8);
    default:
      return 0;
  }
}

/** At least so many bytes; of an RLE segment with a byte for each of `pixels`. */
export function leastRleSegment(pixels: number): number {
  return 2 * Math.ceil(pixels / LONGEST_RLE_RUN);
}

/** At least so many bytes that inflate to `length`. */
export function leastDeflated(length: number): number {
  return Math.floor(length / LONGEST_DEFLATED_BYTE);
}

/** Throws FrameDecodingError where a stream of `length` bytes is shorter than it can be. */
export function assertPlausible(length: number, least: number, { codec, rows, columns }: FrameFormat): void {
  if (length >= least) return;
  throw new FrameDecodingError(
    `its code stream has ${length} bytes, and ${codec} takes at least ${least} for ${columns} x ${rows} pixels: ` +
      'it is cut off, or the size that it claims is false',
  );
}
