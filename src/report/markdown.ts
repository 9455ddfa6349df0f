// The report for people, in Markdown. In the order in which people ask: what became of it, why not all, what was changed on the
// way, which files, over what connections, and what is there. Text of peers and file names cannot become markup
// (text/markdown-text.ts).

import { REPORT_ROWS_MAX } from '../protocol/limits.ts';
import type { AssociationSummary, SendResult } from '../send/job.ts';
import { markdownText } from '../text/markdown-text.ts';
import { countedBreachText } from '../trace/breach-text.ts';
import { addressOf, aeTitle, shortNameOf, uidText } from '../trace/names.ts';
import type { Surface } from '../trace/our-options.ts';
import { SHOWN_MAX, sanitize } from '../trace/sanitize.ts';
import { formatBytes, formatCount, formatDuration, formatRate, formatTimeSpan, plural } from '../trace/units.ts';
import { breachesOf } from './breaches.ts';
import { conversionsOf } from './conversions.ts';
import { type ListedProblem, type Listing, listingOf } from './listing.ts';
import { associationSections } from './markdown-associations.ts';
import { type DisplayPath, fileSections, problemTitle, storedSection } from './markdown-files.ts';
import { cell, first, mapped, omission, row, table, timeCell } from './markdown-table.ts';
import { associationsText } from './negotiation.ts';
import { inPieces } from './pieces.ts';
import { headline, notesOf } from './problems.ts';
import { adviceOn, refusalsOf } from './refusals.ts';
import { asItIs, type ReportOptions } from './report-options.ts';
import { unreadableFolders } from './unreadable-folders.ts';

export interface MarkdownReportOptions extends ReportOptions {
  /** Where it is read: advice names the settings or options there; absent: it may be read anywhere. */
  readonly surface?: Surface;
}

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
  return [
    row(
      'Peer',
      peer.name === address
        ? cell(sanitize(address, SHOWN_MAX.address))
        : `${cell(sanitize(peer.name, SHOWN_MAX.peerName))}, ${cell(sanitize(address, SHOWN_MAX.address))}`,
    ),
    row('AE titles', `${cell(aeTitle(peer.callingAETitle))} → ${cell(aeTitle(peer.calledAETitle))}`),
    ...[...implementations].map((text) => row('Implementation', cell(text))),
    row('Sent', timeCell(formatTimeSpan(result.startedAtMs, result.endedAtMs))),
    row(
      'Data',
      `${formatBytes(result.bytesSent)} in ${formatDuration(elapsedMs)}${rate === undefined ? '' : `, ${rate}`}`,
    ),
    row('Associations', associationsText(result.associations)),
    ...breachesOf(result).map((breach) => row('Responses break PS3.7', cell(countedBreachText(breach)))),
  ];
}

/** The parts of one kind of problem: several refusals have a row each, all others their words. */
function* problemLines(problem: ListedProblem): Generator<string> {
  const refusals = refusalsOf(problem);
  if (refusals === undefined) {
    yield* [markdownText(problem.parts[0].text), ''];
    return;
  }
  yield* ['The peer refused presentation contexts:', ''];
  yield* table(
    ['Files', 'SOP class', 'Transfer syntax', 'Answer', 'Accepted instead'],
    mapped(refusals, ({ files, sopClass, transferSyntax, answers, accepted }) =>
      row(formatCount(files), cell(sopClass), cell(transferSyntax), cell(answers), cell(accepted)),
    ),
  );
  for (const advice of adviceOn(problem)) yield `- ${markdownText(advice)}`;
  yield '';
}

function* problemSection({ problems }: Listing): Generator<string> {
  if (problems.length === 0) return;
  yield* ['## Problems', ''];
  for (const [index, problem] of problems.entries()) {
    yield* [`### ${index + 1}. ${problemTitle(problem)}`, ''];
    yield* problemLines(problem);
  }
}

function* noteSection(result: SendResult): Generator<string> {
  const notes = notesOf(result);
  if (notes.length === 0) return;
  yield* ['## Notes', '', 'These files were sent although something was found in them:', ''];
  for (const { text, count } of notes) yield `- ${plural(count, 'file')}: ${markdownText(text)}`;
  yield '';
}

function* conversionSection(result: SendResult): Generator<string> {
  const conversions = conversionsOf(result);
  if (conversions.length === 0) return;
  yield* ['## Conversions', ''];
  yield* table(
    ['Files', 'SOP class', 'From', 'To'],
    mapped(first(REPORT_ROWS_MAX, conversions), ({ files, sopClassUID, from, to }) =>
      row(formatCount(files), ...[sopClassUID, from, to].map((uid) => cell(shortNameOf(uid)))),
    ),
  );
  yield* omission(REPORT_ROWS_MAX, conversions.length, 'kind');
}

function* lines(result: SendResult, displayPath: DisplayPath, surface: Surface | undefined): Generator<string> {
  const listing = listingOf(result, surface);
  yield* [`# ${headline(result.counts, result.cancelled, unreadableFolders(result))}`, ''];
  yield* table(['', ''], factRows(result));
  yield* problemSection(listing);
  yield* noteSection(result);
  yield* conversionSection(result);
  yield* fileSections(result, listing, displayPath);
  yield* associationSections(result, surface);
  yield* storedSection(result, displayPath);
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
  return inPieces(joined(lines(result, options.displayPath ?? asItIs, options.surface)));
}
