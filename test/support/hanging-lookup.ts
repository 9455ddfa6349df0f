// Name look-ups that hang. Node does look-ups in a few threads that all blocking calls share. Here each of these threads is kept
// busy by opening a FIFO that nobody writes.

import { spawnSync } from 'node:child_process';
import { closeSync, constants, open, openSync } from 'node:fs';
import { join } from 'node:path';
import { type Scope, temporaryFolder } from './temporary-folder.ts';

/** More than there are threads, unless somebody has set UV_THREADPOOL_SIZE. */
const THREADS = 16;

export interface BusyThreads {
  /** From now on every call of this process that needs a thread of Node's pool hangs. */
  occupy(): void;
  /** Resolves when all threads are free again. */
  release(): Promise<void>;
}

export function busyThreads(scope: Scope): BusyThreads {
  const waiting: Promise<void>[] = [];
  const release = async (): Promise<void> => {
    const otherEnd = openSync(fifo, constants.O_RDWR);
    await Promise.all(waiting.splice(0));
    closeSync(otherEnd);
  };
  // Before the folder is removed: the FIFO in it frees the threads, and a process with waiting threads does not end.
  scope.after(release);
  const fifo = join(temporaryFolder(scope), 'fifo');
  if (spawnSync('mkfifo', [fifo]).status !== 0) throw new Error('mkfifo failed');
  return {
    release,
    occupy: () => {
      for (let count = 0; count < THREADS; count += 1) {
        waiting.push(
          new Promise((resolve) => {
            open(fifo, constants.O_RDONLY, (_error, descriptor) => {
              if (descriptor !== undefined) closeSync(descriptor);
              resolve();
            });
          }),
        );
      }
    },
  };
}
