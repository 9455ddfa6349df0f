// What to do after a channel has failed: open another one, and when, or give up.
//
// Whose fault was it? A channel that we ended because a file could not be read on says nothing about the peer, and does not
// count. What this machine lacks (descriptors, ports) counts, because it must not be waited for without end; the reason says
// whose it is. A channel that was lost while instances were on their way counts first of all against these instances and their
// kind: they go to the end of the queue, and the next channel begins with an instance from elsewhere in it, of another kind if
// there is one. A channel that was lost with nothing on its way counts against the peer alone. An answer shows that the peer
// works, and the count begins again.

import type { Reason } from './outcome.ts';
import type { InstanceKind } from './scanned-files.ts';
import type { ChannelFailure } from './store-target.ts';

/** After so many channels in a row that were not opened, or were lost with nothing on its way, the rest is given up. */
export const LOST_CHANNELS_MAX = 3;
/**
 * The same for channels that were lost while an instance was on its way: reset, closed, or never answered. One bad file may be
 * the cause, and several bad ones often stand side by side. Each may cost a whole time-out, so these are not many.
 */
export const LOST_WITH_INSTANCE_MAX = 6;
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
  /** Kinds of the instances that were on their way; empty where there were none. */
  readonly suspects: ReadonlySet<InstanceKind>;
  /** Each of these instances had been lost before. */
  readonly isRepeated: boolean;
  /** How many files could not be read to their end. */
  readonly unreadable: number;
}

export type Recovery =
  | { readonly type: 'again'; readonly pauseMs: number }
  /** Of all that is left, or of one kind only, with the reason. */
  | { readonly type: 'give up'; readonly kind: InstanceKind | undefined; readonly reason: Reason };

/** Channels that were lost in a row. */
class Row {
  idle = 0;
  withInstance = 0;
  aborted = 0;

  get length(): number {
    return this.idle + this.withInstance + this.aborted;
  }

  get isTooLong(): boolean {
    // A peer that fails now in one way, now in another, is given up as one that always fails in the quicker way.
    return (
      this.idle >= LOST_CHANNELS_MAX ||
      this.withInstance >= LOST_WITH_INSTANCE_MAX ||
      this.length >= ABORTED_CHANNELS_MAX
    );
  }

  add(failure: ChannelFailure, hadInstances: boolean): void {
    if (!hadInstances) this.idle += 1;
    else if (failure.isByPeer) this.aborted += 1;
    else this.withInstance += 1;
  }
}

/** Counts the channels that were lost in a row. */
export class Losses {
  /** Since the peer's last answer. */
  #all = new Row();
  /** Since its last answer to an instance of the kind, whatever it says to other kinds. */
  readonly #byKind = new Map<InstanceKind, Row>();

  /** The peer has answered to an instance of this kind. */
  answered(kind: InstanceKind): void {
    this.#byKind.delete(kind);
  }

  next({ failure, isPeerKnown, hasAnswered, suspects, isRepeated, unreadable }: LostChannel): Recovery {
    // Its file is settled, so this cannot go on for ever.
    if (failure.culprit === 'local' && unreadable > 0) return { type: 'again', pauseMs: 0 };
    if (hasAnswered) this.#all = new Row();
    const isWorthAnotherTry = failure.isTransient === 'always' || (failure.isTransient === 'known peer' && isPeerKnown);
    if (!isWorthAnotherTry) return { type: 'give up', kind: undefined, reason: failure.reason };
    // An instance that is lost a second time says nothing new of the peer. Of those that were lost together with it, most are
    // good and still wait for their second try. Only time-outs, which take long, are counted all the same.
    if (isRepeated && failure.reason.code !== 'timeout') return { type: 'again', pauseMs: 0 };
    const hadInstances = suspects.size > 0;
    this.#all.add(failure, hadInstances);
    if (this.#all.isTooLong) return givenUp(undefined, this.#all, failure);
    const [kind] = suspects;
    // Of several kinds that were on their way together, nobody knows which one it was.
    if (kind !== undefined && suspects.size === 1) {
      const row = this.#byKind.get(kind) ?? new Row();
      row.add(failure, true);
      if (row.isTooLong) {
        this.#byKind.delete(kind);
        return givenUp(kind, row, failure);
      }
      this.#byKind.set(kind, row);
    }
    const isQuick = hadInstances && failure.isByPeer;
    return { type: 'again', pauseMs: isQuick ? 0 : backOffMs(this.#all.length - this.#all.aborted) };
  }
}

function givenUp(kind: InstanceKind | undefined, { length }: Row, { reason: last }: ChannelFailure): Recovery {
  return { type: 'give up', kind, reason: { code: 'given up', lostAssociations: length, last } };
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
