// OpenJPEG in the codecs' module, without two copies that the module makes: the whole code stream, before OpenJPEG keeps what
// it needs of it, and the samples, narrowed, when they are all there. OpenJPEG reads its stream through a function that the
// module gave it, and its decoders are called through pointers. Such functions stand in the module's table, where others can be
// put in their places: one that reads straight from the frame, and one that takes the samples where OpenJPEG has them.
//
// The places in the table and the layouts below are those of this very module; a test decodes with it, and what can be
// checked here is.

import { frameBytes, free } from './decoder-memory.ts';
import { FrameDecodingError } from './frame-format.ts';

/** In the table: how the module gives bytes to OpenJPEG (address, count, source) -> count. */
const READ = 1832;
/** In the table: decoding of a code stream, and of one in JP2 boxes (codec, stream, image, events) -> whether it could. */
const DECODE = [109, 125] as const;
/** In words of 32 bits: `opj_image_t`. */
const IMAGE = { components: 4, list: 6 } as const;
/** In words of 32 bits: `opj_image_comp_t`. */
const COMPONENT = { width: 2, height: 3, data: 11, words: 13 } as const;
/** In words of 32 bits: what the module's reading function works on. */
const SOURCE = { data: 0, length: 1, offset: 2 } as const;
/** The module looks at the first 12 bytes for the kind of stream. */
const FIRST_BYTES = 64;
const CONTEXT_WORDS = 16;
const TILE_READ = /Header of tile \d+ \/ \d+ has been read/u;
/** OpenJPEG reads this far ahead. In bytes. */
const READ_AHEAD = 0x100000;
/** In bytes. */
const PIECE = 0x100000;

/** What is decoded: the code stream, and what it holds according to its header. */
export interface OpenJpegInput {
  /** Empty afterwards, as soon as OpenJPEG has what it needs of it. */
  readonly stream: Uint8Array<ArrayBuffer>;
  readonly rows: number;
  readonly columns: number;
  readonly components: number;
  /** Of one sample in the result: 1 or 2 bytes. */
  readonly sampleLength: number;
  /** Called with the samples, one piece after the other, interleaved by pixel, when all of them are decoded. */
  readonly write: (samples: Uint8Array<ArrayBuffer>) => void;
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly __indirect_function_table: {
    get(index: number): TableFunction;
    set(index: number, to: TableFunction): void;
  };
  readonly SetEncodedBufferSize: TableFunction;
  readonly GetEncodedBuffer: TableFunction;
  readonly GetEncodedBufferSize: TableFunction;
  readonly SetColumns: TableFunction;
}
type TableFunction = (...numbers: number[]) => number;

/** Of one instance of the module. */
export class OpenJpeg {
  readonly #exports: Exports;
  #input: OpenJpegInput | undefined;
  #context = 0;
  /** What is left of the stream, and where in it that begins. */
  #stream = new Uint8Array(0);
  #streamOffset = 0;
  #encoded = 0;
  #length = 0;
  /** How far the stream was read. */
  #lastRead = 0;
  #scratch: Uint8Array<ArrayBuffer> | undefined;

  constructor(exports: Record<string, unknown>) {
    this.#exports = exports as unknown as Exports;
    const table = this.#exports.__indirect_function_table;
    table.set(
      READ,
      inTable(3, (to = 0, count = 0, source = 0) => this.#read(to >>> 0, count >>> 0, source >>> 0)),
    );
    for (const place of DECODE) {
      const decode = table.get(place);
      const thenTake = (codec = 0, stream = 0, image = 0, events = 0): number => {
        const isDecoded = decode(codec, stream, image, events);
        if (isDecoded !== 0) this.#take(image >>> 0);
        return isDecoded;
      };
      table.set(place, inTable(4, thenTake));
    }
  }

  /** To be called before the module decodes. @param context of the call, with its size and everything but the stream */
  begin(context: number, input: OpenJpegInput): void {
    this.#input = input;
    this.#context = context;
    this.#stream = input.stream;
    this.#streamOffset = 0;
    this.#length = input.stream.length;
    this.#lastRead = 0;
    const { SetEncodedBufferSize, GetEncodedBuffer, GetEncodedBufferSize } = this.#exports;
    SetEncodedBufferSize(context, FIRST_BYTES);
    this.#encoded = GetEncodedBuffer(context) >>> 0;
    this.#bytes(this.#encoded, FIRST_BYTES).set(input.stream.subarray(0, FIRST_BYTES));
    // The length of the whole stream, in place of that of the buffer.
    const words = new Uint32Array(this.#exports.memory.buffer, context, CONTEXT_WORDS);
    const at = words.indexOf(this.#encoded) + 1;
    if (at > 0 && words[at] === FIRST_BYTES) words[at] = this.#length;
    if (GetEncodedBufferSize(context) !== this.#length) throw notThisModule();
  }

  /** To be called when it has decoded or failed. */
  end(): void {
    this.#input = undefined;
    free(this.#stream);
  }

  /** Everything that the module says while it decodes. */
  hear(words: string): void {
    if (this.#input !== undefined && TILE_READ.test(words)) this.#dropRead();
  }

  #bytes(at: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#exports.memory.buffer, at, length);
  }

  #words(at: number, count: number): Uint32Array {
    return new Uint32Array(this.#exports.memory.buffer, at, count);
  }

  #read(to: number, count: number, source: number): number {
    const words = this.#words(source, 3);
    const offset = words[SOURCE.offset] ?? 0;
    if (words[SOURCE.data] !== this.#encoded || words[SOURCE.length] !== this.#length) throw notThisModule();
    const from = offset - this.#streamOffset;
    const bytes = this.#stream.subarray(Math.max(0, from), from + count);
    // Also where it reads again what is gone.
    if (from < 0 || bytes.length === 0) return -1;
    this.#bytes(to, bytes.length).set(bytes);
    words[SOURCE.offset] = offset + bytes.length;
    this.#lastRead = offset + bytes.length;
    return bytes.length;
  }

  /** OpenJPEG has all parts of a tile. It goes back to where they end, from where it has read ahead. */
  #dropRead(): void {
    const from = Math.max(0, this.#lastRead - READ_AHEAD);
    const length = this.#length - from;
    // What is left is copied: not too often.
    if (length > this.#stream.length / 2) return;
    const rest = frameBytes(length);
    rest.set(this.#stream.subarray(from - this.#streamOffset));
    free(this.#stream);
    this.#stream = rest;
    this.#streamOffset = from;
  }

  #take(image: number): void {
    const input = this.#input;
    if (input === undefined) throw notThisModule();
    this.#input = undefined;
    const words = this.#words(image, 8);
    const count = words[IMAGE.components] ?? 0;
    const list = words[IMAGE.list] ?? 0;
    if (count !== input.components) throw notThisModule();
    const addresses = Array.from({ length: count }, (_, index) => {
      const component = this.#words(list + 4 * COMPONENT.words * index, COMPONENT.words);
      const isRight = component[COMPONENT.width] === input.columns && component[COMPONENT.height] === input.rows;
      const data = component[COMPONENT.data] ?? 0;
      if (!isRight || data === 0)
        throw new FrameDecodingError('its tiles do not make the image that its header claims');
      return data;
    });
    // The module makes its own samples of these, of this many columns.
    this.#exports.SetColumns(this.#context, 0);
    this.#scratch ??= new Uint8Array(PIECE);
    writeSamples(
      this.#scratch,
      addresses.map((at) => new Int32Array(this.#exports.memory.buffer, at, input.rows * input.columns)),
      input,
    );
  }
}

function writeSamples(
  scratch: Uint8Array<ArrayBuffer>,
  planes: readonly Int32Array[],
  { rows, columns, sampleLength, write }: OpenJpegInput,
): void {
  const pixels = rows * columns;
  const most = Math.floor(PIECE / planes.length / sampleLength);
  const samples = sampleLength === 1 ? scratch : new Uint16Array(scratch.buffer);
  for (let from = 0; from < pixels; from += most) {
    const count = Math.min(most, pixels - from);
    planes.forEach((plane, index) => {
      for (let pixel = 0, to = index; pixel < count; pixel += 1, to += planes.length) {
        samples[to] = plane[from + pixel] as number;
      }
    });
    write(scratch.subarray(0, count * planes.length * sampleLength));
  }
}

function notThisModule(): Error {
  return new Error('this module of codecs is not the one that was expected');
}

/** `does` as a function that a table takes: with `count` numbers, and a number as its result. WebAssembly core, 5.5. */
function inTable(count: number, does: TableFunction): TableFunction {
  const integers = Array<number>(count).fill(0x7f);
  const type = [1, 0x60, count, ...integers, 1, 0x7f];
  const module = Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[1, type.length, ...type],
    // Imports and exports one function of that type, both named f.
    ...[2, 7, 1, 1, 0x66, 1, 0x66, 0, 0],
    ...[7, 5, 1, 1, 0x66, 0, 0],
  ]);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module), { f: { f: does } });
  return instance.exports['f'] as TableFunction;
}
