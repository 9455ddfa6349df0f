// Texts of the notifications about a send.

import { unreadableFolders } from '../report/unreadable-folders.ts';
import type { SendProgress, SendResult } from '../send/job.ts';
import { OUTCOMES, type OutcomeCounts } from '../send/outcome.ts';
import { formatBytes, formatCount, formatDuration, plural } from '../trace/units.ts';
import { nameWords } from './plain-words.ts';

/** '12/340 files · 1.2 GB of 8.1 GB · 84.0 MB/s · ~1 min left' */
export function progressWords(progress: SendProgress): string {
  const parts = [
    `${formatCount(progress.filesDone)}/${formatCount(progress.filesTotal)} files`,
    `${formatBytes(progress.bytesDone)} of ${formatBytes(progress.bytesTotal)}`,
  ];
  if (progress.bytesPerSecond !== undefined) parts.push(`${formatBytes(Math.round(progress.bytesPerSecond))}/s`);
  if (progress.remainingMs !== undefined && progress.remainingMs >= 1000)
    parts.push(`~${formatDuration(Math.round(progress.remainingMs / 1000) * 1000)} left`);
  // Lines break between the parts, never between a number and its unit.
  return parts.map((part) => part.replaceAll(' ', '\u00a0')).join(' · ');
}

/** 0-100: of the bytes, or of the files if there are no bytes. */
export function progressPercent(progress: SendProgress): number {
  const [done, total] =
    progress.bytesTotal > 0
      ? [progress.bytesDone, progress.bytesTotal]
      : [progress.filesDone, Math.max(progress.filesTotal, 1)];
  return Math.min(100, Math.max(0, (done / total) * 100));
}

/**
 * '24 stored, 2 skipped, 1 folder not readable': the counts above 0, in the order of the outcomes.
 * @param folders of the skipped: those that are unreadable folders
 */
export function countsWords(counts: OutcomeCounts, folders = 0): string {
  const numbers = { ...counts, skipped: counts.skipped - folders };
  const parts = OUTCOMES.filter((outcome) => numbers[outcome] > 0).map(
    (outcome) => `${formatCount(numbers[outcome])} ${outcome}`,
  );
  if (folders > 0) parts.push(`${plural(folders, 'folder')} not readable`);
  return parts.length === 0 ? 'nothing to send' : parts.join(', ');
}

export type Severity = 'information' | 'warning' | 'error';

/**
 * Error: files failed or their outcome is unknown. Warning: files were stored with a warning, are held back, or the person
 * cancelled, a folder could not be read, or nothing was stored. Skipped files are normal beside stored ones: most folders
 * have some.
 */
export function severityOf(result: SendResult): Severity {
  const { counts } = result;
  if (counts.failed > 0 || counts.unknown > 0) return 'error';
  const isForPerson = counts['held back'] > 0 || counts.cancelled > 0 || result.cancelled;
  if (counts['stored with warning'] > 0 || isForPerson || unreadableFolders(result) > 0) return 'warning';
  return counts.stored > 0 ? 'information' : 'warning';
}

/** 'ORTHANC: 24 stored, 2 skipped (412.0 MB in 5 s)' */
export function closingWords(result: SendResult): string {
  const figures = `${formatBytes(result.bytesSent)} in ${formatDuration(Math.round(result.endedAtMs - result.startedAtMs))}`;
  return `${result.cancelled ? 'Cancelled. ' : ''}${nameWords(result.peer.name)}: ${countsWords(result.counts, unreadableFolders(result))} (${figures})`;
}
