// A small data set in one go: opened, compared with what was scanned, read, compared again, closed. Synchronous, because one
// task of five system calls costs a fifth of five tasks; to be called where nothing else waits (see small-file-worker).

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { DataSetReadReason } from './data-set-source.ts';
import { changeOf, type FileIdentityLike, identityOf, kindOf } from './file-identity.ts';
import { systemErrorInfo } from './system-error.ts';

export interface SmallFileRequest {
  readonly path: string;
  /** Of the data set, in bytes from the start of the file. */
  readonly offset: number;
  readonly length: number;
  /** What the file was when it was scanned. */
  readonly identity: FileIdentityLike;
}

export type SmallFileResult =
  | { readonly type: 'bytes'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: 'unreadable'; readonly reason: DataSetReadReason };

/** Never throws for what a file or the system does. */
export function readSmallFile({ path, offset, length, identity }: SmallFileRequest): SmallFileResult {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const before = change(descriptor, identity);
      if (before !== undefined) return changed(before);
      const bytes = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const bytesRead = readSync(descriptor, bytes, filled, length - filled, offset + filled);
        if (bytesRead === 0) return changed('it became shorter');
        filled += bytesRead;
      }
      const after = change(descriptor, identity);
      return after === undefined ? { type: 'bytes', bytes } : changed(after);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    return { type: 'unreadable', reason: { code: 'read error', error: systemErrorInfo(error) } };
  }
}

function change(descriptor: number, identity: FileIdentityLike): string | undefined {
  const status = fstatSync(descriptor);
  return status.isFile() ? changeOf(identity, identityOf(status)) : `it is a ${kindOf(status)} now`;
}

function changed(detail: string): SmallFileResult {
  return { type: 'unreadable', reason: { code: 'file changed', detail } };
}
