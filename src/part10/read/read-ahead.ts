// Data sets read by the file thread, ahead of their turn where their turn is foreseen: small ones many at a time, images one
// by one, and what is longer than a buffer in parts, of which the next is read while one goes out.

import { type DataSetChunk, DataSetReadError, type DataSetSource } from './data-set-source.ts';
import { changeOf } from './file-identity.ts';
import { BUFFER_LENGTH, type FileThread, releaseFileThread, type SharedBuffer, useFileThread } from './file-thread.ts';
import type { DataSetRequest, ReadResult } from './file-thread-messages.ts';
import { type FragmentRoom, fragmentViews, roomyLength, roomyOffset } from './fragment-room.ts';
import { StreamedParts } from './streamed-parts.ts';

/** Read in one go. More would make the first of them wait. */
const FILES_PER_READ = 16;
/** So many buffers are filled ahead at most. */
const BUFFERS_AHEAD = 6;
/** Storage that takes longer, so many times in a row, is better asked for several files at a time. In milliseconds. */
const SLOW_FILE_MS = 4;
const SLOW_BUFFER_MS = 20;
const SLOW_READS = 4;
/** After so many files that were read in the ordinary way, the thread is tried again: it may only have had little of a processor. */
const FILES_UNTIL_RETRY = 100;

/** In bytes. */
const SHORTEST_FRAGMENT = 1_024;

/** Data sets that were read into one buffer together. */
interface Batch {
  readonly buffer: SharedBuffer;
  readonly requests: DataSetRequest[];
  readonly places: number[];
  readonly room: FragmentRoom | undefined;
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

export class ReadAhead {
  readonly #thread: FileThread = useFileThread();
  readonly #expected = new Map<string, Expected>();
  #batches = 0;
  #slowReads = 0;
  #readOtherwise = 0;
  #isClosed = false;

  /**
   * Begins to read what will be asked for soon, in this order, as far as there are buffers.
   * @param offered room to leave between the bytes, which will most likely be offered when they are asked for, too
   * @returns of how many of them nothing more is to be done
   */
  expect(requests: readonly DataSetRequest[], offered?: FragmentRoom): number {
    const room = taken(offered);
    let done = 0;
    while (done < requests.length) {
      if (this.#batches >= BUFFERS_AHEAD || !this.#isUseful) return done;
      const files: DataSetRequest[] = [];
      const places: number[] = [];
      let end = 0;
      for (; done < requests.length && files.length < FILES_PER_READ; done += 1) {
        const request = requests[done] as DataSetRequest;
        const length = roomyLength(evenLength(request), room);
        if (length > BUFFER_LENGTH || this.#expected.has(request.path)) continue;
        if (end + length > BUFFER_LENGTH) break;
        files.push(request);
        places.push(end);
        end += length;
      }
      if (files.length === 0) continue;
      const buffer = this.#thread.takeBuffer();
      if (buffer === undefined) return done - files.length;
      this.#read(files, places, buffer, room);
    }
    return done;
  }

  /**
   * The file's data set through the thread, with a zero byte more where its length is odd and `otherwise.length` is not.
   * `otherwise` is read instead where the thread has no answer.
   */
  source(request: DataSetRequest, otherwise: DataSetSource): DataSetSource {
    const { transferSyntaxUID, length } = otherwise;
    return {
      transferSyntaxUID,
      length,
      chunks: (chunkLength, room) => this.#chunks(request, otherwise, chunkLength, taken(room)),
    };
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

  #read(files: DataSetRequest[], places: number[], buffer: SharedBuffer, room: FragmentRoom | undefined): void {
    this.#batches += 1;
    const results = this.#thread
      .ask({ type: 'data sets', files, buffer: buffer.number, places, room })
      .then((reply) => {
        if (reply !== undefined) this.#judge(reply.elapsedMs, SLOW_FILE_MS * files.length + SLOW_BUFFER_MS);
        return reply?.answer;
      });
    const batch: Batch = { buffer, requests: files, places, room, results, waiting: files.length, isSpoilt: false };
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
    room: FragmentRoom | undefined,
  ): AsyncGenerator<DataSetChunk, void, undefined> {
    const expected = this.#expected.get(request.path);
    if (expected !== undefined && isSameDataSet(expected.batch.requests[expected.index], request)) {
      this.#expected.delete(request.path);
      return this.#expectedChunks(expected, otherwise, chunkLength, room);
    }
    if (this.#isUseful && roomyLength(chunkLength, room) <= BUFFER_LENGTH) {
      return this.#streamedChunks(request, otherwise, chunkLength, room);
    }
    this.#readOtherwise += 1;
    if (this.#readOtherwise % FILES_UNTIL_RETRY === 0) this.#slowReads = SLOW_READS - 1;
    return otherwise.chunks(chunkLength);
  }

  async *#expectedChunks(
    { batch, index }: Expected,
    otherwise: DataSetSource,
    chunkLength: number,
    offered: FragmentRoom | undefined,
  ): AsyncGenerator<DataSetChunk, void, undefined> {
    let isSpoilt = true;
    try {
      const results = await batch.results;
      if (results !== undefined) {
        const result = results[index];
        if (result !== undefined) {
          isSpoilt = false;
          throw new DataSetReadError(result);
        }
        const length = otherwise.length ?? 0;
        const at = batch.places[index] ?? 0;
        const { room } = batch;
        const bytes = batch.buffer.bytes.subarray(at, at + roomyLength(length, room));
        // The padding byte of a deflated data set (PS3.5 A.5); of others, `length` is the file's.
        if (length > (batch.requests[index] as DataSetRequest).length) bytes[roomyOffset(length - 1, room)] = 0;
        const chunks = isSame(room, offered)
          ? cut(bytes, length, chunkLength, room, true)
          : bare(fragmentViews(bytes, 0, length, room), chunkLength);
        for (const chunk of chunks) yield chunk;
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
    room: FragmentRoom | undefined,
  ): AsyncGenerator<DataSetChunk, void, undefined> {
    const total = otherwise.length ?? request.length;
    const stream = new StreamedParts(this.#thread, request, total, chunkLength, room);
    const judge = (elapsedMs: number) => this.#judge(elapsedMs, SLOW_FILE_MS + SLOW_BUFFER_MS);
    let count = 0;
    let isWhole = false;
    for await (const { bytes, dataLength, isLast } of stream.parts(judge)) {
      for (const chunk of cut(bytes, dataLength, chunkLength, room, isLast)) {
        count += 1;
        isWhole = chunk.isLast;
        yield chunk;
      }
    }
    if (isWhole) return;
    // The thread is gone, or there was no buffer to begin with: on with another reader, behind what is out already. Both see
    // to it that the file is the one that was scanned.
    let index = 0;
    for await (const chunk of otherwise.chunks(chunkLength)) {
      index += 1;
      if (index > count) yield chunk;
    }
  }
}

/**
 * At least one piece, the last of which is marked where `bytes` ends the data set.
 * @param length of the data that `bytes` has, with `room` between it
 */
function* cut(
  bytes: Uint8Array,
  length: number,
  chunkLength: number,
  room: FragmentRoom | undefined,
  isEnd: boolean,
): Generator<DataSetChunk, void, undefined> {
  let start = 0;
  for (let at = 0; at === 0 || at < length; at += chunkLength) {
    const dataLength = Math.min(chunkLength, length - at);
    const end = start + roomyLength(dataLength, room);
    const isLast = isEnd && at + chunkLength >= length;
    const piece = bytes.subarray(start, end);
    yield room === undefined ? { bytes: piece, isLast } : { bytes: piece, isLast, dataLength };
    start = end;
  }
}

/** Fragments without the room between them. */
function* bare(fragments: readonly Uint8Array[], chunkLength: number): Generator<DataSetChunk, void, undefined> {
  if (fragments.length === 0) yield { bytes: new Uint8Array(0), isLast: true };
  for (const [index, fragment] of fragments.entries()) {
    yield* cut(fragment, fragment.length, chunkLength, undefined, index === fragments.length - 1);
  }
}

/** Short fragments would have more room than bytes. */
function taken(offered: FragmentRoom | undefined): FragmentRoom | undefined {
  return offered !== undefined && offered.fragmentLength >= SHORTEST_FRAGMENT ? offered : undefined;
}

/** A path may have been scanned twice, with another file at it the second time. */
function isSameDataSet(one: DataSetRequest | undefined, other: DataSetRequest): boolean {
  if (one?.offset !== other.offset || one.length !== other.length) return false;
  return changeOf(one.identity, other.identity) === undefined;
}

function isSame(one: FragmentRoom | undefined, other: FragmentRoom | undefined): boolean {
  return one?.fragmentLength === other?.fragmentLength && one?.headerLength === other?.headerLength;
}

function evenLength({ length }: DataSetRequest): number {
  return length + (length % 2);
}
