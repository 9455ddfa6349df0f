// Writes to stdout and stderr through one queue, which keeps the order where both are the same pipe.
//
// Node's own streams keep what the reader of a pipe has not read in memory, without a bound, and lose it when the process
// exits. This queue is bounded: when the reader is too far behind, the writer waits for it, but only for a moment in each
// turn of the event loop, because timers, peers and Ctrl-C wait meanwhile. What does not fit then is left out, and a line
// says how much. At exit, the process waits for a reader that still reads.

import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import {
  INTERRUPTED_READER_WAIT_MS,
  OUTPUT_TURN_WAIT_MS,
  OUTPUT_UNREAD_MAX,
  READER_WAIT_MS,
} from '../protocol/limits.ts';
import { plural } from '../trace/units.ts';

type Name = 'stdout' | 'stderr';

const DESCRIPTORS: Readonly<Record<Name, number>> = { stdout: 1, stderr: 2 };

const RETRY_MS = 10;
const LINE_FEED = 0x0a;

/** Results have room of their own: what the trace has filled does not displace them. In bytes. */
const UNREAD_MAX: Readonly<Record<Name, number>> = { stdout: 2 * OUTPUT_UNREAD_MAX, stderr: OUTPUT_UNREAD_MAX };

function linesIn(text: Buffer): number {
  let lines = 0;
  for (let at = text.indexOf(LINE_FEED); at >= 0; at = text.indexOf(LINE_FEED, at + 1)) lines += 1;
  return lines;
}

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
  /** How long the reader was waited for in this turn of the event loop. */
  #waitedMs = 0;
  /** Length of what waited when the reader had read nothing for so long: until it reads, it is not waited for again. */
  #stalledLength: number | undefined;
  #leftOut = 0;
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
    if (!this.#hasRoom(name, text.length)) {
      this.#leftOut += linesIn(text);
      return;
    }
    this.#tellLeftOut();
    const entry = { name, rest: text };
    this.#queue.push(entry);
    this.#length += text.length;
    this.#advance();
    if (entry.rest.length > 0) entry.rest = Buffer.from(entry.rest);
    this.#watch();
  }

  /** Waits for room, but not for long. */
  #hasRoom(name: Name, length: number): boolean {
    const isFull = (): boolean => !this.#advance() && this.#length + length > UNREAD_MAX[name];
    if (!isFull()) return true;
    if (this.#isHurried || (this.#stalledLength !== undefined && this.#length >= this.#stalledLength)) return false;
    if (this.#waitedMs === 0) setImmediate(() => (this.#waitedMs = 0));
    const before = this.#length;
    const beganMs = performance.now() - this.#waitedMs;
    let full = true;
    while (full && this.#waitedMs < OUTPUT_TURN_WAIT_MS) {
      pause();
      full = isFull();
      this.#waitedMs = performance.now() - beganMs;
    }
    this.#stalledLength = full && this.#length === before ? before : undefined;
    return !full;
  }

  #tellLeftOut(): void {
    if (this.#leftOut === 0) return;
    const text = `W: ${plural(this.#leftOut, 'line')} left out here: whoever reads this output reads too slowly.\n`;
    this.#leftOut = 0;
    this.#queue.push({ name: 'stderr', rest: Buffer.from(text) });
    this.#length += text.length;
  }

  /** A person waits for the end: `finish` waits for a reader no longer than a moment. */
  hurry(): void {
    this.#isHurried = true;
    this.#timer?.unref();
  }

  /** Writes everything. Gives up when the reader has read nothing for a while. */
  finish(): void {
    this.#tellLeftOut();
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
