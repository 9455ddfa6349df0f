// What became of a send, as a document: JSON for programs, Markdown for people. Nothing that a peer or a file name says
// can become markup in it.

import { storeStatus } from '../protocol/dimse/status.ts';
import { uidName } from '../protocol/uids.ts';
import type { SendResult } from '../send/job.ts';
import type { FileOutcome, Outcome } from '../send/outcome.ts';
import { explainFile, sentence } from '../trace/explain.ts';
import { explainPreflight } from '../trace/explain-preflight.ts';
import { addressOf, aeTitle, nameOf } from '../trace/names.ts';
import { escapeMarkdown, markdownCode, sanitize } from '../trace/sanitize.ts';
import { pathText } from '../trace/transport-text.ts';
import { formatBytes, formatCount, formatDuration, formatRate, formatTag, hexWord, plural } from '../trace/units.ts';
import { associationJson, associationSections, implementationText } from './association-report.ts';
import { convertedIn, headline, isConverted, notesOf, OUTCOME_WORDS, problemsOf } from './problems.ts';
import { known, row, table, uid } from './report-parts.ts';

export interface ReportOptions {
  /** Makes a path fit to be shown; by default the path as it is. */
  readonly displayPath?: (path: string) => string;
  /** Rows of the file list; 2,000 by default. */
  readonly rowsMax?: number;
}

/** In the order in which they are shown. Complete, because its source is. */
const OUTCOMES = Object.keys(OUTCOME_WORDS) as readonly Outcome[];

const ROWS_MAX = 2000;
/** Paths below one problem; the file list has them all. */
const PROBLEM_PATHS_MAX = 20;
const ERROR_COMMENT_MAX = 64;

function instanceJson(file: FileOutcome, peerName: string, displayPath: (path: string) => string): object {
  const { reason, status } = file;
  const answer = reason?.code === 'status' ? reason : undefined;
  const explanation = explainFile(file, { peerName, displayPath });
  return known({
    path: displayPath(file.path),
    outcome: file.outcome,
    sopClassUID: uid(file.sopClassUID),
    sopClassName: file.sopClassUID === undefined ? undefined : uidName(file.sopClassUID),
    sopInstanceUID: uid(file.sopInstanceUID),
    transferSyntax: uid(file.transferSyntaxUID),
    transferSyntaxName: file.transferSyntaxUID === undefined ? undefined : uidName(file.transferSyntaxUID),
    transferSyntaxOnWire: uid(file.transferSyntaxOnWire),
    transferSyntaxOnWireName: file.transferSyntaxOnWire === undefined ? undefined : uidName(file.transferSyntaxOnWire),
    converted: isConverted(file),
    status: status === undefined ? undefined : hexWord(status),
    statusMeaning: status === undefined ? undefined : storeStatus(status).meaning,
    errorComment: answer?.errorComment === undefined ? undefined : sanitize(answer.errorComment, ERROR_COMMENT_MAX),
    offendingElement: answer?.offendingElement?.map(formatTag),
    bytesSent: file.bytesSent,
    elapsedMs: file.elapsedMs,
    reason:
      reason === undefined || explanation === undefined
        ? undefined
        : { code: reason.code, text: sentence(explanation), ...explanation },
    findings: file.findings?.map((finding) => {
      const { code, offset } = finding;
      const counted = 'count' in finding ? { count: finding.count } : {};
      return { code, offset, ...counted, text: sentence(explainPreflight(finding)) };
    }),
  });
}

/** Characters; one string cannot hold the report of a million instances. */
const PIECE_MIN = 65_536;

/**
 * For programs: stable names, version 1. Statuses as four hexadecimal digits, tags as '(gggg,eeee)', times as ISO 8601.
 * In pieces, so that a report of any length needs little memory.
 */
export function* reportJson(result: SendResult, options: ReportOptions = {}): Generator<string> {
  const displayPath = options.displayPath ?? ((path: string) => path);
  const end = '\n}';
  let piece = `${indented(headJson(result), 0).slice(0, -end.length)},\n  "instances": [`;
  let comma = '';
  for (const file of result.outcomes) {
    piece += `${comma}\n    ${indented(instanceJson(file, result.peer.name, displayPath), 4)}`;
    comma = ',';
    if (piece.length < PIECE_MIN) continue;
    yield piece;
    piece = '';
  }
  yield `${piece}${result.outcomes.length === 0 ? '' : '\n  '}]${end}\n`;
}

const indented = (value: object, columns: number): string =>
  JSON.stringify(value, null, 2).replaceAll('\n', `\n${' '.repeat(columns)}`);

/** Everything but the instances. */
function headJson(result: SendResult): object {
  const { peer } = result;
  return {
    version: 1,
    headline: headline(result.counts, result.cancelled),
    peer: {
      name: peer.name,
      host: peer.host,
      port: peer.port,
      calledAETitle: peer.calledAETitle,
      callingAETitle: peer.callingAETitle,
    },
    startedAt: new Date(result.startedAtMs).toISOString(),
    endedAt: new Date(result.endedAtMs).toISOString(),
    cancelled: result.cancelled,
    counts: Object.fromEntries(OUTCOMES.map((outcome) => [outcome, result.counts[outcome]])),
    bytesSent: result.bytesSent,
    associations: result.associations.map((summary) => associationJson(summary, peer.name)),
  };
}

const prose = (text: string, max: number): string => escapeMarkdown(sanitize(text, max));

function factRows(result: SendResult): string[] {
  const { peer } = result;
  const address = addressOf(peer);
  const elapsedMs = Math.max(0, result.endedAtMs - result.startedAtMs);
  const rate = formatRate(result.bytesSent, elapsedMs);
  const implementations = new Set(result.associations.map(implementationText).filter((text) => text !== ''));
  const converted = convertedIn(result);
  return [
    row('Peer', peer.name === address ? prose(address, 300) : `${prose(peer.name, 128)}, ${prose(address, 300)}`),
    row(
      'AE titles',
      `${escapeMarkdown(aeTitle(peer.callingAETitle))} → ${escapeMarkdown(aeTitle(peer.calledAETitle))}`,
    ),
    ...[...implementations].map((text) => row('Implementation', escapeMarkdown(text))),
    row('Started', new Date(result.startedAtMs).toISOString()),
    row('Ended', new Date(result.endedAtMs).toISOString()),
    row(
      'Data',
      `${formatBytes(result.bytesSent)} in ${formatDuration(elapsedMs)}${rate === undefined ? '' : `, ${rate}`}`,
    ),
    row('Associations', formatCount(result.associations.length)),
    ...(converted > 0 ? [row('Converted', `${plural(converted, 'file')} to another transfer syntax`)] : []),
  ];
}

function problemSections(result: SendResult, displayPath: (path: string) => string): string[] {
  const problems = problemsOf(result);
  if (problems.length === 0) return [];
  return [
    '## Problems',
    '',
    ...problems.flatMap(({ outcome, text, paths }) => {
      const more = paths.length - PROBLEM_PATHS_MAX;
      return [
        `### ${plural(paths.length, 'file')} ${OUTCOME_WORDS[outcome]}`,
        '',
        escapeMarkdown(text),
        '',
        ...paths.slice(0, PROBLEM_PATHS_MAX).map((path) => `- ${markdownCode(pathText(displayPath(path)))}`),
        ...(more > 0 ? [`- and ${formatCount(more)} more`] : []),
        '',
      ];
    }),
  ];
}

function noteSections(result: SendResult, displayPath: (path: string) => string): string[] {
  const notes = notesOf(result);
  if (notes.length === 0) return [];
  return [
    '## Notes',
    '',
    'Sent, though not quite as the standard asks:',
    '',
    ...notes.flatMap(({ text, paths }) => {
      const more = paths.length - PROBLEM_PATHS_MAX;
      return [
        `- ${escapeMarkdown(text)}`,
        ...paths.slice(0, PROBLEM_PATHS_MAX).map((path) => `  - ${markdownCode(pathText(displayPath(path)))}`),
        ...(more > 0 ? [`  - and ${formatCount(more)} more`] : []),
      ];
    }),
    '',
  ];
}

function fileRow(file: FileOutcome, peerName: string, displayPath: (path: string) => string): string {
  const explanation = explainFile(file, { peerName, displayPath });
  const syntax = file.transferSyntaxUID === undefined ? '' : nameOf(file.transferSyntaxUID);
  const onWire = isConverted(file) ? ` → ${nameOf(file.transferSyntaxOnWire ?? '')}` : '';
  return row(
    markdownCode(pathText(displayPath(file.path)), true),
    file.outcome,
    file.status === undefined ? '' : hexWord(file.status),
    escapeMarkdown(file.sopClassUID === undefined ? '' : nameOf(file.sopClassUID)),
    escapeMarkdown(`${syntax}${onWire}`),
    file.bytesSent === 0 ? '' : formatBytes(file.bytesSent),
    file.elapsedMs === undefined ? '' : formatDuration(file.elapsedMs),
    explanation === undefined ? '' : escapeMarkdown(explanation.what),
  );
}

/** For people: what matters first, every file last. */
export function reportMarkdown(result: SendResult, options: ReportOptions = {}): string {
  const displayPath = options.displayPath ?? ((path: string) => path);
  const rowsMax = options.rowsMax ?? ROWS_MAX;
  const { outcomes, peer } = result;
  const hidden = outcomes.length - rowsMax;
  return [
    `# ${headline(result.counts, result.cancelled)}`,
    '',
    ...table(['', ''], factRows(result)),
    '',
    ...table(
      ['Outcome', 'Files'],
      OUTCOMES.filter((outcome) => result.counts[outcome] > 0).map((outcome) =>
        row(outcome, formatCount(result.counts[outcome])),
      ),
    ),
    '',
    ...problemSections(result, displayPath),
    ...noteSections(result, displayPath),
    ...associationSections(result),
    '## Files',
    '',
    ...table(
      ['File', 'Outcome', 'Status', 'SOP class', 'Transfer syntax', 'Sent', 'Time', 'Explanation'],
      Array.from({ length: Math.min(outcomes.length, rowsMax) }, (_, index) =>
        fileRow(outcomes.at(index) as FileOutcome, peer.name, displayPath),
      ),
    ),
    '',
    ...(hidden > 0
      ? [
          `The first ${formatCount(rowsMax)} of ${plural(outcomes.length, 'file')}; ${formatCount(hidden)} are not listed.`,
          '',
        ]
      : []),
  ].join('\n');
}
