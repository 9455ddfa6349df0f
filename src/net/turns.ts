// Reading in turns. What peers send is read for a few milliseconds in each turn of the event loop, of all associations together,
// and one after another where several have something to read. So whatever peers send, and however many they are, timers run,
// other associations go on, and a person can cancel.
//
// The event loop is one for the whole process, and so is this.

import { READ_TURN_MS } from '../protocol/limits.ts';

/** Reads a part. Returns whether there is more to read now. */
export type Reader = () => boolean;

const waiting: Reader[] = [];
/** Performance-clock time at which the reading of this turn ends; undefined: nothing was read in it. */
let endsAtMs: number | undefined;

/** Calls `reader` until it has read everything: at once, or in later turns of the event loop where it takes longer. */
export function readInTurns(reader: Reader): void {
  if (endsAtMs === undefined) {
    endsAtMs = performance.now() + READ_TURN_MS;
    setImmediate(nextTurn);
  }
  if (waiting.length > 0 || performance.now() >= endsAtMs) {
    waiting.push(reader);
    return;
  }
  while (reader()) {
    if (performance.now() < endsAtMs) continue;
    waiting.push(reader);
    return;
  }
}

function nextTurn(): void {
  endsAtMs = undefined;
  if (waiting.length === 0) return;
  endsAtMs = performance.now() + READ_TURN_MS;
  setImmediate(nextTurn);
  do {
    const reader = waiting.shift();
    if (reader?.() === true) waiting.push(reader);
  } while (waiting.length > 0 && performance.now() < endsAtMs);
}
