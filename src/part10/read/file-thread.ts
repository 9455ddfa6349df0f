// One file thread, as its owner sees it, with the types of its questions and answers. Bytes of data sets do not
// travel in messages: the thread reads them into memory that both sides see, and that one side at a time uses.
//
// The thread makes synchronous system calls, and nobody can interrupt one that hangs. So both sides share three words: which
// question the thread is at, which of its files, and how many calls it has begun. The owner looks at them at intervals. If
// no call has begun for too long, the owner abandons the thread: it takes the first word away, after which the thread begins
// no further question and ends by itself as soon as its call returns.

import { once } from 'node:events';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { PackedHeaders } from '../header/packed-headers.ts';
import type { SystemErrorInfo } from '../system-error.ts';
import { askToEnd, endThread } from '../thread-end.ts';
import type { DataSetInFile } from './data-set-file.ts';
import type { DataSetReadReason } from './data-set-source.ts';
import type { LookOptions, PathStatus } from './file-access.ts';
import type { FragmentRoom } from './fragment-room.ts';

/** Each question has one answer. `buffer`: by the number under which it was shared. */
export type FileThreadQuestion =
  /** `areKnownFiles`: the caller saw just now that they are regular files. `stop`: not 0 = the answer is no longer wanted. */
  | {
      readonly type: 'headers';
      readonly paths: readonly string[];
      readonly areKnownFiles: readonly boolean[];
      readonly stop: Int32Array<SharedArrayBuffer>;
    }
  /** What stands at a path. */
  | { readonly type: 'look'; readonly path: string; readonly options: LookOptions }
  /** Whole data sets, each at its place in the buffer. */
  | {
      readonly type: 'data sets';
      readonly files: readonly DataSetInFile[];
      readonly buffer: number;
      readonly places: readonly number[];
      readonly room: FragmentRoom | undefined;
    }
  /** Parts of one data set, each to the front of its buffer. They come in order, over as many questions as it takes. */
  | {
      readonly type: 'parts';
      readonly stream: number;
      readonly file: DataSetInFile;
      readonly parts: readonly DataSetPart[];
      readonly room: FragmentRoom | undefined;
    };

export interface DataSetPart {
  readonly buffer: number;
  /** Within the data set. In bytes. */
  readonly position: number;
  /** In bytes. */
  readonly length: number;
}

/** Messages without an answer. */
export type FileThreadNotice =
  | { readonly type: 'share'; readonly buffer: number; readonly bytes: Uint8Array<SharedArrayBuffer> }
  | { readonly type: 'forget'; readonly buffer: number }
  /** No further part of the data set is wanted. */
  | { readonly type: 'abandon'; readonly stream: number };

export type FileThreadMessage =
  | FileThreadNotice
  | { readonly type: 'ask'; readonly id: number; readonly question: FileThreadQuestion };

/** Undefined: the bytes are there. */
export type ReadResult = DataSetReadReason | undefined;

export interface FileThreadAnswers {
  readonly headers: PackedHeaders;
  readonly look: PathStatus | SystemErrorInfo;
  readonly 'data sets': readonly ReadResult[];
  readonly parts: ReadResult;
}

export type FileThreadAnswer = FileThreadAnswers[keyof FileThreadAnswers];

export interface FileThreadReply {
  readonly id: number;
  readonly answer: FileThreadAnswer;
  /** How long the question took, in milliseconds. */
  readonly elapsedMs: number;
}

/** Words that both sides see: the question's id, the number of the file within it, and how many system calls have begun. */
export const CONTROL = { question: 0, file: 1, calls: 2, length: 3 } as const;
/** Instead of a question's id. */
export const NO_QUESTION = 0;
export const ABANDONED = -1;

/** What the thread allocates is garbage after each answer: a large heap would only let it pile up. */
const HEAP_LIMITS = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 32 };

/** Threads of this process that were abandoned and have not ended. */
const abandoned = new Set<Worker>();

export function abandonedFileThreads(): number {
  return abandoned.size;
}

/**
 * Resolves when all abandoned threads have ended, at the latest after `limitMs`.
 * @returns how many have not: the process cannot end in the ordinary way, because that waits for all threads
 */
export async function abandonedFileThreadsEnd(limitMs: number): Promise<number> {
  if (abandoned.size === 0) return 0;
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), limitMs);
  const ends = [...abandoned].map((worker) => once(worker, 'exit', { signal: limit.signal }).catch(() => undefined));
  await Promise.all(ends);
  clearTimeout(timer);
  return abandoned.size;
}

/** A question until it is answered. Ids are unique among all threads of an owner. */
export interface OpenQuestion {
  readonly id: number;
  readonly question: FileThreadQuestion;
}

export interface FileThreadListeners {
  readonly reply: (reply: FileThreadReply) => void;
  /** The thread has ended although nobody asked it to. */
  readonly broken: () => void;
}

export class FileThread {
  readonly #control = new Int32Array(new SharedArrayBuffer(4 * CONTROL.length));
  readonly #questions = new Map<number, OpenQuestion>();
  readonly #knownBuffers = new Set<number>();
  readonly #worker: Worker;
  #callsSeen = 0;
  #checksWithoutCall = 0;
  #hasLeft = false;

  /** @throws where the system has no thread to give */
  constructor(listeners: FileThreadListeners) {
    this.#worker = new Worker(workerPath(), {
      name: 'files',
      execArgv: [],
      argv: [],
      env: {},
      resourceLimits: HEAP_LIMITS,
      workerData: this.#control,
    });
    // An open question keeps the process alive; the thread by itself does not.
    this.#worker.unref();
    this.#worker.on('message', (reply: FileThreadReply) => {
      if (this.#hasLeft) return;
      this.#questions.delete(reply.id);
      if (this.#questions.size === 0) this.#worker.unref();
      listeners.reply(reply);
    });
    const ended = (): void => {
      if (!this.#hasLeft) listeners.broken();
    };
    this.#worker.on('error', ended);
    this.#worker.on('exit', ended);
  }

  /** How many questions are open. */
  get load(): number {
    return this.#questions.size;
  }

  ask(open: OpenQuestion): void {
    this.#questions.set(open.id, open);
    this.#post({ type: 'ask', ...open });
    if (this.#questions.size === 1) this.#worker.ref();
  }

  abandonStream(stream: number): void {
    this.#post({ type: 'abandon', stream });
  }

  share(buffer: number, bytes: Uint8Array<SharedArrayBuffer>): void {
    if (this.#knownBuffers.has(buffer)) return;
    this.#knownBuffers.add(buffer);
    this.#post({ type: 'share', buffer, bytes });
  }

  forget(buffer: number): void {
    if (this.#knownBuffers.delete(buffer)) this.#post({ type: 'forget', buffer });
  }

  /**
   * To be called at intervals.
   * @returns for how many calls of `checkProgress` in a row one system call has not returned
   */
  checkProgress(): number {
    const calls = Atomics.load(this.#control, CONTROL.calls);
    const isAtWork = Atomics.load(this.#control, CONTROL.question) !== NO_QUESTION;
    this.#checksWithoutCall = isAtWork && calls === this.#callsSeen ? this.#checksWithoutCall + 1 : 0;
    this.#callsSeen = calls;
    return this.#checksWithoutCall;
  }

  /**
   * Leaves the thread to itself: it ends when its system call returns, if it ever does. Until then it may write into the
   * buffer of the question that it is at, and into no other.
   * @returns the questions that have no answer, and which of them the thread is at
   */
  leave(): {
    readonly hanging: (OpenQuestion & { readonly file: number }) | undefined;
    readonly others: OpenQuestion[];
  } {
    this.#hasLeft = true;
    const id = Atomics.exchange(this.#control, CONTROL.question, ABANDONED);
    const file = Atomics.load(this.#control, CONTROL.file);
    const worker = this.#worker;
    worker.unref();
    abandoned.add(worker);
    worker.once('exit', () => abandoned.delete(worker));
    askToEnd(worker);
    const at = this.#questions.get(id);
    this.#questions.delete(id);
    const others = [...this.#questions.values()];
    this.#questions.clear();
    return { hanging: at === undefined ? undefined : { ...at, file }, others };
  }

  /** Resolves when the thread has ended, in good order and after the questions that it has. */
  async end(): Promise<void> {
    this.#hasLeft = true;
    await endThread(this.#worker);
  }

  #post(message: FileThreadMessage): void {
    this.#worker.postMessage(message);
  }
}

/** The worker stands beside this file, with the same extension: from source as in a bundle. */
function workerPath(): string {
  return join(import.meta.dirname, `file-worker${extname(import.meta.filename)}`);
}
