// Writes an instance to a file while it arrives: under a temporary name, which becomes the final one when the instance is
// complete. PS3.10 clause 7.

import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ByteWriter } from '../../protocol/bytes.ts';
import { isHarmlessUID } from '../../protocol/harmless.ts';
import { encodeFileMeta, type FileMeta } from './file-meta.ts';
import { unfinishedPath } from './unfinished-file.ts';

/** Fragments are gathered up to this length, in bytes, before they are written. */
const GATHER_LENGTH = 262_144;
/**
 * Fragments of at least this length, in bytes, are not copied, if they fill at least half of the memory that they keep: a peer
 * that sends a few bytes at a time decides neither how many objects nor how much memory wait for the disk.
 */
const WHOLE_MIN = 4_096;

const isWhole = (bytes: Uint8Array): boolean =>
  bytes.length >= WHOLE_MIN && 2 * bytes.length >= bytes.buffer.byteLength;

/** A file name from a UID that a peer sent. Only a UID becomes part of a path (PS3.5 9.1), because paths are shown. */
export function instanceFileName(sopInstanceUID: string): string {
  if (isHarmlessUID(sopInstanceUID)) return `${sopInstanceUID}.dcm`;
  return `${createHash('sha256').update(sopInstanceUID).digest('hex')}.dcm`;
}

export class InstanceWriter {
  readonly #directory: string;
  readonly #meta: FileMeta;
  readonly #temporary: string;
  #gathered: Uint8Array[] = [];
  /** What comes behind `#gathered`: small fragments, copied into one buffer. */
  #small: ByteWriter;
  #gatheredLength: number;
  #work: Promise<void> = Promise.resolve();
  #handle: FileHandle | undefined;
  #error: unknown;
  #pendingLength = 0;
  #length = 0;

  constructor(directory: string, meta: FileMeta) {
    this.#directory = directory;
    this.#meta = meta;
    this.#temporary = unfinishedPath(directory, 'receiving');
    const head = encodeFileMeta(meta);
    this.#small = new ByteWriter(WHOLE_MIN);
    this.#small.bytes(head);
    this.#gatheredLength = head.length;
  }

  /** Bytes of the data set so far. */
  get length(): number {
    return this.#length;
  }

  /** Bytes that wait for the disk. */
  get pendingLength(): number {
    return this.#pendingLength + this.#gatheredLength;
  }

  /** Takes the bytes over: they must not change afterwards. Errors show in `finish`. */
  write(bytes: Uint8Array): void {
    if (isWhole(bytes)) {
      this.#endSmall(WHOLE_MIN);
      this.#gathered.push(bytes);
    } else {
      if (this.#small.length + bytes.length > GATHER_LENGTH) this.#flush(GATHER_LENGTH);
      this.#small.bytes(bytes);
    }
    this.#gatheredLength += bytes.length;
    this.#length += bytes.length;
    if (this.#gatheredLength >= GATHER_LENGTH) this.#flush(isWhole(bytes) ? WHOLE_MIN : GATHER_LENGTH);
  }

  /** @param capacity of the buffer for the small fragments that follow, in bytes */
  #endSmall(capacity: number): void {
    if (this.#small.length === 0) return;
    this.#gathered.push(this.#small.finish());
    this.#small = new ByteWriter(capacity);
  }

  /** Resolves when the disk has what was given so far. */
  settled(): Promise<void> {
    return this.#work;
  }

  /** Completes the file. Returns its path. Rejects with the system's error if anything could not be written. */
  async finish(): Promise<string> {
    this.#flush(0);
    await this.#work;
    if (this.#error === undefined) {
      const path = join(this.#directory, instanceFileName(this.#meta.sopInstanceUID));
      try {
        await this.#handle?.close();
        this.#handle = undefined;
        await rename(this.#temporary, path);
        return path;
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

  /** @param capacity as of `#endSmall` */
  #flush(capacity: number): void {
    this.#endSmall(capacity);
    const chunks = this.#gathered;
    const length = this.#gatheredLength;
    this.#gathered = [];
    this.#gatheredLength = 0;
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
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    // Patients' images: for the person who receives them only.
    return open(this.#temporary, 'wx', 0o600);
  }
}
