// The problems of a send, each told once: a thousand files that failed for the same reason are one problem.

import type { Finding } from '../part10/check/finding.ts';
import type { SystemErrorInfo } from '../part10/system-error.ts';
import { PROBLEM_PATHS_MAX, PROBLEMS_MAX } from '../protocol/limits.ts';
import type { ListenerTrouble, SendResult } from '../send/job.ts';
import type { FileOutcome, Outcome, OutcomeCounts } from '../send/outcome.ts';
import { briefly } from '../trace/brief.ts';
import {
  contextOf,
  type ExplainContext,
  explainFile,
  explainInCommon,
  type PeerInWords,
  sentence,
} from '../trace/explain.ts';
import { explainPreflight, findingInCommon } from '../trace/explain-preflight.ts';
import type { Words } from '../trace/explanation.ts';
import type { Surface } from '../trace/our-options.ts';
import { SHOWN_MAX, sanitize, withoutQuotes } from '../trace/sanitize.ts';
import { formatCount, plural } from '../trace/units.ts';
import { notableOf } from './notable.ts';
import { hasNothingToSend } from './nothing-to-send.ts';
import { asItIs } from './report-options.ts';

/** Files with the same explanation, but for offsets and lengths. */
export interface FileGroup {
  /** The explanation as one paragraph. */
  readonly text: string;
  /** The explanation in its parts. */
  readonly words: Words;
  readonly count: number;
  /** The first 20 of them; absolute, in the order of the job. */
  readonly paths: readonly string[];
  /** Of those, for which another file has the same SOP Instance UID: its path. */
  readonly others?: ReadonlyMap<string, string>;
  /** Of those, what happened to each where `words` do not say it all, such as the byte at which it is damaged. */
  readonly details?: ReadonlyMap<string, string>;
}

export interface Problem extends FileGroup {
  readonly outcome: Outcome;
  /** What was counted. */
  readonly noun: 'file' | 'folder' | 'link';
  /** What `ProblemCollector.add` has called it; stays the same while files are added. */
  readonly id: number;
  /** The first of its files. */
  readonly first: FileOutcome | undefined;
  /** The reason in a few words. */
  readonly brief: string;
}

/** Problems with a lower number are shown first. */
const URGENCY: Readonly<Record<Outcome, number>> = {
  failed: 0,
  unknown: 1,
  'held back': 2,
  'stored with warning': 3,
  cancelled: 4,
  skipped: 5,
  stored: 6,
};

/** Skipped files that somebody misses come before those in which there was nothing to send. */
const urgencyOf = ({ outcome, first }: Problem): number =>
  URGENCY[outcome] + (first !== undefined && hasNothingToSend(first) ? 0.5 : 0);

/** The outcome as it follows '2 files'. */
export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  stored: 'stored',
  'stored with warning': 'stored with a warning',
  failed: 'failed',
  'held back': 'held back',
  skipped: 'skipped',
  cancelled: 'cancelled',
  unknown: 'sent without a valid answer',
};

/** All outcomes, in the order in which reports show them. */
export const OUTCOMES_SHOWN = Object.keys(OUTCOME_WORDS) as readonly Outcome[];

const OTHERS: Words = { what: 'Other reasons; the list of files has them.' };
const UNKNOWN: Words = { what: 'No reason is known.' };

/** Changed in place. */
interface GrowingGroup {
  readonly id: number;
  readonly first: FileOutcome | undefined;
  readonly outcome: Outcome;
  text: string;
  words: Words;
  count: number;
  noun: Problem['noun'];
  readonly brief: string;
  readonly paths: string[];
  readonly others: Map<string, string>;
  readonly details: Map<string, string>;
}

/** What else is known of a file of a group. */
interface AddedFile {
  /** By default 'file'. */
  readonly noun?: Problem['noun'];
  /** The file that has the same SOP Instance UID. */
  readonly other?: string | undefined;
  readonly brief?: string;
  readonly file?: FileOutcome;
}

/** Collects files by outcome and explanation, in bounded memory. */
class Groups {
  readonly #groups = new Map<string, GrowingGroup>();

  /**
   * @param common the same words for several files
   * @returns the id of its group
   */
  add(outcome: Outcome, words: Words, common: Words, path: string, more: AddedFile = {}): number {
    const { noun = 'file', other } = more;
    const group = this.#groups.get(keyOf(outcome, common)) ?? this.#newGroup(outcome, words, common, more);
    group.count += 1;
    if (group.noun !== noun) group.noun = 'file';
    if (group.words !== OTHERS && group.text !== sentence(words)) {
      group.words = common;
      group.text = sentence(common);
    }
    if (group.paths.length >= PROBLEM_PATHS_MAX) return group.id;
    group.paths.push(path);
    if (other !== undefined) group.others.set(path, other);
    group.details.set(path, words.what);
    return group.id;
  }

  #newGroup(outcome: Outcome, words: Words, common: Words, more: AddedFile): GrowingGroup {
    if (this.#groups.size >= PROBLEMS_MAX && words !== OTHERS) {
      return (
        this.#groups.get(keyOf(outcome, OTHERS)) ??
        this.#newGroup(outcome, OTHERS, OTHERS, { ...more, brief: 'Other reasons' })
      );
    }
    const text = sentence(words);
    const { noun = 'file', brief = '', file: first } = more;
    const group = {
      id: this.#groups.size,
      first,
      brief,
      outcome,
      text,
      words,
      count: 0,
      noun,
      paths: [],
      others: new Map<string, string>(),
      details: new Map<string, string>(),
    };
    this.#groups.set(keyOf(outcome, common), group);
    return group;
  }

  /** Largest first. */
  list(): Problem[] {
    return [...this.#groups.values()].sort((a, b) => b.count - a.count).map(groupOf);
  }
}

/** Without what was said of a file that the words of the group say as well. */
function groupOf({ details: all, ...group }: GrowingGroup): Problem {
  const details = new Map([...all].filter(([, what]) => what !== group.words.what));
  return { ...group, ...(details.size === 0 ? {} : { details }) };
}

const keyOf = (outcome: Outcome, words: Words): string => `${outcome}\n${sentence(words)}`;

/** Collects the problems of a send while its files end. */
export class ProblemCollector {
  readonly #groups = new Groups();
  readonly #context: ExplainContext;

  constructor(peer: PeerInWords, surface: Surface | undefined) {
    this.#context = contextOf(peer, surface);
  }

  /** @returns which problem it has; undefined: none, it is stored */
  add(file: FileOutcome): number | undefined {
    if (file.outcome === 'stored') return undefined;
    // A link names its target; several with the same words have it beside their paths.
    const isLink = file.reason?.code === 'link out of the selection';
    const words = explainFile(file, isLink ? { ...this.#context, displayPath: asItIs } : this.#context) ?? UNKNOWN;
    const common = explainInCommon(file, this.#context) ?? UNKNOWN;
    const noun = file.reason?.code === 'unreadable folder' ? 'folder' : isLink ? 'link' : 'file';
    const brief = file.reason === undefined ? 'No reason known' : briefly(file.reason);
    return this.#groups.add(file.outcome, words, common, file.path, { noun, brief, other: otherFileOf(file), file });
  }

  /** The most urgent, then the most frequent first. */
  list(): Problem[] {
    return this.#groups.list().sort((a, b) => urgencyOf(a) - urgencyOf(b));
  }
}

/** Grouped by outcome and explanation; the most urgent, then the most frequent first. */
export function problemsOf(result: SendResult, surface: Surface | undefined): Problem[] {
  const problems = new ProblemCollector(result.peer, surface);
  for (const file of notableOf(result.outcomes)) problems.add(file);
  return problems.list();
}

/** The file that has the same SOP Instance UID, where that is the reason. */
export function otherFileOf({ reason }: FileOutcome): string | undefined {
  if (reason?.code === 'same as another file') return reason.firstPath;
  return reason?.code === 'pre-flight' && 'firstPath' in reason.finding ? reason.finding.firstPath : undefined;
}

/** What is to be said of files that were sent: findings, and links that led out of the selection; the most frequent first. */
export function notesOf(result: SendResult): FileGroup[] {
  const groups = new Groups();
  for (const { path, findings, leadsTo, bytesSent } of notableOf(result.outcomes)) {
    if (bytesSent === 0) continue;
    if (leadsTo !== undefined) {
      groups.add(
        'stored',
        { what: `${LED_OUT}, to ${sanitize(leadsTo, SHOWN_MAX.path)}.` },
        { what: `${LED_OUT}.` },
        path,
      );
    }
    for (const finding of findings ?? []) {
      const words = explainPreflight(finding);
      groups.add('stored', words, { ...words, what: findingInCommon(finding) ?? words.what }, path);
    }
  }
  return groups.list().map(({ text, words, count, paths, details }) => {
    return { text, words, count, paths, ...(details === undefined ? {} : { details }) };
  });
}

/** Of files that were sent: how many have a finding of each kind, most first. */
export function findingsOfSent(result: SendResult): ReadonlyMap<Finding['code'], number> {
  const counts = new Map<Finding['code'], number>();
  for (const { findings = [], bytesSent } of notableOf(result.outcomes)) {
    if (bytesSent === 0) continue;
    for (const code of new Set(findings.map((finding) => finding.code))) counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return new Map([...counts].sort(([, a], [, b]) => b - a));
}

const LED_OUT = 'A link led out of the selection';

/** How many files were reached through links that lead out of the selection. */
export function linkedIn(result: SendResult): number {
  let count = 0;
  for (const { leadsTo } of notableOf(result.outcomes)) if (leadsTo !== undefined) count += 1;
  return count;
}

const NOT_STORED = ['failed', 'unknown', 'held back', 'cancelled', 'skipped'] as const;

/**
 * 'All 26 files stored' only if all were; otherwise how many were stored, and what became of the others.
 * @param folders of the skipped: those that are unreadable folders
 */
export function headline(counts: OutcomeCounts, cancelled: boolean, folders = 0): string {
  const stored = counts.stored + counts['stored with warning'];
  const numbers = { ...counts, skipped: counts.skipped - folders };
  const total = NOT_STORED.reduce((sum, outcome) => sum + numbers[outcome], stored);
  const start = cancelled ? 'Cancelled: ' : '';
  const unread = folders === 0 ? '' : `, ${plural(folders, 'folder')} could not be read`;
  if (total === 0) return `${cancelled ? 'Cancelled before anything was sent' : 'No files to send'}${unread}`;
  const warnings = counts['stored with warning'];
  const withWarning =
    warnings === 0 ? '' : `, ${warnings === stored ? '' : `${formatCount(warnings)} of them `}with a warning`;
  if (stored === total) {
    const all = folders > 0 ? '' : cancelled ? 'all ' : 'All ';
    const files = total === 1 ? '1 file' : `${all}${formatCount(total)} files`;
    return `${start}${files} stored${withWarning}${unread}`;
  }
  const rest = NOT_STORED.filter((outcome) => numbers[outcome] > 0).map(
    (outcome) => `${formatCount(numbers[outcome])} ${OUTCOME_WORDS[outcome]}`,
  );
  return `${start}${formatCount(stored)} of ${plural(total, 'file')} stored${withWarning}, ${rest.join(', ')}${unread}`;
}

/** The data set was sent in another transfer syntax than the file's; not one whose conversion has failed. */
export const isConverted = ({ transferSyntaxUID, transferSyntaxOnWire, bytesSent, reason }: FileOutcome): boolean =>
  transferSyntaxOnWire !== undefined &&
  transferSyntaxUID !== undefined &&
  transferSyntaxOnWire !== transferSyntaxUID &&
  bytesSent > 0 &&
  reason?.code !== 'cannot convert';

export function convertedIn(result: SendResult): number {
  let count = 0;
  for (const outcome of notableOf(result.outcomes)) if (isConverted(outcome)) count += 1;
  return count;
}

/** What is missing after a listener threw. */
const MISSING: Readonly<Record<ListenerTrouble['listener'], string>> = {
  began: 'The outcomes of this send could not be shown while it ran',
  trace: 'The trace of this send has gaps',
  pdus: 'The capture of this send has gaps',
  progress: 'The progress of this send was not always shown',
  outcome: 'Not every outcome of this send could be put on record: resumed, it sends those files again',
};

function errorText({ code, message }: SystemErrorInfo): string {
  return code === 'UNKNOWN' ? withoutQuotes(sanitize(message, SHOWN_MAX.detail)) : sanitize(code);
}

/** One sentence on what was not shown or recorded, because a listener of the send threw. */
export function listenerTroubleText({ listener, error }: ListenerTrouble): string {
  return `${MISSING[listener]} (${errorText(error)}).`;
}
