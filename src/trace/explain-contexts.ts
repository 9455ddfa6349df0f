// Explains why no presentation context carried an instance: what was proposed, what the peer answered, and what can be
// done. PS3.8 9.3.3.2, Table 9-18.
//
// A result is about one context, not about a SOP class: Orthanc answers 3 (abstract syntax not supported) to a context
// whose transfer syntax it does not take, and accepts the same class in the next one.

import { IMPLICIT_VR_LE } from '../protocol/uids.ts';
import type { Reason, RefusedContext } from '../send/outcome.ts';
import { contextResultText } from './code-text.ts';
import { capital, type Words } from './explanation.ts';
import { nameAndUid } from './names.ts';
import { allowConversion, type Surface, unlimitProposal } from './our-options.ts';

type ContextRefused = Extract<Reason, { code: 'presentation context refused' }>;
type Answer = Omit<RefusedContext, 'transferSyntaxUID'>;

const ABSTRACT_SYNTAX_NOT_SUPPORTED = 3;

/** What the peer answered to one context: 'Not Answered', 'accepted with RLE Lossless (1.2.840.10008.1.2.5), which was not proposed'. */
export function answerText({ result, unproposedTransferSyntax: other }: Answer): string {
  if (other === undefined) return contextResultText(result);
  return other === ''
    ? 'accepted without a transfer syntax'
    : `accepted with ${nameAndUid(other)}, which was not proposed`;
}

/** Of a peer that accepts a context with a transfer syntax that was not proposed. */
export const NOT_PROPOSED: Omit<Words, 'what'> = {
  cause: 'Its DICOM software is defective: it may accept only what was proposed (PS3.8 9.3.3.2).',
  action: 'Send the trace to the manufacturer of its DICOM software.',
};

const isRejected = ({ result, unproposedTransferSyntax: other }: Answer): boolean =>
  result !== undefined && other === undefined;

/** 'in A and in B: result; in C: result', in the order of the proposal. */
function proposedAndAnswered(refused: readonly RefusedContext[]): string {
  const byAnswer = new Map<string, string[]>();
  for (const context of refused) {
    const answer = answerText(context);
    byAnswer.set(answer, [...(byAnswer.get(answer) ?? []), nameAndUid(context.transferSyntaxUID)]);
  }
  return [...byAnswer].map(([answer, names]) => `in ${names.join(' and in ')}: ${answer}`).join('; ');
}

export function explainRefused(peer: string, reason: ContextRefused, surface: Surface | undefined): Words {
  const { sopClassUID, refused } = reason;
  const sopClass = nameAndUid(sopClassUID);
  if (refused.length === 0) {
    return {
      what: `No presentation context was proposed for ${sopClass}.`,
      action: 'Check the transfer syntax of the file.',
    };
  }
  const verb = refused.every(isRejected) ? 'refused' : 'gave no answer that can be used for';
  return { what: `${peer} ${verb} ${sopClass} ${proposedAndAnswered(refused)}.`, ...adviceOn(reason, surface) };
}

function adviceOn(reason: ContextRefused, surface: Surface | undefined): Omit<Words, 'what'> {
  const { refused, accepted } = reason;
  if (refused.some(({ unproposedTransferSyntax: other }) => other !== undefined)) {
    return NOT_PROPOSED;
  }
  if (accepted.length > 0) {
    return {
      cause: `It accepted this SOP class in ${accepted.map(nameAndUid).join(', ')}.`,
      action: askOrAllow(reason, surface),
    };
  }
  if (!refused.every(({ result }) => result === ABSTRACT_SYNTAX_NOT_SUPPORTED)) {
    const cause =
      refused.length === 1
        ? 'No other transfer syntax was proposed for the file.'
        : 'It accepted nothing of what was proposed for this SOP class.';
    return { cause, action: askOrAllow(reason, surface) };
  }
  // Whoever takes a class takes it in this transfer syntax, the default one (PS3.5 10.1).
  if (refused.some(({ transferSyntaxUID }) => transferSyntaxUID === IMPLICIT_VR_LE)) {
    return {
      cause: 'It does not store this kind of object.',
      action: 'Ask its administrator to accept this SOP class, or send to another peer.',
    };
  }
  return {
    cause:
      'It may not store this kind of object; but some peers, such as Orthanc, answer so where they do not take the transfer syntax.',
    action: askOrAllow(reason, surface),
  };
}

/** One sentence. With our own option where it hindered a proposal that the peer has accepted for others, or may accept. */
function askOrAllow(
  { refused, accepted, further = [], hinderedBy, enoughConversion = 'any' }: ContextRefused,
  surface: Surface | undefined,
): string {
  const syntaxes = `this SOP class in ${refused.length === 1 ? 'this transfer syntax' : 'one of these transfer syntaxes'}`;
  const useful = accepted.length === 0 ? further : further.filter((uid) => accepted.includes(uid));
  if (useful.length === 0 || hinderedBy === undefined) return `Ask its administrator to accept ${syntaxes}.`;
  const allow =
    hinderedBy === 'conversion'
      ? allowConversion(enoughConversion, surface)
      : unlimitProposal(refused[0]?.transferSyntaxUID ?? '', surface);
  return `${capital(allow)}, or ask its administrator to accept ${syntaxes}.`;
}
