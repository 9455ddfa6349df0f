// Tells whether a file is still the one that was scanned.

import type { Stats } from 'node:fs';

export interface FileIdentity {
  /** In bytes. */
  readonly size: number;
  readonly mtimeMs: number;
  readonly ino: number;
  readonly dev: number;
}

export type FileKind =
  | 'file'
  | 'directory'
  | 'FIFO'
  | 'socket'
  | 'character device'
  | 'block device'
  | 'symbolic link'
  | 'unknown';

export function identityOf(status: Stats): FileIdentity {
  return { size: status.size, mtimeMs: status.mtimeMs, ino: status.ino, dev: status.dev };
}

/** What has changed, in a few words; undefined if nothing has. */
export function changeOf(before: FileIdentity, after: FileIdentity): string | undefined {
  if (before.dev !== after.dev || before.ino !== after.ino) return 'another file is in its place';
  if (before.size !== after.size) return `its size was ${before.size} bytes and is ${after.size}`;
  return before.mtimeMs === after.mtimeMs ? undefined : 'it was written to';
}

export function kindOf(status: Stats): FileKind {
  if (status.isFile()) return 'file';
  if (status.isDirectory()) return 'directory';
  if (status.isFIFO()) return 'FIFO';
  if (status.isSocket()) return 'socket';
  if (status.isCharacterDevice()) return 'character device';
  if (status.isBlockDevice()) return 'block device';
  return status.isSymbolicLink() ? 'symbolic link' : 'unknown';
}
