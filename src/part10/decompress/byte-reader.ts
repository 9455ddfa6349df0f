// Reads a stream of pieces of any size by exact numbers of bytes.

import { DataSetConversionError } from '../convert/conversion-error.ts';
import { Pace } from '../convert/pace.ts';
import { frameBytes } from './decoder-memory.ts';

export class ByteReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #piece: Uint8Array = new Uint8Array(0);
  #isEnded = false;
  /** Bytes of the data set that were given out. */
  #position = 0;
  /** A million empty elements are a second of work. */
  readonly #pace = new Pace();

  /** A piece is used up before the next one is asked for. */
  constructor(pieces: AsyncIterator<Uint8Array>) {
    this.#pieces = pieces;
  }

  get position(): number {
    return this.#position;
  }

  async isAtEnd(): Promise<boolean> {
    while (this.#piece.length === 0 && !this.#isEnded) {
      const { done, value } = await this.#pieces.next();
      if (done === true) this.#isEnded = true;
      else this.#piece = value;
    }
    return this.#piece.length === 0;
  }

  /** Exactly `count` bytes, the caller's own. Throws DataSetConversionError where the data end before. */
  async take(count: number): Promise<Uint8Array<ArrayBuffer>> {
    const turn = this.#pace.step();
    if (turn !== undefined) await turn;
    if (count <= this.#piece.length) return Uint8Array.from(this.#cutOff(count));
    // Allocate as the bytes come: a length field may claim gigabytes that are not there.
    let taken = new Uint8Array(Math.min(count, 0x100000));
    let filled = 0;
    while (filled < count) {
      const part = await this.#part(count - filled);
      if (filled + part.length > taken.length) {
        const grown = new Uint8Array(Math.min(count, Math.max(filled + part.length, 2 * taken.length)));
        grown.set(taken.subarray(0, filled));
        taken = grown;
      }
      taken.set(part, filled);
      filled += part.length;
    }
    return taken;
  }

  /** `count` bytes, or what is left; the caller's own. */
  async takeUpTo(count: number): Promise<Uint8Array<ArrayBuffer>> {
    const taken = new Uint8Array(count);
    let filled = 0;
    while (filled < count && !(await this.isAtEnd())) {
      const part = await this.#part(count - filled);
      taken.set(part, filled);
      filled += part.length;
    }
    return taken.subarray(0, filled);
  }

  /** `begun` and what follows it, `length` bytes together. There is memory for them, and `free` gives it back. Throws as `take` does. */
  async complete(begun: Uint8Array, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const whole = frameBytes(length);
    whole.set(begun);
    for (let filled = begun.length; filled < length; ) {
      const part = await this.#part(length - filled);
      whole.set(part, filled);
      filled += part.length;
    }
    return whole;
  }

  /** The next `count` bytes in parts; each is valid until the next is asked for. */
  async *pass(count: number): AsyncGenerator<Uint8Array, void, undefined> {
    for (let left = count; left > 0; ) {
      const part = await this.#part(left);
      left -= part.length;
      yield part;
    }
  }

  /** What is there already of the next bytes, as far as `measure` says; valid until the next are asked for. */
  takeMeasured(measure: (bytes: Uint8Array) => number): Uint8Array {
    return this.#cutOff(measure(this.#piece));
  }

  /** Ends the reading early. */
  async close(): Promise<void> {
    await this.#pieces.return?.();
  }

  async #part(most: number): Promise<Uint8Array> {
    const turn = this.#pace.step();
    if (turn !== undefined) await turn;
    if (await this.isAtEnd()) {
      throw new DataSetConversionError(this.#position, `the data ends ${most} bytes before the element does`);
    }
    return this.#cutOff(most);
  }

  #cutOff(most: number): Uint8Array {
    const part = this.#piece.subarray(0, most);
    this.#piece = this.#piece.subarray(part.length);
    this.#position += part.length;
    return part;
  }
}
