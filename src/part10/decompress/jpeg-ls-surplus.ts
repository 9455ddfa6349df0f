// JPEG-LS streams with bytes too many. A scan ends with the byte that holds its last bit; some encoders write a zero in front
// of the marker besides. CharLS as DCMTK has it decodes what later versions refuse. Such zeros are left out here, one guess
// after the other: a scan that lost a byte of its own is refused as well, so only the right guess is decoded.
// ISO/IEC 14495-1 A.1, C.1.

import type { CodecCall, Codecs, WriteSamples } from './codecs-adapter.ts';
import { codecMemory, frameBytes, free } from './decoder-memory.ts';
import { FrameDecodingError, type FrameFormat } from './frame-format.ts';

/** All guesses about one frame together: a codec that failed keeps its memory. In bytes. */
const GUESSING_MEMORY = 0x4000000;
const MOST_GUESSES = 9;
const MOST_SCANS = 3;
const MARKER_LENGTH = 2;

/** @throws FrameDecodingError */
export function decodeJpegLs(
  stream: Uint8Array<ArrayBuffer>,
  format: FrameFormat,
  call: CodecCall,
  codecs: Codecs,
  write: WriteSamples,
): void {
  try {
    codecs.decode(stream, call, write);
  } catch (error) {
    if (!(error instanceof FrameDecodingError)) throw error;
    const most = Math.min(
      MOST_GUESSES,
      Math.floor(GUESSING_MEMORY / (stream.length + codecMemory(format, stream.length))),
    );
    const guesses = guessesOf(scanEnds(stream), stream).slice(0, most);
    if (!guesses.some((guess) => isRight(guess, stream, call, codecs, write))) throw error;
    free(stream);
  }
}

function isRight(
  guess: readonly Surplus[],
  stream: Uint8Array,
  call: CodecCall,
  codecs: Codecs,
  write: WriteSamples,
): boolean {
  const shorter = without(stream, guess);
  try {
    codecs.decode(shorter, call, write);
    return true;
  } catch (error) {
    free(shorter);
    if (!(error instanceof FrameDecodingError)) throw error;
    return false;
  }
}

interface Surplus {
  /** Behind it. */
  readonly end: number;
  readonly length: number;
}

/** Where the scans end: at a marker. In entropy-coded data the byte behind FF never has its high bit set. */
function scanEnds(stream: Uint8Array): readonly Surplus[] {
  const bytes = Buffer.from(stream.buffer, stream.byteOffset, stream.length);
  const ends: Surplus[] = [];
  let start = bytes.indexOf(Buffer.of(0xff, 0xda));
  while (start !== -1 && ends.length < MOST_SCANS) {
    let end = start + MARKER_LENGTH;
    do end = bytes.indexOf(0xff, end + 1);
    while (end !== -1 && (bytes[end + 1] ?? 0) < 0x80);
    if (end === -1) break;
    ends.push({ end, length: 1 });
    start = bytes.indexOf(Buffer.of(0xff, 0xda), end);
  }
  return ends;
}

/** One zero in front of any of the markers, then more in front of the last one. Other bytes are a sign of damage. */
function guessesOf(ends: readonly Surplus[], stream: Uint8Array): readonly (readonly Surplus[])[] {
  const padded = ends.filter(({ end }) => stream[end - 1] === 0);
  const subsets = Array.from({ length: 2 ** padded.length - 1 }, (_, number) =>
    padded.filter((_end, index) => ((number + 1) >> index) % 2 === 1),
  );
  const last = ends.at(-1);
  if (last === undefined) return subsets;
  let zeros = 0;
  while (stream[last.end - 1 - zeros] === 0) zeros += 1;
  // The last of the scan's own bytes may be a zero, too.
  const lengths = [zeros, zeros - 1].filter((length) => length > 1);
  return [...subsets, ...lengths.map((length) => [{ ...last, length }])];
}

function without(stream: Uint8Array, surplus: readonly Surplus[]): Uint8Array<ArrayBuffer> {
  const shorter = frameBytes(surplus.reduce((length, part) => length - part.length, stream.length));
  let [from, to] = [0, 0];
  for (const { end, length } of surplus) {
    shorter.set(stream.subarray(from, end - length), to);
    to += end - length - from;
    from = end;
  }
  shorter.set(stream.subarray(from), to);
  return shorter;
}
