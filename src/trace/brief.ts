// The reason of an outcome in a few words, for one line of a notification or a list: a code as the standard writes it beside
// words, the peer's own words in quotation marks, no UID, no path. What to do is in the explanation (explain.ts).

import type { EchoResult } from '../net/echo-scu.ts';
import type { AssociationFailure, Phase } from '../net/failure.ts';
import { echoStatus, storeStatus } from '../protocol/dimse/status.ts';
import { uidName } from '../protocol/uids.ts';
import type { Reason } from '../send/outcome.ts';
import type { PreflightFinding } from '../send/preflight-policy.ts';
import { rejectReasonText } from './code-text.ts';
import { bareMeaning } from './dimse-text.ts';
import { capital, unexplained } from './explanation.ts';
import { quoted, sanitize } from './sanitize.ts';
import { formatDuration, hexWord } from './units.ts';

/** In UTF-16 units: what fits into one line of a notification. */
export const BRIEF_MAX = 64;

/** What a person has done themselves needs no reason beside it. */
export const BRIEFLY_CANCELLED = 'Cancelled';

const COMMENT_MAX = 28;

const CONNECTION: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset',
  EHOSTUNREACH: 'Host not reachable',
  ENETUNREACH: 'Network not reachable',
  ENOTFOUND: 'Host not found',
  EAI_AGAIN: 'Host not looked up',
  ETIMEDOUT: 'Host did not answer',
};

const TIMEOUTS: Readonly<Record<Phase, string>> = {
  connect: 'No connection',
  association: 'No answer to the association request',
  response: 'No answer to the file',
  write: 'No data taken',
  release: 'No answer to the release request',
};

function ofStatus(status: number, meaning: string, errorComment = ''): string {
  const words = `${hexWord(status)} ${bareMeaning(meaning)}`;
  return sanitize(errorComment) === '' ? words : `${words} (${quoted(errorComment, COMMENT_MAX)})`;
}

function ofFinding(finding: PreflightFinding): string {
  switch (finding.code) {
    case 'duplicate instance':
      return 'Same bytes as another file';
    case 'conflicting instance':
      return 'Same SOP Instance UID as another file';
    default:
      return capital(finding.code);
  }
}

function ofAssociation(failure: AssociationFailure): string {
  switch (failure.code) {
    case 'connection failed':
      return `${CONNECTION[failure.error.code] ?? 'No connection'} (${sanitize(failure.error.code, 20)})`;
    case 'connection lost':
      return failure.error === undefined
        ? 'Connection closed by the peer'
        : `Connection lost (${sanitize(failure.error.code, 20)})`;
    case 'timeout':
      return `${TIMEOUTS[failure.phase]} within ${formatDuration(failure.afterMs)}`;
    case 'association rejected':
      return `Association rejected: ${rejectReasonText(failure.source, failure.reason)}`;
    case 'association aborted':
      return 'Association aborted by the peer';
    case 'released by peer':
      return 'Association ended by the peer';
    case 'protocol error':
      return failure.looksLike === undefined
        ? 'The peer broke the DICOM protocol'
        : `No DICOM at this port, but ${sanitize(failure.looksLike, 12)}`;
    case 'unusable maximum length':
      return 'The peer takes no PDU that has room for data';
    case 'abandoned':
      return 'Stopped at a file that could not be read';
    case 'cancelled':
      return BRIEFLY_CANCELLED;
    default:
      return unexplained(failure);
  }
}

function wordsOf(reason: Reason): string {
  switch (reason.code) {
    case 'presentation context refused':
      return `${uidName(reason.sopClassUID) ?? 'SOP class'} refused`;
    case 'status':
      return ofStatus(reason.status, storeStatus(reason.status).meaning, reason.errorComment);
    case 'invalid response':
      return 'Answer does not fit the request';
    case 'file changed':
      return 'File changed after it was scanned';
    case 'read error':
    case 'unreadable':
      return `File not readable (${sanitize(reason.error.code, 20)})`;
    case 'unreadable folder':
      return `Folder not readable (${sanitize(reason.error.code, 20)})`;
    case 'pre-flight':
      return ofFinding(reason.finding);
    case 'same as another file':
      return reason.reason === undefined ? 'Same bytes as a file that is not stored' : wordsOf(reason.reason);
    case 'cannot convert':
      return {
        'not allowed': 'Conversion not allowed',
        damaged: 'Cannot be converted: damaged',
        'not decoded': 'Cannot be converted: pixel data not decoded',
      }[reason.why];
    case 'given up':
      return wordsOf(reason.last);
    case 'malformed':
      return 'Damaged file';
    case 'missing attribute':
      return `No ${sanitize(reason.keyword, 40)}`;
    case 'invalid UID':
      return `Malformed ${sanitize(reason.keyword, 40)}`;
    case 'not a regular file':
    case 'link out of the selection':
    case 'empty file':
    case 'not DICOM':
    case 'DICOMDIR':
      return capital(reason.code);
    default:
      return ofAssociation(reason);
  }
}

/** 'A900 Data Set does not match SOP Class'; at most BRIEF_MAX long. */
export const briefly = (reason: Reason): string => sanitize(wordsOf(reason), BRIEF_MAX);

/** Why a peer was not verified. */
export function brieflyUnverified({ failure, status, errorComment }: EchoResult): string {
  return sanitize(unverified(), BRIEF_MAX);

  function unverified(): string {
    if (failure?.code === 'verification refused') return 'Verification refused';
    if (failure !== undefined) return wordsOf(failure);
    return status === undefined ? 'Not verified' : ofStatus(status, echoStatus(status).meaning, errorComment);
  }
}
