// The data set in its file, byte for byte, from where it begins to the end of the file.
//
// The file must be what it was when it was scanned, before its first byte is read and after its last: bytes of two versions
// never leave as one instance.

import type { Stats } from 'node:fs';
import { FILE_TIMEOUT_MS } from '../../protocol/limits.ts';
import type { InstanceHeader } from '../header/header.ts';
import { systemErrorInfo } from '../system-error.ts';
import { isDeflated } from '../transfer-syntax-encoding.ts';
import { type DataSetChunk, DataSetReadError, type DataSetReadReason, type DataSetSource } from './data-set-source.ts';
import { asynchronousAccess, type FileAccess, type OpenFile } from './file-access.ts';
import { changeOf, type FileIdentity, identityOf, kindOf } from './file-identity.ts';
import { type FragmentRoom, fragmentViews } from './fragment-room.ts';

/** Where a data set is. */
export interface DataSetInFile {
  readonly path: string;
  /** In bytes from the start of the file. */
  readonly offset: number;
  /** In bytes. */
  readonly length: number;
  /** What the file was when it was scanned. */
  readonly identity: FileIdentity;
}

/** Systems take 1,024 at a time (IOV_MAX). */
const VIEWS_PER_READ = 512;

/** An open file whose data set is read from the front. What the file or the system does wrong is returned, not thrown. */
export class DataSetFile {
  readonly #dataSet: DataSetInFile;
  readonly #file: OpenFile;
  #isClosed = false;

  private constructor(dataSet: DataSetInFile, file: OpenFile) {
    this.#dataSet = dataSet;
    this.#file = file;
  }

  static async open(dataSet: DataSetInFile, access: FileAccess): Promise<DataSetFile | DataSetReadReason> {
    let opened: OpenFile;
    try {
      opened = await access.open(dataSet.path);
    } catch (error) {
      return unreadable(error);
    }
    const file = new DataSetFile(dataSet, opened);
    return (await file.#changed()) ?? file;
  }

  /**
   * Reads `length` bytes of the data set from `position` on to `into[at]`, with `room` between them. After its last byte
   * the file is compared with what it was, and closed. It is also closed after a failure.
   */
  async read(
    into: Uint8Array,
    at: number,
    position: number,
    length: number,
    room: FragmentRoom | undefined,
  ): Promise<DataSetReadReason | undefined> {
    try {
      const views = fragmentViews(into, at, length, room);
      let from = this.#dataSet.offset + position;
      for (let first = 0; first < views.length; first += VIEWS_PER_READ) {
        const some = views.length <= VIEWS_PER_READ ? views : views.slice(first, first + VIEWS_PER_READ);
        if (!(await this.#fill(some, from))) {
          return await this.#failed({ code: 'file changed', detail: 'it became shorter' });
        }
        for (const view of some) from += view.length;
      }
    } catch (error) {
      return this.#failed(unreadable(error));
    }
    if (position + length < this.#dataSet.length) return undefined;
    const reason = await this.#changed();
    await this.close();
    return reason;
  }

  /** False: the file ends before. */
  async #fill(views: readonly Uint8Array[], position: number): Promise<boolean> {
    let left = views.length === 1 ? 0 : await this.#file.readAll(views, position);
    let from = position + left;
    for (const view of views) {
      let filled = Math.min(left, view.length);
      left -= filled;
      while (filled < view.length) {
        const bytesRead = await this.#file.read(view, filled, view.length - filled, from);
        if (bytesRead === 0) return false;
        filled += bytesRead;
        from += bytesRead;
      }
    }
    return true;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      await this.#file.close();
    } catch {
      // Nothing was written, so closing can lose nothing.
    }
  }

  async #changed(): Promise<DataSetReadReason | undefined> {
    let reason: DataSetReadReason | undefined;
    try {
      reason = differenceOf(this.#dataSet.identity, await this.#file.status());
    } catch (error) {
      reason = unreadable(error);
    }
    return reason === undefined ? undefined : this.#failed(reason);
  }

  async #failed(reason: DataSetReadReason): Promise<DataSetReadReason> {
    await this.close();
    return reason;
  }
}

function differenceOf(identity: FileIdentity, status: Stats): DataSetReadReason | undefined {
  const detail = status.isFile() ? changeOf(identity, identityOf(status)) : `it is a ${kindOf(status)} now`;
  return detail === undefined ? undefined : { code: 'file changed', detail };
}

function unreadable(error: unknown): DataSetReadReason {
  return { code: 'read error', error: systemErrorInfo(error) };
}

/** One read is about this many bytes: a call per PDU would cost more than its bytes. */
const BLOCK_LENGTH = 262_144;

/**
 * The data set as it is read without the file thread: two blocks take turns, one is read while the other goes out.
 *
 * @param identity what the file was when `header` was read
 * @param timeoutMs for each system call; Infinity: no limit
 *
 * A deflated data set of odd length goes out with one more zero byte (PS3.5 A.5). Nothing else is changed.
 */
export function fileSource(
  path: string,
  header: InstanceHeader,
  identity: FileIdentity,
  timeoutMs = FILE_TIMEOUT_MS,
): DataSetSource {
  const isPadded = header.dataSetLength % 2 !== 0 && isDeflated(header.transferSyntaxUID);
  const dataSet = { path, offset: header.dataSetOffset, length: header.dataSetLength, identity };
  return {
    transferSyntaxUID: header.transferSyntaxUID,
    length: header.dataSetLength + (isPadded ? 1 : 0),
    chunks: (chunkLength) => readChunks(dataSet, isPadded, chunkLength, asynchronousAccess(timeoutMs)),
  };
}

async function* readChunks(
  dataSet: DataSetInFile,
  isPadded: boolean,
  chunkLength: number,
  access: FileAccess,
): AsyncGenerator<DataSetChunk, void, undefined> {
  if (!Number.isInteger(chunkLength) || chunkLength < 2 || chunkLength % 2 !== 0) {
    throw new RangeError(`chunkLength must be an even number of bytes, not ${chunkLength}`);
  }
  const file = await DataSetFile.open(dataSet, access);
  if (!(file instanceof DataSetFile)) throw new DataSetReadError(file);
  const wholeChunks = chunkLength * Math.max(1, Math.floor(BLOCK_LENGTH / chunkLength));
  const blocks = new Blocks(file, dataSet.length, Math.min(wholeChunks, dataSet.length));
  let ahead: Promise<Uint8Array> | undefined = blocks.next();
  try {
    while (ahead !== undefined) {
      const block: Uint8Array = await ahead;
      const isLastBlock = blocks.isAtEnd;
      ahead = isLastBlock ? undefined : blocks.next();
      // It fails where it is awaited, not before.
      ahead?.catch(() => undefined);
      for (let at = 0; at === 0 || at < block.length; at += chunkLength) {
        const isLast = isLastBlock && at + chunkLength >= block.length;
        const bytes = block.subarray(at, at + chunkLength);
        yield { bytes: isLast && isPadded ? withZeroByte(bytes) : bytes, isLast };
      }
    }
  } finally {
    // A read under way uses the descriptor: closed under it, the number could become another file's.
    await ahead?.catch(() => undefined);
    await file.close();
  }
}

class Blocks {
  readonly #file: DataSetFile;
  readonly #end: number;
  readonly #blockLength: number;
  readonly #buffers: Uint8Array[] = [];
  #position = 0;
  #turn = 0;

  constructor(file: DataSetFile, end: number, blockLength: number) {
    this.#file = file;
    this.#end = end;
    this.#blockLength = blockLength;
  }

  /** Nothing is left to be read. */
  get isAtEnd(): boolean {
    return this.#position >= this.#end;
  }

  /** The bytes stay as they are until the call after the next. */
  async next(): Promise<Uint8Array> {
    const turn = this.#turn;
    this.#turn = 1 - turn;
    this.#buffers[turn] ??= new Uint8Array(this.#blockLength);
    const block = this.#buffers[turn].subarray(0, Math.min(this.#blockLength, this.#end - this.#position));
    const reason = await this.#file.read(block, 0, this.#position, block.length, undefined);
    if (reason !== undefined) throw new DataSetReadError(reason);
    this.#position += block.length;
    return block;
  }
}

function withZeroByte(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(bytes.length + 1);
  padded.set(bytes);
  return padded;
}
