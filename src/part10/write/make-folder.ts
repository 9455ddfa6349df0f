// Makes a folder and those above it. Node's own `recursive` never ends where the system says ENOENT for a folder whose parent
// is there, as below /proc: it takes the parent to be missing, and finds it, again and again.

import { mkdirSync, statSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Folders that exist stay as they are.
 * @param path absolute
 * @param mode of the folders that are made
 * @throws the system's error
 */
export async function makeFolder(path: string, mode: number): Promise<void> {
  const missing: string[] = [];
  for (let at = path; !(await isThere(at)) && dirname(at) !== at; at = dirname(at)) missing.push(at);
  for (const folder of missing.reverse()) {
    await mkdir(folder, { mode }).catch((error: NodeJS.ErrnoException) => {
      // Another process was faster.
      if (error.code !== 'EEXIST') throw error;
    });
  }
  if (missing.length === 0 && !(await stat(path)).isDirectory()) throw notAFolder(path);
}

/** The same, for callers that cannot wait. */
export function makeFolderSync(path: string, mode: number): void {
  const isMissing = (at: string): boolean => statSync(at, { throwIfNoEntry: false }) === undefined;
  const missing: string[] = [];
  for (let at = path; isMissing(at) && dirname(at) !== at; at = dirname(at)) missing.push(at);
  for (const folder of missing.reverse()) {
    try {
      mkdirSync(folder, { mode });
    } catch (error) {
      // Another process was faster.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  if (missing.length === 0 && !statSync(path).isDirectory()) throw notAFolder(path);
}

/** As the system says it. */
function notAFolder(path: string): Error {
  return Object.assign(new Error(`EEXIST: file already exists, mkdir '${path}'`), { code: 'EEXIST', syscall: 'mkdir' });
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}
