// The vocabulary of a peer's modes: what it does at which moment of a connection. `peer-modes.ts` shows it in use.

import type { AssociationRecord, InstanceRecord } from './peer-records.ts';
import type { AcceptOptions, PeerConnection, RawMessage } from './scripted-peer.ts';

/**
 * - connected: nothing was read.
 * - requested: the A-ASSOCIATE-RQ was read and not answered.
 * - before: nothing of the n-th message was read. - inside: some of its bytes. - unanswered: all. - answered: with its answer.
 * - released: the A-RELEASE-RQ was read and not answered.
 */
export type Moment = 'connected' | 'requested' | 'before' | 'inside' | 'unanswered' | 'answered' | 'released';

/** Ways to stop serving a connection. None of them answers anything afterwards; those that can go on reading do. */
export type Way =
  | 'abort'
  | 'close'
  | 'reset'
  /** Sends A-RELEASE-RQ. */
  | 'release'
  | 'stop reading'
  /** Sends FIN and reads nothing any more. */
  | 'close and stop reading'
  | 'silence';

export interface ModeAct {
  readonly moment: Moment;
  /** The message that `moment` speaks of, from 1. Default: 1. */
  readonly message?: number;
  /** For 'inside': after at least so many bytes of it. Default: 1. */
  readonly bytes?: number;
  /** A function does not end the service, unless it closes the connection. */
  readonly act: Way | ((connection: PeerConnection, record: AssociationRecord) => void | Promise<void>);
  /** For 'abort': source and reason (PS3.8 Table 9-26). Default: the service provider gives no reason. */
  readonly abort?: readonly [source: number, reason: number];
}

/** What is sent instead of a plain C-STORE-RSP. */
export interface SpecialAnswer {
  /** Recorded as the answer; undefined: what is sent is no correct answer. */
  readonly status: number | undefined;
  readonly bytes: readonly Buffer[];
}

/**
 * A status, exact bytes, or a way to leave instead of answering. Undefined: no answer, neither to this instance nor to a later
 * one of the association.
 */
export type Answer = number | SpecialAnswer | Way | undefined;

export interface PeerModes extends Pick<AcceptOptions, 'maximumLength' | 'userInformation'> {
  /** The result of each presentation context. Default: accepted, with its first transfer syntax. */
  readonly context?: AcceptOptions['answer'];
  /** A-ASSOCIATE-RJ instead of an acceptance: result, source, reason (PS3.8 Table 9-21). */
  readonly reject?: readonly [result: number, source: number, reason: number];
  /** Operations that it grants where a window was proposed (53H); 0: no limit. Without it: not granted. */
  readonly window?: number;
  /** Called when an instance has come whole; a promise delays its answer, not that of others. Default: success. */
  readonly answer?: (instance: InstanceRecord, message: RawMessage) => Answer | Promise<Answer>;
  /** Further elements of every plain C-STORE-RSP, by element number. */
  readonly elements?: ReadonlyMap<number, Buffer>;
  readonly at?: readonly ModeAct[];
  /** Called with each piece that the system hands over, and all bytes so far. May pause the socket or destroy it. */
  readonly reading?: (bytesRead: number, connection: PeerConnection) => void;
  /** Every byte is written by a write of its own. */
  readonly isByteWise?: boolean;
  /**
   * What is kept of the instances. With 'lengths' no part of an instance is ever held, and no moment between the messages
   * is met: for instances that are large. Default: 'data sets', and the messages.
   */
  readonly keeps?: 'data sets' | 'digests' | 'lengths';
}
