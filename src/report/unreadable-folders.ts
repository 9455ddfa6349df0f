// What is skipped is counted in files. A folder that could not be read is none, and nobody knows how many files are in it.

import type { FileOutcomes } from '../send/outcome.ts';
import { notableOf } from './notable.ts';

/** How many of the skipped are such folders. */
export function unreadableFolders({ outcomes }: { readonly outcomes: FileOutcomes }): number {
  let count = 0;
  for (const { reason } of notableOf(outcomes)) if (reason?.code === 'unreadable folder') count += 1;
  return count;
}
