// The one importer of dcmjs-codecs, and of nothing in it but the WebAssembly module: libijg (8, 12, 16 bit), CharLS and
// OpenJPEG behind one C interface. The package's JavaScript would bring dcmjs with it, print to the console,
// and swallow the codecs' warnings; those are how the JPEG codec reports that a stream is cut off or damaged.
//
// The module is an emscripten "reactor": memory, imports for exceptions and messages, and a few calls of WASI. A decoder
// that fails leaves its memory as it was when it threw: such an instance is thrown away by `decode`.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DECODER_MEMORY } from '../../protocol/limits.ts';
import { free, mebibytes } from './decoder-memory.ts';
import { FrameDecodingError, type FrameFormat } from './frame-format.ts';
import { limitMemory } from './module-memory.ts';
import { OpenJpeg } from './open-jpeg.ts';

type NativeCodec = Exclude<FrameFormat['codec'], 'RLE' | 'Deflate'>;

/** What is told to the codec; it believes it, so the stream's own header must agree (see frame-decoding.ts). */
export interface CodecCall {
  readonly codec: NativeCodec;
  readonly rows: number;
  readonly columns: number;
  readonly samplesPerPixel: number;
  /** Of the code stream's samples. */
  readonly precision: number;
  readonly isSigned: boolean;
  readonly convertsToRgb: boolean;
  /** Of all samples, in bytes. */
  readonly length: number;
  /** The codec is stopped where its memory would grow beyond this. In bytes. */
  readonly memoryLimit: number;
}

/** Takes the next samples of a frame; they are gone when it returns. */
export type WriteSamples = (samples: Uint8Array<ArrayBuffer>) => void;

export interface Codecs {
  /**
   * Gives samples of one byte up to 8 bits of precision, else two (little endian) to `write`, piece by piece, when all of
   * them are decoded. `stream` is empty afterwards; where JPEG-LS throws FrameDecodingError it is as it was.
   */
  decode(stream: Uint8Array<ArrayBuffer>, call: CodecCall, write: WriteSamples): void;
  /** Of all instances so far, in bytes: of one that was thrown away nobody knows when it is freed, but with the thread. */
  readonly memoryTaken: number;
}

const ENTRY: Readonly<Record<NativeCodec, string>> = {
  JPEG: 'DecodeJpeg',
  'JPEG-LS': 'DecodeJpegLs',
  'JPEG 2000': 'DecodeJpeg2000',
  // OpenJPEG decodes it, too. The module's own entry for it, over OpenJPH, mixes up the components of streams without a
  // colour transform, clips negative samples of 8 bits, and goes on where a stream is damaged.
  HTJ2K: 'DecodeJpeg2000',
};

/** The codec's numbers for MONOCHROME2 and RGB; it does not act on them. */
const MONOCHROME2 = 1;
const RGB = 3;

const JPEG_2000_DAMAGE = /Error|truncat|too short|too long/u;
/**
 * Messages that mean damage, although a codec may go on: libjpeg fills up with grey (surplus bytes between segments do no
 * harm), OpenJPEG warns, CharLS stops.
 */
const DAMAGE: Readonly<Record<NativeCodec, RegExp>> = {
  JPEG: /Premature end|Corrupt JPEG data: (?!\d+ extraneous)/u,
  'JPEG-LS': /error/iu,
  'JPEG 2000': JPEG_2000_DAMAGE,
  HTJ2K: JPEG_2000_DAMAGE,
};
const MOST_WORDS = 100;

/** How much is taken out of the module at once. In bytes. */
const PIECE = 0x100000;

/** The module's own data and stack take 0.8 MiB of this; it grows from there as it needs. In bytes. */
const FIRST_MEMORY = 0x180000;

/** In a bundle the module lies beside it; from source it is in its package. */
function modulePath(): string {
  return import.meta.filename.endsWith('.ts')
    ? fileURLToPath(import.meta.resolve('dcmjs-codecs/build/dcmjs-native-codecs.wasm'))
    : join(import.meta.dirname, 'dcmjs-native-codecs.wasm');
}

let compiling: Promise<WebAssembly.Module> | undefined;

/**
 * The module, compiled once in a process and kept: threads share its code. V8 keeps one record of its code pages (JIT) for
 * all threads. Modules that come and go with threads are known to corrupt it, which crashes the process.
 */
export function codecsModule(): Promise<WebAssembly.Module> {
  compiling ??= compile().catch((error: unknown) => {
    compiling = undefined;
    throw error;
  });
  return compiling;
}

async function compile(): Promise<WebAssembly.Module> {
  return WebAssembly.compile(limitMemory(await bytesOf(modulePath()), FIRST_MEMORY, DECODER_MEMORY));
}

async function bytesOf(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return Uint8Array.from(await readFile(path));
}

/** To be called in the thread that decodes. The first instance is made at once, before there is a frame that waits for it. */
export function codecsOf(module: WebAssembly.Module): Codecs {
  let instance: CodecInstance | undefined = new CodecInstance(module);
  let thrownAway = 0;
  return {
    decode: (stream, call, write) => {
      const running = instance ?? new CodecInstance(module);
      instance = undefined;
      try {
        running.decode(stream, call, write);
        instance = running;
      } finally {
        if (instance === undefined) thrownAway += running.memoryLength;
      }
    },
    get memoryTaken() {
      return thrownAway + (instance?.memoryLength ?? 0);
    },
  };
}

type Call = (...numbers: number[]) => number;

class CodecInstance {
  readonly #exports: Record<string, unknown>;
  #openJpeg: OpenJpeg | undefined;
  #words: string[] = [];
  #memoryLimit = Number.POSITIVE_INFINITY;

  constructor(module: WebAssembly.Module) {
    this.#exports = new WebAssembly.Instance(module, {
      env: {
        onCodecsException: (at = 0, length = 0) => {
          throw new FrameDecodingError(lastWords(this.#text(at, length)));
        },
        onCodecsInfo: (at = 0, length = 0) => this.#hear(this.#text(at, length)),
        onCodecsTrace: () => undefined,
        emscripten_notify_memory_growth: () => this.#grown(),
      },
      wasi_snapshot_preview1: {
        proc_exit: () => {
          throw new FrameDecodingError(lastWords(this.#words.at(-1) ?? 'the codec gave up'));
        },
        clock_time_get: () => 0,
        fd_write: (_file = 0, vectors = 0, count = 0, written = 0) => this.#write(vectors, count, written),
        fd_close: () => 0,
        fd_seek: () => 0,
        environ_get: () => 0,
        environ_sizes_get: (count = 0, size = 0) => {
          this.#view().setUint32(count, 0, true);
          this.#view().setUint32(size, 0, true);
          return 0;
        },
      },
    }).exports;
    this.#call('_initialize');
  }

  get memoryLength(): number {
    return this.#buffer().byteLength;
  }

  decode(stream: Uint8Array<ArrayBuffer>, call: CodecCall, write: WriteSamples): void {
    this.#words = [];
    this.#memoryLimit = Math.max(call.memoryLimit, this.memoryLength);
    try {
      this.#decode(stream, call, write);
    } catch (error) {
      if (error instanceof FrameDecodingError) throw error;
      // The module trapped or ran out of memory. Its last message explains it best.
      const detail = lastWords(this.#damage(call.codec) ?? (error instanceof Error ? error.message : String(error)));
      throw new FrameDecodingError(`the ${call.codec} codec broke off (${detail}): the stream is damaged or cut off`);
    }
  }

  #decode(stream: Uint8Array<ArrayBuffer>, call: CodecCall, write: WriteSamples): void {
    const { codec, columns, rows, samplesPerPixel, precision } = call;
    const context = this.#call('CreateCodecsContext');
    const parameters = this.#call('CreateDecoderParameters');
    this.#call('SetConvertColorspaceToRgb', parameters, call.convertsToRgb ? 1 : 0);
    this.#call('SetColumns', context, columns);
    this.#call('SetRows', context, rows);
    this.#call('SetBitsAllocated', context, precision <= 8 ? 8 : 16);
    this.#call('SetBitsStored', context, precision);
    this.#call('SetSamplesPerPixel', context, samplesPerPixel);
    this.#call('SetPixelRepresentation', context, call.isSigned ? 1 : 0);
    this.#call('SetPlanarConfiguration', context, 0);
    this.#call('SetPhotometricInterpretation', context, samplesPerPixel === 1 ? MONOCHROME2 : RGB);
    if (codec === 'JPEG 2000' || codec === 'HTJ2K') {
      const writeSound: WriteSamples = (samples) => {
        this.#assertSound(codec);
        write(samples);
      };
      const sampleLength = precision <= 8 ? 1 : 2;
      const input = { stream, rows, columns, components: samplesPerPixel, sampleLength, write: writeSound };
      this.#openJpeg ??= new OpenJpeg(this.#exports);
      this.#openJpeg.begin(context, input);
      try {
        this.#call(ENTRY[codec], context, parameters);
      } finally {
        this.#openJpeg.end();
      }
      this.#assertSound(codec);
    } else {
      this.#call('SetEncodedBufferSize', context, stream.length);
      const encoded = this.#call('GetEncodedBuffer', context);
      if (encoded === 0) throw new FrameDecodingError(`no memory for ${stream.length} bytes`);
      new Uint8Array(this.#buffer()).set(stream, encoded >>> 0);
      if (codec === 'JPEG') free(stream);
      this.#call(ENTRY[codec], context, parameters);
      this.#assertSound(codec);
      free(stream);
      this.#writeDecoded(context, call.length, write);
    }
    this.#call('ReleaseDecoderParameters', parameters);
    this.#call('ReleaseCodecsContext', context);
  }

  #assertSound(codec: NativeCodec): void {
    const damage = this.#damage(codec);
    if (damage !== undefined) throw new FrameDecodingError(lastWords(damage));
  }

  #writeDecoded(context: number, expected: number, write: WriteSamples): void {
    const at = this.#call('GetDecodedBuffer', context) >>> 0;
    const length = this.#call('GetDecodedBufferSize', context);
    if (length !== expected) {
      throw new FrameDecodingError(`the codec gave ${length} bytes of samples instead of ${expected}`);
    }
    for (let from = 0; from < length; from += PIECE) {
      write(new Uint8Array(this.#buffer(), at + from, Math.min(PIECE, length - from)));
    }
  }

  /** Memory that has grown takes nothing before it is written to. */
  #grown(): void {
    if (this.memoryLength <= this.#memoryLimit) return;
    throw new FrameDecodingError(`its code stream takes more than ${mebibytes(this.#memoryLimit)} of memory to decode`);
  }

  #damage(codec: NativeCodec): string | undefined {
    return this.#words.find((words) => DAMAGE[codec].test(words));
  }

  #call(name: string, ...numbers: number[]): number {
    return (this.#exports[name] as Call)(...numbers);
  }

  /** Growing replaces it: never kept. */
  #buffer(): ArrayBuffer {
    return (this.#exports['memory'] as { readonly buffer: ArrayBuffer }).buffer;
  }

  #view(): DataView {
    return new DataView(this.#buffer());
  }

  #text(at: number, length: number): string {
    return Buffer.from(this.#buffer(), at >>> 0, length).toString('latin1');
  }

  /** Keeps only messages that may mean damage: libjpeg also reports every table that it reads. */
  #hear(words: string): void {
    this.#openJpeg?.hear(words);
    const isDamage = Object.values(DAMAGE).some((pattern) => pattern.test(words));
    if (isDamage && this.#words.length < MOST_WORDS) this.#words.push(words);
  }

  #write(vectors: number, count: number, written: number): number {
    let total = 0;
    for (let index = 0; index < count; index++) {
      const [at, length] = [0, 4].map((offset) => this.#view().getUint32(vectors + 8 * index + offset, true));
      this.#hear(this.#text(at ?? 0, length ?? 0));
      total += length ?? 0;
    }
    this.#view().setUint32(written, total, true);
    return 0;
  }
}

/** One printable line without the names of C++ functions. */
function lastWords(words: string): string {
  const text = words.replaceAll(/[^ -~]+/gu, ' ').trim();
  return (text.split('::').at(-1)?.trim() || text).slice(0, 200);
}
