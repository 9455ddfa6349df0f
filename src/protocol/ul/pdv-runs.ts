// The PDVs of a received P-DATA-TF, as the fragments that they are: small ones that follow each other in the same command set or
// data set are copied into one. A peer may send thousands of one byte, and each that is handed on costs more than the byte.
// PS3.8 9.3.5, Annex E.

import { PDV_HEADER_LENGTH, type PresentationDataValue } from './pdu.ts';

/** Shorter fragments are joined, in bytes. */
const SMALL_LENGTH = 1_024;

/** One or more PDVs in a row, read as one. */
export interface PdvRun extends PresentationDataValue {
  /** In the PDU, headers included, in bytes. */
  readonly length: number;
  /** What follows in the PDU, if anything, belongs to another command set or data set. */
  readonly isEnd: boolean;
}

const IS_COMMAND = 1;
const IS_LAST = 2;

export class PdvRuns {
  readonly #body: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  /** @param body the variable field of a P-DATA-TF that was decoded: the lengths in it are right */
  constructor(body: Uint8Array) {
    this.#body = body;
    this.#view = new DataView(body.buffer, body.byteOffset, body.length);
  }

  next(): PdvRun | undefined {
    const start = this.#at;
    if (start >= this.#body.length) return undefined;
    const presentationContextId = this.#body[start + 4]!;
    let at = start;
    let pdvs = 0;
    let isLastFragment: boolean;
    let isEnd: boolean;
    let isSmall: boolean;
    do {
      isLastFragment = (this.#body[at + 5]! & IS_LAST) !== 0;
      isSmall = this.#end(at) - at < SMALL_LENGTH;
      at = this.#end(at);
      pdvs += 1;
      isEnd = isLastFragment || !this.#continues(start, at);
    } while (!isEnd && isSmall && this.#end(at) - at < SMALL_LENGTH);
    this.#at = at;
    return {
      presentationContextId,
      isCommand: (this.#body[start + 5]! & IS_COMMAND) !== 0,
      isLastFragment,
      data: pdvs === 1 ? this.#body.subarray(start + PDV_HEADER_LENGTH, at) : this.#joined(start, at, pdvs),
      length: at - start,
      isEnd,
    };
  }

  /** Where the PDV at `at` ends. */
  #end(at: number): number {
    return at + 4 + this.#view.getUint32(at);
  }

  /** Whether there is a PDV at `at`, of the same command set or data set as that at `start`. */
  #continues(start: number, at: number): boolean {
    if (at >= this.#body.length) return false;
    const isSameKind = ((this.#body[start + 5]! ^ this.#body[at + 5]!) & IS_COMMAND) === 0;
    return isSameKind && this.#body[start + 4] === this.#body[at + 4];
  }

  #joined(start: number, end: number, pdvs: number): Uint8Array {
    const joined = new Uint8Array(end - start - pdvs * PDV_HEADER_LENGTH);
    let length = 0;
    for (let at = start; at < end; at = this.#end(at)) {
      const data = at + PDV_HEADER_LENGTH;
      for (let byte = data, after = this.#end(at); byte < after; byte += 1) joined[length++] = this.#body[byte]!;
    }
    return joined;
  }
}
