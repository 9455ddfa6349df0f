// A large frame on its way from the thread that decodes it, piece by piece: while one side waits for the network, the other
// waits with it, so that the decoded frame is never there a second time.

import { frameBytes, free } from './decoder-memory.ts';
import { FrameDecodingError } from './frame-format.ts';

/** So many pieces may be between the two threads. */
const MOST_AHEAD = 3;
/** The count of pieces that were taken becomes this, where no more will be. */
const NEVER = -1;

/** In the thread that asked. */
export class FramePieces {
  /** Shared with the thread that decodes. */
  readonly taken = new Int32Array(new SharedArrayBuffer(4));
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];
  #end: { readonly error?: Error } | undefined;
  #wake: () => void = () => undefined;

  add(piece: Uint8Array<ArrayBuffer>): void {
    this.#pieces.push(piece);
    this.#wake();
  }

  /** Behind the last piece, or because of an error. */
  end(error?: Error): void {
    this.#end ??= error === undefined ? {} : { error };
    this.#wake();
  }

  /** Whoever decodes gives up. */
  abandon(): void {
    Atomics.store(this.taken, 0, NEVER);
    Atomics.notify(this.taken, 0);
    for (const piece of this.#pieces.splice(0)) free(piece);
  }

  #count(): void {
    if (Atomics.load(this.taken, 0) === NEVER) return;
    Atomics.add(this.taken, 0, 1);
    Atomics.notify(this.taken, 0);
  }

  /** All of them; each is gone when the next one is asked for. Throws what the frame ended with. */
  async *all(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    try {
      for (;;) {
        const piece = this.#pieces.shift();
        if (piece !== undefined) {
          yield piece;
          free(piece);
          this.#count();
        } else if (this.#end === undefined) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        } else if (this.#end.error === undefined) {
          return;
        } else {
          throw this.#end.error;
        }
      }
    } finally {
      this.abandon();
    }
  }
}

/**
 * In the thread that decodes: gives pieces away, and blocks while there are too many.
 * @returns what throws FrameDecodingError where nobody wants more
 */
export function piecesFor(
  taken: Int32Array,
  give: (piece: Uint8Array<ArrayBuffer>) => void,
): (samples: Uint8Array) => void {
  let given = 0;
  return (samples) => {
    for (;;) {
      const count = Atomics.load(taken, 0);
      if (count === NEVER) throw new FrameDecodingError('it was decoded, but nobody wants it');
      if (given - count < MOST_AHEAD) break;
      Atomics.wait(taken, 0, count);
    }
    const piece = frameBytes(samples.length);
    piece.set(samples);
    given += 1;
    give(piece);
  };
}
