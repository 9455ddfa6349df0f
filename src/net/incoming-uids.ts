// Reads the SOP Class and SOP Instance UID of a data set from its first bytes, while it arrives. PS3.4 B.2.1: they are those
// of the C-STORE-RQ. Nearly always the first fragment has them; then nothing is copied.

import { dataSetUIDs } from '../part10/header/header-parser.ts';
import { RECEIVED_HEADER_LIMIT } from '../protocol/limits.ts';

export interface IncomingUIDs {
  /** Undefined or empty: the data set has none, or not where it should. */
  readonly sopClassUID: string | undefined;
  readonly sopInstanceUID: string | undefined;
}

const NONE: IncomingUIDs = { sopClassUID: undefined, sopInstanceUID: undefined };
const FIRST_CAPACITY = 4_096;
/** Looked at first: inflating more than is needed takes milliseconds. In bytes. */
const SIGHT = 2_048;

export class IncomingHeader {
  readonly #transferSyntaxUID: string;
  /** Copies of fragments that have not told yet; small ones may share large buffers. */
  #kept = new Uint8Array(0);
  #length = 0;
  /** With fewer bytes there is no use in looking again: a peer that sends single bytes must not cost a walk for each. */
  #wanted = 1;

  constructor(transferSyntaxUID: string) {
    this.#transferSyntaxUID = transferSyntaxUID;
  }

  /** What was kept. Valid until `push` is called again. */
  get kept(): Uint8Array {
    return this.#kept.subarray(0, this.#length);
  }

  /** @returns undefined: not known yet, and the bytes are kept. Otherwise they are not, and no more are needed */
  push(bytes: Uint8Array): IncomingUIDs | undefined {
    if (this.#length === 0) {
      const uids = this.#look(bytes, false);
      if (uids !== undefined) return uids;
    }
    if (this.#length + bytes.length >= this.#wanted && this.#length > 0) {
      const uids = this.#look(Buffer.concat([this.kept, bytes]), false);
      if (uids !== undefined) return uids;
    }
    this.#keep(bytes);
    return undefined;
  }

  /** The data set has ended. */
  end(): IncomingUIDs {
    return this.#look(this.kept, true) ?? NONE;
  }

  #look(prefix: Uint8Array, isWhole: boolean): IncomingUIDs | undefined {
    const first = dataSetUIDs(prefix.subarray(0, SIGHT), isWhole && prefix.length <= SIGHT, this.#transferSyntaxUID);
    const isEnough = first.type !== 'need more' || prefix.length <= SIGHT;
    const uids = isEnough ? first : dataSetUIDs(prefix, isWhole, this.#transferSyntaxUID);
    if (uids.type === 'UIDs') return uids;
    if (uids.type === 'malformed' || uids.bytes > RECEIVED_HEADER_LIMIT || isWhole) return NONE;
    this.#wanted = Math.max(uids.bytes, 2 * prefix.length);
    return prefix.length >= RECEIVED_HEADER_LIMIT ? NONE : undefined;
  }

  #keep(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#kept.length) {
      const larger = new Uint8Array(Math.max(FIRST_CAPACITY, 2 * length));
      larger.set(this.kept);
      this.#kept = larger;
    }
    this.#kept.set(bytes, this.#length);
    this.#length = length;
  }
}
