// How much of a data set is written at a time: what the connection takes in a moment. A fast peer gets few large writes, which
// cost little; a slow one small writes, so that progress is seen, a stall is noticed and cancelling is quick.

/** In bytes. */
const LEAST = 131_072;
const MOST = 1_048_576;
/** A write should be taken in about this time, in milliseconds. */
const MOMENT_MS = 20;

export class WritePace {
  #target = LEAST;

  /** Of the next chunk, in bytes: a multiple of `maxFragment`, and at least that. */
  chunkLength(maxFragment: number): number {
    return Math.max(1, Math.floor(this.#target / maxFragment)) * maxFragment;
  }

  /** To be told of each write of some length. */
  took(bytes: number, elapsedMs: number): void {
    // What the system's own buffer takes at once says nothing of the peer.
    if (bytes < LEAST / 2) return;
    this.#target = Math.min(MOST, Math.max(LEAST, (bytes / Math.max(elapsedMs, 0.01)) * MOMENT_MS));
  }
}
