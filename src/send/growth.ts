// How many associations a send should have open. One association leaves a peer idle while it answers, and us while we
// wait; several hide that, but each costs the peer a process or a thread, and many peers allow few. What a peer allows
// is learnt once: asking for more at each turn would flood it with associations that it rejects.

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
/** A peer that refused another association is asked again after this time, and so often at most. */
const ASK_AGAIN_MS = 30_000;
const ASK_AGAIN_MAX = 3;

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
 * refused or did not pay. After a refusal the number is what was open then, and rises by one whenever the peer is asked
 * again. Time is an input, in milliseconds.
 */
export class AssociationGrowth {
  readonly #most: number;
  #wanted: number;
  #isOver: boolean;
  #windowStart: { readonly at: number; readonly answers: number; readonly bytes: number } | undefined;
  #rateBefore: number | undefined;
  #refusedAt: number | undefined;
  #askedAgain = 0;

  constructor(associations: number | 'auto') {
    this.#most = associations === 'auto' ? AUTO_ASSOCIATIONS_MAX : associations;
    this.#isOver = associations !== 'auto';
    this.#wanted = associations === 'auto' ? 1 : associations;
  }

  /** How many should be open now. */
  get wanted(): number {
    return this.#wanted;
  }

  /**
   * The peer refused one, or lost it: it stays at what it has.
   * @param open how many others are open
   */
  refused(now: number, open: number): void {
    this.#wanted = Math.max(1, Math.min(this.#wanted, open));
    this.#refusedAt = now;
    this.#isOver = true;
  }

  /** To be told of every answer. */
  observe(now: number, { answers, bytes, waiting }: Throughput): void {
    if (this.#refusedAt !== undefined && now - this.#refusedAt >= ASK_AGAIN_MS && this.#askedAgain < ASK_AGAIN_MAX) {
      this.#refusedAt = now;
      this.#askedAgain += 1;
      this.#wanted = Math.min(this.#most, this.#wanted + 1);
    }
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
    if (!gained || this.#wanted >= this.#most) {
      this.#isOver = true;
      return;
    }
    if ((waiting / answered) * elapsed < REMAINING_MIN_MS) return;
    this.#rateBefore = rate;
    this.#wanted += 1;
  }
}
