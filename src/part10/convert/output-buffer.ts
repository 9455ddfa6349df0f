// The bytes that a conversion has produced and nobody has taken yet. PS3.5 7.1.2, 7.1.3, 7.3, 7.5. Words are swapped in place,
// by native code. The buffer is used again, and grows only to what one push needs.

import { Buffer } from 'node:buffer';
import { UNDEFINED_LENGTH } from '../structure.ts';
import type { ValueRepresentation } from '../value-representation.ts';
import type { Encoding } from './convertible-syntaxes.ts';

export class OutputBuffer {
  #bytes = Buffer.allocUnsafe(0x4000);
  #length = 0;

  /** What was appended since the last take. Valid until the next append. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return taken;
  }

  append(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Appends with the bytes of each word reversed. The length of `bytes` is a multiple of `wordLength`. */
  appendSwapped(bytes: Uint8Array, wordLength: 2 | 4 | 8): void {
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
    const words = this.#bytes.subarray(at, at + bytes.length);
    if (wordLength === 2) words.swap16();
    else if (wordLength === 4) words.swap32();
    else words.swap64();
  }

  /**
   * Tag, VR and length; only tag and length where `to` is an implicit VR encoding.
   * @param length undefined: of undefined length
   */
  appendElementHeader(tag: number, vr: ValueRepresentation, length: number | undefined, to: Encoding): void {
    if (!to.explicitVR) {
      this.appendItemHeader(tag, length, to);
      return;
    }
    this.#appendTag(tag, to);
    this.#appendUint16(vr.code, false);
    if (vr.longForm) {
      this.#appendUint16(0, to.littleEndian);
      this.#appendUint32(length ?? UNDEFINED_LENGTH, to.littleEndian);
    } else {
      this.#appendUint16(length ?? UNDEFINED_LENGTH, to.littleEndian);
    }
  }

  /** Tag and 32-bit length without a VR, as items and delimitation items have them in every encoding (PS3.5 7.5). */
  appendItemHeader(tag: number, length: number | undefined, to: Encoding): void {
    this.#appendTag(tag, to);
    this.#appendUint32(length ?? UNDEFINED_LENGTH, to.littleEndian);
  }

  #appendTag(tag: number, to: Encoding): void {
    this.#appendUint16(tag >>> 16, to.littleEndian);
    this.#appendUint16(tag & 0xffff, to.littleEndian);
  }

  #appendUint16(value: number, littleEndian: boolean): void {
    const at = this.#reserve(2);
    if (littleEndian) this.#bytes.writeUInt16LE(value, at);
    else this.#bytes.writeUInt16BE(value, at);
  }

  #appendUint32(value: number, littleEndian: boolean): void {
    const at = this.#reserve(4);
    if (littleEndian) this.#bytes.writeUInt32LE(value, at);
    else this.#bytes.writeUInt32BE(value, at);
  }

  #reserve(count: number): number {
    const at = this.#length;
    const needed = at + count;
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
    }
    this.#length = needed;
    return at;
  }
}
