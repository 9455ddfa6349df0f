// The instances that are still to be sent, shared by all associations that are open at the same time.

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
  readonly #pending: Pending[];
  /** Everything before it has been taken. */
  #head = 0;

  constructor(instances: readonly PlannedInstance[]) {
    this.#pending = instances.map((instance) => ({ ...instance, tries: 0, mayBeStored: false, bytesSent: 0 }));
  }

  get size(): number {
    return this.#pending.length - this.#head;
  }

  /** How many were taken so far and not put back. */
  get taken(): number {
    return this.#head;
  }

  take(): Pending | undefined {
    const pending = this.#pending[this.#head];
    if (pending !== undefined) this.#head += 1;
    return pending;
  }

  /** The next ones, without taking them. */
  upcoming(count: number): readonly Pending[] {
    return this.#pending.slice(this.#head, this.#head + count);
  }

  /** What was taken and not tried. */
  putBack(pending: Pending): void {
    this.#head -= 1;
    this.#pending[this.#head] = pending;
  }

  /** What was lost on its way goes behind everything that has had no try yet: it may be the reason of the loss. */
  putLast(pending: Pending): void {
    this.#pending.push(pending);
  }

  drain(): Pending[] {
    const rest = this.#pending.slice(this.#head);
    this.#head = this.#pending.length;
    return rest;
  }
}
