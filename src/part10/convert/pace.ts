// Long work in a thread that others use, too: it lets them have a turn again and again. Promises alone do not: a chain of
// them runs to its end before the event loop goes on.

import { setImmediate } from 'node:timers/promises';

/** Long enough that a turn costs nothing beside it, short enough that nobody notices. In milliseconds. */
const TURN_MS = 10;

export class Pace {
  #turnAt = performance.now() + TURN_MS;

  /** To be called after each piece of work; nearly always there is nothing to wait for. */
  step(): Promise<void> | undefined {
    if (performance.now() < this.#turnAt) return undefined;
    return this.#turn();
  }

  async #turn(): Promise<void> {
    await setImmediate();
    this.#turnAt = performance.now() + TURN_MS;
  }
}
