// What tells whether a file is still the one that was looked at before.

import type { Stats } from 'node:fs';

export interface FileIdentity {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ino: number;
  readonly dev: number;
}

export function identityOf(status: Stats): FileIdentity {
  return { size: status.size, mtimeMs: status.mtimeMs, ino: status.ino, dev: status.dev };
}

/** What is another now, in a few words; undefined where nothing is. */
export function changeOf(before: FileIdentity, after: FileIdentity): string | undefined {
  if (before.dev !== after.dev || before.ino !== after.ino) return 'another file is in its place';
  if (before.size !== after.size) return `its size was ${before.size} bytes and is ${after.size}`;
  return before.mtimeMs === after.mtimeMs ? undefined : 'it was written to';
}

/** 'file', 'directory', 'FIFO', 'socket', 'character device', 'block device', 'unknown'. */
export function kindOf(status: Stats): string {
  if (status.isFile()) return 'file';
  if (status.isDirectory()) return 'directory';
  if (status.isFIFO()) return 'FIFO';
  if (status.isSocket()) return 'socket';
  if (status.isCharacterDevice()) return 'character device';
  return status.isBlockDevice() ? 'block device' : 'unknown';
}
