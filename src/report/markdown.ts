// The report for people, in Markdown: what matters comes first, the list of files last. Text of peers and file names cannot
// become markup (text/markdown-text.ts).

import type { NegotiatedContext } from '../protocol/acse/contexts.ts';
import { REPORT_ROWS_MAX } from '../protocol/limits.ts';
import type { AssociationSummary, SendResult } from '../send/job.ts';
import type { FileOutcome } from '../send/outcome.ts';
import { markdownCode, markdownText } from '../text/markdown-text.ts';
import { countedBreachText } from '../trace/breach-text.ts';
import { pathText } from '../trace/event-lines.ts';
import { contextOf, explain, explainFile, type PeerInWords, sentence } from '../trace/explain.ts';
import { addressOf, aeTitle, nameOf, uidText } from '../trace/names.ts';
import { SHOWN_MAX, sanitize } from '../trace/sanitize.ts';
import { formatBytes, formatCount, formatDuration, formatRate, hexWord, plural } from '../trace/units.ts';
import { breachesOf } from './breaches.ts';
import { associationsText, contextCounts, operationsInvoked, refusalText } from './negotiation.ts';
import { inPieces } from './pieces.ts';
import {
  convertedIn,
  type FileGroup,
  headline,
  isConverted,
  notesOf,
  OUTCOME_WORDS,
  OUTCOMES_SHOWN,
  problemsOf,
} from './problems.ts';
import { unreadableFolders } from './unreadable-folders.ts';

export interface MarkdownReportOptions {
  /** How a path is shown; by default as it is. */
  readonly displayPath?: (path: string) => string;
  /** Rows of each table; 2,000 by default, because editors are slow with longer tables. */
  readonly rowsMax?: number;
}

/** The options, completed. */
interface Page {
  readonly displayPath: (path: string) => string;
  readonly rowsMax: number;
}

/** Cells must be Markdown already. */
const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function* table(head: readonly string[], rows: Iterable<string>): Generator<string> {
  yield row(...head);
  yield row(...head.map(() => '---'));
  yield* rows;
  yield '';
}

function* first(max: number, lines: Iterable<string>): Generator<string> {
  let count = 0;
  for (const line of lines) {
    if (count === max) return;
    yield line;
    count += 1;
  }
}

/** The line below a table that does not show everything. */
function* omission(rowsMax: number, count: number, what: string): Generator<string> {
  if (count <= rowsMax) return;
  yield `The first ${formatCount(rowsMax)} of ${plural(count, what)}; ${formatCount(count - rowsMax)} are not listed.`;
  yield '';
}

function* mapped<From, To>(items: Iterable<From>, make: (item: From) => To): Generator<To> {
  for (const item of items) yield make(item);
}

const cell = (text: string): string => markdownText(text, 'cell');

/** 'OFFIS_DCMTK_367 (1.2.276.0.7230010.3.0.3.6.7)'; empty where the peer does not say. */
function implementationText(summary: AssociationSummary): string {
  const { peerImplementationVersionName: name, peerImplementationClassUID: classUID } = summary;
  const uid = classUID === undefined || classUID === '' ? '' : uidText(classUID);
  if (name === undefined) return uid;
  return [sanitize(name, SHOWN_MAX.versionName), ...(uid === '' ? [] : [`(${uid})`])].join(' ');
}

function factRows(result: SendResult): string[] {
  const { peer } = result;
  const address = addressOf(peer);
  const elapsedMs = Math.max(0, result.endedAtMs - result.startedAtMs);
  const rate = formatRate(result.bytesSent, elapsedMs);
  const implementations = new Set(result.associations.map(implementationText).filter((text) => text !== ''));
  const converted = convertedIn(result);
  return [
    row(
      'Peer',
      peer.name === address
        ? cell(sanitize(address, SHOWN_MAX.address))
        : `${cell(sanitize(peer.name, SHOWN_MAX.peerName))}, ${cell(sanitize(address, SHOWN_MAX.address))}`,
    ),
    row('AE titles', `${cell(aeTitle(peer.callingAETitle))} → ${cell(aeTitle(peer.calledAETitle))}`),
    ...[...implementations].map((text) => row('Implementation', cell(text))),
    row('Started', new Date(result.startedAtMs).toISOString()),
    row('Ended', new Date(result.endedAtMs).toISOString()),
    row(
      'Data',
      `${formatBytes(result.bytesSent)} in ${formatDuration(elapsedMs)}${rate === undefined ? '' : `, ${rate}`}`,
    ),
    row('Associations', associationsText(result.associations)),
    ...breachesOf(result).map((breach) => row('Responses break PS3.7', cell(countedBreachText(breach)))),
    ...(converted > 0 ? [row('Converted', `${plural(converted, 'file')} to another transfer syntax`)] : []),
  ];
}

function pathItems({ paths, count, others, details }: FileGroup, indent: string, { displayPath }: Page): string[] {
  const shown = (path: string): string => markdownCode(pathText(displayPath(path)));
  return [
    ...paths.map((path) => {
      const other = others?.get(path);
      const detail = details?.get(path);
      return [
        `${indent}- ${shown(path)}`,
        ...(other === undefined ? [] : [`, same UID as ${shown(other)}`]),
        ...(detail === undefined ? [] : [`: ${markdownText(detail)}`]),
      ].join('');
    }),
    ...(count > paths.length ? [`${indent}- and ${formatCount(count - paths.length)} more`] : []),
  ];
}

function* problemSection(result: SendResult, page: Page): Generator<string> {
  const problems = problemsOf(result, 'editor');
  if (problems.length === 0) return;
  yield* ['## Problems', ''];
  for (const problem of problems) {
    yield* [`### ${plural(problem.count, problem.noun)} ${OUTCOME_WORDS[problem.outcome]}`, ''];
    yield* [markdownText(problem.text), '', ...pathItems(problem, '', page), ''];
  }
}

function* noteSection(result: SendResult, page: Page): Generator<string> {
  const notes = notesOf(result);
  if (notes.length === 0) return;
  yield* ['## Notes', '', 'These files were sent although something was found in them:', ''];
  for (const note of notes) yield* [`- ${markdownText(note.text)}`, ...pathItems(note, '  ', page)];
  yield '';
}

function lengthText(length: number | undefined): string {
  if (length === undefined) return '';
  return length === 0 ? 'no limit' : formatBytes(length);
}

function associationRow(summary: AssociationSummary): string {
  const { proposed, accepted, refused } = contextCounts(summary);
  const operations = operationsInvoked(summary);
  return row(
    String(summary.association),
    formatDuration(Math.max(0, summary.endedAtMs - summary.startedAtMs)),
    formatCount(proposed),
    formatCount(accepted),
    formatCount(refused),
    operations === 0 ? 'no limit' : formatCount(operations),
    lengthText(summary.peerMaximumLength),
    cell(implementationText(summary)),
  );
}

function contextRow(association: number, context: NegotiatedContext): string {
  const { acceptedTransferSyntax, proposedTransferSyntaxes, abstractSyntax } = context;
  return row(
    String(association),
    String(context.presentationContextId),
    cell(nameOf(abstractSyntax)),
    proposedTransferSyntaxes.map((syntax) => cell(nameOf(syntax))).join('; '),
    cell(refusalText(context) ?? 'Accepted'),
    acceptedTransferSyntax === undefined ? '' : cell(nameOf(acceptedTransferSyntax)),
  );
}

function* contextRows(associations: readonly AssociationSummary[]): Generator<string> {
  for (const { association, contexts } of associations) {
    for (const context of contexts) yield contextRow(association, context);
  }
}

function* failureItems({ associations, peer }: SendResult, rowsMax: number): Generator<string> {
  const failed = associations.filter(({ failure }) => failure !== undefined);
  if (failed.length === 0) return;
  yield* ['Ended with an error:', ''];
  for (const { association, failure } of failed.slice(0, rowsMax)) {
    if (failure === undefined) continue;
    yield `- ${association}: ${markdownText(sentence(explain(failure, contextOf(peer, 'editor'))))}`;
  }
  if (failed.length > rowsMax) yield `- and ${formatCount(failed.length - rowsMax)} more`;
  yield '';
}

const ASSOCIATION_HEAD = [
  'Association',
  'Time',
  'Proposed',
  'Accepted',
  'Refused',
  'Requests at a time',
  'Largest PDU',
  'Implementation',
];

const CONTEXT_HEAD = ['Association', 'ID', 'SOP class', 'Proposed', 'Result', 'Accepted'];

function* associationSections(result: SendResult, { rowsMax }: Page): Generator<string> {
  const { associations } = result;
  if (associations.length === 0) return;
  yield* ['## Associations', ''];
  yield* table(ASSOCIATION_HEAD, first(rowsMax, mapped(associations, associationRow)));
  yield* omission(rowsMax, associations.length, 'association');
  yield* failureItems(result, rowsMax);
  yield* ['## Presentation contexts', ''];
  yield* table(CONTEXT_HEAD, first(rowsMax, contextRows(associations)));
  const contexts = associations.reduce((count, { contexts: { length } }) => count + length, 0);
  yield* omission(rowsMax, contexts, 'presentation context');
}

function fileRow(file: FileOutcome, peer: PeerInWords, displayPath: (path: string) => string): string {
  const explanation = explainFile(file, { ...contextOf(peer, 'editor'), displayPath });
  const syntax = file.transferSyntaxUID === undefined ? '' : nameOf(file.transferSyntaxUID);
  const onWire = isConverted(file) ? ` → ${nameOf(file.transferSyntaxOnWire ?? '')}` : '';
  return row(
    markdownCode(pathText(displayPath(file.path)), 'cell'),
    file.outcome,
    file.status === undefined ? '' : hexWord(file.status),
    cell(file.sopClassUID === undefined ? '' : nameOf(file.sopClassUID)),
    cell(`${syntax}${onWire}`),
    file.bytesSent === 0 ? '' : formatBytes(file.bytesSent),
    file.elapsedMs === undefined ? '' : formatDuration(file.elapsedMs),
    explanation === undefined ? '' : cell(explanation.what),
  );
}

const FILE_HEAD = ['File', 'Outcome', 'Status', 'SOP class', 'Transfer syntax', 'Sent', 'Time', 'Explanation'];

function* lines(result: SendResult, page: Page): Generator<string> {
  const { counts, outcomes, peer } = result;
  const { displayPath, rowsMax } = page;
  yield* [`# ${headline(counts, result.cancelled, unreadableFolders(result))}`, ''];
  yield* table(['', ''], factRows(result));
  const shown = OUTCOMES_SHOWN.filter((outcome) => counts[outcome] > 0);
  yield* table(
    ['Outcome', 'Files'],
    mapped(shown, (outcome) => row(outcome, formatCount(counts[outcome]))),
  );
  yield* problemSection(result, page);
  yield* noteSection(result, page);
  yield* associationSections(result, page);
  yield* ['## Files', ''];
  yield* table(
    FILE_HEAD,
    first(
      rowsMax,
      mapped(outcomes, (file) => fileRow(file, peer, displayPath)),
    ),
  );
  yield* omission(rowsMax, outcomes.length, 'file');
}

/** Yields the same text as `join('\n')`. */
function* joined(texts: Iterable<string>): Generator<string> {
  let separator = '';
  for (const text of texts) {
    yield separator + text;
    separator = '\n';
  }
}

/** Yields the report in pieces; makes each one when it is asked for. */
export function reportMarkdown(result: SendResult, options: MarkdownReportOptions = {}): Generator<string> {
  const page = {
    displayPath: options.displayPath ?? ((path: string) => path),
    rowsMax: options.rowsMax ?? REPORT_ROWS_MAX,
  };
  return inPieces(joined(lines(result, page)));
}
