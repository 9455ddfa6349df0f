// A deadline after a time of silence. A sign of life restarts it without touching the timer: thousands of short waits cost
// one timer.
//
// After a suspend of the machine, timers fire before sockets are read, so an answer that arrived in time would seem to be
// late. A timer that has fired therefore waits two turns of the event loop: the first reads what has arrived, and the end
// of a connection is told at the end of that turn, after immediates.

/** Node's timers hold 31 bits. A longer deadline never comes. */
const TIMER_MAX_MS = 2 ** 31 - 1;

export class Deadline {
  readonly #expired: (afterMs: number) => void;
  /** Infinity: nothing is waited for. */
  #limitMs = Number.POSITIVE_INFINITY;
  /** Performance-clock time of the last sign of life, in milliseconds. */
  #since = 0;
  /** When the timer fires; Infinity: there is none. */
  #firesAt = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;

  /** @param expired called with the limit when there was no sign of life for so long; then nothing is waited for */
  constructor(expired: (afterMs: number) => void) {
    this.#expired = expired;
  }

  /** Waits for a sign of life from now on. @param limitMs Infinity: for ever */
  start(limitMs: number): void {
    this.#limitMs = limitMs;
    this.#since = performance.now();
    const dueAt = this.#since + limitMs;
    // A timer that fires earlier stays: it looks how long is left.
    if (dueAt < this.#firesAt) this.#arm(limitMs);
  }

  /** There was a sign of life. */
  restart(): void {
    this.#since = performance.now();
  }

  /** Nothing is waited for at the moment. The timer stays for the next `start`. */
  pause(): void {
    this.#limitMs = Number.POSITIVE_INFINITY;
  }

  /** Nothing is waited for any more, and no timer keeps the process alive. */
  stop(): void {
    this.pause();
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
    this.#firesAt = Number.POSITIVE_INFINITY;
  }

  #arm(ms: number): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
    if (ms > TIMER_MAX_MS) {
      this.#firesAt = Number.POSITIVE_INFINITY;
      return;
    }
    this.#firesAt = performance.now() + ms;
    this.#timer = setTimeout(() => {
      this.#turn = setImmediate(() => {
        this.#turn = setImmediate(() => this.#check());
      });
    }, ms);
  }

  #check(): void {
    this.#firesAt = Number.POSITIVE_INFINITY;
    const limitMs = this.#limitMs;
    if (limitMs === Number.POSITIVE_INFINITY) return;
    const remainingMs = this.#since + limitMs - performance.now();
    // A timer may fire a fraction of a millisecond early; only the whole limit counts.
    if (remainingMs > 1) {
      this.#arm(remainingMs);
      return;
    }
    this.pause();
    this.#expired(limitMs);
  }
}
