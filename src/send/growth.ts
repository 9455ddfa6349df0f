// How many channels (DICOM: associations) a send should have open. With one, each side idles while the other works. Several
// hide that, but each costs the peer a process or a thread, and many peers allow few. How many a peer allows is learnt
// once: asking for more after every file would flood it with requests that it rejects.

import { AUTO_ASSOCIATIONS_MAX } from './options.ts';

/** The throughput with one more channel is measured over this time, and over at least so many answers. */
const WINDOW_MS = 25;
const WINDOW_ANSWERS = 8;
/** An answer counts as this many bytes: a round trip and the peer's work cost as much, however small the file. */
const ANSWER_WEIGHT = 65_536;
/** Another channel must raise the throughput by at least this factor. */
const GAIN_MIN = 1.15;
/** Where less time than this remains, another channel would not pay. */
const REMAINING_MIN_MS = 100;
/** A peer that refused a channel is asked again after this time, and at most so many times in a send. */
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
 * With a number: that many from the start. With 'auto': one, then one more as long as each raised the throughput, until
 * one was refused or did not pay. After a refusal: as many as were open then, and one more whenever the peer is asked
 * again. Time is an input, in milliseconds.
 */
export class ChannelGrowth {
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
   * The peer refused a channel, or lost it.
   * @param open how many others are open: no more are wanted for now
   */
  refused(now: number, open: number): void {
    this.#wanted = Math.max(1, Math.min(this.#wanted, open));
    this.#refusedAt = now;
    this.#isOver = true;
  }

  /** Call it at every answer. */
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
