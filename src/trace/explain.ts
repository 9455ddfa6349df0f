// Explains every reason why a file was not stored: what happened, with the peer's own words if there are any, the likely
// cause, and one thing to do. A code without an explanation does not compile.

import type { AssociationFailure } from '../net/failure.ts';
import type { HeaderProblem } from '../part10/header/header.ts';
import type { SystemErrorInfo } from '../part10/system-error.ts';
import type { FileOutcome, Reason } from '../send/outcome.ts';
import { contextResultText } from './code-text.ts';
import { type AETitles, explainAssociation } from './explain-association.ts';
import { explainHeldBack, findingInCommon } from './explain-preflight.ts';
import { explainStatus } from './explain-status.ts';
import { type Explanation, unexplained, type Words } from './explanation.ts';
import { nameAndUid, nameOf, uidInWords } from './names.ts';
import { ourOption } from './our-options.ts';
import { SHOWN_MAX, sanitize } from './sanitize.ts';
import { plural } from './units.ts';

export interface ExplainContext extends AETitles {
  /** What people call the peer; 'The peer' where it is not given. */
  readonly peerName?: string;
  /** Of the file, as it is shown. */
  readonly path?: string;
  /** How the path of another file is shown; without it no other file is named. */
  readonly displayPath?: (path: string) => string;
}

/** What explanations say of a peer. */
export type PeerInWords = { readonly name: string } & AETitles;

export const contextOf = ({ name, callingAETitle, calledAETitle }: PeerInWords): ExplainContext => ({
  peerName: name,
  ...(callingAETitle === undefined ? {} : { callingAETitle }),
  ...(calledAETitle === undefined ? {} : { calledAETitle }),
});

const AGAIN = 'Get the file again from where it came from.';

const PERMISSION = { cause: 'This user may not read it.', action: 'Give this user the permission to read it.' };

/** What system errors mean for a file. */
const SYSTEM: Readonly<Record<string, { readonly cause: string; readonly action: string }>> = {
  EACCES: PERMISSION,
  EPERM: PERMISSION,
  EMFILE: {
    cause: 'Too many files are open in this process.',
    action: `Raise the limit of open files, or use fewer associations ${ourOption('associations')}.`,
  },
  ENFILE: {
    cause: 'Too many files are open on this machine.',
    action: 'Close programs that are not needed, then send again.',
  },
  ELOOP: { cause: 'Its symbolic links lead in a circle.', action: 'Correct the links.' },
  EISDIR: { cause: 'It is a folder.', action: 'Choose the files in it.' },
  EIO: {
    cause: 'The disk or the network drive failed.',
    action: 'Check the disk or the network drive, then send again.',
  },
  ESTALE: { cause: 'The network drive has lost it.', action: 'Connect the network drive again, then send again.' },
  ENAMETOOLONG: { cause: 'Its path is too long for this system.', action: 'Move it to a shorter path.' },
};

/** Codes of system errors of files that have an explanation of their own. */
export const EXPLAINED_FILE_CODES: readonly string[] = ['ENOENT', ...Object.keys(SYSTEM)];

function capitalized(message: string): string {
  const text = sanitize(message, SHOWN_MAX.detail);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** @param gone what ENOENT means here */
function explainSystem(what: string, error: SystemErrorInfo, gone: string, action: string): Words {
  const isSlow = error.code === 'ETIMEDOUT' || error.code === 'EAGAIN';
  const known = SYSTEM[error.code];
  const cause = isSlow ? capitalized(error.message) : error.code === 'ENOENT' ? gone : known?.cause;
  const code = error.code === 'UNKNOWN' ? sanitize(error.message, SHOWN_MAX.detail) : sanitize(error.code);
  return { what: `${what} (${code}).`, ...(cause === undefined ? {} : { cause }), action: known?.action ?? action };
}

const LOOKS_LIKE: Readonly<Record<string, string>> = {
  ZIP: 'Unpack the archive and send the folder.',
  GZIP: 'Unpack the archive and send what is in it.',
};

type ContextRefused = Extract<Reason, { code: 'presentation context refused' }>;

function explainRefused(peer: string, { sopClassUID, refused, accepted }: ContextRefused): Words {
  const sopClass = nameAndUid(sopClassUID);
  if (refused.length === 0) {
    return {
      what: `No presentation context was proposed for ${sopClass}.`,
      action: 'Check the transfer syntax of the file.',
    };
  }
  const results = new Set(refused.map(({ result }) => result));
  if (results.size === 1 && results.has(3)) {
    return {
      what: `${peer} does not take ${sopClass} at all (${contextResultText(3)}).`,
      cause: 'It does not store this kind of object.',
      action: 'Ask its administrator to accept this SOP class, or send to another peer.',
    };
  }
  const list = refused.map(({ transferSyntaxUID, result }) =>
    results.size === 1
      ? nameAndUid(transferSyntaxUID)
      : `${nameAndUid(transferSyntaxUID)} (${contextResultText(result)})`,
  );
  const first = refused[0]?.result;
  const why =
    results.size === 1 ? ` (${first === 0 ? 'accepted with another transfer syntax' : contextResultText(first)})` : '';
  const what = `${peer} refused ${sopClass} in ${list.join(' and in ')}${why}.`;
  if (accepted.length > 0) {
    return {
      what,
      cause: `It would take this SOP class in ${accepted.map(nameAndUid).join(', ')}.`,
      action: `Allow the conversion to it ${ourOption('conversion')}, or ask its administrator to accept the transfer syntax of the file.`,
    };
  }
  return {
    what,
    cause: 'It accepted no other transfer syntax for this SOP class.',
    action: 'Ask its administrator to accept the transfer syntax of the file.',
  };
}

type ReasonInFile = Exclude<Reason, AssociationFailure>;

/** The explanation as one paragraph. */
export function sentence({ what, cause, action }: Words): string {
  return [what, cause, action].filter((part) => part !== undefined && part !== '').join(' ');
}

function isAssociationFailure(reason: Reason): reason is AssociationFailure {
  switch (reason.code) {
    case 'connection failed':
    case 'connection lost':
    case 'timeout':
    case 'association rejected':
    case 'association aborted':
    case 'released by peer':
    case 'protocol error':
    case 'unusable maximum length':
    case 'abandoned':
    case 'cancelled':
      return true;
    default:
      return false;
  }
}

function explainHeader(problem: HeaderProblem, displayPath: ExplainContext['displayPath']): Words {
  switch (problem.code) {
    case 'empty file':
      return {
        what: 'The file is empty.',
        cause: 'It may have been created and never written.',
        action: AGAIN,
      };
    case 'not DICOM': {
      const { looksLike } = problem;
      if (looksLike === undefined) return { what: 'The file is not DICOM.' };
      const action = LOOKS_LIKE[looksLike.toUpperCase()];
      return {
        what: `The file is not DICOM; it looks like ${sanitize(looksLike)}.`,
        ...(action === undefined ? {} : { action }),
      };
    }
    case 'DICOMDIR':
      return {
        what: 'The file is a DICOMDIR, a table of contents that is not stored in a PACS.',
        action: 'Send the folder with the files that it lists.',
      };
    case 'unreadable':
      return explainSystem(
        'The file cannot be read',
        problem.error,
        'There is nothing at this path.',
        'Check the path.',
      );
    case 'not a regular file':
      return {
        what: `It is not a regular file (${sanitize(problem.kind)}).`,
        action: 'Choose files and folders only.',
      };
    case 'link out of the selection': {
      const there = displayPath === undefined ? '' : `, to ${sanitize(displayPath(problem.leadsTo), SHOWN_MAX.path)}`;
      return {
        what: `It is a link that leads out of the selection${there}.`,
        cause: 'What you did not select is not sent under the name of what you selected.',
        action: `Select what it leads to, or follow such links ${ourOption('followLinks')}.`,
      };
    }
    case 'malformed':
      return {
        what: `The file is damaged at byte ${problem.offset}: ${sanitize(problem.detail, SHOWN_MAX.detail)}.`,
        cause: 'It was copied only in part, or defective software wrote it.',
        action: AGAIN,
      };
    case 'missing attribute':
      return {
        what: `The file has no ${sanitize(problem.keyword)} ${sanitize(problem.tag)}, which every instance needs.`,
        action: 'Get the file again from where it came from, or add the attribute.',
      };
    case 'invalid UID':
      return {
        what: `${sanitize(problem.keyword)} ${sanitize(problem.tag)} of the file is not a valid UID: ${uidInWords(problem.length)}.`,
        action: 'Correct the UID in the file (PS3.5 9.1: digits and dots, at most 64 characters).',
      };
    default:
      return unexplained(problem);
  }
}

function explainInFile(reason: ReasonInFile, peer: string, context: ExplainContext): Explanation {
  switch (reason.code) {
    case 'presentation context refused':
      return { ...explainRefused(peer, reason), whose: 'peer' };
    case 'status':
      return explainStatus(peer, reason);
    case 'invalid response':
      return {
        what: `${peer} gave an answer that does not fit the request (${sanitize(reason.detail, SHOWN_MAX.detail)}).`,
        cause: 'Its DICOM software is defective; the instance may be stored there or not.',
        action: 'Look for the instance in the PACS, and send the trace to the manufacturer.',
        whose: 'peer',
      };
    case 'file changed':
      return {
        what: `The file changed after it was scanned (${sanitize(reason.detail, SHOWN_MAX.detail)}).`,
        cause: 'Another program may still be writing it.',
        action: 'Send it again when it is complete.',
        whose: 'local',
      };
    case 'read error':
      return {
        ...explainSystem(
          'The file could not be read to its end',
          reason.error,
          'It is not there any more.',
          'Check it, then send it again.',
        ),
        whose: 'local',
      };
    case 'pre-flight':
      return explainHeldBack(reason.finding, context.displayPath);
    case 'same as another file': {
      const first =
        context.displayPath === undefined
          ? 'another file of this send'
          : sanitize(context.displayPath(reason.firstPath), SHOWN_MAX.path);
      const what = `The same instance with the same bytes is in ${first}, which was to be sent for both.`;
      if (reason.reason === undefined) return { what, whose: 'local' };
      const { path: _path, ...rest } = context;
      const why = explain(reason.reason, rest);
      return { ...why, what: `${what} ${why.what}` };
    }
    case 'cannot convert':
      return {
        what: `The data set cannot be converted from ${nameOf(reason.from)} to ${nameOf(reason.to)} (${sanitize(reason.detail, SHOWN_MAX.detail)}).`,
        cause: `${peer} does not take the transfer syntax of the file.`,
        action: `Ask its administrator to accept ${nameAndUid(reason.from)}.`,
        whose: 'peer',
      };
    case 'given up': {
      const { path: _path, displayPath: _displayPath, ...ofPeer } = context;
      const last = explain(reason.last, ofPeer);
      return {
        what: `Not sent: given up after ${plural(reason.lostAssociations, 'lost association')} in a row. ${last.what}`,
        ...(last.cause === undefined ? {} : { cause: last.cause }),
        ...(last.action === undefined ? {} : { action: last.action }),
        ...(last.whose === undefined ? {} : { whose: last.whose }),
      };
    }
    default:
      return { ...explainHeader(reason, context.displayPath), whose: 'local' };
  }
}

/** How the peer is called in a sentence; sanitised. */
export const peerOf = ({ peerName }: ExplainContext): string =>
  (peerName === undefined ? '' : sanitize(peerName, SHOWN_MAX.peerName)) || 'The peer';

/** Names the file where `context` does. */
export function explain(reason: Reason, context: ExplainContext = {}): Explanation {
  const peer = peerOf(context);
  const explanation = isAssociationFailure(reason)
    ? explainAssociation(peer, reason, context)
    : explainInFile(reason, peer, context);
  if (context.path === undefined) return explanation;
  return { ...explanation, what: `${sanitize(context.path, SHOWN_MAX.path)}: ${explanation.what}` };
}

/** Why a file ended as it did; undefined: it was simply stored. */
export function explainFile(file: FileOutcome, context: ExplainContext = {}): Explanation | undefined {
  const { outcome, reason, bytesSent } = file;
  if (reason === undefined) return undefined;
  // The phase in which the send was stopped says nothing about a file that had not begun.
  if (outcome === 'cancelled' && bytesSent === 0) return { what: 'Cancelled before it was sent.', whose: 'person' };
  return explain(reason, context);
}

/** The same for several files: without offsets and lengths, which differ from file to file. */
export function explainInCommon(file: FileOutcome, context: ExplainContext = {}): Explanation | undefined {
  const explanation = explainFile(file, context);
  const what = file.reason === undefined ? undefined : whatInCommon(file.reason);
  return explanation === undefined || what === undefined ? explanation : { ...explanation, what };
}

function whatInCommon(reason: Reason): string | undefined {
  if (reason.code === 'malformed') return 'The file is damaged.';
  return reason.code === 'pre-flight' ? findingInCommon(reason.finding) : undefined;
}
