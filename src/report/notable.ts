// The outcomes of a send that are worth a look.

import type { FileOutcome, FileOutcomes } from '../send/outcome.ts';

/** At least all outcomes that are more than a plain 'stored': few, in a large send that went well. */
export function notableOf(outcomes: FileOutcomes): Iterable<FileOutcome> {
  return outcomes.notable ?? outcomes;
}
