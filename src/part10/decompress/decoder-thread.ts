// The thread that decodes frames, for one send. It starts when frames are foreseen, at the latest with the first; it gets one
// frame at a time; it ends when it has been idle for a while or the send is over. If it dies or takes too long for a frame, it
// is ended, the frame fails, and the next frame starts a new thread. So no decoder can stop a send or crash the editor.
//
// What it has counts in the budget all the time: as a part of what a frame on its way has reserved, or by itself.

import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { FRAME_TIMEOUT_MS } from '../../protocol/limits.ts';
import { endThread } from '../thread-end.ts';
import { codecsModule } from './codecs-adapter.ts';
import type { CodecsRequest, DecodedPiece, DecodeRequest, DecodeResponse } from './codecs-worker.ts';
import { decoderMemory, type MemoryBudget, THREAD_MEMORY } from './decoder-memory.ts';
import type { Codec } from './decompression.ts';
import { type FrameDecoders, FrameDecodingError, type FrameFormat, type Reservation } from './frame-format.ts';
import { FramePieces } from './frame-pieces.ts';

const IDLE_MS = 10_000;
/** A frame that failed leaves its codec's memory behind. A thread with more than this of it is ended. In bytes. */
const LEFT_MEMORY = 0x2000000;

export interface DecoderThread extends FrameDecoders {
  /**
   * Frames of this codec will come soon: the thread starts and loads it while other things happen. What goes wrong is told with
   * the first frame.
   */
  warm(codec: Codec): void;
  /** Frames that are waiting are rejected; resolves when every thread has ended. It can be used again afterwards. */
  close(): Promise<void>;
}

export interface DecoderThreadOptions {
  /** The longest that one frame may take, the loading of the codecs included. */
  readonly frameTimeoutMs?: number;
  /** How long the thread is kept while nothing is asked of it. */
  readonly idleMs?: number;
  /** By default that of the process. */
  readonly memory?: MemoryBudget;
}

interface Job {
  readonly frame: Uint8Array<ArrayBuffer>;
  readonly format: FrameFormat;
  readonly pieces: FramePieces | undefined;
  readonly resolve: (pixels: Uint8Array<ArrayBuffer>) => void;
  readonly reject: (error: Error) => void;
}

/** Nothing is started or loaded before it is warmed, or asked for a frame. Several sources may share it. */
export function decoderThread(options: DecoderThreadOptions = {}): DecoderThread {
  return new OwnedThread(
    options.frameTimeoutMs ?? FRAME_TIMEOUT_MS,
    options.idleMs ?? IDLE_MS,
    options.memory ?? decoderMemory,
  );
}

/** The worker stands beside this file, with the same extension: from source as in a bundle. */
function workerPath(): string {
  return join(import.meta.dirname, `codecs-worker${extname(import.meta.filename)}`);
}

class OwnedThread implements DecoderThread {
  readonly #frameTimeoutMs: number;
  readonly #idleMs: number;
  readonly #waiting: Job[] = [];
  #running: Job | undefined;
  #worker: Worker | undefined;
  #hasCodecs = false;
  readonly #endings = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  readonly #memory: MemoryBudget;
  /** What the thread has, whatever it decodes; in bytes. */
  #ownMemory = 0;
  /** That, unless a frame on its way has it reserved as a part of what it needs. */
  #kept: Reservation | undefined;
  #counted = 0;
  /** Of frames on their way, in bytes. */
  readonly #reserved = new Set<{ readonly bytes: number }>();
  #closing = new AbortController();
  #unwatch: (() => void) | undefined;

  constructor(frameTimeoutMs: number, idleMs: number, memory: MemoryBudget) {
    this.#frameTimeoutMs = frameTimeoutMs;
    this.#idleMs = idleMs;
    this.#memory = memory;
  }

  async reserve(bytes: number): Promise<Reservation> {
    this.#watch();
    const frame = { bytes };
    const reservation = await this.#memory.take(bytes, this.#closing.signal, {
      bytes: () => (bytes < this.#ownMemory ? 0 : this.#counted),
      granted: () => {
        this.#reserved.add(frame);
        this.#count();
      },
    });
    const resize = (wanted: number): void => {
      frame.bytes = wanted;
      if (wanted === 0) this.#reserved.delete(frame);
      // What grows comes first: nobody else gets what passes from the one to the other.
      if (!this.#isCovered) this.#count();
      reservation.resize(wanted);
      this.#count();
    };
    return { resize, release: () => resize(0) };
  }

  warm(codec: Codec): void {
    this.#watch();
    this.#ready(codec).catch(() => undefined);
    if (this.#running === undefined) this.#next();
  }

  decode(frame: Uint8Array<ArrayBuffer>, format: FrameFormat): Promise<Uint8Array<ArrayBuffer>> {
    return this.#ask(frame, format);
  }

  decodeInPieces(
    frame: Uint8Array<ArrayBuffer>,
    format: FrameFormat,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    const pieces = new FramePieces();
    void this.#ask(frame, format, pieces).then(
      () => pieces.end(),
      (error: Error) => pieces.end(error),
    );
    return pieces.all();
  }

  #ask(frame: Uint8Array<ArrayBuffer>, format: FrameFormat, pieces?: FramePieces): Promise<Uint8Array<ArrayBuffer>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ frame, format, pieces, resolve, reject });
      this.#next();
    });
  }

  /** Others may be short of what an idle thread keeps. */
  #watch(): void {
    this.#unwatch ??= this.#memory.onShortage(() => {
      // Not if a frame is on its way here: it would wait for a new thread, and gives its memory back by itself.
      if (this.#running === undefined && this.#reserved.size === 0) this.#end();
    });
  }

  get #isCovered(): boolean {
    return [...this.#reserved].some(({ bytes }) => bytes >= this.#ownMemory);
  }

  #count(): void {
    const wanted = this.#isCovered ? 0 : this.#ownMemory;
    if (wanted === this.#counted) return;
    this.#counted = wanted;
    this.#kept ??= this.#memory.hold(0);
    this.#kept.resize(wanted);
  }

  async close(): Promise<void> {
    const jobs = [...(this.#running === undefined ? [] : [this.#running]), ...this.#waiting.splice(0)];
    this.#running = undefined;
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#end();
    const closed = new FrameDecodingError('the decoder was closed');
    this.#closing.abort(closed);
    this.#closing = new AbortController();
    for (const { reject, pieces } of jobs) {
      pieces?.abandon();
      reject(closed);
    }
    await Promise.all(this.#endings);
  }

  #next(): void {
    if (this.#running !== undefined) return;
    clearTimeout(this.#timer);
    const job = this.#waiting.shift();
    if (job === undefined) {
      // Neither the timer nor the thread keeps a process alive that has nothing else to do.
      this.#timer = setTimeout(() => this.#end(), this.#idleMs).unref();
      this.#worker?.unref();
      return;
    }
    this.#running = job;
    this.#timer = setTimeout(
      () => this.#fail(`the decoder took more than ${this.#frameTimeoutMs / 1000} s`),
      this.#frameTimeoutMs,
    );
    void this.#give(job).catch((error: unknown) => {
      if (job === this.#running) this.#fail(messageOf(error));
    });
  }

  async #give(job: Job): Promise<void> {
    const { frame, format, pieces } = job;
    await this.#ready(format.codec);
    // Closed in between, or out of time.
    if (job !== this.#running) return;
    const request: DecodeRequest = { frame, format, taken: pieces?.taken };
    this.#worker?.postMessage(request, [frame.buffer]);
  }

  /** Starts the thread, and gives it what the codec needs. */
  async #ready(codec: Codec): Promise<void> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    if (this.#running !== undefined) worker.ref();
    if (codec === 'RLE' || codec === 'Deflate' || this.#hasCodecs) return;
    const request: CodecsRequest = { module: await codecsModule() };
    if (worker !== this.#worker || this.#hasCodecs) return;
    worker.postMessage(request);
    this.#hasCodecs = true;
  }

  #start(): Worker {
    this.#ownMemory = THREAD_MEMORY;
    this.#count();
    const worker = new Worker(workerPath(), {
      name: 'pixel-codecs',
      execArgv: [],
      argv: [],
      env: {},
      // It makes next to no objects, and what is not collected yet takes memory.
      resourceLimits: { maxYoungGenerationSizeMb: 2 },
    });
    const isCurrent = () => worker === this.#worker;
    worker.on('message', (response: DecodeResponse | DecodedPiece) => {
      if (!isCurrent()) return;
      if ('piece' in response) this.#hand(response.piece);
      else this.#settle(response);
    });
    worker.on('messageerror', () => {
      if (isCurrent()) this.#fail('the decoder gave an answer that cannot be read');
    });
    worker.on('error', (error) => {
      if (isCurrent()) this.#fail(`the decoder broke down: ${messageOf(error)}`);
    });
    worker.on('exit', () => {
      if (isCurrent()) this.#fail('the decoder ended of itself');
    });
    return worker;
  }

  /** The frame is decoded: how long the rest takes is up to those who take it. */
  #hand(piece: Uint8Array<ArrayBuffer>): void {
    clearTimeout(this.#timer);
    this.#running?.pieces?.add(piece);
  }

  #settle(response: DecodeResponse): void {
    const job = this.#running;
    this.#running = undefined;
    const { memoryTaken } = response;
    this.#ownMemory = THREAD_MEMORY + memoryTaken;
    this.#count();
    if ('failure' in response && memoryTaken > LEFT_MEMORY) this.#end();
    if ('pixels' in response) job?.resolve(response.pixels);
    else job?.reject(new FrameDecodingError(response.failure));
    this.#next();
  }

  /** The frame has failed, and the thread with it. */
  #fail(detail: string): void {
    const job = this.#running;
    this.#running = undefined;
    job?.pieces?.abandon();
    this.#end();
    job?.reject(new FrameDecodingError(detail));
    this.#next();
  }

  #end(): void {
    clearTimeout(this.#timer);
    const worker = this.#worker;
    this.#worker = undefined;
    this.#hasCodecs = false;
    if (worker === undefined) return;
    const kept = this.#kept;
    // Until it has ended, whatever becomes of its frame.
    kept?.resize(this.#ownMemory);
    this.#kept = undefined;
    this.#counted = 0;
    this.#ownMemory = 0;
    const ending = endThread(worker).then(() => kept?.release());
    this.#endings.add(ending);
    void ending.then(() => this.#endings.delete(ending));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
