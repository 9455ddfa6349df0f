// The worker thread in which frames are decoded: a second of wavelet transform would otherwise be a second in which no
// association answers. It loads the codecs when the first frame needs them. A frame and its samples are moved between the
// threads, not copied.

import { parentPort } from 'node:worker_threads';
import { serve } from '../thread-end.ts';
import { type Codecs, loadCodecs } from './codecs-adapter.ts';
import { decodeFrame } from './frame-decoding.ts';
import type { FrameFormat } from './frame-format.ts';

export interface DecodeRequest {
  readonly frame: Uint8Array<ArrayBuffer>;
  readonly format: FrameFormat;
}

export type DecodeResponse = { readonly pixels: Uint8Array<ArrayBuffer> } | { readonly failure: string };

let codecs: Codecs | undefined;

function decode({ frame, format }: DecodeRequest): DecodeResponse {
  try {
    return { pixels: decodeFrame(frame, format, () => (codecs ??= loadCodecs())) };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

serve(parentPort, (request: DecodeRequest) => {
  const response = decode(request);
  parentPort?.postMessage(response, 'pixels' in response ? [response.pixels.buffer] : []);
});
