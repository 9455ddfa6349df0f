// The negotiations of a send in its report: what was proposed, what the peer made of it and why, and how each association
// ended. PS3.8 9.3.3.2 (results of presentation contexts), PS3.7 D.3.3.3 (operations window).

import type { NegotiatedContext } from '../protocol/acse/contexts.ts';
import { uidName } from '../protocol/uids.ts';
import type { AssociationSummary, SendResult } from '../send/job.ts';
import { contextResultText } from '../trace/code-text.ts';
import { explain, sentence } from '../trace/explain.ts';
import { nameOf } from '../trace/names.ts';
import { escapeMarkdown, sanitize } from '../trace/sanitize.ts';
import { formatBytes, formatCount, formatDuration } from '../trace/units.ts';
import { known, row, table, uid } from './report-parts.ts';

const VERSION_NAME_MAX = 16;

const REFUSALS: Readonly<Record<number, string>> = {
  1: 'The peer refuses it and does not say why.',
  2: 'The peer gives no reason.',
  3: 'The peer does not take this SOP class.',
  4: 'The peer takes this SOP class in none of the proposed transfer syntaxes.',
};

const PROBLEMS: Readonly<Record<NonNullable<NegotiatedContext['problem']>, string>> = {
  'not answered': 'The peer did not answer this context.',
  'accepted with a transfer syntax that was not proposed':
    'The peer accepted it with a transfer syntax that was not proposed.',
};

const isAccepted = ({ acceptedTransferSyntax }: NegotiatedContext): boolean => acceptedTransferSyntax !== undefined;

/** Why a context cannot be used, in one sentence; undefined: it can. */
function refusalText(context: NegotiatedContext): string | undefined {
  if (isAccepted(context)) return undefined;
  if (context.problem !== undefined) return PROBLEMS[context.problem];
  if (context.result === undefined) return PROBLEMS['not answered'];
  return REFUSALS[context.result] ?? `The peer's result ${context.result} is not one of the standard.`;
}

function counts({ contexts }: AssociationSummary): { proposed: number; accepted: number; refused: number } {
  const accepted = contexts.filter(isAccepted).length;
  return { proposed: contexts.length, accepted, refused: contexts.length - accepted };
}

/** In the standard's way: 0 = no limit. */
const operations = ({ operationsInvoked }: AssociationSummary): number =>
  Number.isFinite(operationsInvoked) ? operationsInvoked : 0;

const contextJson = (context: NegotiatedContext): object =>
  known({
    presentationContextId: context.presentationContextId,
    outcome: isAccepted(context) ? 'accepted' : 'refused',
    abstractSyntax: uid(context.abstractSyntax),
    abstractSyntaxName: uidName(context.abstractSyntax),
    proposedTransferSyntaxes: context.proposedTransferSyntaxes.map((syntax) => uid(syntax)),
    proposedTransferSyntaxNames: context.proposedTransferSyntaxes.map(nameOf),
    result: context.result,
    resultName: contextResultText(context.result),
    acceptedTransferSyntax: uid(context.acceptedTransferSyntax),
    acceptedTransferSyntaxName:
      context.acceptedTransferSyntax === undefined ? undefined : uidName(context.acceptedTransferSyntax),
    problem: context.problem,
    reason: refusalText(context),
  });

export function associationJson(summary: AssociationSummary, peerName: string): object {
  const versionName = summary.peerImplementationVersionName;
  return known({
    association: summary.association,
    startedAt: new Date(summary.startedAtMs).toISOString(),
    endedAt: new Date(summary.endedAtMs).toISOString(),
    peerImplementationClassUID: uid(summary.peerImplementationClassUID),
    peerImplementationVersionName: versionName === undefined ? undefined : sanitize(versionName, VERSION_NAME_MAX),
    peerMaximumLength: summary.peerMaximumLength,
    operationsInvoked: operations(summary),
    contextCounts: counts(summary),
    contexts: summary.contexts.map(contextJson),
    failure:
      summary.failure === undefined
        ? undefined
        : { code: summary.failure.code, text: sentence(explain(summary.failure, { peerName })) },
  });
}

/** 'OFFIS_DCMTK_367 (1.2.276.0.7230010.3.0.3.6.7)'; empty where the peer does not say. */
export function implementationText(summary: AssociationSummary): string {
  const { peerImplementationVersionName: name, peerImplementationClassUID: classUID } = summary;
  return [
    ...(name === undefined ? [] : [sanitize(name, VERSION_NAME_MAX)]),
    ...(classUID === undefined ? [] : [`(${sanitize(classUID)})`]),
  ].join(' ');
}

function lengthText(length: number | undefined): string {
  if (length === undefined) return '';
  return length === 0 ? 'no limit' : formatBytes(length);
}

function associationRow(summary: AssociationSummary): string {
  const { proposed, accepted, refused } = counts(summary);
  const window = operations(summary);
  return row(
    String(summary.association),
    formatDuration(Math.max(0, summary.endedAtMs - summary.startedAtMs)),
    formatCount(proposed),
    formatCount(accepted),
    formatCount(refused),
    window === 0 ? 'no limit' : formatCount(window),
    lengthText(summary.peerMaximumLength),
    escapeMarkdown(implementationText(summary)),
  );
}

function contextRow(association: number, context: NegotiatedContext): string {
  const { acceptedTransferSyntax, proposedTransferSyntaxes, abstractSyntax } = context;
  return row(
    String(association),
    String(context.presentationContextId),
    escapeMarkdown(nameOf(abstractSyntax)),
    proposedTransferSyntaxes.map((syntax) => escapeMarkdown(nameOf(syntax))).join('; '),
    escapeMarkdown(refusalText(context) ?? 'Accepted'),
    acceptedTransferSyntax === undefined ? '' : escapeMarkdown(nameOf(acceptedTransferSyntax)),
  );
}

/** As Markdown. */
export function associationSections({ associations, peer }: SendResult): string[] {
  if (associations.length === 0) return [];
  const failures = associations.flatMap(({ association, failure }) =>
    failure === undefined
      ? []
      : [`- ${association}: ${escapeMarkdown(sentence(explain(failure, { peerName: peer.name })))}`],
  );
  return [
    '## Associations',
    '',
    ...table(
      ['Association', 'Time', 'Proposed', 'Accepted', 'Refused', 'Requests at a time', 'Longest PDU', 'Implementation'],
      associations.map(associationRow),
    ),
    '',
    ...(failures.length === 0 ? [] : ['Not ended in good order:', '', ...failures, '']),
    '## Presentation contexts',
    '',
    ...table(
      ['Association', 'ID', 'SOP class', 'Proposed', 'Result', 'Accepted'],
      associations.flatMap(({ association, contexts }) => contexts.map((context) => contextRow(association, context))),
    ),
    '',
  ];
}
