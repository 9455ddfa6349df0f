// Every way in which an association ends badly, as data. Nothing here is thrown.

import type { SystemErrorInfo } from '../part10/system-error.ts';

export type Phase = 'connect' | 'association' | 'response' | 'write' | 'release';

export type AssociationFailure =
  /** The transport never came up. */
  | { readonly code: 'connection failed'; readonly error: SystemErrorInfo }
  /** The peer closed or reset the connection where it should not have. No `error`: it closed in good order. */
  | { readonly code: 'connection lost'; readonly phase: Phase; readonly error?: SystemErrorInfo }
  | { readonly code: 'timeout'; readonly phase: Phase; readonly afterMs: number }
  | { readonly code: 'association rejected'; readonly result: number; readonly source: number; readonly reason: number }
  /** A-ABORT from the peer. */
  | { readonly code: 'association aborted'; readonly phase: Phase; readonly source: number; readonly reason: number }
  /** The peer asked for release while we still had something to send. */
  | { readonly code: 'released by peer' }
  /** The peer broke the protocol and we aborted. `looksLike`: what its first bytes were, e.g. 'HTTP'. */
  | { readonly code: 'protocol error'; readonly phase: Phase; readonly detail: string; readonly looksLike?: string }
  /** Maximum length received of 1-7 bytes: not even one byte of data fits beside a PDV header with an even length. */
  | { readonly code: 'unusable maximum length'; readonly maximumLength: number }
  /** We aborted in the middle of a data set, which DIMSE has no other way to abandon: its file could not be read on. */
  | { readonly code: 'abandoned'; readonly phase: Phase }
  | { readonly code: 'cancelled'; readonly phase: Phase };

/**
 * Whose failure it is. 'peer': the node or the network up to it, so it counts against the peer. 'local': this machine or
 * its files. 'person': somebody cancelled.
 */
export type Culprit = 'peer' | 'local' | 'person';

/** What this machine lacks: descriptors, ports, memory, or the permission to connect. The peer was not even asked. */
const LOCAL_ERRORS: ReadonlySet<string> = new Set([
  'EACCES',
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'EPERM',
]);

/** Only failures of the peer may count against the peer. */
export function culpritOf(failure: AssociationFailure): Culprit {
  switch (failure.code) {
    case 'cancelled':
      return 'person';
    case 'abandoned':
      return 'local';
    case 'connection failed':
    case 'connection lost':
      return LOCAL_ERRORS.has(failure.error?.code ?? '') ? 'local' : 'peer';
    case 'timeout':
    case 'association rejected':
    case 'association aborted':
    case 'released by peer':
    case 'protocol error':
    case 'unusable maximum length':
      return 'peer';
  }
}
