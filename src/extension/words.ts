// Texts of the notifications about a send.

import type { SendProgress } from '../send/job.ts';
import { OUTCOMES, type OutcomeCounts } from '../send/outcome.ts';
import { formatBytes, formatCount, formatDuration, plural } from '../trace/units.ts';

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
