// What became of each file: exactly one of seven outcomes. Nothing is ever guessed.

import type { AssociationFailure } from '../net/failure.ts';
import type { Finding } from '../part10/check/finding.ts';
import type { HeaderProblem } from '../part10/header/header.ts';
import type { SystemErrorInfo } from '../part10/system-error.ts';
import type { List } from './list.ts';
import type { PreflightFinding } from './preflight-policy.ts';

export const OUTCOMES = [
  'stored',
  'stored with warning',
  'failed',
  'held back',
  'skipped',
  'cancelled',
  'unknown',
] as const;

/**
 * - stored: the peer answered success (0000H).
 * - stored with warning: the peer answered a warning; it has the instance.
 * - failed: the peer does not have it, as far as anyone can tell.
 * - held back: never tried, because of what pre-flight found. A person must decide about this very file: no retry,
 *   resume or second send of ours sends it.
 * - skipped: there is nothing in the file that could be sent, or the peer has the same data set from another file.
 * - cancelled: the person stopped before it was sent, or while it was.
 * - unknown: every byte went out, and no valid answer came.
 */
export type Outcome = (typeof OUTCOMES)[number];

/** One presentation context that could have carried the instance, and why it could not. */
export interface RefusedContext {
  readonly transferSyntaxUID: string;
  /** PS3.8 Table 9-18; undefined = not answered. */
  readonly result: number | undefined;
  /** Accepted, but with this transfer syntax, which was not proposed; '' = the peer named none. */
  readonly unproposedTransferSyntax?: string;
}

export type Reason =
  | HeaderProblem
  | AssociationFailure
  /**
   * `accepted`: transfer syntaxes that the peer took for this SOP class. `further`: those in which the data set could go
   * out too, were it not for the option `hinderedBy`: they were not proposed. `enoughConversion`: what would let
   * conversion propose them.
   */
  | {
      readonly code: 'presentation context refused';
      readonly sopClassUID: string;
      readonly refused: readonly RefusedContext[];
      readonly accepted: readonly string[];
      readonly further?: readonly string[];
      readonly hinderedBy?: 'conversion' | 'requestTransferSyntax';
      readonly enoughConversion?: 'lossless' | 'any';
    }
  /** A failure or warning status in the C-STORE-RSP. */
  | {
      readonly code: 'status';
      readonly status: number;
      /** The peer's own words, not sanitised. */
      readonly errorComment?: string;
      /** Tags as 0xGGGGEEEE. */
      readonly offendingElement?: readonly number[];
    }
  /** The response does not fit our request. */
  | { readonly code: 'invalid response'; readonly detail: string }
  /** The file has changed since it was scanned. */
  | { readonly code: 'file changed'; readonly detail: string }
  | { readonly code: 'read error'; readonly error: SystemErrorInfo }
  /** Held back before anything was sent, because of this. */
  | { readonly code: 'pre-flight'; readonly finding: PreflightFinding }
  /** The same data set is in another file, which was tried and is not stored. `reason`: why that one is not. */
  | { readonly code: 'same as another file'; readonly firstPath: string; readonly reason?: Reason }
  /**
   * `why`: 'not allowed' = the options of the send leave no transfer syntax to propose; `enoughConversion`: what would let
   * conversion lead to it, absent: nothing would. 'damaged' = the data set is not
   * encoded as its transfer syntax says. 'not decoded' = its pixel data is damaged, or there is no decoder for it.
   */
  | {
      readonly code: 'cannot convert';
      readonly from: string;
      readonly to: string;
      readonly detail: string;
      readonly why: 'not allowed' | 'damaged' | 'not decoded';
      readonly enoughConversion?: 'lossless' | 'any';
    }
  /** Given up after this many lost associations in a row. */
  | { readonly code: 'given up'; readonly lostAssociations: number; readonly last: Reason };

export interface FileOutcome {
  /** Absolute. */
  readonly path: string;
  readonly outcome: Outcome;
  readonly sopClassUID?: string;
  readonly sopInstanceUID?: string;
  /** Of the file. */
  readonly transferSyntaxUID?: string;
  /** Of what went out; another one than the file's: it was converted. */
  readonly transferSyntaxOnWire?: string;
  /** Status of the C-STORE-RSP. */
  readonly status?: number;
  /** Bytes of the data set that went out (in the last try). */
  readonly bytesSent: number;
  /** When its last try began; Unix time in milliseconds. Absent, as `elapsedMs`: it was never tried. */
  readonly startedAtMs?: number;
  /** From then until its outcome was known. */
  readonly elapsedMs?: number;
  /** Why, for everything but a plain 'stored'. */
  readonly reason?: Reason;
  /** Where the file is, if a link out of the selection was followed to it; absolute. */
  readonly leadsTo?: string;
  /** What was found wrong with the file, whether it was sent or not; absent = nothing. */
  readonly findings?: readonly Finding[];
}

/** In the order of the job. */
export interface FileOutcomes extends List<FileOutcome> {
  /** At least all outcomes that are more than a plain 'stored': few, in a send that went well. Undefined: look at each. */
  readonly notable?: Iterable<FileOutcome>;
  /** Their places, in ascending order. */
  readonly notablePlaces?: Iterable<number>;
}

/** What went out of an instance. */
export type SentFacts = Pick<
  FileOutcome,
  'bytesSent' | 'startedAtMs' | 'elapsedMs' | 'transferSyntaxOnWire' | 'status'
>;

export type OutcomeCounts = Readonly<Record<Outcome, number>>;
