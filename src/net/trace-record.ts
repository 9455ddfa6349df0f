// Trace events of the network and of the job above it, in the order in which they happen.

import type { SystemErrorInfo } from '../part10/system-error.ts';
import type { Breach } from '../protocol/dimse/breach.ts';
import type { Command } from '../protocol/dimse/command.ts';
import type { DataDetail, ProtocolTraceEvent } from '../protocol/trace-event.ts';
import type { Endpoint } from './connection.ts';
import type { Phase } from './failure.ts';

/** Why the receiver ends an association, or a connection without one. */
export type RequestorEnd = 'no request' | 'slow message' | 'idle' | 'place needed';

export type TransportTraceEvent =
  | { readonly type: 'connecting'; readonly host: string; readonly port: number }
  | {
      readonly type: 'connected';
      readonly localAddress: Endpoint;
      readonly remoteAddress: Endpoint;
      readonly elapsedMs: number;
    }
  | { readonly type: 'connection accepted'; readonly localAddress: Endpoint; readonly remoteAddress: Endpoint }
  | { readonly type: 'connection failed'; readonly error: SystemErrorInfo }
  /** No `error`: in good order. */
  | { readonly type: 'connection closed'; readonly by: 'us' | 'peer'; readonly error?: SystemErrorInfo }
  | { readonly type: 'timeout'; readonly phase: Phase; readonly afterMs: number }
  /** A response to no open request, such as a second answer, or a request that we do not serve. It is ignored. */
  | { readonly type: 'unexpected message'; readonly command: Command }
  /** The first of its kind in an association: the peer breaks PS3.7, and its message was taken for all that. */
  | { readonly type: 'breach'; readonly breach: Breach }
  /** By the built-in receiver. `count`: for this reason since it was last told, this one included. */
  | {
      readonly type: 'requestor ended';
      readonly reason: RequestorEnd;
      readonly remoteAddress: Endpoint;
      /** As the peer says it; undefined: it has not said it. */
      readonly callingAETitle: string | undefined;
      readonly count: number;
    };

/** Events of the job, so that one trace shows everything about a file. */
export type JobTraceEvent =
  /** `path`: relative where possible. */
  | {
      readonly type: 'file begins';
      readonly path: string;
      readonly messageId: number;
      readonly length: number | undefined;
    }
  | {
      readonly type: 'file ends';
      readonly path: string;
      readonly outcome: string;
      readonly status?: number;
      readonly elapsedMs: number;
      /** Of the data set that were sent. */
      readonly bytes: number;
    }
  /** The built-in receiver stored an instance. */
  | { readonly type: 'instance received'; readonly path: string; readonly bytes: number }
  /** The data set that the built-in receiver gets has another SOP Class or Instance UID than its request. */
  | { readonly type: 'instance mismatch'; readonly attributes: readonly string[]; readonly isStored: boolean }
  /** The built-in receiver could not write an instance, and has refused it. */
  | { readonly type: 'instance not written'; readonly error: SystemErrorInfo };

export type TraceEvent = ProtocolTraceEvent | TransportTraceEvent | JobTraceEvent;

export interface TraceRecord {
  /** Unix time in milliseconds. */
  readonly timeMs: number;
  /** Counts the associations of this process from 1. */
  readonly association: number;
  /** Others of its send are open, and this one is not yet: if it fails, nothing is lost. */
  readonly isFurther?: true;
  readonly event: TraceEvent;
}

export interface TraceSink {
  (record: TraceRecord): void;
  /**
   * What it shows of P-DATA-TF now; absent: everything. Events that nobody is shown are not made: making them for each message
   * is a good part of what a small file costs.
   */
  readonly dataDetail?: () => DataDetail;
}

/** A sink that gives records to `take`, for who passes them on to `next`. */
export function sinkBefore(next: TraceSink, take: (record: TraceRecord) => void): TraceSink {
  return Object.assign((record: TraceRecord) => take(record), next.dataDetail && { dataDetail: next.dataDetail });
}
