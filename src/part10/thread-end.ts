// How a worker thread ends: its owner asks it to, and it ends by itself. `terminate()` stops it anywhere, even while the
// engine still compiles or collects for it in the background; a crash there takes the whole process along, in the editor the
// extension host. So `terminate()` is only for a thread that does not answer any more.

import type { MessagePort, Worker } from 'node:worker_threads';

/** Asks a thread to end; no request is null. */
const END = null;
const PATIENCE_MS = 2_000;

/** In the thread: `answer` gets each request, until the owner ends the thread. A request under way is finished first. */
export function serve<Request extends object>(port: MessagePort | null, answer: (request: Request) => void): void {
  port?.on('message', (request: Request | null) => {
    if (request === END) port.close();
    else answer(request);
  });
}

/** In the owner of a thread that `serve`s: the thread ends when it has finished the requests before this one. */
export function askToEnd(worker: Worker): void {
  worker.postMessage(END);
}

/**
 * In the owner of a thread that `serve`s: resolves when the thread has ended, after the requests that it was given before.
 * Until then the thread keeps the process alive. A thread that has not ended after `patienceMs` is terminated and no longer
 * waited for: nobody can interrupt a system call that hangs.
 */
export async function endThread(worker: Worker, patienceMs = PATIENCE_MS): Promise<void> {
  if (worker.threadId === -1) return;
  worker.ref();
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => {
      worker.unref();
      void worker.terminate();
      resolve();
    }, patienceMs);
    worker.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    askToEnd(worker);
  });
}
