// Reading bytes within bounds, and writing bytes into a buffer that grows. Big endian, for the PDU codec (PS3.8 9.3).
//
// The length fields of a peer cannot be trusted. A reader knows where its bytes end. A nested structure is read through a
// sub-reader, which ends where the structure claims to end. So a wrong length is found by the first read that crosses the end,
// and never reaches the bytes of another structure.

import { INVALID_PDU_PARAMETER_VALUE, ProtocolError } from './errors.ts';

/** Reads forward through bytes that a peer sent. Bytes that are returned are views, not copies. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bytes that are not read yet. */
  get remaining(): number {
    return this.#bytes.length - this.#position;
  }

  /** @param what names the field in the error. The same for every read below */
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

  /** A reader of the next `length` bytes; this reader goes on behind them. */
  sub(length: number, what: string): ByteReader {
    return new ByteReader(this.take(length, what));
  }

  skip(length: number, what: string): void {
    this.#advance(length, what);
  }

  /** The next `length` bytes as text, each byte as the character of its code (ISO 8859-1). Any bytes are accepted. */
  latin1(length: number, what: string): string {
    return latin1(this.take(length, what));
  }

  /** Checks that a structure ends here: bytes that are left are an error. */
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

/** Each byte as the character of its code (ISO 8859-1). */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Appends to a buffer that grows. The values are ours: one that does not fit its field is a bug, and throws RangeError. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** @param capacity the first size of the buffer, in bytes */
  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Bytes that were written so far. */
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

  /** `length` bytes of 00H, as in reserved fields. */
  zeros(length: number): void {
    const at = this.#append(length);
    this.#bytes.fill(0, at, at + length);
  }

  /** One byte for each character; RangeError if a character is outside ISO 8859-1. */
  latin1(text: string): void {
    const at = this.#append(text.length);
    for (let i = 0; i < text.length; i++) this.#bytes[at + i] = inRange(text.charCodeAt(i), 0xff);
  }

  /** A 16-bit length, followed by what `write` writes. The length is filled in afterwards. */
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

  /** A view of all that was written so far. */
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
