// The memory that is in use after a garbage collection.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Throws away everything that is not needed. Twice: the memory of buffers is given back beside the first time. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
}

/** In bytes, after everything that is not needed has been thrown away. */
export function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
