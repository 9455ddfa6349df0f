// How much memory decoding may take: one budget for all sends of a process. A header of a hundred bytes can claim an image of
// gigabytes, so what a frame will take is computed from its description before anything of it is read or decoded. A frame
// that takes more than the whole budget is refused, and one that takes more than what is left of it waits.

import { DECODER_MEMORY, DECODERS_SHARED_MEMORY } from '../../protocol/limits.ts';
import { comesInPieces, type FrameFormat, frameLength, type Reservation } from './frame-format.ts';

const MIB = 1_048_576;

/** Not worth pages of its own. In bytes. */
const SMALL_FRAME = 0x10000;
/** What a thread takes that has not decoded anything. In bytes. */
export const THREAD_MEMORY = 12 * MIB;
/** What the module of the codecs takes beside the frame: its data, tables, lines. In bytes. */
const CODEC_BASE = 2 * MIB;
/** Of a frame that comes in pieces: those on their way. In bytes. */
const PIECES = 5 * MIB;
/** OpenJPEG keeps each sample as 32 bits, and half a byte for each in its code-blocks of 64 x 64 or 32 x 32. */
const JPEG_2000_SAMPLE = 4.5;

/** libijg holds each coefficient of a progressive stream in 16 bits. */
const COEFFICIENT = 2;

/**
 * What the memory of a codec grows to with such a frame, in bytes. Measured: libijg and CharLS hold the code stream and the
 * decoded samples; OpenJPEG holds the code stream and its own samples.
 */
export function codecMemory(format: FrameFormat, encodedLength: number): number {
  const { codec, rows, columns, samplesPerPixel } = format;
  if (codec === 'RLE' || codec === 'Deflate') return 0;
  const native = frameLength(format);
  const coefficients = format.isProgressive === true ? COEFFICIENT * rows * columns * samplesPerPixel : 0;
  if (codec === 'JPEG' || codec === 'JPEG-LS') return CODEC_BASE + encodedLength + native + coefficients;
  return CODEC_BASE + encodedLength + JPEG_2000_SAMPLE * rows * columns * samplesPerPixel;
}

/** Where a codec is stopped: streams of many small tiles or code-blocks take more than others. In bytes. */
export function codecMemoryLimit(format: FrameFormat, encodedLength: number): number {
  return Math.min(DECODER_MEMORY, codecMemory(format, encodedLength) * 1.25 + 8 * MIB);
}

/**
 * All that a frame takes from its reading to the end of its decoding, in bytes: the thread, the encoded frame until its codec
 * has it, the codec, and what of the native frame is outside of it.
 */
export function decodingMemory(format: FrameFormat, encodedLength: number): number {
  const { codec, samplesPerPixel } = format;
  const native = frameLength(format);
  // RLE and Deflate have no codec and need both frames.
  if (codec === 'RLE' || codec === 'Deflate') return THREAD_MEMORY + encodedLength + native;
  const taken = codecMemory(format, encodedLength);
  const outside = comesInPieces(format) ? PIECES : native;
  // The stream is kept for another attempt. Planes are put in order in a second copy.
  if (codec === 'JPEG-LS')
    return THREAD_MEMORY + taken + Math.max(encodedLength, samplesPerPixel > 1 ? 2 * native : outside);
  return THREAD_MEMORY + Math.max(2 * encodedLength, taken + outside);
}

/**
 * Zeros for a frame, which `free` gives back. A buffer that can be resized has pages of its own: others come from the C
 * library, which keeps what was freed, in each thread, and engine and library together would hold frames of the past.
 */
export function frameBytes(length: number): Uint8Array<ArrayBuffer> {
  const options = length < SMALL_FRAME ? undefined : { maxByteLength: length };
  return new Uint8Array(new ArrayBuffer(length, options), 0, length);
}

/** Gives the memory of `frameBytes` back at once, not when it is collected; they are empty afterwards. */
export function free({ buffer }: Uint8Array<ArrayBuffer>): void {
  if (buffer.resizable && !buffer.detached) buffer.resize(0);
}

/** Why such a frame is not decoded. One line. */
export function tooLarge(format: FrameFormat, encodedLength = 0): string {
  const { codec, columns, rows } = format;
  return (
    `a frame of ${columns} x ${rows} pixels, ${mebibytes(frameLength(format))} without compression, takes ` +
    `${mebibytes(decodingMemory(format, encodedLength))} of memory to decompress from ${codec}, ` +
    `more than the ${mebibytes(DECODER_MEMORY)} that there are for all of that`
  );
}

/** In words. */
export function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / MIB)} MiB`;
}

/** What is taken already and becomes a part of what is granted. */
export interface PartTaken {
  /** Asked whenever there might be room. In bytes. */
  readonly bytes: () => number;
  /** The grant counts it from here on: it is to be given back. */
  readonly granted: () => void;
}

interface Waiting {
  readonly bytes: number;
  readonly part: PartTaken | undefined;
  readonly grant: (reservation: Reservation) => void;
}

/** A number of bytes that many share. Whoever asks first is served first, so that a large frame is not passed by for ever. */
export class MemoryBudget {
  readonly total: number;
  /** What several may have together; more than that has only one who has all of it. */
  readonly #shared: number;
  #used = 0;
  readonly #waiting = new Set<Waiting>();
  readonly #spare = new Set<() => void>();

  constructor(total: number, shared = total) {
    this.total = total;
    this.#shared = shared;
  }

  get used(): number {
    return this.#used;
  }

  /** Resolves when there is room. @param bytes at most `total`: more never comes */
  take(bytes: number, signal: AbortSignal, part?: PartTaken): Promise<Reservation> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const giveUp = (): void => {
        this.#waiting.delete(waiting);
        reject(signal.reason);
        this.#serve();
      };
      const grant = (reservation: Reservation): void => {
        signal.removeEventListener('abort', giveUp);
        resolve(reservation);
      };
      const waiting: Waiting = { bytes, part, grant };
      this.#waiting.add(waiting);
      signal.addEventListener('abort', giveUp, { once: true });
      this.#serve();
    });
  }

  /** Takes without waiting what is taken already. */
  hold(bytes: number): Reservation {
    let held = 0;
    const resize = (wanted: number): void => {
      const isLess = wanted < held;
      this.#used += wanted - held;
      held = wanted;
      if (isLess) this.#serve();
    };
    resize(bytes);
    return { resize, release: () => resize(0) };
  }

  /**
   * `giveBack` is called whenever somebody waits. It may give back something that is kept for later, at once or soon.
   * @returns ends that
   */
  onShortage(giveBack: () => void): () => void {
    this.#spare.add(giveBack);
    return () => this.#spare.delete(giveBack);
  }

  #serve(): void {
    for (const waiting of this.#waiting) {
      const others = this.#used - (waiting.part?.bytes() ?? 0);
      if (others > 0 && others + waiting.bytes > this.#shared) {
        for (const giveBack of this.#spare) giveBack();
        return;
      }
      this.#waiting.delete(waiting);
      const reservation = this.hold(waiting.bytes);
      waiting.part?.granted();
      waiting.grant(reservation);
    }
  }
}

/** Of this process. */
export const decoderMemory = new MemoryBudget(DECODER_MEMORY, DECODERS_SHARED_MEMORY);
