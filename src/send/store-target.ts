// The port to whatever takes instances. A send knows a target, channels to it and answers; what an association or an
// HTTP request is, only the target knows. DICOM (targets/dicom-target.ts) is one target, test/support/memory-target.ts
// another.
//
// A send asks the target to arrange the kinds of instances that it has, opens channels, several of them at the same
// time where that helps, and stores instances through each: prepared while the one before is on its way, and several on
// their way where the channel allows.

import type { Culprit } from '../net/failure.ts';
import type { AssociationSummary } from './job.ts';
import type { Outcome, Reason, SentFacts } from './outcome.ts';
import type { ScannedInstance } from './scanned-file.ts';
import type { InstanceKind } from './scanned-files.ts';

/** An instance to be stored. */
export interface OutgoingInstance {
  readonly file: ScannedInstance;
  /** One of those that were arranged; the same object. */
  readonly kind: InstanceKind;
}

/** What one channel is opened for. A target keeps in it what it needs to open the channel. */
export interface ChannelNeeds {
  readonly kinds: readonly InstanceKind[];
}

export interface Arrangement<Needs extends ChannelNeeds> {
  /** Each kind in at most one; a send serves one after the other. */
  readonly channels: readonly Needs[];
  /** Kinds that cannot be sent at all. */
  readonly refused: ReadonlyMap<InstanceKind, Reason>;
}

export interface StoreTarget<Needs extends ChannelNeeds = ChannelNeeds> {
  /** One for each association so far that has ended, for reports; none where the target has no associations. */
  readonly associations: readonly AssociationSummary[];
  /** @param kinds those that the send has, once each */
  arrange(kinds: readonly InstanceKind[]): Arrangement<Needs>;
  /**
   * Never rejects because of the peer. 'open' says that the peer has answered, so that it counts as known from then on; a
   * protocol that has nothing to open asks the peer something first.
   * @param signal cancels the opening and, later, whatever the channel is doing
   */
  open(needs: Needs, signal: AbortSignal): Promise<Opened>;
  /** Frees what channels share, when all of them have ended. */
  close(): Promise<void>;
}

export type Opened =
  | { readonly type: 'open'; readonly channel: StoreChannel }
  | { readonly type: 'failure'; readonly failure: ChannelFailure };

/** Why a channel was not opened, or ended badly. */
export interface ChannelFailure {
  readonly reason: Reason;
  /** Only the peer's failures count as losses. */
  readonly culprit: Culprit;
  /**
   * Whether the same may succeed later. 'known peer': only where the peer has accepted or answered something before.
   */
  readonly isTransient: 'always' | 'known peer' | 'never';
  /** The peer itself ended the channel: it is there, and may go on with another instance. */
  readonly isByPeer: boolean;
}

export interface StoreChannel {
  /** How many instances may be on their way at the same time; at least 1. */
  readonly window: number;
  /** Well or badly: nothing more can be stored through it. */
  readonly hasEnded: boolean;
  /**
   * Told of instances whose turn comes soon, in this order, so that they can be read ahead.
   * @returns how many of them, from the first, need not be named again
   */
  expect(instances: readonly OutgoingInstance[]): number;
  /** Begins to read an instance. It is then stored or abandoned. */
  prepare(instance: OutgoingInstance): Prepared;
  /** Ends it in good order where that is still possible. Returns why it ended, where it ended badly. */
  end(signal: AbortSignal): Promise<ChannelFailure | undefined>;
  /** Ends it at once, because of a bug of ours. */
  abandon(): void;
}

export type Prepared =
  | { readonly type: 'prepared'; readonly instance: PreparedInstance }
  /** The target does not take it; nothing was sent of it. */
  | { readonly type: 'refused'; readonly reason: Reason };

export interface PreparedInstance {
  /** The transfer syntax in which it goes out. */
  readonly transferSyntaxUID: string;
  /**
   * Sends it. Resolves when its last byte is out, so that the next one may follow while its answer is awaited. Never
   * rejects because of the peer or the file.
   * @param sent told of the bytes of the data set that have just gone out
   */
  store(sent: (bytes: number) => void): Promise<Transmission>;
  /** It is not stored after all. */
  abandon(): void;
  /** What became of it, when that is on record; for the trace. */
  settled(ending: Settled): void;
}

export interface Settled extends Pick<SentFacts, 'bytesSent' | 'status'> {
  readonly outcome: Outcome;
  readonly elapsedMs: number;
}

export type Transmission =
  /** Every byte is out; the answer will come, or the channel will end. */
  | { readonly type: 'sent'; readonly result: Promise<StoreResult> }
  | { readonly type: 'ended'; readonly result: StoreResult };

/** `bytesSent`: of the data set. */
export type StoreResult =
  | {
      readonly type: 'answer';
      readonly outcome: 'stored' | 'stored with warning' | 'failed';
      readonly status?: number;
      readonly reason?: Reason;
      readonly bytesSent: number;
    }
  /**
   * The answer cannot be one to this instance, so nobody can tell what became of it; the target has ended the channel.
   */
  | { readonly type: 'invalid answer'; readonly reason: Reason; readonly bytesSent: number }
  /** The file could not be read or converted to its end. Where bytes were out, the target has ended the channel. */
  | { readonly type: 'unreadable'; readonly reason: Reason; readonly bytesSent: number }
  /** The channel ended before an answer came. */
  | {
      readonly type: 'lost';
      readonly failure: ChannelFailure;
      /** Every byte was out: the peer may have it. */
      readonly mayBeStored: boolean;
      readonly bytesSent: number;
    };
