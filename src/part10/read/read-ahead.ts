// Data sets through the file threads, for one send.
//
// - Files whose turn is foreseen are read ahead: small ones many to a buffer, images one by one.
// - Others, and those longer than a buffer, are streamed: in parts, each in a buffer of its own, of which the next are read
//   while these go out. The first parts are asked for one at a time, so that the first byte leaves soon; then several to a
//   question, because waking a thread costs as much as reading a part.
//
// A buffer belongs to one file until its reader is done: has asked for more behind the last piece, or has given up. A buffer
// that a hanging thread may still write into is never used again.

import { FILE_TIMEOUT_MS } from '../../protocol/limits.ts';
import type { DataSetInFile } from './data-set-file.ts';
import {
  chunksOfFragments,
  chunksWithRoom,
  type DataSetChunk,
  DataSetReadError,
  type DataSetSource,
} from './data-set-source.ts';
import { changeOf } from './file-identity.ts';
import type { ReadResult } from './file-thread.ts';
import {
  BUFFER_LENGTH,
  type FileAnswer,
  type FileThreads,
  releaseFileThreads,
  type SharedBuffer,
  useFileThreads,
} from './file-threads.ts';
import { type FragmentRoom, fragmentViews, roomyLength, roomyOffset } from './fragment-room.ts';

/** Read in one go. With more, the first of them would wait too long. */
const FILES_PER_READ = 16;
/** Buffers that are filled ahead. */
const BUFFERS_AHEAD = 6;
/** Parts that are asked for at once; as many are on their way meanwhile. */
const PARTS_MAX = 6;
/** Shorter fragments would have more room than bytes. In bytes. */
const SHORTEST_FRAGMENT = 1_024;

/** Data sets that are read into one buffer together. */
interface Batch {
  readonly buffer: SharedBuffer;
  readonly files: readonly DataSetInFile[];
  readonly places: readonly number[];
  readonly room: FragmentRoom | undefined;
  readonly answer: Promise<FileAnswer<readonly ReadResult[]>>;
  /** Data sets in it that may still be asked for. */
  waiting: number;
  /** A thread may still write into the buffer when its data sets are no longer wanted. */
  isSpoilt: boolean;
}

interface Expected {
  readonly batch: Batch;
  readonly index: number;
}

export class ReadAhead {
  readonly #threads: FileThreads;
  readonly #expected = new Map<string, Expected>();
  #batches = 0;
  #isClosed = false;

  /** @param timeoutMs for each system call on a file; Infinity: no limit */
  constructor(timeoutMs = FILE_TIMEOUT_MS) {
    this.#threads = useFileThreads(timeoutMs);
  }

  /** For tests: what becomes of a send whose threads break. */
  get threads(): FileThreads {
    return this.#threads;
  }

  /**
   * Begins to read files that will be asked for soon, in this order, as far as there are buffers.
   * @param offered room to leave between the bytes; the one that asks for them will most likely offer the same
   * @returns how many of them, from the first, are read, being read or not to be read ahead
   */
  expect(files: readonly DataSetInFile[], offered?: FragmentRoom): number {
    const room = taken(offered);
    let done = 0;
    while (done < files.length) {
      if (this.#batches >= BUFFERS_AHEAD || !this.#isUseful) return done;
      const together: DataSetInFile[] = [];
      const places: number[] = [];
      let end = 0;
      for (; done < files.length && together.length < FILES_PER_READ; done += 1) {
        const file = files[done] as DataSetInFile;
        const length = roomyLength(evenLength(file), room);
        if (length > BUFFER_LENGTH || this.#expected.has(file.path)) continue;
        if (end + length > BUFFER_LENGTH) break;
        together.push(file);
        places.push(end);
        end += length;
      }
      if (together.length === 0) continue;
      const buffer = this.#threads.takeBuffer();
      if (buffer === undefined) return done - together.length;
      this.#read(together, places, buffer, room);
    }
    return done;
  }

  /**
   * The file's data set, read by the threads; read from `otherwise` if there are no threads or no buffers. A zero byte is
   * added if the data set's length is odd and `otherwise.length` is even.
   */
  source(file: DataSetInFile, otherwise: DataSetSource): DataSetSource {
    const { transferSyntaxUID, length } = otherwise;
    return {
      transferSyntaxUID,
      length,
      chunks: (chunkLength, room) => this.#chunks(file, otherwise, chunkLength, taken(room)),
    };
  }

  /** What was read and not asked for is dropped. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { batch } of this.#expected.values()) this.#doneWith(batch, true);
    this.#expected.clear();
    releaseFileThreads(this.#threads);
  }

  get #isUseful(): boolean {
    return !this.#isClosed && !this.#threads.isBroken;
  }

  #read(
    files: readonly DataSetInFile[],
    places: readonly number[],
    buffer: SharedBuffer,
    room: FragmentRoom | undefined,
  ) {
    this.#batches += 1;
    const answer = this.#threads.ask({ type: 'data sets', files, buffer: buffer.number, places, room });
    const batch: Batch = { buffer, files, places, room, answer, waiting: files.length, isSpoilt: false };
    files.forEach(({ path }, index) => {
      this.#expected.set(path, { batch, index });
    });
  }

  #doneWith(batch: Batch, isSpoilt: boolean): void {
    batch.waiting -= 1;
    batch.isSpoilt ||= isSpoilt;
    if (batch.waiting > 0) return;
    this.#batches -= 1;
    if (batch.isSpoilt) this.#threads.dropBuffer(batch.buffer);
    else this.#threads.giveBuffer(batch.buffer);
  }

  #chunks(
    file: DataSetInFile,
    otherwise: DataSetSource,
    chunkLength: number,
    room: FragmentRoom | undefined,
  ): AsyncGenerator<DataSetChunk, void, undefined> {
    const expected = this.#expected.get(file.path);
    if (expected !== undefined && isSameDataSet(expected.batch.files[expected.index], file)) {
      this.#expected.delete(file.path);
      return this.#expectedChunks(expected, otherwise, chunkLength, room);
    }
    return this.#chunksNow(file, otherwise, chunkLength, room);
  }

  #chunksNow(
    file: DataSetInFile,
    otherwise: DataSetSource,
    chunkLength: number,
    room: FragmentRoom | undefined,
  ): AsyncGenerator<DataSetChunk, void, undefined> {
    const isStreamed = this.#isUseful && roomyLength(chunkLength, room) <= BUFFER_LENGTH;
    return isStreamed ? this.#streamedChunks(file, otherwise, chunkLength, room) : otherwise.chunks(chunkLength);
  }

  async *#expectedChunks(
    { batch, index }: Expected,
    otherwise: DataSetSource,
    chunkLength: number,
    offered: FragmentRoom | undefined,
  ): AsyncGenerator<DataSetChunk, void, undefined> {
    const file = batch.files[index] as DataSetInFile;
    let isSpoilt = true;
    try {
      const answer = await batch.answer;
      if (answer.type === 'answer') {
        isSpoilt = false;
        const result = answer.answer[index];
        if (result !== undefined) throw new DataSetReadError(result);
        const length = otherwise.length ?? 0;
        const at = batch.places[index] ?? 0;
        const { room } = batch;
        const bytes = batch.buffer.bytes.subarray(at, at + roomyLength(length, room));
        // The padding byte of a deflated data set (PS3.5 A.5); for others, `length` is the file's.
        if (length > file.length) bytes[roomyOffset(length - 1, room)] = 0;
        const chunks = isSame(room, offered)
          ? chunksWithRoom(bytes, length, chunkLength, room, true)
          : chunksOfFragments(fragmentViews(bytes, 0, length, room), chunkLength);
        for (const chunk of chunks) yield chunk;
        return;
      }
      if (answer.type === 'hung' && (answer.file ?? index) === index) {
        throw new DataSetReadError({ code: 'read error', error: answer.error });
      }
    } finally {
      this.#doneWith(batch, isSpoilt);
    }
    // The send is over: nobody waits for this file.
    if (this.#isClosed) return;
    // Another file of the batch hangs, or the threads are gone.
    yield* this.#chunksNow(file, otherwise, chunkLength, offered);
  }

  async *#streamedChunks(
    file: DataSetInFile,
    otherwise: DataSetSource,
    chunkLength: number,
    room: FragmentRoom | undefined,
  ): AsyncGenerator<DataSetChunk, void, undefined> {
    const total = otherwise.length ?? file.length;
    const stream = new StreamedParts(this.#threads, file, total, chunkLength, room);
    let count = 0;
    let isWhole = false;
    for await (const { bytes, dataLength, isLast } of stream.parts()) {
      for (const chunk of chunksWithRoom(bytes, dataLength, chunkLength, room, isLast)) {
        count += 1;
        isWhole = chunk.isLast;
        yield chunk;
      }
    }
    if (isWhole || this.#isClosed) return;
    // The threads are gone, or there was no buffer to begin with: another reader goes on behind the bytes that are out. Both
    // check that the file is the one that was scanned.
    let index = 0;
    for await (const chunk of otherwise.chunks(chunkLength)) {
      index += 1;
      if (index > count) yield chunk;
    }
  }
}

interface Part {
  readonly buffer: SharedBuffer;
  /** In the data set, in bytes. */
  readonly position: number;
}

/** A data set of any length, in parts. */
class StreamedParts {
  readonly #threads: FileThreads;
  readonly #stream: number;
  readonly #file: DataSetInFile;
  readonly #total: number;
  readonly #partLength: number;
  readonly #room: FragmentRoom | undefined;
  /** Buffers that a thread may still write into, or the reader still read. */
  readonly #buffers = new Set<SharedBuffer>();
  /** To the question that was asked last: until then the thread writes. */
  #answer: Promise<FileAnswer<ReadResult>> | undefined;
  #asked = 0;
  #partsAtOnce = 1;

  /**
   * @param total in bytes: the length of the data set, or one more, which is then a zero byte (PS3.5 A.5)
   * @param chunkLength a part contains only whole chunks
   */
  constructor(
    threads: FileThreads,
    file: DataSetInFile,
    total: number,
    chunkLength: number,
    room: FragmentRoom | undefined,
  ) {
    this.#threads = threads;
    this.#stream = threads.newStream();
    this.#file = file;
    this.#total = total;
    this.#room = room;
    this.#partLength = Math.floor(BUFFER_LENGTH / roomyLength(chunkLength, room)) * chunkLength;
  }

  /**
   * The parts in order, each valid until the next is asked for. They end before the last if there are no threads any more, or
   * if there was no buffer to begin with.
   * @throws DataSetReadError
   */
  async *parts(): AsyncGenerator<DataSetChunk & { dataLength: number }> {
    let isWhole = false;
    let next: Promise<readonly Part[] | undefined> | undefined;
    try {
      while (this.#asked < this.#total || next !== undefined) {
        // If these parts took the last buffers there are, they are free again by the next round: no two streams wait for
        // each other.
        const parts = await (next ?? this.#ask());
        if (parts === undefined) return;
        next = this.#ask();
        // It fails where it is awaited, not before.
        next?.catch(() => undefined);
        for (const part of parts) {
          const dataLength = Math.min(this.#partLength, this.#total - part.position);
          const bytes = part.buffer.bytes.subarray(0, roomyLength(dataLength, this.#room));
          yield { bytes, dataLength, isLast: part.position + dataLength >= this.#total };
          this.#buffers.delete(part.buffer);
          this.#threads.giveBuffer(part.buffer);
        }
      }
      isWhole = true;
    } finally {
      this.#threads.endStream(this.#stream, isWhole);
      const answer = await this.#answer;
      for (const buffer of this.#buffers) {
        if (answer === undefined || answer.type === 'answer') this.#threads.giveBuffer(buffer);
        else this.#threads.dropBuffer(buffer);
      }
    }
  }

  /** Undefined: everything is asked for, or there is no buffer. */
  #ask(): Promise<readonly Part[] | undefined> | undefined {
    const parts: Part[] = [];
    while (parts.length < this.#partsAtOnce && this.#asked < this.#total) {
      const buffer = this.#threads.takeBuffer();
      if (buffer === undefined) break;
      this.#buffers.add(buffer);
      parts.push({ buffer, position: this.#asked });
      this.#asked += this.#partLength;
    }
    if (parts.length === 0) return undefined;
    // From slow storage one part at a time, so that the peer gets something meanwhile.
    this.#partsAtOnce = this.#threads.width > 1 ? 1 : Math.min(PARTS_MAX, 2 * this.#partsAtOnce);
    return this.#filled(parts);
  }

  /** Undefined: there are no threads. */
  async #filled(parts: readonly Part[]): Promise<readonly Part[] | undefined> {
    const file = this.#file;
    const wanted = parts.map(({ buffer, position }) => ({
      buffer: buffer.number,
      position,
      length: Math.min(this.#partLength, file.length - position),
    }));
    // The added zero byte may be a part of its own, with no byte of the file.
    const inFile = wanted.filter(({ position, length }) => length > 0 || position === 0);
    if (inFile.length > 0) {
      this.#answer = this.#threads.ask({ type: 'parts', stream: this.#stream, file, parts: inFile, room: this.#room });
      const answer = await this.#answer;
      if (answer.type === 'no thread') return undefined;
      if (answer.type === 'hung') throw new DataSetReadError({ code: 'read error', error: answer.error });
      if (answer.answer !== undefined) throw new DataSetReadError(answer.answer);
    }
    const last = parts.at(-1);
    if (last !== undefined && last.position + this.#partLength >= this.#total && this.#total > file.length) {
      last.buffer.bytes[roomyOffset(file.length - last.position, this.#room)] = 0;
    }
    return parts;
  }
}

function taken(offered: FragmentRoom | undefined): FragmentRoom | undefined {
  return offered !== undefined && offered.fragmentLength >= SHORTEST_FRAGMENT ? offered : undefined;
}

/** A path may have been scanned twice, with another file at it the second time. */
function isSameDataSet(one: DataSetInFile | undefined, other: DataSetInFile): boolean {
  if (one?.offset !== other.offset || one.length !== other.length) return false;
  return changeOf(one.identity, other.identity) === undefined;
}

function isSame(one: FragmentRoom | undefined, other: FragmentRoom | undefined): boolean {
  return one?.fragmentLength === other?.fragmentLength && one?.headerLength === other?.headerLength;
}

function evenLength({ length }: DataSetInFile): number {
  return length + (length % 2);
}
