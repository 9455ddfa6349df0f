// Cuts a stream of bytes into PDUs. PS3.8 9.3.1: byte 1 is the type, bytes 3-6 are the length of what follows, big endian.
//
// The length is checked as soon as byte 6 is there, before memory is taken for the PDU: a peer cannot decide how much memory we
// use. A PDU that is whole in one chunk is decoded in place. Otherwise its bytes are collected in a buffer that grows up to the
// length of the PDU. So a byte is copied only a few times, however small the chunks are, and a long PDU that is announced but
// never sent costs nothing.

import type { ProtocolError } from '../errors.ts';
import { ASSOCIATE_LENGTH_MAX } from '../limits.ts';
import { decodePdu, pduType } from './decode.ts';
import { malformed } from './items.ts';
import { PDU_HEADER_LENGTH, type Pdu } from './pdu.ts';

const FIXED_LENGTH = 4;
const FIRST_BUFFER_LENGTH = 4096;
const EMPTY = new Uint8Array(0);

export interface FramedPdu {
  readonly pdu: Pdu;
  /** Of the whole PDU, header included, in bytes. */
  readonly length: number;
  /** The whole PDU: a view of the bytes that were pushed, or of a buffer of its own. */
  readonly bytes: Uint8Array;
}

export class PduFramer {
  readonly #maxPDataTfLength: number;
  readonly #announced: number;
  /** What was pushed and not yet read; the first chunk from `#offset` on. */
  #chunks: Uint8Array[] = [];
  #chunkIndex = 0;
  #offset = 0;
  /** The first `#gatheredLength` bytes of a PDU that is spread over several chunks. */
  #gathered: Uint8Array<ArrayBuffer> = EMPTY;
  #gatheredLength = 0;
  /** Length of the PDU that `#gathered` begins, once its header is there; 0 = none. */
  #arrivingLength = 0;
  /** A header was malformed. From there on nobody knows where the next PDU begins. */
  #headerError: ProtocolError | undefined;

  /**
   * @param limits.maxPDataTfLength the longest variable field of a P-DATA-TF that is accepted, in bytes; Infinity for no limit
   * @param limits.announced what the peer was told, for the words about one that is longer; absent or 0: no limit
   */
  constructor(limits: { readonly maxPDataTfLength: number; readonly announced?: number }) {
    this.#maxPDataTfLength = limits.maxPDataTfLength;
    this.#announced = limits.announced ?? 0;
  }

  /** Of the PDU whose header has arrived and whose end has not: memory is taken for it while it arrives. In bytes; 0 = none. */
  get arrivingLength(): number {
    return this.#arrivingLength;
  }

  /** Takes the next bytes of the stream. They are not copied: the caller must not change them. */
  push(bytes: Uint8Array): void {
    if (bytes.length > 0 && this.#headerError === undefined) this.#chunks.push(bytes);
  }

  /**
   * The next PDU, or undefined until more bytes come.
   *
   * @throws ProtocolError. After a malformed body the next call goes on behind that PDU. After a malformed header (an unknown
   *   type, a length out of bounds) every call throws the same error until `discard`.
   */
  next(): FramedPdu | undefined {
    if (this.#headerError !== undefined) throw this.#headerError;
    const bytes = this.#nextPduBytes();
    if (bytes === undefined) return undefined;
    return { pdu: decodePdu(bytes[0]!, bytes.subarray(PDU_HEADER_LENGTH)), length: bytes.length, bytes };
  }

  /** Drops all that was pushed. The next byte that is pushed is the first of a PDU. */
  discard(): void {
    this.#chunks = [];
    this.#chunkIndex = 0;
    this.#offset = 0;
    this.#gathered = EMPTY;
    this.#gatheredLength = 0;
    this.#arrivingLength = 0;
    this.#headerError = undefined;
  }

  #nextPduBytes(): Uint8Array | undefined {
    if (this.#gatheredLength === 0) {
      const chunk = this.#chunks[this.#chunkIndex];
      if (chunk === undefined) return undefined;
      const rest = chunk.length - this.#offset;
      if (rest >= PDU_HEADER_LENGTH) {
        const length = this.#pduLength(chunk, this.#offset);
        if (rest >= length) {
          const bytes = chunk.subarray(this.#offset, this.#offset + length);
          this.#advance(length);
          return bytes;
        }
      }
    }
    if (!this.#gather(PDU_HEADER_LENGTH)) return undefined;
    const length = this.#pduLength(this.#gathered, 0);
    this.#arrivingLength = length;
    if (!this.#gather(length)) return undefined;
    this.#arrivingLength = 0;
    const bytes = this.#gathered.subarray(0, length);
    this.#gathered = EMPTY;
    this.#gatheredLength = 0;
    return bytes;
  }

  /** Collects bytes from the chunks until there are `target`; false when there are not enough. */
  #gather(target: number): boolean {
    while (this.#gatheredLength < target) {
      const chunk = this.#chunks[this.#chunkIndex];
      if (chunk === undefined) return false;
      const count = Math.min(target - this.#gatheredLength, chunk.length - this.#offset);
      this.#reserve(this.#gatheredLength + count, target);
      this.#gathered.set(chunk.subarray(this.#offset, this.#offset + count), this.#gatheredLength);
      this.#gatheredLength += count;
      this.#advance(count);
    }
    return true;
  }

  #reserve(needed: number, target: number): void {
    if (needed <= this.#gathered.length) return;
    const capacity = Math.min(target, Math.max(needed, this.#gathered.length * 4, FIRST_BUFFER_LENGTH));
    // Moved and not copied where the engine can (not Node 20): what is left behind would be memory until it is collected.
    const { buffer } = this.#gathered;
    if (this.#gatheredLength > 0 && typeof buffer.transfer === 'function') {
      this.#gathered = new Uint8Array(buffer.transfer(capacity));
      return;
    }
    const grown = new Uint8Array(capacity);
    grown.set(this.#gathered.subarray(0, this.#gatheredLength));
    this.#gathered = grown;
  }

  #advance(count: number): void {
    this.#offset += count;
    if (this.#offset < this.#chunks[this.#chunkIndex]!.length) return;
    this.#offset = 0;
    this.#chunkIndex += 1;
    if (this.#chunkIndex === this.#chunks.length) {
      this.#chunks = [];
      this.#chunkIndex = 0;
    }
  }

  /** Length of the whole PDU whose header is at `offset`. Where that header is malformed, drops everything and throws. */
  #pduLength(bytes: Uint8Array, offset: number): number {
    try {
      return PDU_HEADER_LENGTH + this.#checkedLength(bytes, offset);
    } catch (error) {
      this.discard();
      this.#headerError = error as ProtocolError;
      throw error;
    }
  }

  #checkedLength(bytes: Uint8Array, offset: number): number {
    const type = pduType(bytes[offset]!);
    const length =
      ((bytes[offset + 2]! << 24) | (bytes[offset + 3]! << 16) | (bytes[offset + 4]! << 8) | bytes[offset + 5]!) >>> 0;
    switch (type) {
      case 'A-ASSOCIATE-RQ':
      case 'A-ASSOCIATE-AC':
        if (length > ASSOCIATE_LENGTH_MAX) throw malformed(`${type} length ${length} exceeds ${ASSOCIATE_LENGTH_MAX}`);
        break;
      case 'P-DATA-TF':
        if (length > this.#maxPDataTfLength) {
          const allowed =
            this.#announced > 0
              ? `the maximum of ${this.#announced} that was announced`
              : `our maximum of ${this.#maxPDataTfLength}`;
          throw malformed(`P-DATA-TF length ${length} exceeds ${allowed} (PS3.8 D.1)`);
        }
        break;
      default:
        if (length !== FIXED_LENGTH) throw malformed(`${type} length ${length} is not ${FIXED_LENGTH}`);
    }
    return length;
  }
}
