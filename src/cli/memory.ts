// A bound on the engine's young generation, where V8 keeps the objects that it has just allocated. V8 lets it grow to
// 128 MB; a send needs 4. This is the one engine flag that the command line sets: docs/decisions/0008 has what each
// flag was worth. The editor's extension host is shared with other extensions and is left as it is.

import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** In bytes. The objects of a file live as long as the file is being sent: with less room V8 would only move them about. */
const YOUNG_GENERATION = 4_000_000;
const LOOK_MS = 5;
/** The newest major version of Node whose engine was seen to know the flag. A later one could answer it with an error. */
const NEWEST_NODE = 24;

/**
 * Lets the young generation grow to about 4 MB and no further.
 *
 * Call it after the program and its threads have started: with a flag that differs from its build V8 rejects Node's own
 * code cache, and a thread then starts 20 ms later.
 */
export function boundYoungGeneration(): void {
  if (Number(process.versions.node.split('.')[0]) > NEWEST_NODE) return;
  const look = setInterval(() => {
    const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
    if (young !== undefined && young.space_size < YOUNG_GENERATION) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    clearInterval(look);
  }, LOOK_MS);
  look.unref();
}
