// Files with the same bytes as one that is sent: they wait for what becomes of it. If it is not stored, the next of them
// takes its place.

import type { SendPlan } from './plan.ts';

/** Those that wait for one file, in the order of the job; those before `next` wait no more. */
interface Waiting {
  readonly indexes: number[];
  next: number;
}

export class Duplicates {
  /** By the index of the file that is sent in their place. */
  readonly #waiting = new Map<number, Waiting>();
  readonly #all = new Set<number>();

  /** @param planned which file each duplicate is the same as, by its index */
  constructor(planned: SendPlan['duplicates'] = new Map()) {
    for (const [index, { first }] of planned) {
      this.#all.add(index);
      const waiting = this.#waiting.get(first);
      if (waiting === undefined) this.#waiting.set(first, { indexes: [index], next: 0 });
      else waiting.indexes.push(index);
    }
  }

  /** Whether it waits for another file. */
  has(index: number): boolean {
    return this.#all.has(index);
  }

  /** Takes all that wait for this file. */
  *take(index: number): Generator<number, void, undefined> {
    const waiting = this.#waiting.get(index);
    if (waiting === undefined) return;
    this.#waiting.delete(index);
    for (; waiting.next < waiting.indexes.length; waiting.next += 1) {
      const duplicate = waiting.indexes[waiting.next] as number;
      this.#all.delete(duplicate);
      yield duplicate;
    }
  }

  /** Takes the first that waits for this file; the others wait for that one. Undefined: none waits. */
  promote(index: number): number | undefined {
    const waiting = this.#waiting.get(index);
    if (waiting === undefined) return undefined;
    this.#waiting.delete(index);
    const promoted = waiting.indexes[waiting.next] as number;
    waiting.next += 1;
    this.#all.delete(promoted);
    if (waiting.next < waiting.indexes.length) this.#waiting.set(promoted, waiting);
    return promoted;
  }
}
