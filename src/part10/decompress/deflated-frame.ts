// Deflated Image Frame Compression: a frame of native samples as a raw deflate stream (RFC 1951). PS3.5 8.2.16, A.4.13.
// It is inflated piece by piece: at one go, zlib would leave a second copy of each frame to be collected.

import { createInflateRaw } from 'node:zlib';
import { frameBytes, free } from './decoder-memory.ts';
import { FrameDecodingError, type FrameFormat, frameLength } from './frame-format.ts';
import { assertPlausible, leastDeflated } from './plausible-length.ts';

/** @throws FrameDecodingError */
export async function inflateFrame(
  frame: Uint8Array<ArrayBuffer>,
  format: FrameFormat,
): Promise<Uint8Array<ArrayBuffer>> {
  const length = frameLength(format);
  assertPlausible(frame.length, leastDeflated(length), format);
  // A frame of odd length may have been padded before it was deflated.
  const padded = length + (length % 2);
  const pixels = frameBytes(length);
  const inflater = createInflateRaw();
  inflater.end(frame);
  let count = 0;
  try {
    for await (const piece of inflater as AsyncIterable<Uint8Array>) {
      if (count + piece.length > padded) throw new FrameDecodingError(`it inflates to more than ${padded} bytes`);
      pixels.set(piece.subarray(0, Math.max(0, length - count)), count);
      count += piece.length;
    }
  } catch (error) {
    if (error instanceof FrameDecodingError) throw error;
    throw new FrameDecodingError(`it cannot be inflated (RFC 1951): ${String(error)}`);
  }
  if (count !== length && count !== padded) {
    throw new FrameDecodingError(`it inflates to ${count} bytes instead of ${length}`);
  }
  free(frame);
  return pixels;
}
