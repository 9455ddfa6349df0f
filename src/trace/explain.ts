// Explains every reason why a file was not stored: what happened, with the peer's own words if there are any, the likely
// cause, and one thing to do. A code without an explanation does not compile.

import type { AssociationFailure } from '../net/failure.ts';
import type { Finding } from '../part10/check/finding.ts';
import type { HeaderProblem } from '../part10/header/header.ts';
import type { SystemErrorInfo } from '../part10/system-error.ts';
import type { FileOutcome, Reason } from '../send/outcome.ts';
import {
  type AETitles,
  type AssociationContext,
  explainAssociation,
  LOOK_FOR_IT,
  MAY_BE_STORED,
} from './explain-association.ts';
import { explainRefused } from './explain-contexts.ts';
import { explainFound } from './explain-found.ts';
import { explainHeldBack, findingInCommon } from './explain-preflight.ts';
import { explainStatus } from './explain-status.ts';
import { capital, type Explanation, unexplained, type Words } from './explanation.ts';
import { nameAndUid, nameOf, uidInWords } from './names.ts';
import { allowConversion, ourOption, type Surface, unlimitProposal } from './our-options.ts';
import { SHOWN_MAX, sanitize } from './sanitize.ts';
import { plural } from './units.ts';

export interface ExplainContext extends AssociationContext {
  /** What people call the peer; 'The peer' where it is not given. */
  readonly peerName?: string;
  /** Of the file, as it is shown. */
  readonly path?: string;
  /** What was found in the file. */
  readonly findings?: readonly Finding[];
  /** How the path of another file is shown; without it no other file is named. */
  readonly displayPath?: (path: string) => string;
}

/** What explanations say of a peer. */
export type PeerInWords = { readonly name: string } & AETitles;

export const contextOf = (
  { name, callingAETitle, calledAETitle }: PeerInWords,
  surface: Surface | undefined,
): ExplainContext => ({
  peerName: name,
  ...(surface === undefined ? {} : { surface }),
  ...(callingAETitle === undefined ? {} : { callingAETitle }),
  ...(calledAETitle === undefined ? {} : { calledAETitle }),
});

const SENT_WHOLE = 'It was sent whole, but no valid answer came';

const AGAIN = 'Get the file again from where it came from.';

const PERMISSION = { cause: 'This user may not read it.', action: 'Give this user the permission to read it.' };

/** What system errors mean for a file. */
const SYSTEM: Readonly<
  Record<string, { readonly cause: string; readonly action: string; readonly option?: 'associations' }>
> = {
  EACCES: PERMISSION,
  EPERM: PERMISSION,
  EMFILE: {
    cause: 'Too many files are open in this process.',
    action: 'Raise the limit of open files, or use fewer associations',
    option: 'associations',
  },
  ENFILE: {
    cause: 'Too many files are open on this machine.',
    action: 'Close programs that are not needed, then send again.',
  },
  EBUSY: {
    cause: 'A receiver or another program is still writing it, or was ended before it was whole.',
    action: 'Wait until it is whole; if it is whole already, rename it to send it.',
  },
  EILSEQ: { cause: 'Its name is not valid UTF-8.', action: 'Rename it to send it.' },
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
  return `${capital(sanitize(message, SHOWN_MAX.detail))}.`;
}

interface SystemAdvice {
  /** What ENOENT means here. */
  readonly gone: string;
  readonly action: string;
}

function explainSystem(
  what: string,
  error: SystemErrorInfo,
  { gone, action }: SystemAdvice,
  surface: Surface | undefined,
): Words {
  const code = error.code === 'UNKNOWN' ? sanitize(error.message, SHOWN_MAX.detail) : sanitize(error.code);
  const said = `${what} (${code}).`;
  if (error.code === 'ETIMEDOUT' || error.code === 'EAGAIN') {
    // The editor has no setting for it.
    const more =
      surface === 'editor' ? '' : ' For a slow disk or network drive allow more time (option --file-timeout).';
    return { what: said, cause: capitalized(error.message), action: `${action}${more}` };
  }
  const known = SYSTEM[error.code];
  const cause = error.code === 'ENOENT' ? gone : known?.cause;
  const option = known?.option === undefined ? '' : ` ${ourOption(known.option, surface)}.`;
  return {
    what: said,
    ...(cause === undefined ? {} : { cause }),
    action: known === undefined ? action : `${known.action}${option}`,
  };
}

const LOOKS_LIKE: Readonly<Record<string, string>> = {
  ZIP: 'Unpack the archive and send the folder.',
  GZIP: 'Unpack the archive and send what is in it.',
};

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

function explainHeader(problem: HeaderProblem, { displayPath, surface }: ExplainContext): Words {
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
        { gone: 'There is nothing at this path, or where a link at it leads.', action: 'Check the path.' },
        surface,
      );
    case 'unreadable folder':
      return explainSystem(
        'The folder cannot be read, so nothing in it was sent',
        problem.error,
        { gone: 'It is not there any more.', action: 'Check the folder, then send it again.' },
        surface,
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
        action: `Select what it leads to, or follow such links ${ourOption('followLinks', surface)}.`,
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

type Unconverted = Extract<Reason, { code: 'cannot convert' }>;

function explainConversion(
  peer: string,
  { from, to, detail, why, enoughConversion: enough }: Unconverted,
  surface: Surface | undefined,
): Words {
  const what = `The data set cannot be converted from ${nameOf(from)} to ${nameOf(to)}: ${sanitize(detail, SHOWN_MAX.detail)}.`;
  switch (why) {
    case 'not allowed':
      return {
        what,
        cause: `Nothing but ${nameOf(to)} is to be proposed to the peer.`,
        action: `${capital(unlimitProposal(to, surface))}${enough === undefined ? '' : `, or ${allowConversion(enough, surface)}`}.`,
      };
    case 'damaged':
      return {
        what,
        cause: `${peer} does not take the file as it is, and the file is damaged, or defective software wrote it.`,
        action: AGAIN,
      };
    default:
      return {
        what,
        cause: `${peer} does not take the file as it is; its pixel data is damaged, or in a form that this program cannot decode.`,
        action: `Get the file again from where it came from; if other programs show its image, ask the administrator of the peer to accept ${nameAndUid(from)}.`,
      };
  }
}

/** The last association was lost by other files, or by none: what happened to it did not happen to this file. */
function explainGivenUp(
  { lostAssociations, last }: Extract<Reason, { code: 'given up' }>,
  context: ExplainContext,
): Explanation {
  const { path: _path, displayPath: _displayPath, ...ofPeer } = context;
  const { what, ...advice } = explain(last, { ...ofPeer, outcome: 'failed', isOfOthers: true });
  const after = `after ${plural(lostAssociations, 'lost association')} in a row`;
  const isSent = context.outcome === 'unknown';
  return {
    what: `${isSent ? `${SENT_WHOLE}, and the send was given up` : 'Not sent: given up'} ${after}. ${what}`,
    ...advice,
  };
}

function explainInFile(reason: ReasonInFile, peer: string, context: ExplainContext): Explanation {
  switch (reason.code) {
    case 'presentation context refused':
      return { ...explainRefused(peer, reason, context.surface), whose: 'peer' };
    case 'status':
      return explainStatus(peer, reason, context);
    case 'invalid response':
      return {
        what: `${peer} gave an answer that does not fit the request: ${sanitize(reason.detail, SHOWN_MAX.detail)}.`,
        cause: `Its DICOM software is defective; ${MAY_BE_STORED}.`,
        action: `${LOOK_FOR_IT}, and send the trace to the manufacturer.`,
        whose: 'peer',
      };
    case 'file changed':
      return {
        what: `The file changed after it was scanned: ${sanitize(reason.detail, SHOWN_MAX.detail)}.`,
        cause: 'Another program may still be writing it.',
        action: 'Send it again when it is complete.',
        whose: 'local',
      };
    case 'read error':
      return {
        ...explainSystem(
          'The file could not be read to its end',
          reason.error,
          { gone: 'It is not there any more.', action: 'Check it, then send it again.' },
          context.surface,
        ),
        whose: 'local',
      };
    case 'pre-flight':
      return explainHeldBack(reason.finding, context);
    case 'same as another file': {
      const first =
        context.displayPath === undefined
          ? 'another file of this send'
          : sanitize(context.displayPath(reason.firstPath), SHOWN_MAX.path);
      const wasSent = context.outcome === 'unknown' ? 'was' : 'was to be';
      const what = `The same instance with the same bytes is in ${first}, which ${wasSent} sent for both.`;
      if (reason.reason === undefined) return { what, whose: 'local' };
      const { path: _path, ...rest } = context;
      const why = explain(reason.reason, rest);
      return { ...why, what: `${what} ${why.what}` };
    }
    case 'cannot convert':
      return { ...explainConversion(peer, reason, context.surface), whose: 'local' };
    case 'given up':
      return explainGivenUp(reason, context);
    default:
      return { ...explainHeader(reason, context), whose: 'local' };
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
  const { findings } = file;
  const explanation = explain(reason, { ...context, outcome, ...(findings === undefined ? {} : { findings }) });
  const found = explainFound(reason, findings);
  if (outcome !== 'unknown') return { ...explanation, ...found };
  // Sent again as it is, it would go the same way.
  return found === undefined
    ? withDoubt(reason, explanation)
    : {
        ...withDoubt(reason, { ...explanation, ...found }),
        ...(found.action === undefined ? {} : { action: found.action }),
      };
}

/** What a file went through that went out whole, and of which nobody knows whether it is stored. */
function withDoubt(reason: Reason, explanation: Explanation): Explanation {
  const { cause, action } = explanation;
  return {
    ...explanation,
    what: doubtfulWhat(reason, explanation.what),
    cause: cause?.includes(MAY_BE_STORED)
      ? cause
      : [cause, `${MAY_BE_STORED.replace('the', 'The')}.`].filter(isThere).join(' '),
    action: action?.startsWith(LOOK_FOR_IT)
      ? action
      : `${LOOK_FOR_IT}, or send it again: a PACS keeps an instance only once.`,
  };
}

const isThere = (part: string | undefined): part is string => part !== undefined;

function doubtfulWhat(reason: Reason, what: string): string {
  switch (reason.code) {
    case 'cancelled':
      return 'Cancelled after it was sent, before an answer came.';
    case 'given up':
    case 'invalid response':
    case 'same as another file':
      return what;
    default:
      // It was sent once more; or the peer would not even have that.
      return 'phase' in reason && reason.phase === 'response' ? what : `${SENT_WHOLE}. The next try failed: ${what}`;
  }
}

/** The same for several files: without offsets and lengths, which differ from file to file. */
export function explainInCommon(file: FileOutcome, context: ExplainContext = {}): Explanation | undefined {
  const explanation = explainFile(file, context);
  const what = file.reason === undefined ? undefined : whatInCommon(file.reason);
  return explanation === undefined || what === undefined ? explanation : { ...explanation, what };
}

function whatInCommon(reason: Reason): string | undefined {
  if (reason.code === 'malformed') return 'The file is damaged.';
  if (reason.code === 'cannot convert' && reason.why === 'not allowed') {
    return `The data set cannot be converted to ${nameOf(reason.to)}: the conversion is not allowed.`;
  }
  return reason.code === 'pre-flight' ? findingInCommon(reason.finding) : undefined;
}
