// Small files, read ahead of their turn by a thread of their own. Where the thread cannot be had, or breaks, files are read
// in the ordinary way: nothing depends on it but speed.

import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type DataSetChunk, DataSetReadError, type DataSetSource } from './data-set-source.ts';
import type { SmallFileRequest, SmallFileResult } from './small-file.ts';

/** Data sets up to this length count as small, in bytes. */
export const SMALL_LENGTH = 65_536;

type Settle = (result: SmallFileResult | undefined) => void;

/** The worker stands beside this file, with the same extension: from source as in a bundle. */
function workerPath(): string {
  return join(import.meta.dirname, `small-file-worker${extname(import.meta.filename)}`);
}

export class SmallFileThread {
  readonly #results = new Map<string, Promise<SmallFileResult | undefined>>();
  /** In the order in which the thread answers. */
  readonly #settles: Settle[] = [];
  #batch: SmallFileRequest[] = [];
  #worker: Worker | undefined;
  #isBroken = false;

  /** Begins to read a file that will be asked for soon. Requests of one turn go to the thread together. */
  expect(request: SmallFileRequest): void {
    if (this.#isBroken || this.#results.has(request.path)) return;
    this.#results.set(
      request.path,
      new Promise((resolve) => {
        this.#settles.push(resolve);
      }),
    );
    this.#batch.push(request);
    if (this.#batch.length === 1) queueMicrotask(() => this.#post());
  }

  /**
   * The file's data set, out of memory. `otherwise` is read instead where the thread has not been asked for the file, or
   * has no answer.
   */
  source(request: SmallFileRequest, otherwise: DataSetSource): DataSetSource {
    const { transferSyntaxUID, length } = otherwise;
    return { transferSyntaxUID, length, chunks: (chunkLength) => this.#chunks(request, otherwise, chunkLength) };
  }

  /** Ends the thread. What was read and not asked for is dropped. */
  async close(): Promise<void> {
    await this.#break();
    this.#results.clear();
    this.#isBroken = false;
  }

  async *#chunks(
    { path }: SmallFileRequest,
    otherwise: DataSetSource,
    chunkLength: number,
  ): AsyncGenerator<DataSetChunk, void, undefined> {
    const result = await this.#results.get(path);
    this.#results.delete(path);
    if (result === undefined) {
      yield* otherwise.chunks(chunkLength);
      return;
    }
    if (result.type === 'unreadable') throw new DataSetReadError(result.reason);
    const { bytes } = result;
    for (let at = 0; at === 0 || at < bytes.length; at += chunkLength) {
      yield { bytes: bytes.subarray(at, at + chunkLength), isLast: at + chunkLength >= bytes.length };
    }
  }

  #post(): void {
    const requests = this.#batch;
    this.#batch = [];
    if (this.#isBroken) return;
    try {
      this.#worker ??= this.#start();
      this.#worker.postMessage(requests);
    } catch {
      void this.#break();
    }
  }

  #start(): Worker {
    const worker = new Worker(workerPath(), { name: 'small-files', execArgv: [], argv: [], env: {} });
    // What waits for a file keeps the process alive; the thread by itself does not.
    worker.unref();
    worker.on('message', (results: readonly SmallFileResult[]) => {
      for (const result of results) this.#settles.shift()?.(result);
    });
    worker.on('error', () => void this.#break());
    worker.on('exit', () => {
      if (worker === this.#worker) void this.#break();
    });
    return worker;
  }

  /** Everything that waits is read in the ordinary way. */
  async #break(): Promise<void> {
    this.#isBroken = true;
    for (const settle of this.#settles.splice(0)) settle(undefined);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}
