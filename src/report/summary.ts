// The summary of a send for a terminal: one screen.

import type { Peer } from '../net/peer.ts';
import type { SendResult } from '../send/job.ts';
import { countedBreachText } from '../trace/breach-text.ts';
import { pathText } from '../trace/event-lines.ts';
import { addressOf, aeTitle } from '../trace/names.ts';
import { SHOWN_MAX, sanitize } from '../trace/sanitize.ts';
import { formatBytes, formatCount, formatDuration, formatRate, plural } from '../trace/units.ts';
import { breachesOf } from './breaches.ts';
import { associationsText } from './negotiation.ts';
import {
  convertedIn,
  findingsOfSent,
  headline,
  linkedIn,
  OUTCOME_WORDS,
  type Problem,
  problemsOf,
} from './problems.ts';
import { unreadableFolders } from './unreadable-folders.ts';

export interface SummaryOptions {
  /** How a path is shown; by default as it is. */
  readonly displayPath?: (path: string) => string;
  /** How many problems are shown; 9 by default. */
  readonly problemsMax?: number;
}

const PROBLEMS_MAX = 9;
const PATHS_MAX = 3;
const LABEL_WIDTH = 14;

function problemLines(
  { outcome, words: { what, cause, action }, count, noun, paths, others, details }: Problem,
  displayPath: (path: string) => string,
): string[] {
  const shown = paths.slice(0, PATHS_MAX);
  const advice = [cause, action].filter((part) => part !== undefined).join(' ');
  return [
    `  ${plural(count, noun)} ${OUTCOME_WORDS[outcome]}: ${what}`,
    ...(advice === '' ? [] : [`    ${advice}`]),
    ...shown.map((path) => {
      const other = others?.get(path);
      const detail = details?.get(path);
      return [
        `    ${pathText(displayPath(path))}`,
        ...(other === undefined ? [] : [`, same UID as ${pathText(displayPath(other))}`]),
        ...(detail === undefined ? [] : [`: ${detail}`]),
      ].join('');
    }),
    ...(count > shown.length ? [`    and ${formatCount(count - shown.length)} more`] : []),
  ];
}

/** 'ORTHANC (ORTHANC at 127.0.0.1:4242)', or 'ANY-SCP at 127.0.0.1:4242' for a peer whose name is its address. */
function peerText(peer: Peer): string {
  const address = addressOf(peer);
  const there = `${aeTitle(peer.calledAETitle)} at ${sanitize(address, SHOWN_MAX.address)}`;
  return peer.name === address ? there : `${sanitize(peer.name, SHOWN_MAX.peerName)} (${there})`;
}

/** What was found in files that were sent all the same: each kind with the number of its files. */
function foundFacts(result: SendResult): string[] {
  const kinds = [...findingsOfSent(result)].map(([code, count]) => `${code}: ${plural(count, 'file')}`);
  return kinds.length === 0 ? [] : [...kinds, 'These were sent; the report says where (option --report)'];
}

/** The problems come last, where a reader of a terminal looks first. */
export function summaryLines(result: SendResult, options: SummaryOptions = {}): string[] {
  const { peer, bytesSent, associations } = result;
  const displayPath = options.displayPath ?? ((path: string) => path);
  const problemsMax = options.problemsMax ?? PROBLEMS_MAX;
  const elapsedMs = Math.max(0, result.endedAtMs - result.startedAtMs);
  const rate = formatRate(bytesSent, elapsedMs);
  const converted = convertedIn(result);
  const linked = linkedIn(result);
  const fact = (label: string, value: string): string => `  ${label.padEnd(LABEL_WIDTH)}${value}`;
  const lines = [
    `${headline(result.counts, result.cancelled, unreadableFolders(result))}.`,
    fact('Peer', peerText(peer)),
    fact('AE titles', `${aeTitle(peer.callingAETitle)} -> ${aeTitle(peer.calledAETitle)}`),
    fact('Data', `${formatBytes(bytesSent)} in ${formatDuration(elapsedMs)}${rate === undefined ? '' : `, ${rate}`}`),
    fact('Associations', associationsText(associations)),
    ...breachesOf(result).map((breach) => fact('Breaks PS3.7', `a response of the peer: ${countedBreachText(breach)}`)),
    ...(converted > 0 ? [fact('Converted', `${plural(converted, 'file')} to another transfer syntax`)] : []),
    ...(linked > 0
      ? [fact('Links', `${plural(linked, 'file')} from outside the selection; the report says where`)]
      : []),
    ...foundFacts(result).map((found, index) => fact(index === 0 ? 'Found' : '', found)),
  ];
  const problems = problemsOf(result, 'terminal');
  if (problems.length > 0) {
    lines.push('', 'Problems');
    for (const problem of problems.slice(0, problemsMax)) lines.push(...problemLines(problem, displayPath));
    const rest = problems.slice(problemsMax);
    if (rest.length > 0) {
      const files = rest.reduce((sum, { count }) => sum + count, 0);
      lines.push(
        `  and ${plural(rest.length, 'more problem')} with ${plural(files, 'file')}; the report has them all (option --report)`,
      );
    }
  }
  return lines;
}

/** The same as one text, without a newline at the end. */
export const summaryText = (result: SendResult, options: SummaryOptions = {}): string =>
  summaryLines(result, options).join('\n');
