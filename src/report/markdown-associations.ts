// The associations in a Markdown report: one row each, why some ended badly, and what was negotiated, once for all of them that
// negotiated the same.

import type { NegotiatedContext } from '../protocol/acse/contexts.ts';
import { REPORT_ROWS_MAX } from '../protocol/limits.ts';
import type { AssociationSummary, SendResult } from '../send/job.ts';
import { markdownText } from '../text/markdown-text.ts';
import { contextOf, explain, sentence } from '../trace/explain.ts';
import { shortNameOf } from '../trace/names.ts';
import type { Surface } from '../trace/our-options.ts';
import { formatBytes, formatClock, formatCount, formatDuration } from '../trace/units.ts';
import { cell, first, mapped, omission, row, table, timeCell } from './markdown-table.ts';
import { contextCounts, operationsInvoked, refusalText, wasOpened } from './negotiation.ts';

const HEAD = ['No.', 'Began at', 'Lasted', 'Contexts accepted', 'Requests at a time', 'Largest PDU', 'End'];
const CONTEXT_HEAD = ['ID', 'SOP class', 'Proposed', 'Answer'];

function lengthText(length: number | undefined): string {
  if (length === undefined) return '';
  return length === 0 ? 'no limit' : formatBytes(length);
}

function associationRow(summary: AssociationSummary): string {
  const { association, startedAtMs, endedAtMs, failure, peerMaximumLength } = summary;
  const { proposed, accepted } = contextCounts(summary);
  const operations = operationsInvoked(summary);
  const isOpened = wasOpened(summary);
  return row(
    String(association),
    timeCell(formatClock(startedAtMs)),
    formatDuration(Math.max(0, endedAtMs - startedAtMs)),
    isOpened ? `${formatCount(accepted)} of ${formatCount(proposed)}` : '',
    !isOpened ? '' : operations === 0 ? 'no limit' : formatCount(operations),
    isOpened ? lengthText(peerMaximumLength) : '',
    failure === undefined ? 'released' : isOpened ? failure.code : `not opened: ${failure.code}`,
  );
}

/** [1, 2, 3, 7] → '1–3, 7' */
function rangesText(numbers: readonly number[]): string {
  const ranges: [from: number, to: number][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`)).join(', ');
}

/** 'Association 3', 'Associations 1–3, 7' */
const associationsTitle = (numbers: readonly number[]): string =>
  `Association${numbers.length === 1 ? '' : 's'} ${rangesText(numbers)}`;

/** The numbers of the associations by what is the same about them; undefined: nothing is to be said. */
function byText(
  associations: readonly AssociationSummary[],
  textOf: (summary: AssociationSummary) => string | undefined,
): Map<string, number[]> {
  const numbers = new Map<string, number[]>();
  for (const summary of associations) {
    const text = textOf(summary);
    if (text === undefined) continue;
    const known = numbers.get(text);
    if (known === undefined) numbers.set(text, [summary.association]);
    else known.push(summary.association);
  }
  return numbers;
}

function* failureItems({ associations, peer }: SendResult, surface: Surface | undefined): Generator<string> {
  const failures = byText(associations, ({ failure }) =>
    failure === undefined ? undefined : sentence(explain(failure, contextOf(peer, surface))),
  );
  for (const [text, numbers] of first(REPORT_ROWS_MAX, failures))
    yield `- ${rangesText(numbers)}: ${markdownText(text)}`;
  if (failures.size > 0) yield '';
  yield* omission(REPORT_ROWS_MAX, failures.size, 'reason');
}

function contextRow(context: NegotiatedContext): string {
  const { acceptedTransferSyntax: accepted, proposedTransferSyntaxes, abstractSyntax } = context;
  return row(
    String(context.presentationContextId),
    cell(shortNameOf(abstractSyntax)),
    proposedTransferSyntaxes.map((syntax) => cell(shortNameOf(syntax))).join('; '),
    cell(refusalText(context) ?? `Accepted in ${shortNameOf(accepted ?? '')}.`),
  );
}

function* negotiations(associations: readonly AssociationSummary[]): Generator<string> {
  const tables = byText(associations, ({ contexts }) =>
    contexts.length === 0 ? undefined : contexts.map(contextRow).join('\n'),
  );
  if (tables.size === 0) return;
  yield* ['## Presentation contexts', ''];
  let rows = 0;
  let shown = 0;
  for (const [lines, numbers] of tables) {
    if (rows >= REPORT_ROWS_MAX) break;
    yield* [`### ${associationsTitle(numbers)}`, ''];
    yield* table(CONTEXT_HEAD, [lines]);
    rows += lines.split('\n').length;
    shown += 1;
  }
  yield* omission(shown, tables.size, 'negotiation');
}

export function* associationSections(result: SendResult, surface: Surface | undefined): Generator<string> {
  const { associations } = result;
  if (associations.length === 0) return;
  yield* ['## Associations', ''];
  yield* table(HEAD, first(REPORT_ROWS_MAX, mapped(associations, associationRow)));
  yield* omission(REPORT_ROWS_MAX, associations.length, 'association');
  yield* failureItems(result, surface);
  yield* negotiations(associations);
}
