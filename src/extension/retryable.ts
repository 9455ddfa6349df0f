// Which files of an ended send a retry sends again, and whether that may help.

import { notableOf } from '../report/notable.ts';
import { mayEndOtherwise } from '../send/again.ts';
import type { SendResult } from '../send/job.ts';
import type { Outcome } from '../send/outcome.ts';

/** They may be tried again. Held-back files are not retried: they wait for a person's decision. */
export const RETRYABLE: ReadonlySet<Outcome> = new Set(['failed', 'unknown', 'cancelled']);

/** There are files to retry of which another try may help one. */
export function mayRetryHelp({ outcomes }: Pick<SendResult, 'outcomes'>): boolean {
  for (const { outcome, reason } of notableOf(outcomes)) {
    if (RETRYABLE.has(outcome) && (reason === undefined || mayEndOtherwise(reason))) return true;
  }
  return false;
}

/** Absolute, in the order of the job. */
export function retryablePaths({ outcomes }: SendResult): string[] {
  const paths: string[] = [];
  for (const { outcome, path } of notableOf(outcomes)) if (RETRYABLE.has(outcome)) paths.push(path);
  return paths;
}
