// The outcomes of a send that are worth a look.

import type { FileOutcome, FileOutcomes } from '../send/outcome.ts';

/** At least all outcomes that are more than a plain 'stored': few, in a large send that went well. */
export function notableOf(outcomes: FileOutcomes): Iterable<FileOutcome> {
  return outcomes.notable ?? outcomes;
}

/** The places of those outcomes. */
export function notablePlacesOf(outcomes: FileOutcomes): Iterable<number> {
  return outcomes.notablePlaces ?? placesOf(outcomes);
}

function* placesOf({ length }: FileOutcomes): Generator<number, void, undefined> {
  for (let place = 0; place < length; place += 1) yield place;
}
