// Tells whether a file is still the one that was scanned.
//
// A program can put the time of the last write (mtime) back, but not that of the last change (ctime), which the system sets
// at every write. It also sets it when permissions, owner, links or name change; what of these it was, nobody can tell, so
// each counts as a change. On Windows, backups, virus scanners and cloud storage move the time of the last change without a
// write, and a program can put it back: there it says nothing, and is not compared.

import type { Stats } from 'node:fs';

export interface FileIdentity {
  /** In bytes. */
  readonly size: number;
  readonly mtimeMs: number;
  /** 0 where it says nothing. */
  readonly ctimeMs: number;
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

const HAS_CTIME = process.platform !== 'win32';

export function identityOf({ size, mtimeMs, ctimeMs, ino, dev }: Stats): FileIdentity {
  return { size, mtimeMs, ctimeMs: HAS_CTIME ? ctimeMs : 0, ino, dev };
}

/** What has changed, in a few words; undefined if nothing has. */
export function changeOf(before: FileIdentity, after: FileIdentity): string | undefined {
  if (before.dev !== after.dev || before.ino !== after.ino) return 'another file is in its place';
  if (before.size !== after.size) return `its size was ${before.size} bytes and is ${after.size}`;
  if (before.mtimeMs !== after.mtimeMs) return 'it was written to';
  return before.ctimeMs === after.ctimeMs ? undefined : CHANGED_UNDER_THE_SAME_TIME;
}

const CHANGED_UNDER_THE_SAME_TIME =
  'its content, permissions, links or name were changed, while its size and the time of its last write are as before';

export function kindOf(status: Stats): FileKind {
  if (status.isFile()) return 'file';
  if (status.isDirectory()) return 'directory';
  if (status.isFIFO()) return 'FIFO';
  if (status.isSocket()) return 'socket';
  if (status.isCharacterDevice()) return 'character device';
  if (status.isBlockDevice()) return 'block device';
  return status.isSymbolicLink() ? 'symbolic link' : 'unknown';
}
