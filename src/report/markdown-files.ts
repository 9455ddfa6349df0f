// The files in a Markdown report: every one that is not plainly stored, under its problem, and how many of the others there
// are in each folder. One row a line, so names are short.

import { REPORT_ROWS_MAX } from '../protocol/limits.ts';
import type { SendResult } from '../send/job.ts';
import type { FileOutcome } from '../send/outcome.ts';
import { contextOf, explainFile } from '../trace/explain.ts';
import { shortNameOf } from '../trace/names.ts';
import { formatBytes, formatClock, formatCount, hexWord, plural } from '../trace/units.ts';
import type { ListedProblem, Listing } from './listing.ts';
import { type Column, cell, columnIf, columnsTable, mapped, pathCell, row, table, timeCell } from './markdown-table.ts';
import { isConverted, OUTCOME_WORDS, otherFileOf } from './problems.ts';

export type DisplayPath = (path: string) => string;

/** '300 files failed'; with the peer's code: '300 files failed, A900'. */
export function problemTitle({ count, parts: [{ noun, outcome, first }] }: ListedProblem, withCode = true): string {
  const title = `${plural(count, noun)} ${OUTCOME_WORDS[outcome]}`;
  const { reason } = first ?? {};
  return withCode && reason?.code === 'status' ? `${title}, ${hexWord(reason.status)}` : title;
}

const shortName = (uid: string | undefined): string => (uid === undefined ? '' : cell(shortNameOf(uid)));

const KIND: readonly Column<FileOutcome>[] = [
  { head: 'SOP class', cell: ({ sopClassUID }) => shortName(sopClassUID) },
  { head: 'Transfer syntax', cell: ({ transferSyntaxUID }) => shortName(transferSyntaxUID) },
];

const sentAt = ({ startedAtMs }: FileOutcome): string =>
  startedAtMs === undefined ? '' : timeCell(formatClock(startedAtMs));

function columnsOf({ parts }: ListedProblem, result: SendResult, displayPath: DisplayPath): Column<FileOutcome>[] {
  // Only what happened is said here; what can be done is told with the problem.
  const context = { ...contextOf(result.peer, undefined), displayPath };
  const firsts = parts.map(({ first }) => first).filter((file) => file !== undefined);
  const has = (field: 'status' | 'sopClassUID' | 'startedAtMs'): boolean =>
    firsts.some((file) => file[field] !== undefined);
  const [{ words, details, others }] = parts;
  const detail = (file: FileOutcome): string => {
    const what = explainFile(file, context)?.what ?? '';
    return what === words.what ? '' : cell(what);
  };
  const sameUid = (file: FileOutcome): string => {
    const other = otherFileOf(file);
    return other === undefined ? '' : pathCell(displayPath(other));
  };
  return [
    ...columnIf<FileOutcome>(has('status'), 'Status', ({ status }) => (status === undefined ? '' : hexWord(status))),
    ...(has('sopClassUID') ? KIND : []),
    ...columnIf(has('startedAtMs'), 'Sent at', sentAt),
    { head: parts[0].noun === 'folder' ? 'Folder' : 'File', cell: ({ path }) => pathCell(displayPath(path)) },
    ...columnIf(others !== undefined && others.size > 0, 'Same UID as', sameUid),
    ...columnIf(parts.length === 1 && details !== undefined, 'What is special', detail),
  ];
}

/** 'converted to Explicit VR LE; odd value; through a link to `elsewhere/IM1`' */
function noteCell(file: FileOutcome, displayPath: DisplayPath): string {
  const { transferSyntaxOnWire = '', findings = [], leadsTo } = file;
  return [
    ...(isConverted(file) ? [`converted to ${cell(shortNameOf(transferSyntaxOnWire))}`] : []),
    ...new Set(findings.map(({ code }) => code)),
    ...(leadsTo === undefined ? [] : [`through a link to ${pathCell(displayPath(leadsTo))}`]),
  ].join('; ');
}

function* at({ outcomes }: SendResult, places: readonly number[]): Generator<FileOutcome> {
  for (const place of places) {
    const file = outcomes.at(place);
    if (file !== undefined) yield file;
  }
}

/** Every file that is not plainly stored, however many there are. */
export function* fileSections(result: SendResult, listing: Listing, displayPath: DisplayPath): Generator<string> {
  const { problems, noted } = listing;
  if (problems.length === 0 && noted.length === 0) return;
  yield* ['## Files that are not plainly stored', ''];
  for (const [index, problem] of problems.entries()) {
    yield* [`### Problem ${index + 1}: ${problemTitle(problem)}`, ''];
    yield* columnsTable(columnsOf(problem, result, displayPath), at(result, problem.places));
  }
  if (noted.length === 0) return;
  yield* [`### ${plural(noted.length, 'file')} stored, with a note`, ''];
  const columns: readonly Column<FileOutcome>[] = [
    ...KIND,
    { head: 'Sent at', cell: sentAt },
    { head: 'File', cell: ({ path }) => pathCell(displayPath(path)) },
    { head: 'Note', cell: (file) => noteCell(file, displayPath) },
  ];
  yield* columnsTable(columns, at(result, noted));
}

interface StoredRow {
  readonly folder: string;
  readonly sopClassUID: string | undefined;
  files: number;
  bytes: number;
}

/** With the sign that ends it; '' where there is none. */
function folderOf(shown: string): string {
  const end = shown.includes('/') ? shown.lastIndexOf('/') : shown.lastIndexOf('\\');
  return shown.slice(0, end + 1);
}

/** The stored files, with and without warning, by folder and SOP class, in bounded memory. */
export function storedRows({ outcomes }: SendResult, displayPath: DisplayPath): { rows: StoredRow[]; others: number } {
  const rows = new Map<string, StoredRow>();
  let others = 0;
  for (const { outcome, path, sopClassUID, bytesSent } of outcomes) {
    if (outcome !== 'stored' && outcome !== 'stored with warning') continue;
    const folder = folderOf(displayPath(path));
    const key = `${sopClassUID}\n${folder}`;
    const known = rows.get(key);
    if (known !== undefined) {
      known.files += 1;
      known.bytes += bytesSent;
    } else if (rows.size < REPORT_ROWS_MAX) {
      rows.set(key, { folder, sopClassUID, files: 1, bytes: bytesSent });
    } else others += 1;
  }
  return { rows: [...rows.values()], others };
}

export function* storedSection(result: SendResult, displayPath: DisplayPath): Generator<string> {
  const { counts } = result;
  if (counts.stored + counts['stored with warning'] === 0) return;
  const { rows, others } = storedRows(result, displayPath);
  yield* ['## Stored files', ''];
  const storedRow = ({ folder, sopClassUID, files, bytes }: StoredRow): string =>
    row(formatCount(files), shortName(sopClassUID), formatBytes(bytes), folder === '' ? '' : pathCell(folder));
  yield* table(['Files', 'SOP class', 'Data', 'Folder'], mapped(rows, storedRow));
  if (others > 0) yield* [`And ${plural(others, 'file')} in more folders.`, ''];
}
