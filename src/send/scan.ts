// From what a person selected to the files in it.

import type { ScannedFile } from './job.ts';

export interface ScanOptions {
  /** Also what is in folders inside the given folders. */
  readonly recurse: boolean;
}

/**
 * Files in the order of `paths`; inside folders in natural order ('IM2' before 'IM10'). Each file once, whatever path
 * leads to it. Every problem is a 'skipped' entry, never a throw; only cancelling throws (the signal's reason).
 */
export async function* scan(
  _paths: readonly string[],
  _options: ScanOptions,
  _signal: AbortSignal,
): AsyncGenerator<ScannedFile> {
  throw new Error('not built yet');
}
