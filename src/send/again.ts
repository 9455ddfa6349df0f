// Whether the same file, sent again as it is, may end otherwise. What the peer, the file and the options leave as they are
// ends as before.

import type { Reason } from './outcome.ts';

/** Statuses by which a peer says that it cannot do it now. PS3.4 B.2.3 (A7xx), PS3.7 Annex C. */
const PASSING: ReadonlySet<number> = new Set([0x0110, 0x0210, 0x0213]);

export function mayEndOtherwise(reason: Reason): boolean {
  switch (reason.code) {
    case 'status':
      return PASSING.has(reason.status) || reason.status >> 8 === 0xa7;
    case 'association rejected':
      return reason.result === 2 || reason.source === 3;
    case 'given up':
      return mayEndOtherwise(reason.last);
    case 'same as another file':
      return reason.reason === undefined || mayEndOtherwise(reason.reason);
    case 'connection failed':
    case 'connection lost':
    case 'timeout':
    case 'association aborted':
    case 'released by peer':
    case 'abandoned':
    case 'cancelled':
    case 'invalid response':
    case 'file changed':
    case 'read error':
    case 'unreadable':
    case 'unreadable folder':
      return true;
    case 'protocol error':
    case 'unusable maximum length':
    case 'presentation context refused':
    case 'cannot convert':
    case 'pre-flight':
    case 'link out of the selection':
    case 'empty file':
    case 'not DICOM':
    case 'DICOMDIR':
    case 'not a regular file':
    case 'malformed':
    case 'missing attribute':
    case 'invalid UID':
      return false;
  }
}
