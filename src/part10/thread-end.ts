// How a worker thread ends: asked to, and then by itself. `terminate()` pulls it down wherever it happens to be, with the
// engine's own background work for it still under way, and what goes wrong there takes the whole process along: the editor's
// extension host. It is for a thread that does not answer any more.

import type { MessagePort, Worker } from 'node:worker_threads';

/** Asks a thread to end; no request is null. */
const END = null;
const PATIENCE_MS = 2_000;

/** In the thread: `answer` gets each request, until the owner ends the thread; what it is still at then is finished. */
export function serve<Request extends object>(port: MessagePort | null, answer: (request: Request) => void): void {
  port?.on('message', (request: Request | null) => {
    if (request === END) port.close();
    else answer(request);
  });
}

/**
 * In the owner of a thread that `serve`s: resolves when the thread has ended, after the requests that it was given before.
 * Until then it keeps the process alive. One that is not through with them after `patienceMs` is terminated and not waited
 * for any more: a system call that hangs cannot be interrupted.
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
    worker.postMessage(END);
  });
}
