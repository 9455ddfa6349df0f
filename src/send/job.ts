// What a send is asked to do, and what it reports. The same for the editor and the terminal.

import type { Connector } from '../net/connection.ts';
import type { AssociationFailure } from '../net/failure.ts';
import type { PduSink } from '../net/pdu-tap.ts';
import type { Peer } from '../net/peer.ts';
import type { TraceSink } from '../net/trace-record.ts';
import type { SystemErrorInfo } from '../part10/system-error.ts';
import type { NegotiatedContext } from '../protocol/acse/contexts.ts';
import type { CountedBreach } from '../protocol/dimse/breach.ts';
import type { SendOptions } from './options.ts';
import type { FileOutcome, FileOutcomes, OutcomeCounts } from './outcome.ts';
import type { ScannedFiles } from './scanned-files.ts';
import type { StoredInstances } from './stored-instances.ts';

export interface SendJob {
  readonly peer: Peer;
  /** Makes the connections; TCP by default. */
  readonly connector?: Connector;
  readonly files: ScannedFiles;
  /** Defaults: DEFAULT_SEND_OPTIONS. */
  readonly options?: Partial<SendOptions>;
  /**
   * What the sends of this process have stored before, one object for all of them. Files that would replace an instance
   * stored from another file are held back; what this send stores is added.
   */
  readonly earlier?: StoredInstances;
  /**
   * Absolute paths of files that a person has chosen to send whatever pre-flight says of them ("Send this one"). Of
   * several files with one SOP Instance UID a decided one is sent, and the others are held back. A retry keeps the
   * decision.
   */
  readonly decided?: ReadonlySet<string>;
  /** How a path is shown and traced; by default as it is. */
  readonly displayPath?: (path: string) => string;
}

export interface SendProgress {
  /** Without the files that the scan skipped. */
  readonly filesDone: number;
  readonly filesTotal: number;
  /** Of data sets. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly counts: OutcomeCounts;
  /** Over the last seconds; undefined in the first second. */
  readonly bytesPerSecond: number | undefined;
  readonly remainingMs: number | undefined;
}

/** The outcomes that are known so far, by the index of the file in the job. */
export interface OutcomesSoFar {
  /** Of the job: all files, also those that the scan skipped. */
  readonly length: number;
  /** @returns undefined: the file has no outcome yet */
  at(index: number): FileOutcome | undefined;
}

export interface SendListeners {
  /** Called once, before any outcome. */
  readonly began?: (outcomes: OutcomesSoFar) => void;
  readonly trace?: TraceSink;
  /** Gets every PDU, redacted, for a capture. */
  readonly pdus?: PduSink;
  /** At most a few times a second, and once at the end. */
  readonly progress?: (progress: SendProgress) => void;
  /** Write-ahead: called before the outcome counts. `index`: of the file, in the job. */
  readonly outcome?: (index: number, outcome: FileOutcome) => void;
}

/** A listener threw: what it shows or keeps has gaps. The send went on. */
export interface ListenerTrouble {
  readonly listener: keyof SendListeners;
  /** The first that it threw. */
  readonly error: SystemErrorInfo;
}

export interface AssociationSummary {
  /** The number under which it appears in the trace. */
  readonly association: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly contexts: readonly NegotiatedContext[];
  readonly peerImplementationClassUID?: string;
  readonly peerImplementationVersionName?: string;
  readonly peerMaximumLength?: number;
  /** How many requests were allowed to be open at a time; Infinity = no limit. */
  readonly operationsInvoked: number;
  /** What the peer's responses did against PS3.7, and were taken for all that; absent: nothing. */
  readonly breaches?: readonly CountedBreach[];
  /** How it ended; undefined = released in good order. */
  readonly failure?: AssociationFailure;
}

export interface SendResult {
  readonly peer: Peer;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** One for every scanned file, in the order of the job. */
  readonly outcomes: FileOutcomes;
  readonly counts: OutcomeCounts;
  readonly bytesSent: number;
  readonly associations: readonly AssociationSummary[];
  readonly cancelled: boolean;
  /** Absent: no listener threw. */
  readonly troubles?: readonly ListenerTrouble[];
}
