// When an association that failed is worth another try. PS3.8 9.3.4 (transient rejections).

import type { AssociationFailure } from '../net/failure.ts';

/** After this many associations in a row that were lost without a single answer, the rest of the files is given up. */
export const LOST_ASSOCIATIONS_MAX = 3;

/** What this machine runs out of for a while: ports, descriptors, memory for connections. The peer was not even asked. */
const SHORTAGES: ReadonlySet<string> = new Set(['EADDRNOTAVAIL', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);

const BACK_OFF_MS = [0, 1_000, 3_000];

/** How long to wait before the next association, after this many lost ones in a row. */
export function backOffMs(lostInARow: number): number {
  return BACK_OFF_MS[Math.min(lostInARow, BACK_OFF_MS.length) - 1] ?? 0;
}

/**
 * Whether the same request may well succeed later.
 * @param peerAnsweredBefore the peer has stored or refused something in this send: it is there, and speaks DICOM
 */
export function isWorthAnotherTry(failure: AssociationFailure, peerAnsweredBefore: boolean): boolean {
  switch (failure.code) {
    case 'association rejected':
      // Transient, or the presentation provider's congestion and local limit.
      return failure.result === 2 || failure.source === 3;
    case 'connection failed':
      return peerAnsweredBefore || SHORTAGES.has(failure.error.code);
    case 'connection lost':
    case 'timeout':
    case 'association aborted':
    case 'protocol error':
      // While an instance was on its way, that instance may have been the cause: the others deserve their own try.
      return peerAnsweredBefore || failure.phase === 'write' || failure.phase === 'response';
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
