// stdout and stderr in one queue, so that their texts keep their order where both are one pipe. Node's own streams keep in
// memory, without a bound, what the reader of a pipe does not take, and lose it when the process ends at once. Here what
// the reader has not taken is bounded, and the end of the process waits for a reader that reads.

import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';

type Name = 'stdout' | 'stderr';

const DESCRIPTORS: Readonly<Record<Name, number>> = { stdout: 1, stderr: 2 };

/** Bytes. A reader that is further behind is waited for, and all else with it. */
const BEHIND_MAX = 16_777_216;
const RETRY_MS = 10;
/** How long the end of the process waits for a reader that takes nothing. */
const PATIENCE_MS = 2_000;

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}

export class PipeWriter {
  readonly #queue: { readonly name: Name; rest: Buffer }[] = [];
  readonly #isImmediate: Readonly<Record<Name, boolean>> = {
    stdout: process.platform === 'win32' || isatty(DESCRIPTORS.stdout),
    stderr: process.platform === 'win32' || isatty(DESCRIPTORS.stderr),
  };
  #length = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #processEnds = (): void => this.finish();

  /**
   * An error is one of Node's stream of that name, as if that had written.
   * @param text UTF-8; may be overwritten afterwards
   */
  write(name: Name, text: Buffer): void {
    // On Windows, and on every terminal, Node's stream writes at once; there it also knows what encoding is wanted.
    if (this.#isImmediate[name]) {
      process[name].write(text.toString());
      return;
    }
    const entry = { name, rest: text };
    this.#queue.push(entry);
    this.#length += text.length;
    while (!this.#advance() && this.#length > BEHIND_MAX) pause();
    if (entry.rest.length > 0) entry.rest = Buffer.from(entry.rest);
    this.#watch();
  }

  /** Returns when all is written, or when a reader has taken nothing for a while. */
  finish(): void {
    let length = this.#length;
    let sinceMs = performance.now();
    while (!this.#advance()) {
      if (this.#length < length) {
        length = this.#length;
        sinceMs = performance.now();
      } else if (performance.now() - sinceMs > PATIENCE_MS) break;
      pause();
    }
    this.#watch();
  }

  /** Writes what the readers take now. Returns whether that was all; a pipe that blocks is waited for. */
  #advance(): boolean {
    for (let first = this.#queue[0]; first !== undefined; first = this.#queue[0]) {
      const { name, rest } = first;
      let count = rest.length;
      try {
        count = writeSync(DESCRIPTORS[name], rest);
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code === 'EAGAIN') return false;
        process[name].emit('error', thrown);
      }
      this.#length -= count;
      first.rest = rest.subarray(count);
      if (first.rest.length === 0) this.#queue.shift();
    }
    return true;
  }

  #watch(): void {
    process.off('exit', this.#processEnds);
    clearTimeout(this.#timer);
    if (this.#queue.length === 0) return;
    process.on('exit', this.#processEnds);
    this.#timer = setTimeout(() => {
      this.#advance();
      this.#watch();
    }, RETRY_MS);
  }
}
