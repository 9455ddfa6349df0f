// Data sets read by the file thread, ahead of their turn where their turn is foreseen: small ones many at a time, images one
// by one, and what is longer than a buffer in parts, of which the next is read while one goes out.

import { type DataSetChunk, DataSetReadError, type DataSetSource } from './data-set-source.ts';
import { BUFFER_LENGTH, type FileThread, releaseFileThread, type SharedBuffer, useFileThread } from './file-thread.ts';
import type { DataSetRequest, ReadResult } from './file-thread-messages.ts';

/** Read in one go. More would make the first of them wait. */
const FILES_PER_READ = 32;
/** So many buffers are filled ahead at most. */
const BUFFERS_AHEAD = 6;
/** Storage that takes longer, so many times in a row, is better asked for several files at a time. In milliseconds. */
const SLOW_FILE_MS = 4;
const SLOW_BUFFER_MS = 20;
const SLOW_READS = 4;
/** After so many files that were read in the ordinary way, the thread is tried again: it may only have had little of a processor. */
const FILES_UNTIL_RETRY = 100;

/** Data sets that were read into one buffer together. */
interface Batch {
  readonly buffer: SharedBuffer;
  readonly requests: DataSetRequest[];
  readonly places: number[];
  readonly results: Promise<readonly ReadResult[] | undefined>;
  /** Data sets in it that may still be asked for. */
  waiting: number;
  /** Bytes of it may still be on their way when they are no longer wanted. */
  isSpoilt: boolean;
}

interface Expected {
  readonly batch: Batch;
  readonly index: number;
}

type Results = readonly ReadResult[] | undefined;

export class ReadAhead {
  readonly #thread: FileThread = useFileThread();
  readonly #expected = new Map<string, Expected>();
  #batches = 0;
  #slowReads = 0;
  #readOtherwise = 0;
  #isClosed = false;
  static #lastStream = 0;

  /**
   * Begins to read what will be asked for soon, in this order, as far as there is room.
   * @returns of how many of them nothing more is to be done
   */
  expect(requests: readonly DataSetRequest[]): number {
    let done = 0;
    while (done < requests.length) {
      if (this.#batches >= BUFFERS_AHEAD || !this.#isUseful) return done;
      const files: DataSetRequest[] = [];
      const places: number[] = [];
      let end = 0;
      for (; done < requests.length && files.length < FILES_PER_READ; done += 1) {
        const request = requests[done] as DataSetRequest;
        const length = evenLength(request);
        if (length > BUFFER_LENGTH || this.#expected.has(request.path)) continue;
        if (end + length > BUFFER_LENGTH) break;
        files.push(request);
        places.push(end);
        end += length;
      }
      if (files.length === 0) continue;
      const buffer = this.#thread.takeBuffer();
      if (buffer === undefined) return done - files.length;
      this.#read(files, places, buffer);
    }
    return done;
  }

  /**
   * The file's data set through the thread, with a zero byte more where its length is odd and `otherwise.length` is not.
   * `otherwise` is read instead where the thread has no answer.
   */
  source(request: DataSetRequest, otherwise: DataSetSource): DataSetSource {
    const { transferSyntaxUID, length } = otherwise;
    return { transferSyntaxUID, length, chunks: (chunkLength) => this.#chunks(request, otherwise, chunkLength) };
  }

  /** What was read and not asked for is dropped. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { batch } of this.#expected.values()) this.#doneWith(batch, true);
    this.#expected.clear();
    releaseFileThread();
  }

  get #isUseful(): boolean {
    return !this.#isClosed && !this.#thread.isBroken && this.#slowReads < SLOW_READS;
  }

  #read(files: DataSetRequest[], places: number[], buffer: SharedBuffer): void {
    this.#batches += 1;
    const results = this.#thread.ask({ type: 'data sets', files, buffer: buffer.number, places }).then((reply) => {
      if (reply !== undefined) this.#judge(reply.elapsedMs, SLOW_FILE_MS * files.length + SLOW_BUFFER_MS);
      return reply?.answer;
    });
    const batch: Batch = { buffer, requests: files, places, results, waiting: files.length, isSpoilt: false };
    files.forEach(({ path }, index) => {
      this.#expected.set(path, { batch, index });
    });
  }

  #judge(elapsedMs: number, limitMs: number): void {
    this.#slowReads = elapsedMs > limitMs ? this.#slowReads + 1 : 0;
  }

  /** @param isSpoilt the thread may still write into the buffer, or the connection still read it */
  #doneWith(batch: Batch, isSpoilt: boolean): void {
    batch.waiting -= 1;
    batch.isSpoilt ||= isSpoilt;
    if (batch.waiting > 0) return;
    this.#batches -= 1;
    if (batch.isSpoilt) this.#thread.dropBuffer(batch.buffer);
    else this.#thread.giveBuffer(batch.buffer);
  }

  #chunks(
    request: DataSetRequest,
    otherwise: DataSetSource,
    chunkLength: number,
  ): AsyncGenerator<DataSetChunk, void, undefined> {
    const expected = this.#expected.get(request.path);
    if (expected !== undefined) {
      this.#expected.delete(request.path);
      return this.#expectedChunks(expected, otherwise, chunkLength);
    }
    if (this.#isUseful && chunkLength <= BUFFER_LENGTH) return this.#streamedChunks(request, otherwise, chunkLength);
    this.#readOtherwise += 1;
    if (this.#readOtherwise % FILES_UNTIL_RETRY === 0) this.#slowReads = SLOW_READS - 1;
    return otherwise.chunks(chunkLength);
  }

  async *#expectedChunks(
    { batch, index }: Expected,
    otherwise: DataSetSource,
    chunkLength: number,
  ): AsyncGenerator<DataSetChunk, void, undefined> {
    let isSpoilt = true;
    try {
      const results: Results = await batch.results;
      if (results !== undefined) {
        const result = results[index];
        if (result !== undefined) {
          isSpoilt = false;
          throw new DataSetReadError(result);
        }
        const length = otherwise.length ?? 0;
        const at = batch.places[index] ?? 0;
        const bytes = batch.buffer.bytes.subarray(at, at + length);
        // The padding byte of a deflated data set (PS3.5 A.5); of others, `length` is the file's.
        if (length > (batch.requests[index] as DataSetRequest).length) bytes[length - 1] = 0;
        for (const chunk of cut(bytes, chunkLength, true)) yield chunk;
        isSpoilt = false;
        return;
      }
    } finally {
      this.#doneWith(batch, isSpoilt);
    }
    yield* otherwise.chunks(chunkLength);
  }

  async *#streamedChunks(
    request: DataSetRequest,
    otherwise: DataSetSource,
    chunkLength: number,
  ): AsyncGenerator<DataSetChunk, void, undefined> {
    const total = otherwise.length ?? request.length;
    const partLength = Math.floor(BUFFER_LENGTH / chunkLength) * chunkLength;
    const buffers: SharedBuffer[] = [];
    for (let count = total > partLength ? 2 : 1; count > 0; count -= 1) {
      const buffer = this.#thread.takeBuffer();
      if (buffer !== undefined) buffers.push(buffer);
    }
    const giveBack = (isSpoilt: boolean) => {
      for (const buffer of buffers.splice(0)) {
        if (isSpoilt) this.#thread.dropBuffer(buffer);
        else this.#thread.giveBuffer(buffer);
      }
    };
    ReadAhead.#lastStream += 1;
    const stream = ReadAhead.#lastStream;
    let asked = 0;
    const ask = async (): Promise<{ bytes: Uint8Array; reason: ReadResult } | undefined> => {
      const buffer = buffers[(asked / partLength) % buffers.length];
      if (buffer === undefined) return undefined;
      const position = asked;
      const length = Math.min(partLength, request.length - position);
      asked += partLength;
      const question = { type: 'part', stream, file: request, buffer: buffer.number, position, length } as const;
      const reply = await this.#thread.ask(question);
      if (reply === undefined) return undefined;
      this.#judge(reply.elapsedMs, SLOW_FILE_MS + SLOW_BUFFER_MS);
      const bytes = buffer.bytes.subarray(0, Math.min(partLength, total - position));
      if (bytes.length > length) bytes[length] = 0;
      return { bytes, reason: reply.answer };
    };
    let isSpoilt = true;
    try {
      let next = ask();
      for (let position = 0; ; position += partLength) {
        const part = await next;
        if (part === undefined) {
          // Nothing of it is out yet, or it has to fail: another reader cannot go on in the middle.
          if (position === 0) break;
          throw new DataSetReadError({
            code: 'read error',
            error: { code: 'UNKNOWN', message: 'the thread that reads files broke down' },
          });
        }
        if (part.reason !== undefined) {
          isSpoilt = false;
          throw new DataSetReadError(part.reason);
        }
        const isLast = position + partLength >= total;
        if (!isLast && buffers.length > 1) next = ask();
        for (const chunk of cut(part.bytes, chunkLength, isLast)) yield chunk;
        if (isLast) {
          isSpoilt = false;
          return;
        }
        if (buffers.length === 1) next = ask();
      }
    } finally {
      if (isSpoilt) this.#thread.tell({ type: 'abandon', stream });
      giveBack(isSpoilt);
    }
    yield* otherwise.chunks(chunkLength);
  }
}

/** At least one piece, the last of which is marked where `bytes` ends the data set. */
function* cut(bytes: Uint8Array, chunkLength: number, isEnd: boolean): Generator<DataSetChunk, void, undefined> {
  for (let at = 0; at === 0 || at < bytes.length; at += chunkLength) {
    yield { bytes: bytes.subarray(at, at + chunkLength), isLast: isEnd && at + chunkLength >= bytes.length };
  }
}

function evenLength({ length }: DataSetRequest): number {
  return length + (length % 2);
}
