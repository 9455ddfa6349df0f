// How much memory a send may take, and how much of the processor. The engine lets its heap grow to several times what is in
// use, and compiles for programs that run for hours. A program of its own may tell it to be thrifty; the editor's extension
// host belongs to others, too, and is left as it is. docs/decisions/0008

import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/**
 * To be called when the program and its thread run: with other flags than Node was built with, the engine compiles Node's own
 * modules anew wherever they are still to be loaded, which keeps a thread from its start for 20 ms.
 */
export function beThrifty(): void {
  compileLate();
  boundYoungGeneration();
}

/** The first whose engine knows the mode. An older one would say on stderr that it does not. */
const EFFICIENCY_SINCE_NODE = 24;

/**
 * Has code compiled by the engine's best compiler only after 15,000 calls. Most sends are over before that compiler has paid
 * for itself: on two cores it takes time from the send, and 10 MB.
 */
export function compileLate(): void {
  if (Number(process.versions.node.split('.')[0]) >= EFFICIENCY_SINCE_NODE) setFlagsFromString('--efficiency-mode');
}

/** With fewer files there is little to save. */
export const MANY_FILES = 20_000;

/** Costs a few microseconds a file. */
export function preferMemoryToSpeed(): void {
  setFlagsFromString('--optimize-for-size');
}

/**
 * Of what was allocated last, in bytes. A file's objects live as long as the file is sent: with less room they are moved
 * about in vain, and with the engine's own limit of up to 128 MB they are kept long after.
 */
const YOUNG_GENERATION = 4_000_000;
const LOOK_MS = 5;

/** Has what the engine keeps for objects that may die soon grow to 4 MB and no further. */
export function boundYoungGeneration(): void {
  const look = setInterval(() => {
    const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
    if (young !== undefined && young.space_size < YOUNG_GENERATION) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    clearInterval(look);
  }, LOOK_MS);
  look.unref();
}
