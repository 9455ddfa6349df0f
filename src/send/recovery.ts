// What to do after an association has failed: open another one, and when, or give up. PS3.8 9.3.4 (transient rejections).
//
// Only the peer's failures count. An association that we aborted because a file could not be read on says nothing about
// the peer. An association that the peer lost while an instance was on its way counts first of all against that
// instance: it goes to the end of the queue, and the next association begins with an instance from elsewhere in it. An
// answer to any of them shows that the peer works, and the count begins again.

import { type AssociationFailure, culpritOf } from '../net/failure.ts';
import type { Reason } from './outcome.ts';

/** After this many associations in a row that were lost without a single answer, the rest of the files is given up. */
export const LOST_ASSOCIATIONS_MAX = 3;
/**
 * The same for associations that the peer aborted while an instance was on its way that had not been lost before. Such a
 * peer is there and refuses this instance in its own way (DCMTK's storescp does so); with another it may go on.
 */
export const ABORTED_ASSOCIATIONS_MAX = 10;

const BACK_OFF_MS = [0, 1_000, 3_000];

/** An association that ended badly. */
export interface LostAssociation {
  readonly failure: AssociationFailure;
  /** The peer has accepted an association or answered a request in this send: it is there, and speaks DICOM. */
  readonly isPeerKnown: boolean;
  /** The peer has answered a request, on this or another association, since this one was requested. */
  readonly hasAnswered: boolean;
  /** How many instances were on their way that had never been lost before. */
  readonly suspects: number;
}

export type Recovery =
  | { readonly type: 'again'; readonly pauseMs: number }
  /** With the reason for all that is left. */
  | { readonly type: 'give up'; readonly reason: Reason };

/** Counts the associations that were lost in a row. */
export class Losses {
  /** All, and those that an instance may have caused. */
  #lost = 0;
  #aborted = 0;

  next(association: LostAssociation): Recovery {
    const { failure, isPeerKnown, hasAnswered, suspects } = association;
    // Its file is settled, so this cannot go on for ever.
    if (failure.code === 'abandoned') return { type: 'again', pauseMs: 0 };
    if (hasAnswered) {
      this.#lost = 0;
      this.#aborted = 0;
    }
    if (!isWorthAnotherTry(failure, isPeerKnown)) return { type: 'give up', reason: failure };
    this.#lost += 1;
    const isAborted = failure.code === 'association aborted' && suspects > 0;
    if (isAborted) this.#aborted += 1;
    const others = this.#lost - this.#aborted;
    if (others >= LOST_ASSOCIATIONS_MAX || this.#aborted >= ABORTED_ASSOCIATIONS_MAX) {
      return { type: 'give up', reason: { code: 'given up', lostAssociations: this.#lost, last: failure } };
    }
    return { type: 'again', pauseMs: isAborted ? 0 : backOffMs(others) };
  }
}

/** How long to wait before the next association, after this many lost ones in a row. */
export function backOffMs(lostInARow: number): number {
  return BACK_OFF_MS[Math.min(lostInARow, BACK_OFF_MS.length) - 1] ?? 0;
}

/** Whether the same request may well succeed later. */
function isWorthAnotherTry(failure: AssociationFailure, isPeerKnown: boolean): boolean {
  switch (failure.code) {
    case 'association rejected':
      // Transient, or the presentation provider's congestion and local limit.
      return failure.result === 2 || failure.source === 3;
    case 'connection failed':
      // This machine may get back what it lacks for a moment, but not a permission.
      return isPeerKnown || (culpritOf(failure) === 'local' && !['EACCES', 'EPERM'].includes(failure.error.code));
    case 'connection lost':
    case 'timeout':
    case 'association aborted':
    case 'protocol error':
      // While an instance was on its way, that instance may have been the cause: the others deserve their own try.
      return isPeerKnown || failure.phase === 'write' || failure.phase === 'response';
    case 'released by peer':
    case 'abandoned':
      return true;
    case 'unusable maximum length':
    case 'cancelled':
      return false;
  }
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
