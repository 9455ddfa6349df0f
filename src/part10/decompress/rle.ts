// RLE Lossless. PS3.5 Annex G: a header of 64 bytes, then up to 15 segments, each the bytes of one significance of one
// sample (most significant first), packed (PackBits). A segment has one byte for each pixel: with fewer it is damaged,
// and further bytes are padding.

import { frameBytes } from './decoder-memory.ts';
import { FrameDecodingError, type FrameFormat, frameLength } from './frame-format.ts';
import { leastRleSegment } from './plausible-length.ts';

export const HEADER_LENGTH = 64;
export const MOST_SEGMENTS = 15;

export function decodeRle(frame: Uint8Array, format: FrameFormat): Uint8Array<ArrayBuffer> {
  const { rows, columns, samplesPerPixel, bitsAllocated } = format;
  const bytesPerSample = bitsAllocated / 8;
  const wanted = samplesPerPixel * bytesPerSample;
  if (frame.length < HEADER_LENGTH)
    throw new FrameDecodingError(`the RLE header is cut off after ${frame.length} bytes`);
  const header = new DataView(frame.buffer, frame.byteOffset, HEADER_LENGTH);
  const count = header.getUint32(0, true);
  if (count !== wanted || count > MOST_SEGMENTS) {
    throw new FrameDecodingError(`${count} RLE segments, where the image has ${wanted} bytes per pixel`);
  }
  const offsets = Array.from({ length: count }, (_, index) => header.getUint32(4 + 4 * index, true));
  const segments = offsets.map((start, index) => ({ start, end: offsets[index + 1] ?? frame.length }));
  const tooShort = (index: number): FrameDecodingError =>
    new FrameDecodingError(`RLE segment ${index + 1} ends before it has a byte for each pixel`);
  // Before there is any memory for what it claims to be.
  for (const [index, { start, end }] of segments.entries()) {
    if (start < HEADER_LENGTH || end < start || end > frame.length) {
      throw new FrameDecodingError(
        `RLE segment ${index + 1} is said to be at bytes ${start} to ${end} of ${frame.length}`,
      );
    }
    if (end - start < leastRleSegment(rows * columns)) throw tooShort(index);
  }
  const pixels = frameBytes(frameLength(format));
  for (const [index, { start, end }] of segments.entries()) {
    const sample = Math.floor(index / bytesPerSample);
    const significance = bytesPerSample - 1 - (index % bytesPerSample);
    const first = sample * bytesPerSample + significance;
    if (!unpack(frame.subarray(start, end), pixels, first, wanted, rows * columns)) throw tooShort(index);
  }
  return pixels;
}

/** Writes `count` bytes, `stride` apart. False where the segment has fewer. */
function unpack(packed: Uint8Array, pixels: Uint8Array, first: number, stride: number, count: number): boolean {
  const end = first + count * stride;
  let to = first;
  let from = 0;
  while (to < end) {
    const control = packed[from];
    if (control === undefined) return false;
    from += 1;
    if (control < 0x80) {
      const last = Math.min(from + control + 1, from + (end - to) / stride);
      if (last > packed.length) return false;
      for (; from < last; from++, to += stride) pixels[to] = packed[from] as number;
    } else if (control > 0x80) {
      const value = packed[from];
      if (value === undefined) return false;
      from += 1;
      const last = Math.min(to + (257 - control) * stride, end);
      for (; to < last; to += stride) pixels[to] = value;
    }
  }
  return true;
}
