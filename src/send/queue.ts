// The instances that are still to be sent, shared by all associations that are open at the same time.

import type { List } from './list.ts';
import type { PlannedInstance } from './plan.ts';

/** An instance on its way, with what its earlier tries have left. */
export interface Pending extends PlannedInstance {
  tries: number;
  /** In some try every byte went out and no answer came. */
  mayBeStored: boolean;
  /** Bytes of the data set that went out in the present try. */
  bytesSent: number;
}

export class InstanceQueue {
  readonly #instances: List<PlannedInstance>;
  /** Everything before it has been taken. */
  #head = 0;
  /** Those from the head on that somebody has looked at already. */
  readonly #seen: PlannedInstance[] = [];
  /** What was taken and not tried: first of all. */
  readonly #first: Pending[] = [];
  /** What was lost on its way: last of all. */
  readonly #last: Pending[] = [];

  constructor(instances: List<PlannedInstance>) {
    this.#instances = instances;
  }

  get size(): number {
    return this.#first.length + this.#instances.length - this.#head + this.#last.length;
  }

  /** How many were taken so far for the first time. */
  get taken(): number {
    return this.#head;
  }

  take(): Pending | undefined {
    const putBack = this.#first.pop();
    if (putBack !== undefined) return putBack;
    const instance = this.#seen.shift() ?? this.#instances.at(this.#head);
    if (instance === undefined) return this.#last.shift();
    this.#head += 1;
    const { index, file, need } = instance;
    return { index, file, need, tries: 0, mayBeStored: false, bytesSent: 0 };
  }

  /** The next ones, without taking them. */
  upcoming(count: number): readonly PlannedInstance[] {
    while (this.#seen.length < count) {
      const instance = this.#instances.at(this.#head + this.#seen.length);
      if (instance === undefined) break;
      this.#seen.push(instance);
    }
    return this.#seen.slice(0, count);
  }

  /** What was taken and not tried. */
  putBack(pending: Pending): void {
    this.#first.push(pending);
  }

  /** What was lost on its way goes behind everything that has had no try yet: it may be the reason of the loss. */
  putLast(pending: Pending): void {
    this.#last.push(pending);
  }

  /** Takes what is left. */
  *drain(): Generator<Pending, void, undefined> {
    for (let pending = this.take(); pending !== undefined; pending = this.take()) yield pending;
  }
}
