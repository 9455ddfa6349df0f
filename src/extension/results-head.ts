// The upper part of the page of results: what became of the send in one sentence, and the facts of it.

import { type HeadMessage, OUTCOME_NAMES, type Problem, RESULTS_VERSION } from '../messages/results.ts';
import { headline } from '../report/problems.ts';
import { unreadableFolders } from '../report/unreadable-folders.ts';
import type { SendResult } from '../send/job.ts';
import type { OutcomeCounts } from '../send/outcome.ts';
import { aeTitle } from '../trace/names.ts';
import { SHOWN_MAX, sanitize } from '../trace/sanitize.ts';
import {
  formatBytes,
  formatClock,
  formatCount,
  formatDay,
  formatDuration,
  formatRate,
  plural,
} from '../trace/units.ts';
import { selectionWords } from './journal-words.ts';
import { addressWords } from './peers.ts';
import { retryableIn } from './retryable.ts';
import type { Send } from './send-entries.ts';
import { endedAs, isResumable, isSameDay } from './send-words.ts';

export interface HeadOptions {
  readonly problems: readonly Problem[];
  readonly root: string;
  /** Rows that are on the page when all have come. */
  readonly rows: number;
  /** Since when the peer has said nothing; undefined: it is not silent. In milliseconds. */
  readonly silentMs?: number;
}

const peerName = ({ peer }: Send): string => sanitize(peer.name, SHOWN_MAX.peerName);

/** 'today 20:49:56', or with its date */
function timeWords(ms: number, nowMs: number): string {
  return `${isSameDay(ms, nowMs) ? 'today' : formatDay(ms)} ${formatClock(ms)}`;
}

const countsOf = (counts: OutcomeCounts): number[] => OUTCOME_NAMES.map((name) => counts[name]);

export function headOfRunning(send: Send, { problems, root, rows, silentMs }: HeadOptions): HeadMessage {
  const { counts, progress, files } = send;
  const done = countsOf(counts).reduce((sum, count) => sum + count, 0);
  const failed = counts.failed === 0 ? '' : `, ${formatCount(counts.failed)} failed so far`;
  const facts = [`${selectionWords(send.selection)} → ${peerName(send)}`];
  if (progress !== undefined) {
    facts.push(`${formatBytes(progress.bytesDone)} of ${formatBytes(progress.bytesTotal)}`);
    if (progress.bytesPerSecond !== undefined) facts.push(`${formatBytes(Math.round(progress.bytesPerSecond))}/s`);
    const left = progress.remainingMs;
    if (left !== undefined && left >= 1000) facts.push(`about ${formatDuration(Math.round(left / 1000) * 1000)} left`);
  }
  const silence =
    silentMs === undefined
      ? {}
      : {
          silence: `${peerName(send)} has answered nothing for ${formatDuration(Math.round(silentMs / 100) * 100)}. The send goes on when it does, and gives up when its time is over.`,
        };
  const total = Math.max(files + counts.skipped, done);
  return {
    type: 'head',
    version: RESULTS_VERSION,
    isRunning: true,
    sign: 'sending',
    verdict: `Sending: ${formatCount(done)} of ${plural(total, 'file')} done${failed}`,
    facts,
    counts: countsOf(counts),
    files: total,
    ...silence,
    problems,
    buttons: [{ action: 'cancel', label: 'Cancel' }],
    root,
    peer: peerName(send),
    rows,
  };
}

export function headOfEnded(send: Send, result: SendResult, { problems, root, rows }: HeadOptions): HeadMessage {
  const { counts, startedAtMs, endedAtMs, bytesSent, associations, cancelled, peer } = result;
  const elapsedMs = Math.max(0, Math.round(endedAtMs - startedAtMs));
  const rate = formatRate(bytesSent, elapsedMs);
  const { owed = 0 } = send;
  const buttons: HeadMessage['buttons'] = isResumable(send)
    ? [{ action: 'resume', label: `Resume ${formatCount(owed)} ${owed === 1 ? 'File' : 'Files'}` }]
    : retryableIn(counts) > 0
      ? [{ action: 'retry', label: 'Retry Failed…' }]
      : counts['held back'] > 0
        ? [{ action: 'review', label: 'Review Held Back…' }]
        : [];
  return {
    type: 'head',
    version: RESULTS_VERSION,
    isRunning: false,
    sign: endedAs(counts, cancelled),
    verdict: headline(counts, cancelled, unreadableFolders(result)),
    facts: [
      `${selectionWords(send.selection)} → ${peerName(send)}`,
      addressWords(peer),
      `${aeTitle(peer.callingAETitle)} → ${aeTitle(peer.calledAETitle)}`,
      `${timeWords(startedAtMs, Date.now())}, ${formatDuration(elapsedMs)}`,
      `${formatBytes(bytesSent)}${rate === undefined ? '' : `, ${rate}`}`,
      plural(associations.length, 'association'),
    ],
    counts: countsOf(counts),
    files: result.outcomes.length,
    problems,
    buttons,
    root,
    peer: peerName(send),
    rows,
  };
}
