// Runs the same experiment for many seeds, some at a time.

import type { FileOutcome } from '../../src/send/outcome.ts';

/** What is asked of the report of every such run. */
export interface SeedReport {
  readonly seed: number;
  /** Empty: all was as it must be. */
  readonly violations: readonly string[];
  readonly outcomes: readonly FileOutcome[];
}

export interface SeedLimits {
  readonly atLeast?: number;
  readonly limitMs?: number;
  /** False: what the seeds are to show is not seen yet, so they go on after the limit. */
  readonly isEnough?: () => boolean;
}

/**
 * Runs seeds `from`, `from` + 1, ... until `count` were begun; or until `atLeast` were, the time is over, and they have
 * shown enough. A slow machine takes longer and does not do less than that.
 * @param atOnce how many run at the same time
 */
export async function seedRuns<Report>(
  run: (seed: number) => Promise<Report>,
  from: number,
  count: number,
  atOnce: number,
  done: (report: Report) => void,
  { atLeast = 0, limitMs = Number.POSITIVE_INFINITY, isEnough = () => true }: SeedLimits = {},
): Promise<void> {
  const untilMs = performance.now() + limitMs;
  let next = from;
  const isWanted = (): boolean => next < from + atLeast || performance.now() < untilMs || !isEnough();
  const worker = async (): Promise<void> => {
    while (next < from + count && isWanted()) {
      const seed = next;
      next += 1;
      done(await run(seed));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
