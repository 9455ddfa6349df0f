// Writes to stdout and stderr through one queue, which keeps the order where both are the same pipe.
//
// Node's own streams keep what the reader of a pipe has not read in memory, without a bound, and lose it when the process
// exits. This queue is bounded: when the reader is too far behind, the writer waits. At exit, the process waits for a
// reader that still reads.

import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { INTERRUPTED_READER_WAIT_MS, OUTPUT_UNREAD_MAX, READER_WAIT_MS } from '../protocol/limits.ts';

type Name = 'stdout' | 'stderr';

const DESCRIPTORS: Readonly<Record<Name, number>> = { stdout: 1, stderr: 2 };

const RETRY_MS = 10;

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
  #isHurried = false;
  readonly #processEnds = (): void => this.finish();

  /**
   * Errors are emitted on Node's stream of that name, as if it had written.
   * @param text UTF-8; copied where it cannot be written at once
   */
  write(name: Name, text: Buffer): void {
    // On Windows and on terminals, Node's streams write at once, and know the encoding.
    if (this.#isImmediate[name]) {
      process[name].write(text.toString());
      return;
    }
    const entry = { name, rest: text };
    this.#queue.push(entry);
    this.#length += text.length;
    while (!this.#advance() && this.#length > OUTPUT_UNREAD_MAX) pause();
    if (entry.rest.length > 0) entry.rest = Buffer.from(entry.rest);
    this.#watch();
  }

  /** A person waits for the end: `finish` waits for a reader no longer than a moment. */
  hurry(): void {
    this.#isHurried = true;
    this.#timer?.unref();
  }

  /** Writes everything. Gives up when the reader has read nothing for a while. */
  finish(): void {
    let length = this.#length;
    const beganMs = performance.now();
    let sinceMs = beganMs;
    while (!this.#advance()) {
      if (this.#isHurried && performance.now() - beganMs > INTERRUPTED_READER_WAIT_MS) break;
      if (this.#length < length) {
        length = this.#length;
        sinceMs = performance.now();
      } else if (performance.now() - sinceMs > READER_WAIT_MS) break;
      pause();
    }
    this.#watch();
  }

  /** Writes as much as the readers take now; blocks where the pipe itself blocks. Returns whether that was everything. */
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
    if (this.#isHurried) this.#timer.unref();
  }
}
