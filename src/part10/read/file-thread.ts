// The file thread, as everybody else sees it: one for the process, started when it is first asked, ended when nobody has used
// it for a while. Where it cannot be had, or breaks, there is no answer, and files are read in the ordinary way: nothing
// depends on it but speed.

import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { endThread } from '../thread-end.ts';
import type {
  FileThreadAnswers,
  FileThreadNotice,
  FileThreadQuestion,
  FileThreadReply,
} from './file-thread-messages.ts';

/** Of a buffer that is shared with the thread, in bytes: a mebibyte, and room for the headers of its fragments. */
export const BUFFER_LENGTH = 1_048_576 + 16_384;
/** So many buffers are out at a time at most. */
const BUFFERS_MAX = 24;
/** Little of what the thread allocates lives longer than an answer: with more room, garbage would only wait. */
const HEAP_LIMITS = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 32 };
/** A send follows its scan: the thread is kept for it. In milliseconds. */
const IDLE_MS = 2_000;

/** Memory that the thread reads into. Whoever has taken it decides when it is read into and when it is looked at. */
export interface SharedBuffer {
  readonly number: number;
  /** BUFFER_LENGTH of them. A Buffer, and its parts are, because a socket would make one of each. */
  readonly bytes: Buffer<SharedArrayBuffer>;
}

export interface TimedAnswer<T> {
  readonly answer: T;
  /** What the thread needed for it, in milliseconds. */
  readonly elapsedMs: number;
}

/** The worker stands beside this file, with the same extension: from source as in a bundle. */
function workerPath(): string {
  return join(import.meta.dirname, `file-worker${extname(import.meta.filename)}`);
}

export class FileThread {
  readonly #settles = new Map<number, (reply: FileThreadReply | undefined) => void>();
  readonly #free: SharedBuffer[] = [];
  #worker: Worker | undefined;
  #isBroken = false;
  #lastId = 0;
  #lastBuffer = 0;
  #buffersOut = 0;

  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Before it is first asked, so that it need not be waited for then. */
  start(): void {
    try {
      this.#worker ??= this.#start();
    } catch {
      this.#break();
    }
  }

  /** Undefined: the thread is not to be had. */
  ask<Q extends FileThreadQuestion>(question: Q): Promise<TimedAnswer<FileThreadAnswers[Q['type']]> | undefined> {
    return new Promise((resolve) => {
      this.#lastId += 1;
      const id = this.#lastId;
      this.#settles.set(id, (reply) => {
        resolve(reply as TimedAnswer<FileThreadAnswers[Q['type']]> | undefined);
      });
      this.#post({ type: 'ask', id, question });
      if (this.#settles.size === 1) this.#worker?.ref();
    });
  }

  tell(notice: FileThreadNotice): void {
    if (this.#worker !== undefined) this.#post(notice);
  }

  /** Undefined: too many are out. */
  takeBuffer(): SharedBuffer | undefined {
    if (this.#isBroken || this.#buffersOut >= BUFFERS_MAX) return undefined;
    this.#buffersOut += 1;
    // The one that was used last is still in the processor's cache.
    return this.#free.pop() ?? this.#newBuffer();
  }

  /** Nobody may read it any more: bytes still on their way out would be another file's. */
  giveBuffer(buffer: SharedBuffer): void {
    this.#buffersOut -= 1;
    this.#free.push(buffer);
  }

  /** Not to be used again: somebody may still read it, or write into it. */
  dropBuffer({ number }: SharedBuffer): void {
    this.#buffersOut -= 1;
    this.tell({ type: 'forget', buffer: number });
  }

  /** The thread ends in good order, when it is done with what it is at. */
  async end(): Promise<void> {
    const worker = this.#worker;
    this.#break();
    if (worker !== undefined) await endThread(worker);
  }

  #newBuffer(): SharedBuffer {
    this.#lastBuffer += 1;
    const buffer = { number: this.#lastBuffer, bytes: Buffer.from(new SharedArrayBuffer(BUFFER_LENGTH)) };
    this.#post({ type: 'share', buffer: buffer.number, bytes: buffer.bytes });
    return buffer;
  }

  #post(message: FileThreadNotice | { type: 'ask'; id: number; question: FileThreadQuestion }): void {
    try {
      if (!this.#isBroken) {
        this.#worker ??= this.#start();
        this.#worker.postMessage(message);
        return;
      }
    } catch {
      // Told below.
    }
    this.#break();
  }

  #start(): Worker {
    const worker = new Worker(workerPath(), {
      name: 'files',
      execArgv: [],
      argv: [],
      env: {},
      resourceLimits: HEAP_LIMITS,
    });
    // A question keeps the process alive; the thread by itself does not.
    worker.unref();
    worker.on('message', (reply: FileThreadReply) => {
      const settle = this.#settles.get(reply.id);
      this.#settles.delete(reply.id);
      if (this.#settles.size === 0) worker.unref();
      settle?.(reply);
    });
    worker.on('error', () => this.#break());
    worker.on('exit', () => this.#break());
    return worker;
  }

  /** Everything that waits is read in the ordinary way. */
  #break(): void {
    this.#isBroken = true;
    this.#worker?.unref();
    this.#worker = undefined;
    const settles = [...this.#settles.values()];
    this.#settles.clear();
    for (const settle of settles) settle(undefined);
  }
}

let shared: FileThread | undefined;
let users = 0;
let idle: NodeJS.Timeout | undefined;

/** For a process that will use it in a moment. */
export function startFileThread(): void {
  useFileThread().start();
  releaseFileThread();
}

/** The process's file thread; to be followed by one `releaseFileThread`. */
export function useFileThread(): FileThread {
  users += 1;
  clearTimeout(idle);
  if (shared === undefined || shared.isBroken) shared = new FileThread();
  return shared;
}

export function releaseFileThread(): void {
  users -= 1;
  if (users === 0) idle = setTimeout(() => void endIdleFileThread(), IDLE_MS).unref();
}

/** For the end of a process: resolves when no thread is left but one that is still used. */
export async function endIdleFileThread(): Promise<void> {
  if (users > 0) return;
  clearTimeout(idle);
  const thread = shared;
  shared = undefined;
  await thread?.end();
}
