// What a decoder must know of a frame, and who decodes frames.

import type { Codec } from './decompression.ts';

export interface FrameFormat {
  readonly codec: Codec;
  /** Rows and columns of one frame, 1 to 65535. */
  readonly rows: number;
  readonly columns: number;
  readonly samplesPerPixel: number;
  /** Of one sample in the result: 8 or 16; with RLE and Deflate any multiple of 8 up to 64; with Deflate also 1. */
  readonly bitsAllocated: number;
  /** The decoder inverts the colour transform that the JPEG stream's markers speak of, and gives RGB. */
  readonly convertsToRgb: boolean;
  /** JPEG: see CompressedSyntax. */
  readonly isProgressive?: boolean;
}

/** Of a decoded frame, in bytes. */
export function frameLength({ rows, columns, samplesPerPixel, bitsAllocated }: FrameFormat): number {
  return Math.ceil((rows * columns * samplesPerPixel * bitsAllocated) / 8);
}

/** In bytes. */
const WHOLE_FRAME_MAX = 0x400000;

/** Whether a frame is so large that it comes in pieces. RLE and Deflate have it in one anyway, as JPEG-LS may in colour. */
export function comesInPieces(format: FrameFormat): boolean {
  const { codec, samplesPerPixel } = format;
  if (codec === 'RLE' || codec === 'Deflate' || (codec === 'JPEG-LS' && samplesPerPixel > 1)) return false;
  return frameLength(format) > WHOLE_FRAME_MAX;
}

/** A frame that could not be decoded: its message is one line, what the decoder has to say about it. */
export class FrameDecodingError extends Error {
  override readonly name = 'FrameDecodingError';
}

/** A part of a budget that somebody has. */
export interface Reservation {
  /** Takes more without waiting, or gives back. */
  resize(bytes: number): void;
  /** Gives all of it back. Again and again, if you like. */
  release(): void;
}

export interface FrameDecoders {
  /**
   * The native samples of one frame: little endian, interleaved by pixel (planar configuration 0; with Deflate as it was deflated), `frameLength(format)`
   * bytes. `frame` is the whole encoded frame; its buffer must be the caller's to give away, and is gone afterwards.
   * Rejects with FrameDecodingError, always within a time.
   */
  decode(frame: Uint8Array<ArrayBuffer>, format: FrameFormat): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * The same, in pieces: each is gone when the next one is asked for. Nothing comes before the whole frame is decoded. For
   * frames that are so large that they should not be there twice.
   */
  decodeInPieces?(
    frame: Uint8Array<ArrayBuffer>,
    format: FrameFormat,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>;
  /**
   * Waits for so many bytes of the memory that all decoders share. Rejects with FrameDecodingError when the decoders are
   * closed. Absent: what is decoded takes no memory that is counted.
   */
  reserve?(bytes: number): Promise<Reservation>;
}
