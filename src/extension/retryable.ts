// Which files of an ended send a retry sends again, and whether that may help.

import { notableOf } from '../report/notable.ts';
import { mayEndOtherwise } from '../send/again.ts';
import type { SendResult } from '../send/job.ts';
import type { FileOutcome, Outcome, OutcomeCounts } from '../send/outcome.ts';

/** They may be tried again. Held-back files are not retried: they wait for a person's decision. */
export const RETRYABLE: ReadonlySet<Outcome> = new Set(['failed', 'unknown', 'cancelled']);

/** How many files a retry would send again. */
export function retryableIn(counts: OutcomeCounts): number {
  let sum = 0;
  for (const outcome of RETRYABLE) sum += counts[outcome];
  return sum;
}

/** It is retried, and may be stored then. */
export function mayHelp({ outcome, reason }: Pick<FileOutcome, 'outcome' | 'reason'>): boolean {
  return RETRYABLE.has(outcome) && (reason === undefined || mayEndOtherwise(reason));
}

/** There are files to retry of which another try may help one. */
export function mayRetryHelp({ outcomes }: Pick<SendResult, 'outcomes'>): boolean {
  for (const file of notableOf(outcomes)) if (mayHelp(file)) return true;
  return false;
}

/** Absolute, in the order of the job. */
export function retryablePaths({ outcomes }: SendResult): string[] {
  const paths: string[] = [];
  for (const { outcome, path } of notableOf(outcomes)) if (RETRYABLE.has(outcome)) paths.push(path);
  return paths;
}
