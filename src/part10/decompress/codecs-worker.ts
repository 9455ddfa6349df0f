// The worker thread that decodes frames. In the main thread, a second of wavelet transform would be a second in which no
// association answers. The codecs come compiled, with the first frame that needs them. A frame and its samples are moved between the
// threads, not copied.

import { parentPort } from 'node:worker_threads';
import { serve } from '../thread-end.ts';
import { type Codecs, codecsOf } from './codecs-adapter.ts';
import { decodeFrame } from './frame-decoding.ts';
import type { FrameFormat } from './frame-format.ts';

export interface DecodeRequest {
  readonly frame: Uint8Array<ArrayBuffer>;
  readonly format: FrameFormat;
  /** Once is enough for a thread, before the first frame that needs it. */
  readonly module?: WebAssembly.Module | undefined;
}

/** `memoryTaken`: by the codecs of this thread, in bytes, whatever is free in it. */
export type DecodeResponse = ({ readonly pixels: Uint8Array<ArrayBuffer> } | { readonly failure: string }) & {
  readonly memoryTaken: number;
};

let codecs: Codecs | undefined;

function loaded(): Codecs {
  if (codecs === undefined) throw new Error('the codecs did not come with the frame');
  return codecs;
}

async function decode({ frame, format, module }: DecodeRequest): Promise<DecodeResponse> {
  try {
    if (module !== undefined) codecs = codecsOf(module);
    const pixels = await decodeFrame(frame, format, loaded);
    return { pixels, memoryTaken: codecs?.memoryTaken ?? 0 };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    return { failure, memoryTaken: codecs?.memoryTaken ?? 0 };
  }
}

// decode() never rejects.
serve(parentPort, (request: DecodeRequest) => {
  void decode(request).then((response) => {
    parentPort?.postMessage(response, 'pixels' in response ? [response.pixels.buffer] : []);
  });
});
