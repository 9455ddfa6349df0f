// The outcomes of a send, one for each file, each set once.

import { type FileOutcome, OUTCOMES, type Outcome, type OutcomeCounts } from './outcome.ts';

export class Tally {
  readonly #outcomes: (FileOutcome | undefined)[];
  readonly #counts: Record<Outcome, number>;
  readonly #listener: ((outcome: FileOutcome) => void) | undefined;

  constructor(files: number, listener: ((outcome: FileOutcome) => void) | undefined) {
    this.#outcomes = new Array<FileOutcome | undefined>(files).fill(undefined);
    this.#counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
    this.#listener = listener;
  }

  get counts(): OutcomeCounts {
    return { ...this.#counts };
  }

  isSettled(index: number): boolean {
    return this.#outcomes[index] !== undefined;
  }

  /** The listener hears of it before it counts: what it puts on record is there before anything else can tell. */
  settle(index: number, outcome: FileOutcome): void {
    if (this.isSettled(index)) throw new Error(`file ${index} has an outcome already`);
    this.#listener?.(outcome);
    this.#outcomes[index] = outcome;
    this.#counts[outcome.outcome] += 1;
  }

  /** All outcomes, in the order of the files. */
  finish(): readonly FileOutcome[] {
    return this.#outcomes.map((outcome, index) => {
      if (outcome === undefined) throw new Error(`file ${index} has no outcome`);
      return outcome;
    });
  }
}
