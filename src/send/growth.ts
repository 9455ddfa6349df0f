// How many associations a send should have open. One association leaves a peer idle while it answers, and us while we
// wait; several hide that, but each costs the peer a process or a thread, and many peers allow few.

import { AUTO_ASSOCIATIONS_MAX } from './options.ts';

/** A step is judged by what happens in this much time, and with at least so many answers. */
const WINDOW_MS = 25;
const WINDOW_ANSWERS = 8;
/** Each answer counts like so many bytes: it takes a round trip and the peer's work, however small the file. */
const ANSWER_WEIGHT = 65_536;
/** Another association must bring at least this much more. */
const GAIN_MIN = 1.15;
/** Less work than this is done before another association would pay. */
const REMAINING_MIN_MS = 100;

export interface Throughput {
  /** Responses so far. */
  readonly answers: number;
  /** Bytes sent so far. */
  readonly bytes: number;
  /** Instances that still wait. */
  readonly waiting: number;
}

/**
 * Given a number: that many, at once. 'auto': one, then one more as long as each brought more throughput, until one was
 * refused or did not pay. Time is an input, in milliseconds.
 */
export class AssociationGrowth {
  readonly #isAuto: boolean;
  #wanted: number;
  #isOver: boolean;
  #windowStart: { readonly at: number; readonly answers: number; readonly bytes: number } | undefined;
  #rateBefore: number | undefined;

  constructor(associations: number | 'auto') {
    this.#isAuto = associations === 'auto';
    this.#isOver = !this.#isAuto;
    this.#wanted = associations === 'auto' ? 1 : associations;
  }

  /** How many should be open now. */
  get wanted(): number {
    return this.#wanted;
  }

  /** The peer refused one, or lost it: it stays at what it has. */
  end(open: number): void {
    if (this.#isAuto) this.#wanted = Math.max(1, Math.min(this.#wanted, open));
    this.#isOver = true;
  }

  /** To be told of every answer. */
  observe(now: number, { answers, bytes, waiting }: Throughput): void {
    if (this.#isOver) return;
    const start = this.#windowStart;
    if (start === undefined) {
      this.#windowStart = { at: now, answers, bytes };
      return;
    }
    const elapsed = now - start.at;
    const answered = answers - start.answers;
    if (elapsed < WINDOW_MS || answered < WINDOW_ANSWERS) return;
    const rate = (bytes - start.bytes + answered * ANSWER_WEIGHT) / elapsed;
    this.#windowStart = undefined;
    const gained = this.#rateBefore === undefined || rate >= this.#rateBefore * GAIN_MIN;
    if (!gained || this.#wanted >= AUTO_ASSOCIATIONS_MAX) {
      this.#isOver = true;
      return;
    }
    if ((waiting / answered) * elapsed < REMAINING_MIN_MS) return;
    this.#rateBefore = rate;
    this.#wanted += 1;
  }
}
