// Which files of a send a report names, each once, under its problem. Of a file nothing is kept but its place in the send, so
// that a hundred thousand failures cost a few hundred kilobytes.

import type { SendResult } from '../send/job.ts';
import type { FileOutcome } from '../send/outcome.ts';
import type { Surface } from '../trace/our-options.ts';
import { notablePlacesOf } from './notable.ts';
import { isConverted, type Problem, ProblemCollector } from './problems.ts';

/** Problems that are told together: one, or all refusals of presentation contexts with the same outcome. */
export interface ListedProblem {
  readonly parts: readonly [Problem, ...Problem[]];
  readonly count: number;
  /** The places of its files in the send. */
  readonly places: readonly number[];
}

export interface Listing {
  /** The most urgent, then the most frequent first. */
  readonly problems: readonly ListedProblem[];
  /** The places of the files that are stored, but not plainly: converted, with findings, or through a link. */
  readonly noted: readonly number[];
}

/** Stored as it is, from within the selection, with nothing found in it. */
const isPlain = (file: FileOutcome): boolean =>
  file.outcome === 'stored' && file.leadsTo === undefined && (file.findings ?? []).length === 0 && !isConverted(file);

/** @param surface where the words are read; undefined: anywhere */
export function listingOf({ outcomes, peer }: SendResult, surface: Surface | undefined): Listing {
  const collector = new ProblemCollector(peer, surface);
  const places = new Map<number, number[]>();
  const noted: number[] = [];
  for (const place of notablePlacesOf(outcomes)) {
    const file = outcomes.at(place);
    if (file === undefined || isPlain(file)) continue;
    const id = collector.add(file);
    if (id === undefined) noted.push(place);
    else placesIn(places, id).push(place);
  }
  const together = new Map<string, [Problem, ...Problem[]]>();
  for (const problem of collector.list()) {
    const isRefusal = problem.first?.reason?.code === 'presentation context refused';
    const key = isRefusal ? `refused ${problem.outcome}` : String(problem.id);
    const parts = together.get(key);
    if (parts === undefined) together.set(key, [problem]);
    else parts.push(problem);
  }
  const problems = [...together.values()].map((parts) => ({
    parts,
    count: parts.reduce((sum, { count }) => sum + count, 0),
    places: parts.length === 1 ? placesIn(places, parts[0].id) : inOrder(parts.map(({ id }) => placesIn(places, id))),
  }));
  return { problems, noted };
}

function placesIn(places: Map<number, number[]>, id: number): number[] {
  const known = places.get(id);
  if (known !== undefined) return known;
  const none: number[] = [];
  places.set(id, none);
  return none;
}

const inOrder = (lists: readonly (readonly number[])[]): number[] => lists.flat().sort((a, b) => a - b);
