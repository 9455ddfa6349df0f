// Every way in which an association ends badly, as data. Nothing here is thrown.

import type { SystemErrorInfo } from '../part10/system-error.ts';

export type Phase = 'connect' | 'association' | 'response' | 'write' | 'release';

export type AssociationFailure =
  /** No connection was made. */
  | { readonly code: 'connection failed'; readonly error: SystemErrorInfo }
  /** The connection ended too early. No `error`: the peer closed it (FIN). */
  | { readonly code: 'connection lost'; readonly phase: Phase; readonly error?: SystemErrorInfo }
  | { readonly code: 'timeout'; readonly phase: Phase; readonly afterMs: number }
  | { readonly code: 'association rejected'; readonly result: number; readonly source: number; readonly reason: number }
  /** A-ABORT from the peer. */
  | { readonly code: 'association aborted'; readonly phase: Phase; readonly source: number; readonly reason: number }
  /** A-RELEASE-RQ from the peer while we had more to send. */
  | { readonly code: 'released by peer' }
  /** The peer broke the protocol and we aborted. `looksLike`: what its first bytes were, e.g. 'HTTP'. */
  | { readonly code: 'protocol error'; readonly phase: Phase; readonly detail: string; readonly looksLike?: string }
  /** Maximum length received of 1-7 bytes: not even one byte of data fits beside a PDV header with an even length. */
  | { readonly code: 'unusable maximum length'; readonly maximumLength: number }
  /** We aborted: a file could not be read on in the middle of its data set, and DIMSE has no other way to give it up. */
  | { readonly code: 'abandoned'; readonly phase: Phase }
  | { readonly code: 'cancelled'; readonly phase: Phase };

/**
 * Whose failure it is. 'peer': the node or the network up to it, so it counts against the peer. 'local': this machine or
 * its files. 'person': somebody cancelled.
 */
export type Culprit = 'peer' | 'local' | 'person';

/** This machine lacks descriptors, ports, memory or the permission to connect. The peer has had no part in it. */
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
