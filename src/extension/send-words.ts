// One send in one row: what the view Sends, its screen reader and its tooltip say. At a width of 250 pixels only the first
// words of a row are left, so what a person must know comes first: what went wrong, then how far it came, then when.

import type { Outcome, OutcomeCounts } from '../send/outcome.ts';
import { formatCount, formatDuration, plural } from '../trace/units.ts';
import { selectionWords } from './journal-words.ts';
import { nameWords } from './plain-words.ts';
import type { Send } from './send-entries.ts';
import { countsWords } from './words.ts';

/** In characters: longer names leave no room for what follows them. */
const NAME_MAX = 24;
const SELECTION_MAX = 18;

/** A codicon and the colour of its meaning. The shapes alone tell the outcomes apart. */
export interface Sign {
  readonly icon: string;
  readonly color?: string;
}

export const OUTCOME_SIGNS: Readonly<Record<Outcome, Sign>> = {
  stored: { icon: 'pass', color: 'charts.green' },
  'stored with warning': { icon: 'warning', color: 'list.warningForeground' },
  failed: { icon: 'error', color: 'list.errorForeground' },
  'held back': { icon: 'debug-pause', color: 'charts.purple' },
  skipped: { icon: 'circle-slash', color: 'disabledForeground' },
  cancelled: { icon: 'stop-circle', color: 'disabledForeground' },
  unknown: { icon: 'question', color: 'disabledForeground' },
};

const RUNS: Sign = { icon: 'loading~spin', color: 'charts.blue' };
const WAITS: Sign = { icon: 'circle-outline', color: 'disabledForeground' };

/** The most urgent first. */
const URGENT = ['failed', 'unknown', 'held back', 'stored with warning'] as const satisfies readonly Outcome[];

export function isRunning({ endedAtMs }: Pick<Send, 'endedAtMs'>): boolean {
  return endedAtMs === undefined;
}

/** Its window or process went away, and it owes files. */
export function isInterrupted({ state, owed = 0 }: Pick<Send, 'state' | 'owed'>): boolean {
  return state === 'interrupted' && owed > 0;
}

/** It can go on with the files that it owes. A send that came to its end is retried instead. */
export function isResumable({ state, owed = 0 }: Pick<Send, 'state' | 'owed'>): boolean {
  return (state === 'interrupted' || state === 'cancelled') && owed > 0;
}

export function signOf(send: Pick<Send, 'state' | 'counts'>): Sign {
  const { state, counts } = send;
  if (state === 'sending') return RUNS;
  if (state === 'scanning' || state === 'asking') return WAITS;
  if (state === 'interrupted') return OUTCOME_SIGNS['held back'];
  return OUTCOME_SIGNS[endedAs(counts, state === 'cancelled')];
}

/** The outcome that stands for an ended send: the most urgent one. */
export function endedAs(counts: OutcomeCounts, isCancelled: boolean): Outcome {
  if (isCancelled) return counts.failed > 0 ? 'failed' : 'cancelled';
  const urgent = URGENT.find((outcome) => counts[outcome] > 0);
  return urgent ?? (counts.stored > 0 ? 'stored' : 'skipped');
}

/** 'phantom → ORTHANC' */
export function labelWords({ selection, peer }: Pick<Send, 'selection' | 'peer'>): string {
  return `${selectionWords(selection, SELECTION_MAX)} → ${nameWords(peer.name, NAME_MAX)}`;
}

export function urgentWords(counts: OutcomeCounts): string[] {
  return URGENT.filter((outcome) => counts[outcome] > 0).map((outcome) =>
    outcome === 'stored with warning'
      ? plural(counts[outcome], 'warning')
      : `${formatCount(counts[outcome])} ${outcome}`,
  );
}

const storedIn = (counts: OutcomeCounts): number => counts.stored + counts['stored with warning'];

/** '600 failed · 2,400/3,000 · 20:49', '1,204/3,000 · 31 s left', 'interrupted · 812/1,204 · 19:02' */
export function stateWords(send: Send, nowMs: number): string {
  const { state, counts, files, progress, startedAtMs } = send;
  if (state === 'scanning') return `scanning · ${plural(files, 'file')} so far`;
  if (state === 'asking') return `waits for your answer · ${plural(files, 'file')}`;
  if (state === 'sending') {
    const { filesDone = 0, filesTotal = files } = progress ?? {};
    const left = remainingWords(progress);
    const parts = [...urgentWords(counts), `${formatCount(filesDone)}/${formatCount(filesTotal)}`];
    return [...parts, ...(left === undefined ? [] : [`${left} left`])].join(' · ');
  }
  return [
    ...(state === 'done' ? [] : [state]),
    ...urgentWords(counts),
    `${formatCount(storedIn(counts))}/${formatCount(files)}`,
    ...(counts.skipped > 0 ? [`${formatCount(counts.skipped)} skipped`] : []),
    timeWords(startedAtMs, nowMs),
  ].join(' · ');
}

/** '31 s', '2 min': without seconds beside minutes, so the words change once a second at most; undefined: not known yet. */
export function remainingWords(progress: Send['progress']): string | undefined {
  const { remainingMs = 0 } = progress ?? {};
  if (remainingMs < 1000) return undefined;
  const seconds = Math.round(remainingMs / 1000);
  return seconds < 60 ? `${seconds} s` : formatDuration(Math.round(seconds / 60) * 60_000);
}

/** In the person's own locale and time zone: the time if it was today, else the day. */
export function timeWords(ms: number, nowMs: number): string {
  const time = new Date(ms);
  return isSameDay(ms, nowMs)
    ? time.toLocaleTimeString(undefined, { timeStyle: 'short' })
    : time.toLocaleDateString(undefined, { month: 'short', day: 'numeric' });
}

export function isSameDay(oneMs: number, otherMs: number): boolean {
  return new Date(oneMs).toDateString() === new Date(otherMs).toDateString();
}

/** For a screen reader: the state first, nothing by sign or punctuation alone. */
export function spokenWords(send: Send): string {
  const { selection, peer, state, counts, files, progress } = send;
  const what = `${selectionWords(selection, NAME_MAX)} to ${nameWords(peer.name, NAME_MAX)}`;
  if (state === 'scanning') return `${what}, scanning, ${plural(files, 'file')} so far`;
  if (state === 'asking') return `${what}, waits for your answer, ${plural(files, 'file')}`;
  if (state === 'sending') {
    const { filesDone = 0, filesTotal = files } = progress ?? {};
    const failed = counts.failed === 0 ? 'none' : formatCount(counts.failed);
    return `${what}, sending, ${formatCount(filesDone)} of ${plural(filesTotal, 'file')}, ${failed} failed`;
  }
  const urgent = urgentWords(counts);
  const skipped = counts.skipped > 0 ? [`${formatCount(counts.skipped)} skipped`] : [];
  const stored = `${formatCount(storedIn(counts))} of ${plural(files, 'file')} stored`;
  return [what, ...(state === 'done' ? [] : [state]), ...urgent, stored, ...skipped].join(', ');
}

/** All that the row has no room for, in lines. */
export function tooltipWords(send: Send, address: string): string {
  const { peer, startedAtMs, endedAtMs, counts, selection, problems } = send;
  const when = (ms: number): string =>
    new Date(ms).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
  const [first] = problems;
  return [
    `${selectionWords(selection)} → ${nameWords(peer.name)}`,
    `${address}, ${nameWords(peer.callingAETitle)} → ${nameWords(peer.calledAETitle)}`,
    `Started ${when(startedAtMs)}${endedAtMs === undefined ? '' : `, ended ${when(endedAtMs)}`}`,
    ...(isRunning(send) ? [] : [countsWords(counts)]),
    ...(first === undefined ? [] : ['', first.text]),
  ].join('\n');
}
