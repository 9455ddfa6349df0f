// What is skipped is counted in files. A folder that could not be read is none, and nobody knows how many files are in it.

import type { FileOutcomes } from '../send/outcome.ts';

/** How many of the skipped are such folders. */
export function unreadableFolders({ outcomes }: { readonly outcomes: FileOutcomes }): number {
  let count = 0;
  for (const { reason } of outcomes.notable ?? outcomes) if (reason?.code === 'unreadable folder') count += 1;
  return count;
}
