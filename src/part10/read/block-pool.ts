// Buffers that are used again. A send of thousands of files would otherwise leave half a megabyte behind for each, and the
// collector would have as much to do as the network.

/** Of one length, more are not kept. */
const KEPT_MAX = 8;

export class BlockPool {
  readonly #free = new Map<number, Uint8Array[]>();

  /** A block of exactly this many bytes, with whatever was in it. */
  take(length: number): Uint8Array {
    return this.#free.get(length)?.pop() ?? new Uint8Array(length);
  }

  /** Gives a block back. Nobody may read or write it any more: bytes still on their way out would be another file's. */
  give(block: Uint8Array): void {
    const free = this.#free.get(block.length) ?? [];
    if (free.length < KEPT_MAX) free.push(block);
    this.#free.set(block.length, free);
  }
}
