// A file's own data set, byte for byte, from where it begins to the end of the file.
//
// Two blocks take turns: one is being read while the pieces of the other go out. The file must be what it was when it was
// scanned, before the first byte and after the last: bytes of two versions never leave as one instance.

import { type FileHandle, open } from 'node:fs/promises';
import type { InstanceHeader } from '../header/header.ts';
import { systemErrorInfo } from '../system-error.ts';
import { isDeflated } from '../transfer-syntax-encoding.ts';
import { BlockPool } from './block-pool.ts';
import { type DataSetChunk, DataSetReadError, type DataSetSource } from './data-set-source.ts';
import { OPEN_FLAGS } from './file-access.ts';
import { changeOf, type FileIdentity, identityOf, kindOf } from './file-identity.ts';

/** One read is about so many bytes: pieces of a PDU's size alone would cost more in calls than in bytes. */
const BLOCK_LENGTH = 262_144;

/**
 * @param identity what the file was when `header` was read
 * @param pool blocks are taken from it, and given back when the last chunk is followed by another `next`
 *
 * A deflated data set of odd length goes out with one more zero byte (PS3.5 A.5). Nothing else is changed.
 */
export function fileSource(
  path: string,
  header: InstanceHeader,
  identity: FileIdentity,
  pool: BlockPool = new BlockPool(),
): DataSetSource {
  const isPadded = header.dataSetLength % 2 !== 0 && isDeflated(header.transferSyntaxUID);
  return {
    transferSyntaxUID: header.transferSyntaxUID,
    length: header.dataSetLength + (isPadded ? 1 : 0),
    chunks: (chunkLength) => readChunks(path, header, identity, isPadded, pool, chunkLength),
  };
}

async function* readChunks(
  path: string,
  header: InstanceHeader,
  identity: FileIdentity,
  isPadded: boolean,
  pool: BlockPool,
  chunkLength: number,
): AsyncGenerator<DataSetChunk, void, undefined> {
  if (!Number.isInteger(chunkLength) || chunkLength < 2 || chunkLength % 2 !== 0) {
    throw new RangeError(`chunkLength must be an even number of bytes, not ${chunkLength}`);
  }
  const handle = await system(() => open(path, OPEN_FLAGS));
  let ahead: Promise<Uint8Array> | undefined;
  try {
    await assertUnchanged(handle, identity);
    const blockLength = chunkLength * Math.max(1, Math.floor(BLOCK_LENGTH / chunkLength));
    const blocks = new BlockReader(handle, header, pool, Math.min(blockLength, header.dataSetLength));
    ahead = blocks.next();
    for (;;) {
      const block = await ahead;
      const isLastBlock = blocks.isAtEnd;
      if (isLastBlock) await assertUnchanged(handle, identity);
      else ahead = readAhead(blocks);
      for (let at = 0; at < block.length || block.length === 0; at += chunkLength) {
        const isLast = isLastBlock && at + chunkLength >= block.length;
        const bytes = block.subarray(at, at + chunkLength);
        yield { bytes: isLast && isPadded ? withZeroByte(bytes) : bytes, isLast };
        if (isLast) {
          // Asked on after the last chunk: whoever read them all has no more use for them.
          blocks.giveBack();
          return;
        }
      }
    }
  } finally {
    // A read under way uses the descriptor; closing under it could make it read another file.
    await ahead?.catch(() => undefined);
    await handle.close();
  }
}

/** Fails where it is awaited, not before. */
function readAhead(blocks: BlockReader): Promise<Uint8Array> {
  const ahead = blocks.next();
  ahead.catch(() => undefined);
  return ahead;
}

class BlockReader {
  readonly #handle: FileHandle;
  readonly #end: number;
  readonly #blockLength: number;
  readonly #pool: BlockPool;
  readonly #buffers: Uint8Array[] = [];
  #position: number;
  #turn = 0;

  constructor(handle: FileHandle, header: InstanceHeader, pool: BlockPool, blockLength: number) {
    this.#handle = handle;
    this.#pool = pool;
    this.#position = header.dataSetOffset;
    this.#end = header.dataSetOffset + header.dataSetLength;
    this.#blockLength = blockLength;
  }

  /** Nothing is left to be read. */
  get isAtEnd(): boolean {
    return this.#position >= this.#end;
  }

  giveBack(): void {
    for (const buffer of this.#buffers.splice(0)) this.#pool.give(buffer);
  }

  /** The bytes stay as they are until the call after the next. */
  async next(): Promise<Uint8Array> {
    const turn = this.#turn;
    this.#turn = 1 - turn;
    const buffer = this.#buffers[turn] ?? this.#pool.take(this.#blockLength);
    this.#buffers[turn] = buffer;
    const block = buffer.subarray(0, Math.min(buffer.length, this.#end - this.#position));
    let filled = 0;
    while (filled < block.length) {
      const { bytesRead } = await system(() =>
        this.#handle.read(block, filled, block.length - filled, this.#position + filled),
      );
      if (bytesRead === 0) throw new DataSetReadError({ code: 'file changed', detail: 'it became shorter' });
      filled += bytesRead;
    }
    this.#position += filled;
    return block;
  }
}

async function assertUnchanged(handle: FileHandle, identity: FileIdentity): Promise<void> {
  const status = await system(() => handle.stat());
  const detail = status.isFile() ? changeOf(identity, identityOf(status)) : `it is a ${kindOf(status)} now`;
  if (detail !== undefined) throw new DataSetReadError({ code: 'file changed', detail });
}

async function system<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new DataSetReadError({ code: 'read error', error: systemErrorInfo(error) });
  }
}

function withZeroByte(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(bytes.length + 1);
  padded.set(bytes);
  return padded;
}
