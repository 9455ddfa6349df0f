// What a notification says of a send, as it runs and when it ends.

import type { SendProgress, SendResult } from '../send/job.ts';
import { OUTCOMES, type OutcomeCounts } from '../send/outcome.ts';
import { formatBytes, formatCount, formatDuration } from '../trace/units.ts';

/** '12/340 files · 1.2 GB of 8.1 GB · 84.0 MB/s · ~1 min left' */
export function progressWords(progress: SendProgress): string {
  const parts = [
    `${formatCount(progress.filesDone)}/${formatCount(progress.filesTotal)} files`,
    `${formatBytes(progress.bytesDone)} of ${formatBytes(progress.bytesTotal)}`,
  ];
  if (progress.bytesPerSecond !== undefined) parts.push(`${formatBytes(Math.round(progress.bytesPerSecond))}/s`);
  if (progress.remainingMs !== undefined && progress.remainingMs >= 1000)
    parts.push(`~${formatDuration(Math.round(progress.remainingMs / 1000) * 1000)} left`);
  // A line breaks between the parts, never between a number and its unit.
  return parts.map((part) => part.replaceAll(' ', '\u00a0')).join(' · ');
}

/** 0-100, of the bytes; of the files where there are no bytes. */
export function progressPercent(progress: SendProgress): number {
  const [done, total] =
    progress.bytesTotal > 0
      ? [progress.bytesDone, progress.bytesTotal]
      : [progress.filesDone, Math.max(progress.filesTotal, 1)];
  return Math.min(100, Math.max(0, (done / total) * 100));
}

/** '24 stored, 2 skipped'; only what there is, in the order of the outcomes. */
export function countsWords(counts: OutcomeCounts): string {
  const parts = OUTCOMES.filter((outcome) => counts[outcome] > 0).map(
    (outcome) => `${formatCount(counts[outcome])} ${outcome}`,
  );
  return parts.length === 0 ? 'nothing to send' : parts.join(', ');
}

export type Severity = 'information' | 'warning' | 'error';

/**
 * Error: something failed or nobody knows. Warning: stored with warnings, or held back for the person to decide, or nothing
 * stored, or stopped by the person.
 * Files that hold no DICOM are no cause for alarm where others were stored: a folder often has some.
 */
export function severityOf(result: SendResult): Severity {
  const { counts } = result;
  if (counts.failed > 0 || counts.unknown > 0) return 'error';
  const isForPerson = counts['held back'] > 0 || counts.cancelled > 0 || result.cancelled;
  if (counts['stored with warning'] > 0 || isForPerson) return 'warning';
  return counts.stored > 0 ? 'information' : 'warning';
}

/** 'ORTHANC: 24 stored, 2 skipped (412.0 MB in 5 s)' */
export function closingWords(result: SendResult): string {
  const figures = `${formatBytes(result.bytesSent)} in ${formatDuration(Math.round(result.endedAtMs - result.startedAtMs))}`;
  return `${result.cancelled ? 'Cancelled. ' : ''}${result.peer.name}: ${countsWords(result.counts)} (${figures})`;
}
