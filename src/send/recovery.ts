// What to do after a channel has failed: open another one, and when, or give up.
//
// A channel that we ended because a file could not be read on says nothing about the peer, and does not count. What this
// machine lacks (descriptors, ports) does count, because it must not be waited for without end; the reason says whose it is. A channel that the peer ended while an instance was on its way counts first of all against that instance: it
// goes to the end of the queue, and the next channel begins with an instance from elsewhere in it. An answer to any of
// them shows that the peer works, and the count begins again.

import type { Reason } from './outcome.ts';
import type { ChannelFailure } from './store-target.ts';

/** After this many channels in a row that were lost without a single answer, the rest of the files is given up. */
export const LOST_CHANNELS_MAX = 3;
/**
 * The same for channels that the peer itself ended while an instance was on its way. Such a peer is there and refuses this
 * instance in its own way (DCMTK's storescp aborts); with another it may go on.
 */
export const ABORTED_CHANNELS_MAX = 10;

const BACK_OFF_MS = [0, 1_000, 3_000];

/** A channel that was not opened, or ended badly. */
export interface LostChannel {
  readonly failure: ChannelFailure;
  /** The peer has opened a channel or answered in this send: it is there, and speaks our protocol. */
  readonly isPeerKnown: boolean;
  /** The peer has answered, on this or another channel, since this one was asked for. */
  readonly hasAnswered: boolean;
  /** How many instances were on their way. */
  readonly suspects: number;
  /** How many files could not be read to their end. */
  readonly unreadable: number;
}

export type Recovery =
  | { readonly type: 'again'; readonly pauseMs: number }
  /** With the reason for all that is left. */
  | { readonly type: 'give up'; readonly reason: Reason };

/** Counts the channels that were lost in a row. */
export class Losses {
  /** All, and those that an instance may have caused. */
  #lost = 0;
  #refused = 0;

  next({ failure, isPeerKnown, hasAnswered, suspects, unreadable }: LostChannel): Recovery {
    // Its file is settled, so this cannot go on for ever.
    if (failure.culprit === 'local' && unreadable > 0) return { type: 'again', pauseMs: 0 };
    if (hasAnswered) {
      this.#lost = 0;
      this.#refused = 0;
    }
    const isWorthAnotherTry = failure.isTransient === 'always' || (failure.isTransient === 'known peer' && isPeerKnown);
    if (!isWorthAnotherTry) return { type: 'give up', reason: failure.reason };
    this.#lost += 1;
    const isRefused = failure.isByPeer && suspects > 0;
    if (isRefused) this.#refused += 1;
    const others = this.#lost - this.#refused;
    if (others >= LOST_CHANNELS_MAX || this.#refused >= ABORTED_CHANNELS_MAX) {
      return {
        type: 'give up',
        reason: { code: 'given up', lostAssociations: this.#lost, last: failure.reason },
      };
    }
    return { type: 'again', pauseMs: isRefused ? 0 : backOffMs(others) };
  }
}

/** How long to wait before the next channel, after this many lost ones in a row. */
export function backOffMs(lostInARow: number): number {
  return BACK_OFF_MS[Math.min(lostInARow, BACK_OFF_MS.length) - 1] ?? 0;
}

/** Resolves after the time, or at once when the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
