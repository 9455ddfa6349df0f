// The file threads of one scan or one send, with the memory that they read into. A send has threads of its own, so that a file
// system that hangs stalls no other send.
//
// One thread is enough while files come from the system's cache. Where the storage makes it wait, questions go to several.
// A thread whose system call does not return in time is abandoned: the question that it is at fails, naming the file, and
// the other questions go to another thread.
//
// Where no thread can be started there is no answer, and files are read as `fileSource` reads them.

import { FILE_TIMEOUT_MS, HANGING_THREADS_MAX } from '../../protocol/limits.ts';
import type { SystemErrorInfo } from '../system-error.ts';
import { notAnswered, tooManyHang } from './file-access.ts';
import {
  abandonedFileThreads,
  FileThread,
  type FileThreadAnswer,
  type FileThreadAnswers,
  type FileThreadQuestion,
  type FileThreadReply,
  type OpenQuestion,
} from './file-thread.ts';

/** Of a shared buffer, in bytes: a mebibyte, and room for the PDU headers of its fragments. */
export const BUFFER_LENGTH = 1_048_576 + 16_384;
/** Buffers that may be in use at a time. */
const BUFFERS_MAX = 24;
/** Threads for slow storage: so many files are read at a time. */
const THREADS_MAX = 4;
/** Storage is slow if so many answers in a row take longer than `usualMs`. */
const SLOW_ANSWERS = 4;
/** A system call hangs if so many looks at the thread find it in the same call. After one that hung, fewer are enough. */
const CHECKS = 10;
const CHECKS_AFTER_HANG = 3;

/** Memory that a thread reads into. The one that has taken it decides when a thread writes it and when it is read. */
export interface SharedBuffer {
  readonly number: number;
  /** BUFFER_LENGTH of them. A Buffer: a socket would first make Buffers of the parts of any other array. */
  readonly bytes: Buffer<SharedArrayBuffer>;
}

export type FileAnswer<T> =
  | { readonly type: 'answer'; readonly answer: T }
  /** The question's file number `file` cannot be read, because a system call for it hangs; undefined: none of them can. */
  | { readonly type: 'hung'; readonly file: number | undefined; readonly error: SystemErrorInfo }
  /** There are no threads. */
  | { readonly type: 'no thread' };

type Settle = (answer: FileAnswer<FileThreadAnswer>) => void;

export class FileThreads {
  #timeoutMs = FILE_TIMEOUT_MS;
  #threads: FileThread[] = [];
  readonly #settles = new Map<number, { readonly open: OpenQuestion; readonly settle: Settle }>();
  /** Which thread has the file open whose parts are being read. */
  readonly #streams = new Map<number, FileThread>();
  readonly #buffers = new Map<number, SharedBuffer>();
  readonly #free: SharedBuffer[] = [];
  #watch: NodeJS.Timeout | undefined;
  #isBroken = false;
  #hasHung = false;
  #checksAllowed = CHECKS;
  #slowAnswers = 0;
  #lastId = 0;
  #lastBuffer = 0;
  #lastStream = 0;

  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** No question is open. */
  get isIdle(): boolean {
    return this.#settles.size === 0;
  }

  /** How many questions the threads work on at the same time. */
  get width(): number {
    return this.#slowAnswers >= SLOW_ANSWERS ? THREADS_MAX : 1;
  }

  /** For each system call; Infinity: no limit. */
  set timeoutMs(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#stopWatching();
    if (!this.isIdle) this.#startWatching();
  }

  /** Starts the first thread, so that the first question need not wait for it. */
  start(): void {
    if (this.#threads.length === 0) this.#startThread();
  }

  ask<Q extends FileThreadQuestion>(question: Q): Promise<FileAnswer<FileThreadAnswers[Q['type']]>> {
    return new Promise((resolve) => {
      this.#lastId += 1;
      const open = { id: this.#lastId, question };
      this.#settles.set(open.id, { open, settle: resolve as Settle });
      this.#give(open);
    });
  }

  /** A number for a data set that will be read in parts; to be followed by one `endStream`. */
  newStream(): number {
    this.#lastStream += 1;
    return this.#lastStream;
  }

  /** @param isWhole the last part was read; otherwise the thread still has the file open */
  endStream(stream: number, isWhole: boolean): void {
    if (!isWhole) this.#streams.get(stream)?.abandonStream(stream);
    this.#streams.delete(stream);
  }

  /** Undefined: too many are in use. */
  takeBuffer(): SharedBuffer | undefined {
    if (this.#isBroken || this.#buffers.size - this.#free.length >= BUFFERS_MAX) return undefined;
    // The one that was used last is still in the processor's cache.
    return this.#free.pop() ?? this.#newBuffer();
  }

  /** To be called when nothing reads it any more: a connection that still did would send bytes of another file. */
  giveBuffer(buffer: SharedBuffer): void {
    this.#free.push(buffer);
  }

  /** It is not used again: a thread may still write into it. Its memory is not free before every thread has collected it. */
  dropBuffer({ number }: SharedBuffer): void {
    this.#buffers.delete(number);
    for (const thread of this.#threads) thread.forget(number);
  }

  /** The threads end in good order, when they have answered. */
  async end(): Promise<void> {
    const threads = this.#threads;
    this.#break();
    await Promise.all(threads.map((thread) => thread.end()));
  }

  /** The threads are left to themselves: each ends when its system call returns. */
  leave(): void {
    for (const thread of this.#threads) thread.leave();
    this.#break();
  }

  #newBuffer(): SharedBuffer {
    this.#lastBuffer += 1;
    const buffer = { number: this.#lastBuffer, bytes: Buffer.from(new SharedArrayBuffer(BUFFER_LENGTH)) };
    this.#buffers.set(buffer.number, buffer);
    return buffer;
  }

  #give(open: OpenQuestion): void {
    const thread = this.#threadFor(open.question);
    if (thread === undefined) {
      this.#settle(open.id, this.#isBroken ? { type: 'no thread' } : this.#hungAnswer(undefined));
      return;
    }
    try {
      for (const number of buffersOf(open.question)) {
        const buffer = this.#buffers.get(number);
        if (buffer !== undefined) thread.share(number, buffer.bytes);
      }
      thread.ask(open);
    } catch {
      this.#break();
      return;
    }
    if (open.question.type === 'parts') this.#streams.set(open.question.stream, thread);
    this.#startWatching();
  }

  /** Undefined: there is none, and none may be started. */
  #threadFor(question: FileThreadQuestion): FileThread | undefined {
    const own = question.type === 'parts' ? this.#streams.get(question.stream) : undefined;
    if (own !== undefined) return own;
    let least: FileThread | undefined;
    for (const thread of this.#threads) if (least === undefined || thread.load < least.load) least = thread;
    if (least !== undefined && (least.load === 0 || this.#threads.length >= this.width)) return least;
    return this.#startThread() ?? least;
  }

  #startThread(): FileThread | undefined {
    if (this.#isBroken || (this.#hasHung && abandonedFileThreads() >= HANGING_THREADS_MAX)) return undefined;
    try {
      const thread = new FileThread({ reply: (reply) => this.#replied(reply), broken: () => this.#break() });
      this.#threads.push(thread);
      return thread;
    } catch {
      if (this.#threads.length === 0) this.#break();
      return undefined;
    }
  }

  #replied({ id, answer, elapsedMs }: FileThreadReply): void {
    this.#checksAllowed = CHECKS;
    const usual = usualMs(this.#settles.get(id)?.open.question);
    if (usual !== undefined) this.#slowAnswers = elapsedMs > usual ? this.#slowAnswers + 1 : 0;
    this.#settle(id, { type: 'answer', answer });
  }

  #settle(id: number, answer: FileAnswer<FileThreadAnswer>): void {
    const waiting = this.#settles.get(id);
    this.#settles.delete(id);
    waiting?.settle(answer);
  }

  /** Counts its own calls instead of looking at a clock: while the process is suspended nothing times out. */
  #check(): void {
    if (this.isIdle) this.#stopWatching();
    for (const thread of [...this.#threads]) {
      if (thread.checkProgress() >= this.#checksAllowed) this.#abandon(thread);
    }
  }

  #abandon(thread: FileThread): void {
    const timeoutMs = (this.#timeoutMs / CHECKS) * this.#checksAllowed;
    this.#hasHung = true;
    this.#checksAllowed = CHECKS_AFTER_HANG;
    this.#threads = this.#threads.filter((other) => other !== thread);
    for (const [stream, owner] of this.#streams) if (owner === thread) this.#streams.delete(stream);
    const { hanging, others } = thread.leave();
    if (hanging !== undefined)
      this.#settle(hanging.id, { type: 'hung', file: hanging.file, error: notAnswered(timeoutMs) });
    for (const open of others) this.#give(open);
  }

  #hungAnswer(file: number | undefined): FileAnswer<never> {
    return { type: 'hung', file, error: tooManyHang(abandonedFileThreads()) };
  }

  /** Everything that waits is read without threads. */
  #break(): void {
    this.#isBroken = true;
    this.#stopWatching();
    this.#threads = [];
    this.#streams.clear();
    for (const id of [...this.#settles.keys()]) this.#settle(id, { type: 'no thread' });
  }

  #startWatching(): void {
    if (this.#timeoutMs === Number.POSITIVE_INFINITY) return;
    this.#watch ??= setInterval(() => this.#check(), this.#timeoutMs / CHECKS).unref();
  }

  #stopWatching(): void {
    clearInterval(this.#watch);
    this.#watch = undefined;
  }
}

function buffersOf(question: FileThreadQuestion): readonly number[] {
  if (question.type === 'data sets') return [question.buffer];
  return question.type === 'parts' ? question.parts.map(({ buffer }) => buffer) : [];
}

/** How long an answer takes when the files are in the system's cache, generously. In milliseconds. */
function usualMs(question: FileThreadQuestion | undefined): number | undefined {
  switch (question?.type) {
    case 'headers':
      return question.paths.length;
    case 'data sets':
      return 20 + 4 * question.files.length;
    case 'parts':
      return 24 * question.parts.length;
    default:
      return undefined;
  }
}

/** How long threads that nobody uses are kept: a send follows its scan. In milliseconds. */
const IDLE_MS = 2_000;
/** Sets of threads in a process. Further scans and sends share one. */
const SETS_MAX = 8;

interface UsedThreads {
  readonly threads: FileThreads;
  users: number;
}

let sets: UsedThreads[] = [];
let idle: NodeJS.Timeout | undefined;

/** For a process that will use file threads in a moment. */
export function startFileThreads(): void {
  const threads = useFileThreads();
  threads.start();
  releaseFileThreads(threads);
}

/**
 * Threads that nobody else uses, as far as there are; to be followed by one `releaseFileThreads`.
 * @param timeoutMs for each system call; Infinity: no limit
 */
export function useFileThreads(timeoutMs = FILE_TIMEOUT_MS): FileThreads {
  sets = sets.filter(({ threads, users }) => users > 0 || !threads.isBroken);
  let set = sets.find(({ users }) => users === 0);
  if (set === undefined && sets.length < SETS_MAX) {
    set = { threads: new FileThreads(), users: 0 };
    sets.push(set);
  }
  set ??= sets.reduce((least, other) => (other.users < least.users ? other : least));
  set.users += 1;
  set.threads.timeoutMs = timeoutMs;
  return set.threads;
}

/** Threads that still work on something unwanted are left to themselves: it may hang. */
export function releaseFileThreads(threads: FileThreads): void {
  const set = sets.find((one) => one.threads === threads);
  if (set === undefined) return;
  set.users -= 1;
  if (set.users > 0) return;
  if (!threads.isIdle) threads.leave();
  const isSpare = sets.some((other) => other !== set && other.users === 0);
  if (threads.isBroken || isSpare) {
    sets = sets.filter((other) => other !== set);
    void threads.end();
    return;
  }
  clearTimeout(idle);
  idle = setTimeout(() => void endIdleFileThreads(), IDLE_MS).unref();
}

/** For tests: ends all threads. Scans and sends that use them go on without them. */
export async function breakFileThreads(): Promise<void> {
  await Promise.all(sets.map(({ threads }) => threads.end()));
}

/** For the end of a process: resolves when only threads that are in use or hang are left. */
export async function endIdleFileThreads(): Promise<void> {
  clearTimeout(idle);
  const unused = sets.filter(({ users }) => users === 0);
  sets = sets.filter(({ users }) => users > 0);
  await Promise.all(unused.map(({ threads }) => threads.end()));
}
