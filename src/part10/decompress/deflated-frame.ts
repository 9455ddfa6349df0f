// Deflated Image Frame Compression: a frame of native samples as a raw deflate stream (RFC 1951). PS3.5 8.2.16, A.4.13.

import { inflateRawSync } from 'node:zlib';
import { frameBytes } from './decoder-memory.ts';
import { FrameDecodingError, type FrameFormat, frameLength } from './frame-format.ts';
import { assertPlausible, leastDeflated } from './plausible-length.ts';

/** @throws FrameDecodingError */
export function inflateFrame(frame: Uint8Array, format: FrameFormat): Uint8Array<ArrayBuffer> {
  const length = frameLength(format);
  assertPlausible(frame.length, leastDeflated(length), format);
  // A frame of odd length may have been padded before it was deflated.
  const padded = length + (length % 2);
  let samples: Uint8Array;
  try {
    // One piece and no more: zlib asks for a second where the first is full.
    samples = inflateRawSync(frame, { maxOutputLength: padded, chunkSize: Math.max(64, padded + 1) });
  } catch (error) {
    const words = error instanceof RangeError ? `it has more than ${padded} bytes` : `(RFC 1951): ${String(error)}`;
    throw new FrameDecodingError(`it cannot be inflated, ${words}`);
  }
  if (samples.length !== length && samples.length !== padded) {
    throw new FrameDecodingError(`it inflates to ${samples.length} bytes instead of ${length}`);
  }
  const pixels = frameBytes(length);
  pixels.set(samples.subarray(0, length));
  return pixels;
}
