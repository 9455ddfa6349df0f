// Encodes frames for tests that run without a DICOM toolkit. It calls the encoders of the WebAssembly module whose decoders the
// product uses, and no code of the product. The interop tests decode what other toolkits encode.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type EncodedAs = 'JPEG' | 'JPEG lossless' | 'JPEG-LS' | 'JPEG 2000' | 'HTJ2K';

export interface EncoderInput {
  readonly rows: number;
  readonly columns: number;
  readonly samplesPerPixel: 1 | 3;
  /** 8 or 16. */
  readonly bits: number;
  readonly isSigned?: boolean;
  /** Of JPEG 2000 and HTJ2K with three samples; default true. */
  readonly hasColourTransform?: boolean;
  readonly pixels: Uint8Array;
}

const ENTRY: Readonly<Record<EncodedAs, string>> = {
  JPEG: 'EncodeJpeg',
  'JPEG lossless': 'EncodeJpeg',
  'JPEG-LS': 'EncodeJpegLs',
  'JPEG 2000': 'EncodeJpeg2000',
  HTJ2K: 'EncodeHtJpeg2000',
};

type Call = (...numbers: number[]) => number;

let encoder: { readonly call: Record<string, Call>; readonly memory: { readonly buffer: ArrayBuffer } } | undefined;

async function load(): Promise<NonNullable<typeof encoder>> {
  const path = fileURLToPath(import.meta.resolve('dcmjs-codecs/build/dcmjs-native-codecs.wasm'));
  const nothing = () => 0;
  const { exports } = new WebAssembly.Instance(await WebAssembly.compile(readFileSync(path)), {
    env: {
      onCodecsException: (at = 0, length = 0) => {
        throw new Error(Buffer.from(memory.buffer, at, length).toString('latin1'));
      },
      onCodecsInfo: nothing,
      onCodecsTrace: nothing,
      emscripten_notify_memory_growth: nothing,
    },
    wasi_snapshot_preview1: {
      proc_exit: nothing,
      clock_time_get: nothing,
      fd_write: nothing,
      fd_close: nothing,
      fd_seek: nothing,
      environ_get: nothing,
      environ_sizes_get: nothing,
    },
  });
  const memory = exports['memory'] as { readonly buffer: ArrayBuffer };
  const call = exports as Record<string, Call>;
  call['_initialize']?.();
  return { call, memory };
}

/** Lossless but for 'JPEG', which is baseline of quality 90 and 4:4:4. Of even length. */
export async function encodeFrame(as: EncodedAs, input: EncoderInput): Promise<Uint8Array> {
  encoder ??= await load();
  const { call, memory } = encoder;
  const run = (name: string, ...numbers: number[]): number => (call[name] as Call)(...numbers);
  const context = run('CreateCodecsContext');
  const parameters = run('CreateEncoderParameters');
  const settings: readonly (readonly [string, number])[] = [
    ['Lossy', as === 'JPEG' ? 1 : 0],
    ['Quality', 90],
    ['SmoothingFactor', 0],
    ['SampleFactor', 0],
    ['Predictor', as === 'JPEG' ? 0 : 1],
    ['PointTransform', 0],
    ['AllowedLossyError', 0],
    ['ProgressionOrder', 0],
    ['Rate', 20],
    ['AllowMct', input.hasColourTransform === false ? 0 : 1],
  ];
  for (const [name, value] of settings) run(`Set${name}`, parameters, value);
  const image: readonly (readonly [string, number])[] = [
    ['Columns', input.columns],
    ['Rows', input.rows],
    ['BitsAllocated', input.bits],
    ['BitsStored', input.bits],
    ['SamplesPerPixel', input.samplesPerPixel],
    ['PixelRepresentation', input.isSigned === true ? 1 : 0],
    ['PlanarConfiguration', 0],
    ['PhotometricInterpretation', input.samplesPerPixel === 1 ? 1 : 3],
    ['DecodedBufferSize', input.pixels.length],
  ];
  for (const [name, value] of image) run(`Set${name}`, context, value);
  new Uint8Array(memory.buffer).set(input.pixels, run('GetDecodedBuffer', context));
  run(ENTRY[as], context, parameters);
  const at = run('GetEncodedBuffer', context);
  const bytes = new Uint8Array(memory.buffer).slice(at, at + run('GetEncodedBufferSize', context));
  run('ReleaseEncoderParameters', parameters);
  run('ReleaseCodecsContext', context);
  return bytes.length % 2 === 0 ? bytes : Uint8Array.from([...bytes, 0]);
}
