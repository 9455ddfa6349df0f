// A data set of any length through the file thread: parts of it, each in a buffer of its own, of which the next are read while
// these go out. At first one at a time, so that the first byte leaves soon; then several to a question, because to wake a thread
// costs as much as to read a part.

import { type DataSetChunk, DataSetReadError } from './data-set-source.ts';
import { BUFFER_LENGTH, type FileThread, type SharedBuffer } from './file-thread.ts';
import type { DataSetRequest } from './file-thread-messages.ts';
import { type FragmentRoom, roomyLength, roomyOffset } from './fragment-room.ts';

/** Parts that are asked for at once; as many are on their way meanwhile. */
const PARTS_MAX = 6;

let lastStream = 0;

interface Part {
  readonly buffer: SharedBuffer;
  /** In the data set, in bytes. */
  readonly position: number;
}

export class StreamedParts {
  readonly #thread: FileThread;
  readonly #request: DataSetRequest;
  readonly #total: number;
  readonly #partLength: number;
  readonly #room: FragmentRoom | undefined;
  readonly #stream: number;
  /** Buffers that the thread may still write into, or the connection still read. */
  readonly #buffers = new Set<SharedBuffer>();
  #asked = 0;
  #partsAtOnce = 1;

  /**
   * @param total in bytes: the length of the data set, or one more, which is then a zero byte (PS3.5 A.5)
   * @param chunkLength what is read fits whole chunks
   */
  constructor(
    thread: FileThread,
    request: DataSetRequest,
    total: number,
    chunkLength: number,
    room: FragmentRoom | undefined,
  ) {
    this.#thread = thread;
    this.#request = request;
    this.#total = total;
    this.#room = room;
    this.#partLength = Math.floor(BUFFER_LENGTH / roomyLength(chunkLength, room)) * chunkLength;
    lastStream += 1;
    this.#stream = lastStream;
  }

  /**
   * The parts in order, each with as much of `bytes` as belongs to it; valid until the next is asked for. They end before the
   * last where the thread has no answer any more, or never had one.
   * @param judge is told how long a part took, in milliseconds
   * @throws DataSetReadError
   */
  async *parts(judge: (elapsedMs: number) => void): AsyncGenerator<DataSetChunk & { dataLength: number }> {
    let isSpoilt = true;
    let next: Promise<readonly Part[] | undefined> | undefined;
    try {
      while (this.#asked < this.#total || next !== undefined) {
        // Where the parts before took the last buffers there are, their own are free by now: nobody waits for anybody.
        const parts = await (next ?? this.#ask(judge));
        if (parts === undefined) return;
        next = this.#ask(judge);
        // It fails where it is awaited, not before.
        next?.catch(() => undefined);
        for (const part of parts) {
          const dataLength = Math.min(this.#partLength, this.#total - part.position);
          const bytes = part.buffer.bytes.subarray(0, roomyLength(dataLength, this.#room));
          yield { bytes, dataLength, isLast: part.position + dataLength >= this.#total };
          this.#buffers.delete(part.buffer);
          this.#thread.giveBuffer(part.buffer);
        }
      }
      isSpoilt = false;
    } finally {
      if (isSpoilt) this.#thread.tell({ type: 'abandon', stream: this.#stream });
      for (const buffer of this.#buffers) this.#thread.dropBuffer(buffer);
    }
  }

  /** Undefined: all is asked for, or there is no buffer. */
  #ask(judge: (elapsedMs: number) => void): Promise<readonly Part[] | undefined> | undefined {
    const parts: Part[] = [];
    while (parts.length < this.#partsAtOnce && this.#asked < this.#total) {
      const buffer = this.#thread.takeBuffer();
      if (buffer === undefined) break;
      this.#buffers.add(buffer);
      parts.push({ buffer, position: this.#asked });
      this.#asked += this.#partLength;
    }
    if (parts.length === 0) return undefined;
    this.#partsAtOnce = Math.min(PARTS_MAX, 2 * this.#partsAtOnce);
    return this.#filled(parts, judge);
  }

  /** Undefined: there is no thread. */
  async #filled(parts: readonly Part[], judge: (elapsedMs: number) => void): Promise<readonly Part[] | undefined> {
    const file = this.#request;
    const wanted = parts.map(({ buffer, position }) => ({
      buffer: buffer.number,
      position,
      length: Math.min(this.#partLength, file.length - position),
    }));
    // The zero byte may be a part of its own, of which nothing is in the file.
    const inFile = wanted.filter(({ position, length }) => length > 0 || position === 0);
    if (inFile.length > 0) {
      const reply = await this.#thread.ask({
        type: 'parts',
        stream: this.#stream,
        file,
        parts: inFile,
        room: this.#room,
      });
      if (reply === undefined) return undefined;
      judge(reply.elapsedMs / parts.length);
      if (reply.answer !== undefined) throw new DataSetReadError(reply.answer);
    }
    const last = parts.at(-1);
    if (last !== undefined && last.position + this.#partLength >= this.#total && this.#total > file.length) {
      last.buffer.bytes[roomyOffset(file.length - last.position, this.#room)] = 0;
    }
    return parts;
  }
}
