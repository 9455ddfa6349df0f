// Memory for long PDUs while they arrive, of all associations of the process together. A peer that was told "no limit" may
// announce 16 MiB, send them but for the last byte, and do so on many associations at once. Whoever finds no room waits, and
// is not read from; who has waited longest comes first. Slow peers are ended (message-pace.ts), which makes room.
//
// The memory is one for the whole process, and so is this.

import { LONG_PDUS_LENGTH_MAX } from '../protocol/limits.ts';

let free = LONG_PDUS_LENGTH_MAX;
const waiting = new Set<PduRoom>();

/** The memory of one association. */
export class PduRoom {
  readonly #granted: () => void;
  #length = 0;

  /** @param granted called once there is room, perhaps at once */
  constructor(granted: () => void) {
    this.#granted = granted;
  }

  /** What was asked for, in bytes; 0 = nothing. */
  get length(): number {
    return this.#length;
  }

  get isAwaited(): boolean {
    return waiting.has(this);
  }

  /** A PDU that is longer than all there is, because a person has announced so much, is read alone. */
  get #memory(): number {
    return Math.min(this.#length, LONG_PDUS_LENGTH_MAX);
  }

  /** Instead of what it has. @param length in bytes; 0 = nothing */
  ask(length: number): void {
    if (!waiting.delete(this)) free += this.#memory;
    this.#length = length;
    if (length > 0) waiting.add(this);
    for (const next of waiting) {
      if (next.#memory > free) return;
      waiting.delete(next);
      free -= next.#memory;
      next.#granted();
    }
  }
}
