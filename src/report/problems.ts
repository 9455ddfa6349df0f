// What went wrong in a send, the same story told once: a thousand files that failed for one reason are one problem.

import type { SendResult } from '../send/job.ts';
import type { FileOutcome, FileOutcomes, Outcome, OutcomeCounts } from '../send/outcome.ts';
import { explainFile, sentence } from '../trace/explain.ts';
import { explainPreflight } from '../trace/explain-preflight.ts';
import { formatCount, plural } from '../trace/units.ts';

export interface Problem {
  readonly outcome: Outcome;
  /** Whole sentences, the same for all its files. */
  readonly text: string;
  /** Absolute, in the order of the job. */
  readonly paths: readonly string[];
}

/** What a reader must know first comes first. */
const URGENCY: Readonly<Record<Outcome, number>> = {
  failed: 0,
  unknown: 1,
  'stored with warning': 2,
  cancelled: 3,
  skipped: 4,
  stored: 5,
};

/** What is said of files that ended so: '2 files ...'. */
export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  stored: 'stored',
  'stored with warning': 'stored with a warning',
  failed: 'failed',
  skipped: 'skipped',
  cancelled: 'cancelled',
  unknown: 'sent but never answered',
};

/** In a send that went well, few of a hundred thousand. */
export function notableOf(outcomes: FileOutcomes): Iterable<FileOutcome> {
  return outcomes.notable ?? outcomes;
}

/** Grouped by outcome and identical explanation; the most urgent, then the most frequent first. */
export function problemsOf(result: SendResult): Problem[] {
  const groups = new Map<string, { outcome: Outcome; text: string; paths: string[] }>();
  for (const file of notableOf(result.outcomes)) {
    if (file.outcome === 'stored') continue;
    const explanation = explainFile(file, { peerName: result.peer.name });
    const text = explanation === undefined ? 'No reason is known.' : sentence(explanation);
    const key = `${file.outcome}\n${text}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { outcome: file.outcome, text, paths: [file.path] });
    else group.paths.push(file.path);
  }
  return [...groups.values()].sort(
    (a, b) => URGENCY[a.outcome] - URGENCY[b.outcome] || b.paths.length - a.paths.length,
  );
}

export interface Note {
  /** Whole sentences, the same for all its files. */
  readonly text: string;
  /** Absolute, in the order of the job. */
  readonly paths: readonly string[];
}

/** What was found wrong with files that were sent all the same; what most have first. */
export function notesOf(result: SendResult): Note[] {
  const groups = new Map<string, string[]>();
  for (const { path, findings, bytesSent } of notableOf(result.outcomes)) {
    if (bytesSent === 0) continue;
    for (const finding of findings ?? []) {
      const text = sentence(explainPreflight(finding));
      const paths = groups.get(text);
      if (paths === undefined) groups.set(text, [path]);
      else paths.push(path);
    }
  }
  return [...groups].map(([text, paths]) => ({ text, paths })).sort((a, b) => b.paths.length - a.paths.length);
}

const NOT_STORED = ['failed', 'unknown', 'cancelled', 'skipped'] as const;

/** 'All 26 files stored' only if every one was; else how many were, and what became of the others. */
export function headline(counts: OutcomeCounts, cancelled: boolean): string {
  const stored = counts.stored + counts['stored with warning'];
  const total = stored + counts.failed + counts.unknown + counts.cancelled + counts.skipped;
  const start = cancelled ? 'Cancelled: ' : '';
  if (total === 0) return cancelled ? 'Cancelled before anything was sent' : 'No files to send';
  const warnings = counts['stored with warning'];
  const withWarning =
    warnings === 0 ? '' : `, ${warnings === stored ? '' : `${formatCount(warnings)} of them `}with a warning`;
  if (stored === total) {
    const files = total === 1 ? '1 file' : `${cancelled ? 'all' : 'All'} ${formatCount(total)} files`;
    return `${start}${files} stored${withWarning}`;
  }
  const rest = NOT_STORED.filter((outcome) => counts[outcome] > 0).map(
    (outcome) => `${formatCount(counts[outcome])} ${OUTCOME_WORDS[outcome]}`,
  );
  return `${start}${formatCount(stored)} of ${plural(total, 'file')} stored${withWarning}, ${rest.join(', ')}`;
}

/** Another transfer syntax went out than the file has. */
export const isConverted = ({ transferSyntaxUID, transferSyntaxOnWire }: FileOutcome): boolean =>
  transferSyntaxOnWire !== undefined && transferSyntaxUID !== undefined && transferSyntaxOnWire !== transferSyntaxUID;

export function convertedIn(result: SendResult): number {
  let count = 0;
  for (const outcome of notableOf(result.outcomes)) if (isConverted(outcome)) count += 1;
  return count;
}
