// How much memory a send of many files may take. The engine lets its heap grow to several times what is in use, which for a
// hundred thousand files is hundreds of megabytes that nobody needs. A program of its own may tell it to be thrifty; the
// editor's extension host belongs to others, too, and is left as it is.

import { setFlagsFromString } from 'node:v8';

/** With fewer files there is little to save. */
export const MANY_FILES = 20_000;

/** Costs a few microseconds a file. docs/decisions/0008 */
export function preferMemoryToSpeed(): void {
  setFlagsFromString('--optimize-for-size');
}
