// The summary of a send for a terminal: one screen.

import type { Peer } from '../net/peer.ts';
import type { SendResult } from '../send/job.ts';
import { countedBreachText } from '../trace/breach-text.ts';
import { pathText } from '../trace/event-lines.ts';
import { addressOf, aeTitle, shortNameOf } from '../trace/names.ts';
import { SHOWN_MAX, sanitize } from '../trace/sanitize.ts';
import { formatBytes, formatCount, formatDuration, formatRate, formatTimeSpan, plural } from '../trace/units.ts';
import { breachesOf } from './breaches.ts';
import { conversionsOf } from './conversions.ts';
import { type ListedProblem, listingOf } from './listing.ts';
import { type DisplayPath, problemTitle, storedRows } from './markdown-files.ts';
import { associationsText } from './negotiation.ts';
import { findingsOfSent, headline, linkedIn, type Problem } from './problems.ts';
import { adviceOn, refusalsOf } from './refusals.ts';
import { asItIs, type ReportOptions } from './report-options.ts';
import { unreadableFolders } from './unreadable-folders.ts';

export interface SummaryOptions extends ReportOptions {
  /** How many problems are shown; 8 by default. */
  readonly problemsMax?: number;
  /** The file of the report, as it was given; undefined: none is written. */
  readonly report?: string | undefined;
  /** Folders inside the given ones that were not looked into. */
  readonly foldersLeftOut?: number;
}

/** 'out.json', where it is written; else how to have it. */
const reportWords = (report: string | undefined): string =>
  report === undefined ? 'the report (option --report)' : pathText(report);

const PROBLEMS_MAX = 8;
const PATHS_MAX = 3;
/** Rows of one kind: refusals, conversions, folders. */
const KINDS_MAX = 5;
const LABEL_WIDTH = 14;

function pathLines({ paths, others, details }: Problem, displayPath: DisplayPath): string[] {
  return paths.slice(0, PATHS_MAX).map((path) => {
    const other = others?.get(path);
    const detail = details?.get(path);
    return [
      `    ${pathText(displayPath(path))}`,
      ...(other === undefined ? [] : [`, same UID as ${pathText(displayPath(other))}`]),
      ...(detail === undefined ? [] : [`: ${detail}`]),
    ].join('');
  });
}

/** Refusals of several kinds have a line each; all other problems their words. */
function wordLines(problem: ListedProblem): string[] {
  const [{ words }] = problem.parts;
  const refusals = refusalsOf(problem);
  if (refusals === undefined) {
    const advice = [words.cause, words.action].filter((part) => part !== undefined).join(' ');
    return advice === '' ? [] : [`    ${advice}`];
  }
  const rest = refusals.length - KINDS_MAX;
  return [
    ...refusals.slice(0, KINDS_MAX).map(({ files, sopClass, transferSyntax, answers, accepted }) => {
      const instead = accepted === '' ? '' : `; accepted in ${accepted}`;
      return `    ${plural(files, 'file')}: ${sopClass}, ${transferSyntax}: ${answers}${instead}`;
    }),
    ...(rest > 0 ? [`    and ${plural(rest, 'more kind')}`] : []),
    ...adviceOn(problem)
      .slice(0, KINDS_MAX)
      .map((advice) => `    ${advice}`),
  ];
}

const shownPaths = ({ parts }: ListedProblem, displayPath: DisplayPath): string[] =>
  parts.flatMap((part) => pathLines(part, displayPath)).slice(0, PATHS_MAX);

function problemLines(problem: ListedProblem, displayPath: DisplayPath): string[] {
  const { parts, count } = problem;
  const paths = shownPaths(problem, displayPath);
  const what = parts.length === 1 ? parts[0].words.what : 'the peer refused presentation contexts';
  return [
    `  ${problemTitle(problem, false)}: ${what}`,
    ...wordLines(problem),
    ...paths,
    ...(count > paths.length ? [`    and ${formatCount(count - paths.length)} more`] : []),
  ];
}

/** 'ORTHANC (ORTHANC at 127.0.0.1:4242)', or 'ANY-SCP at 127.0.0.1:4242' for a peer whose name is its address. */
function peerText(peer: Peer): string {
  const address = addressOf(peer);
  const there = `${aeTitle(peer.calledAETitle)} at ${sanitize(address, SHOWN_MAX.address)}`;
  return peer.name === address ? there : `${sanitize(peer.name, SHOWN_MAX.peerName)} (${there})`;
}

/** What was found in files that were sent all the same: each kind with the number of its files. */
function foundFacts(result: SendResult, report: string | undefined): string[] {
  const kinds = [...findingsOfSent(result)].map(([code, count]) => `${code}: ${plural(count, 'file')}`);
  return kinds.length === 0 ? [] : [...kinds, `These were sent; ${reportWords(report)} says where`];
}

function problemSection(
  problems: readonly ListedProblem[],
  options: SummaryOptions,
  displayPath: DisplayPath,
): string[] {
  if (problems.length === 0) return [];
  const max = options.problemsMax ?? PROBLEMS_MAX;
  const rest = problems.slice(max);
  const files = rest.reduce((sum, { count }) => sum + count, 0);
  const isWhole =
    rest.length === 0 && problems.every((problem) => shownPaths(problem, displayPath).length === problem.count);
  return [
    '',
    'Problems',
    ...problems.slice(0, max).flatMap((problem) => problemLines(problem, displayPath)),
    ...(rest.length === 0 ? [] : [`  and ${plural(rest.length, 'more problem')} with ${plural(files, 'file')}`]),
    ...(isWhole ? [] : [`  Every file is named in ${reportWords(options.report)}.`]),
    '',
  ];
}

/** 'CT, JPEG 2000 Lossless -> Explicit VR LE: 19 files' */
function conversionFacts(result: SendResult): string[] {
  const conversions = conversionsOf(result);
  const rest = conversions.slice(KINDS_MAX).reduce((sum, { files }) => sum + files, 0);
  return [
    ...conversions.slice(0, KINDS_MAX).map(({ sopClassUID, from, to, files }) => {
      const [sopClass, before, after] = [sopClassUID, from, to].map(shortNameOf);
      return `${plural(files, 'file')}: ${sopClass}, ${before} -> ${after}`;
    }),
    ...(rest === 0 ? [] : [`${plural(rest, 'file')} of other kinds`]),
  ];
}

/** '24 CT in phantom/' */
function storedFacts(result: SendResult, displayPath: DisplayPath): string[] {
  const { rows, others } = storedRows(result, displayPath);
  const rest = rows.slice(KINDS_MAX).reduce((sum, { files }) => sum + files, others);
  return [
    ...rows.slice(0, KINDS_MAX).map(({ files, sopClassUID, folder }) => {
      const where = folder === '' ? '' : ` in ${pathText(folder)}`;
      return `${formatCount(files)} ${shortNameOf(sopClassUID ?? '')}${where}`;
    }),
    ...(rest === 0 ? [] : [`${plural(rest, 'file')} in more folders or of other kinds`]),
  ];
}

const labelled = (label: string, values: readonly string[]): string[] =>
  values.map((value, index) => `  ${(index === 0 ? label : '').padEnd(LABEL_WIDTH)}${value}`);

/** In the order of the report for people: the verdict, what went wrong, what was converted, then the facts. */
export function summaryLines(result: SendResult, options: SummaryOptions = {}): string[] {
  const { peer, bytesSent, associations, startedAtMs, endedAtMs } = result;
  const { displayPath = asItIs, foldersLeftOut = 0 } = options;
  const elapsedMs = Math.max(0, endedAtMs - startedAtMs);
  const rate = formatRate(bytesSent, elapsedMs);
  const linked = linkedIn(result);
  const data = `${formatBytes(bytesSent)} in ${formatDuration(elapsedMs)}${rate === undefined ? '' : `, ${rate}`}`;
  return [
    `${headline(result.counts, result.cancelled, unreadableFolders(result))}.`,
    ...problemSection(listingOf(result, 'terminal').problems, options, displayPath),
    ...labelled('Converted', conversionFacts(result)),
    ...labelled('Found', foundFacts(result, options.report)),
    ...(linked > 0
      ? labelled('Links', [
          `${plural(linked, 'file')} from outside the selection; ${reportWords(options.report)} says where`,
        ])
      : []),
    ...(foldersLeftOut > 0
      ? labelled('Left out', [`${plural(foldersLeftOut, 'subfolder')}; to send what is inside, give -r`])
      : []),
    ...labelled('Peer', [peerText(peer)]),
    ...labelled('AE titles', [`${aeTitle(peer.callingAETitle)} -> ${aeTitle(peer.calledAETitle)}`]),
    ...labelled('Time', [formatTimeSpan(startedAtMs, endedAtMs)]),
    ...labelled('Data', [data]),
    ...labelled('Associations', [associationsText(associations)]),
    ...breachesOf(result).flatMap((breach) =>
      labelled('Breaks PS3.7', [`a response of the peer: ${countedBreachText(breach)}`]),
    ),
    ...labelled('Stored', storedFacts(result, displayPath)),
  ];
}

/** The same as one text, without a newline at the end. */
export const summaryText = (result: SendResult, options: SummaryOptions = {}): string =>
  summaryLines(result, options).join('\n');
