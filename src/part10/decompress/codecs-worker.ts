// The worker thread that decodes frames. In the main thread, a second of wavelet transform would be a second in which no
// association answers. The codecs come compiled, before the first frame that needs them. A frame and its samples are moved
// between the threads, not copied.

import { parentPort } from 'node:worker_threads';
import { serve } from '../thread-end.ts';
import { type Codecs, codecsOf } from './codecs-adapter.ts';
import { frameBytes } from './decoder-memory.ts';
import { decodeFrame } from './frame-decoding.ts';
import { type FrameFormat, frameLength } from './frame-format.ts';
import { piecesFor } from './frame-pieces.ts';

/** Once is enough for a thread. It has no response. */
export interface CodecsRequest {
  readonly module: WebAssembly.Module;
}

export interface DecodeRequest {
  readonly frame: Uint8Array<ArrayBuffer>;
  readonly format: FrameFormat;
  /** How many pieces of the frame were taken, if it is to come in pieces. */
  readonly taken?: Int32Array | undefined;
}

/** The next one of the frame. */
export interface DecodedPiece {
  readonly piece: Uint8Array<ArrayBuffer>;
}

/** `pixels`: all, or none where they came in pieces. `memoryTaken`: by the codecs of this thread, in bytes, whatever is free in it. */
export type DecodeResponse = ({ readonly pixels: Uint8Array<ArrayBuffer> } | { readonly failure: string }) & {
  readonly memoryTaken: number;
};

let codecs: Codecs | undefined;

function loaded(): Codecs {
  if (codecs === undefined) throw new Error('the codecs did not come before the frame');
  return codecs;
}

function givePiece(piece: Uint8Array<ArrayBuffer>): void {
  const message: DecodedPiece = { piece };
  parentPort?.postMessage(message, [piece.buffer]);
}

/** All samples in one buffer, or none where they go out in pieces. */
async function decoded({ frame, format, taken }: DecodeRequest): Promise<Uint8Array<ArrayBuffer>> {
  if (taken !== undefined) {
    await decodeFrame(frame, format, loaded, piecesFor(taken, givePiece));
    return new Uint8Array(0);
  }
  let pixels: Uint8Array<ArrayBuffer> | undefined;
  let filled = 0;
  const whole = await decodeFrame(frame, format, loaded, (samples) => {
    pixels ??= frameBytes(frameLength(format));
    pixels.set(samples, filled);
    filled += samples.length;
  });
  return whole ?? pixels ?? new Uint8Array(0);
}

async function decode(request: DecodeRequest): Promise<DecodeResponse> {
  try {
    const pixels = await decoded(request);
    return { pixels, memoryTaken: codecs?.memoryTaken ?? 0 };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    return { failure, memoryTaken: codecs?.memoryTaken ?? 0 };
  }
}

// decode() never rejects.
serve(parentPort, (request: CodecsRequest | DecodeRequest) => {
  if ('module' in request) {
    codecs = codecsOf(request.module);
    return;
  }
  void decode(request).then((response) => {
    parentPort?.postMessage(response, 'pixels' in response ? [response.pixels.buffer] : []);
  });
});
