// How many bytes of a data set are written at a time: what the connection takes in 20 ms. A fast peer gets few large writes,
// which cost little. A slow peer gets small writes, so that progress is visible, a stall is noticed and cancelling is quick.

/** In bytes. */
const LEAST = 131_072;
const MOST = 1_048_576;
/** A write should be taken in about this time, in milliseconds. */
const MOMENT_MS = 20;

export class WritePace {
  #target = LEAST;

  /** Length of the next chunk in bytes: a multiple of `maxFragment`, at least one. */
  chunkLength(maxFragment: number): number {
    return Math.max(1, Math.floor(this.#target / maxFragment)) * maxFragment;
  }

  /** To be called after each write. @param elapsedMs until the system had taken it */
  took(bytes: number, elapsedMs: number): void {
    // A short write fits into the system's buffer at once, which says nothing about the peer.
    if (bytes < LEAST / 2) return;
    this.#target = Math.min(MOST, Math.max(LEAST, (bytes / Math.max(elapsedMs, 0.01)) * MOMENT_MS));
  }
}
