// Many runs of the same experiment, one for each seed, some at a time.

import type { FileOutcome } from '../../src/send/outcome.ts';

/** What is asked of the report of every such run. */
export interface SeedReport {
  readonly seed: number;
  /** Empty: all was as it must be. */
  readonly violations: readonly string[];
  readonly outcomes: readonly FileOutcome[];
}

/**
 * Runs seeds `from`, `from` + 1, ... until `count` were begun or the time is over.
 * @param atOnce how many run at the same time
 * @param untilMs on the performance clock
 */
export async function seedRuns<Report>(
  run: (seed: number) => Promise<Report>,
  from: number,
  count: number,
  atOnce: number,
  done: (report: Report) => void,
  untilMs = Number.POSITIVE_INFINITY,
): Promise<void> {
  let next = from;
  const worker = async (): Promise<void> => {
    while (next < from + count && performance.now() < untilMs) {
      const seed = next;
      next += 1;
      done(await run(seed));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
