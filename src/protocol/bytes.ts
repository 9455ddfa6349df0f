// Bounded reading and growing writing of bytes, big endian, for the PDU codec (PS3.8 9.3).
//
// A length field is a claim of the peer. A reader knows where its bytes end, and a nested structure is read through a
// sub-reader that ends where the structure says it ends, so that a length that lies is found at the read that crosses the
// boundary and never reaches another structure's bytes.

import { INVALID_PDU_PARAMETER_VALUE, ProtocolError } from './errors.ts';

/** Reads forward through bytes that a peer sent. Reads that yield bytes yield views, not copies. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bytes that are left. */
  get remaining(): number {
    return this.#bytes.length - this.#position;
  }

  /** @param what names the field in the error; so for every read below */
  uint8(what: string): number {
    const at = this.#advance(1, what);
    return this.#bytes[at]!;
  }

  uint16(what: string): number {
    const at = this.#advance(2, what);
    return (this.#bytes[at]! << 8) | this.#bytes[at + 1]!;
  }

  uint32(what: string): number {
    const at = this.#advance(4, what);
    const b = this.#bytes;
    return ((b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!) >>> 0;
  }

  /** The next `length` bytes, as a view. */
  take(length: number, what: string): Uint8Array {
    const at = this.#advance(length, what);
    return this.#bytes.subarray(at, at + length);
  }

  /** A reader of the next `length` bytes, which this reader has passed. */
  sub(length: number, what: string): ByteReader {
    return new ByteReader(this.take(length, what));
  }

  skip(length: number, what: string): void {
    this.#advance(length, what);
  }

  /** The next `length` bytes, each as the character of its code: ISO 646 and ISO 8859-1 text, and never a throw on other text. */
  latin1(length: number, what: string): string {
    return latin1(this.take(length, what));
  }

  /** Ends a structure: bytes that are left are an error. */
  end(what: string): void {
    if (this.remaining > 0) {
      throw new ProtocolError(INVALID_PDU_PARAMETER_VALUE, `${what}: ${this.remaining} bytes too many`);
    }
  }

  #advance(length: number, what: string): number {
    const at = this.#position;
    if (length > this.#bytes.length - at) {
      throw new ProtocolError(
        INVALID_PDU_PARAMETER_VALUE,
        `${what}: needs ${length} bytes, but ${this.#bytes.length - at} remain`,
      );
    }
    this.#position = at + length;
    return at;
  }
}

/** Each byte as the character of its code. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/**
 * Appends to a buffer that grows. Every value is ours, so one that does not fit its field is a bug: RangeError.
 */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** @param capacity bytes to make room for at first */
  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Bytes that were written. */
  get length(): number {
    return this.#length;
  }

  uint8(value: number): void {
    const at = this.#append(1);
    this.#bytes[at] = inRange(value, 0xff);
  }

  uint16(value: number): void {
    const at = this.#append(2);
    putUint16(this.#bytes, at, value);
  }

  uint32(value: number): void {
    const at = this.#append(4);
    putUint32(this.#bytes, at, value);
  }

  bytes(bytes: Uint8Array): void {
    const at = this.#append(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** `length` times 00H: reserved fields. */
  zeros(length: number): void {
    const at = this.#append(length);
    this.#bytes.fill(0, at, at + length);
  }

  /** One byte for each character; RangeError if a character is outside ISO 8859-1. */
  latin1(text: string): void {
    const at = this.#append(text.length);
    for (let i = 0; i < text.length; i++) this.#bytes[at + i] = inRange(text.charCodeAt(i), 0xff);
  }

  /** A big-endian 16-bit length, then what `write` writes; the length is that of what was written. */
  prefixed16(write: () => void): void {
    const at = this.#append(2);
    write();
    putUint16(this.#bytes, at, this.#length - at - 2);
  }

  /** As `prefixed16`, with 32 bits. */
  prefixed32(write: () => void): void {
    const at = this.#append(4);
    write();
    putUint32(this.#bytes, at, this.#length - at - 4);
  }

  /** What was written, as a view: write no more after this. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  #append(length: number): number {
    const at = this.#length;
    const needed = at + length;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
    }
    this.#length = needed;
    return at;
  }
}

function putUint16(bytes: Uint8Array, at: number, value: number): void {
  inRange(value, 0xffff);
  bytes[at] = value >>> 8;
  bytes[at + 1] = value & 0xff;
}

function putUint32(bytes: Uint8Array, at: number, value: number): void {
  inRange(value, 0xffffffff);
  bytes[at] = value >>> 24;
  bytes[at + 1] = (value >>> 16) & 0xff;
  bytes[at + 2] = (value >>> 8) & 0xff;
  bytes[at + 3] = value & 0xff;
}

function inRange(value: number, max: number): number {
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new RangeError(`${value} is not an integer from 0 to ${max}`);
  }
  return value;
}
