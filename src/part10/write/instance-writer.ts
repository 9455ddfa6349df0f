// Writes an instance to a file while it arrives: under a temporary name, which becomes the final one when the instance is
// complete. PS3.10 clause 7.

import { createHash } from 'node:crypto';
import { access, type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ByteWriter } from '../../protocol/bytes.ts';
import { isHarmlessUID } from '../../protocol/harmless.ts';
import { RECEIVED_HEADER_LIMIT } from '../../protocol/limits.ts';
import { encodeFileMeta, type FileMeta } from './file-meta.ts';
import { makeFolder } from './make-folder.ts';
import { unfinishedPath } from './unfinished-file.ts';

/** Fragments are gathered until they hold so much memory, in bytes, before they are written. */
const GATHER_LENGTH = 262_144;
/** Shorter fragments, in bytes, are copied: a peer that sends a few bytes at a time does not decide how many objects wait. */
const WHOLE_MIN = 1_024;
/** Of short fragments that are copied into one buffer, in bytes. */
const JOINED_MAX = 16_384;

/** A file name from a UID that a peer sent. Only a UID becomes part of a path (PS3.5 9.1), because paths are shown. */
function instanceFileName(sopInstanceUID: string): string {
  if (isHarmlessUID(sopInstanceUID)) return `${sopInstanceUID}.dcm`;
  return `${createHash('sha256').update(sopInstanceUID).digest('hex')}.dcm`;
}

export interface FinishedFile {
  readonly path: string;
  /** There was a file of that name, which is gone. */
  readonly isReplaced: boolean;
}

export class InstanceWriter {
  readonly #directory: string;
  readonly #meta: FileMeta;
  readonly #temporary: string;
  readonly #folderOf: ((start: Uint8Array) => string) | undefined;
  /** Copies of the first bytes of the data set, where a folder depends on them. */
  readonly #start = new ByteWriter(0);
  #gathered: Uint8Array[] = [];
  /** What comes behind `#gathered`: short fragments, copied into one buffer. */
  #small: ByteWriter | undefined;
  /** Memory that `#gathered` holds: fragments are views, and keep all that arrived with them. */
  #held = 0;
  #lastBuffer: ArrayBufferLike | undefined;
  #work: Promise<void> = Promise.resolve();
  #handle: FileHandle | undefined;
  #error: unknown;
  #pendingLength = 0;
  #length = 0;

  /**
   * @param folderOf the folder below `directory` for a data set that begins with these bytes, `RECEIVED_HEADER_LIMIT` of
   *   them if it has so many. Without it the file lies in `directory` itself.
   */
  constructor(directory: string, meta: FileMeta, folderOf?: (start: Uint8Array) => string) {
    this.#folderOf = folderOf;
    this.#directory = directory;
    this.#meta = meta;
    this.#temporary = unfinishedPath(directory, 'receiving');
    this.#writeSmall(encodeFileMeta(meta));
  }

  /** Bytes of the data set so far. */
  get length(): number {
    return this.#length;
  }

  /** Memory that is held until the disk has what was given, in bytes. */
  get pendingLength(): number {
    return this.#pendingLength + this.#held + (this.#small?.length ?? 0);
  }

  /** Takes the bytes over: they must not change afterwards. Errors show in `finish`. */
  write(bytes: Uint8Array): void {
    this.#length += bytes.length;
    const wanted = this.#folderOf === undefined ? 0 : RECEIVED_HEADER_LIMIT - this.#start.length;
    if (wanted > 0) this.#start.bytes(bytes.subarray(0, wanted));
    if (bytes.length >= WHOLE_MIN) {
      this.#endSmall();
      this.#gathered.push(bytes);
      if (bytes.buffer !== this.#lastBuffer) this.#held += bytes.buffer.byteLength;
      this.#lastBuffer = bytes.buffer;
    } else this.#writeSmall(bytes);
    if (this.#held >= GATHER_LENGTH) this.#flush();
  }

  #writeSmall(bytes: Uint8Array): void {
    this.#small ??= new ByteWriter(WHOLE_MIN);
    this.#small.bytes(bytes);
    if (this.#small.length >= JOINED_MAX) this.#endSmall();
  }

  #endSmall(): void {
    const small = this.#small?.finish();
    if (small === undefined) return;
    this.#small = undefined;
    this.#gathered.push(small);
    this.#held += small.buffer.byteLength;
  }

  /** Resolves when the disk has what was given so far. */
  settled(): Promise<void> {
    return this.#work;
  }

  /** Completes the file. Rejects with the system's error if anything could not be written. */
  async finish(): Promise<FinishedFile> {
    this.#flush();
    await this.#work;
    if (this.#error === undefined) {
      try {
        await this.#handle?.close();
        this.#handle = undefined;
        const folder = join(this.#directory, this.#folderOf?.(this.#start.finish()) ?? '');
        if (folder !== this.#directory) await makeFolder(folder, 0o700);
        const path = join(folder, instanceFileName(this.#meta.sopInstanceUID));
        const isReplaced = await isThere(path);
        await rename(this.#temporary, path);
        return { path, isReplaced };
      } catch (error) {
        this.#error = error;
      }
    }
    await this.discard();
    throw this.#error;
  }

  /** Leaves nothing behind, as far as the system lets it. Never rejects. */
  async discard(): Promise<void> {
    await this.#work;
    await this.#remove();
  }

  async #remove(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close().catch(() => undefined);
    await rm(this.#temporary, { force: true }).catch(() => undefined);
  }

  #flush(): void {
    this.#endSmall();
    const chunks = this.#gathered;
    const length = this.#held;
    this.#gathered = [];
    this.#lastBuffer = undefined;
    this.#held = 0;
    this.#pendingLength += length;
    this.#work = this.#work
      .then(() => this.#writeAll(chunks))
      .catch(async (error: unknown) => {
        this.#error ??= error;
        // Removed at once, not when the rest has arrived: other instances may need its disk space.
        await this.#remove();
      })
      .then(() => {
        this.#pendingLength -= length;
      });
  }

  async #writeAll(chunks: readonly Uint8Array[]): Promise<void> {
    if (this.#error !== undefined) return;
    this.#handle ??= await this.#open();
    let remaining = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    let rest: readonly Uint8Array[] = chunks;
    while (remaining > 0) {
      const { bytesWritten } = await this.#handle.writev(rest as Uint8Array[]);
      remaining -= bytesWritten;
      if (remaining > 0) rest = [Buffer.concat(rest).subarray(bytesWritten)];
    }
  }

  async #open(): Promise<FileHandle> {
    // Patients' images: for the person who receives them only.
    const create = (): Promise<FileHandle> => open(this.#temporary, 'wx', 0o600);
    try {
      return await create();
    } catch (thrown) {
      // Somebody has removed the folder since the receiver made it.
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown;
      await makeFolder(this.#directory, 0o700);
      return create();
    }
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
