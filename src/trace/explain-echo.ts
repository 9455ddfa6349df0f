// Explains the result of a verification with C-ECHO. PS3.4 Annex A.

import type { EchoResult } from '../net/echo-scu.ts';
import type { AssociationFailure } from '../net/failure.ts';
import { echoStatus } from '../protocol/dimse/status.ts';
import { bareMeaning } from './dimse-text.ts';
import { type ExplainContext, peerOf } from './explain.ts';
import { explainAssociation } from './explain-association.ts';
import { answerText, NOT_PROPOSED } from './explain-contexts.ts';
import type { Explanation, Words } from './explanation.ts';
import { shownAddress, uidText } from './names.ts';
import { quoted, SHOWN_MAX, sanitize } from './sanitize.ts';
import { formatDuration, hexWord } from './units.ts';

type Refused = Extract<NonNullable<EchoResult['failure']>, { code: 'verification refused' }>;

function refusedVerification(peer: string, answer: Refused): Words {
  const what = `${peer} accepted the association but not Verification: ${answerText(answer)}.`;
  if (answer.unproposedTransferSyntax !== undefined) return { what, ...NOT_PROPOSED };
  return {
    what,
    cause: 'It may not offer C-ECHO to this AE title; storing may work nevertheless.',
    action: 'Try to send, or ask its administrator to enable Verification for this AE title.',
  };
}

function echoFailure(peer: string, failure: NonNullable<EchoResult['failure']>, context: ExplainContext): Explanation {
  switch (failure.code) {
    case 'verification refused':
      return { ...refusedVerification(peer, failure), whose: 'peer' };
    case 'invalid response':
      return {
        what: `${peer} gave an answer that does not fit the C-ECHO request: ${sanitize(failure.detail, SHOWN_MAX.detail)}.`,
        cause: 'Its DICOM software is defective.',
        action: 'Send the trace to the manufacturer of its DICOM software.',
        whose: 'peer',
      };
    default:
      return inVerification(peer, failure, explainAssociation(peer, failure, context));
  }
}

/** No file was under way, and what can be done again is the verification. */
function inVerification(peer: string, failure: AssociationFailure, { action, ...words }: Explanation): Explanation {
  if (failure.code === 'released by peer') {
    return {
      ...words,
      what: `${peer} ended the association before it answered C-ECHO.`,
      cause: 'It may be shutting down.',
      action: 'Verify again.',
    };
  }
  if (failure.code === 'association rejected' && failure.source === 3) return { ...words, action: 'Try again later.' };
  if (failure.code === 'connection failed' && failure.error.code === 'EMFILE') {
    return { ...words, action: 'Raise the limit of open files.' };
  }
  if (failure.code === 'association aborted' && failure.phase !== 'association' && failure.source !== 2) {
    return {
      ...words,
      cause: 'It may not answer C-ECHO, or have been stopped.',
      ...(action === undefined ? {} : { action }),
    };
  }
  return action === undefined ? words : { ...words, action: action.replaceAll('send again', 'verify again') };
}

function echoPhases({ phases }: EchoResult): string {
  const { connectMs, associationMs, echoMs, releaseMs } = phases;
  const named: [string, number | undefined][] = [
    ['connect', connectMs],
    ['association', associationMs],
    ['C-ECHO', echoMs],
    ['release', releaseMs],
  ];
  return named.flatMap(([name, ms]) => (ms === undefined ? [] : [`${name} ${formatDuration(ms)}`])).join(', ');
}

function echoIdentity(result: EchoResult): string | undefined {
  const name = sanitize(result.peerImplementationVersionName ?? '', SHOWN_MAX.versionName);
  const { peerImplementationClassUID: classUID = '' } = result;
  const uid = classUID === '' ? '' : uidText(classUID);
  const length = result.peerMaximumLength;
  const parts = [
    ...(name === '' && uid === '' ? [] : [`is ${name === '' ? uid : uid === '' ? name : `${name} (${uid})`}`]),
    ...(length === undefined ? [] : [`accepts PDUs of ${length === 0 ? 'any length' : `up to ${length} bytes`}`]),
  ];
  return parts.length === 0 ? undefined : `It ${parts.join(' and ')}.`;
}

/** The time of each step and who answered; or what went wrong, and after which steps. */
export function explainEcho(result: EchoResult, context: ExplainContext = {}): Explanation {
  const peer = peerOf(context);
  const failure = result.failure === undefined ? undefined : echoFailure(peer, result.failure, context);
  const phases = echoPhases(result);
  if (result.verified) {
    const comment = commentOf(result);
    const at = result.remoteAddress === undefined ? '' : ` at ${shownAddress(result.remoteAddress)}`;
    const afterwards = failure === undefined ? undefined : `Afterwards: ${failure.what}`;
    const cause = [echoIdentity(result), afterwards].filter((part) => part !== undefined).join(' ');
    return {
      what: `${peer} answered C-ECHO with success${comment}${at}${phases === '' ? '' : ` (${phases})`}.`,
      ...(cause === '' ? {} : { cause }),
    };
  }
  const explanation = failure ?? unsuccessful(peer, result);
  return phases === '' ? explanation : { ...explanation, what: `${explanation.what} Done before: ${phases}.` };
}

/** The peer's own words: ' ("switched off")'. */
const commentOf = ({ errorComment = '' }: EchoResult): string =>
  sanitize(errorComment) === '' ? '' : ` (${quoted(errorComment)})`;

function unsuccessful(peer: string, result: EchoResult): Explanation {
  const { status } = result;
  if (status === undefined) {
    return { what: `${peer} was not verified.`, action: 'Look into the trace to see how far it came.' };
  }
  return {
    what: `${peer} answered C-ECHO with ${hexWord(status)}H ${bareMeaning(echoStatus(status).meaning)}${commentOf(result)}.`,
    action: 'Look into the log of the PACS at this time for its reason.',
    whose: 'peer',
  };
}
