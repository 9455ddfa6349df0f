// Explains the result of a verification with C-ECHO. PS3.4 Annex A.

import type { EchoResult } from '../net/echo-scu.ts';
import { echoStatus } from '../protocol/dimse/status.ts';
import { contextResultText } from './code-text.ts';
import { bareMeaning } from './dimse-text.ts';
import { type ExplainContext, peerOf } from './explain.ts';
import { explainAssociation } from './explain-association.ts';
import type { Explanation } from './explanation.ts';
import { shownAddress, uidText } from './names.ts';
import { SHOWN_MAX, sanitize } from './sanitize.ts';
import { formatDuration, hexWord } from './units.ts';

function echoFailure(peer: string, failure: NonNullable<EchoResult['failure']>, context: ExplainContext): Explanation {
  switch (failure.code) {
    case 'verification refused':
      return {
        what: `${peer} accepted the association but not Verification (${contextResultText(failure.result)}).`,
        cause: 'C-ECHO is switched off there; storing may work nevertheless.',
        action: 'Try to send, or ask its administrator to enable Verification for this AE title.',
        whose: 'peer',
      };
    case 'invalid response':
      return {
        what: `${peer} gave an answer that does not fit the C-ECHO request (${sanitize(failure.detail, SHOWN_MAX.detail)}).`,
        cause: 'Its DICOM software is defective.',
        action: 'Send the trace to the manufacturer of its DICOM software.',
        whose: 'peer',
      };
    default:
      return explainAssociation(peer, failure, context);
  }
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
    const at = result.remoteAddress === undefined ? '' : ` at ${shownAddress(result.remoteAddress)}`;
    const afterwards = failure === undefined ? undefined : `Afterwards: ${failure.what}`;
    const cause = [echoIdentity(result), afterwards].filter((part) => part !== undefined).join(' ');
    return {
      what: `${peer} answered C-ECHO with success${at}${phases === '' ? '' : ` (${phases})`}.`,
      ...(cause === '' ? {} : { cause }),
    };
  }
  const explanation = failure ?? unsuccessful(peer, result);
  return phases === '' ? explanation : { ...explanation, what: `${explanation.what} Done before: ${phases}.` };
}

function unsuccessful(peer: string, { status }: EchoResult): Explanation {
  if (status === undefined) {
    return { what: `${peer} was not verified.`, action: 'Look into the trace to see how far it came.' };
  }
  return {
    what: `${peer} answered C-ECHO with ${hexWord(status)}H ${bareMeaning(echoStatus(status).meaning)}.`,
    action: 'Look into the log of the PACS at this time for its reason.',
    whose: 'peer',
  };
}
