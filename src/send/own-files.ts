// Files in folders of our own: journals and results of sends. They are read, written and removed where they are and nowhere
// else: a symbolic link in their place, or in place of their folder, would lead to files of others. It counts as not there.

import { chmodSync, constants, lstatSync, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readdir } from 'node:fs/promises';
import { makeFolderSync } from '../part10/write/make-folder.ts';
import { KEPT_LINE_LENGTH_MAX } from '../protocol/limits.ts';

/** Windows has only the first; the others are undefined there, and count as 0. */
const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;

/** A folder, not a link to one. Never throws: what cannot be looked at counts as not there. */
export function isOwnFolder(directory: string): boolean {
  try {
    return lstatSync(directory, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}

/** Makes the folder if there is none, readable by its owner alone. Throws a system error where it cannot be had. */
export function makeOwnFolder(directory: string): void {
  makeFolderSync(directory, 0o700);
  if (!isOwnFolder(directory)) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
  // It may have been there with wider permissions.
  chmodSync(directory, 0o700);
}

/** What is in the folder; [] where there is none. Never rejects. */
export async function namesIn(directory: string): Promise<string[]> {
  const status = await lstat(directory).catch(() => undefined);
  return status?.isDirectory() === true ? readdir(directory).catch(() => []) : [];
}

/** Undefined: there is no regular file. Never rejects. */
export async function statusOf(path: string): Promise<Stats | undefined> {
  const status = await lstat(path).catch(() => undefined);
  return status?.isFile() === true ? status : undefined;
}

/** Opens a regular file for reading; rejects for anything else. A FIFO is not opened: that would wait for its other end. */
export async function openOwnFile(path: string): Promise<FileHandle> {
  if ((await statusOf(path)) === undefined) throw new Error('not a regular file');
  const handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  // It may have been replaced since.
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new Error('not a regular file');
}

/**
 * Lines as they are in the file, a piece at a time, so that a long file stalls nobody. Throws at a line that is longer than any
 * of ours: a crash can leave a hole of any length in a file.
 * @param takesRest what stands behind the last newline is a line, too
 */
export async function* linesOf(path: string, takesRest: boolean): AsyncGenerator<string, void, undefined> {
  const handle = await openOwnFile(path);
  // In pieces: to join them for each would take a time that grows with the square of the length of a line.
  let line: string[] = [];
  let length = 0;
  for await (const piece of handle.createReadStream({ encoding: 'utf8' })) {
    const [first = '', ...others] = (piece as string).split('\n');
    line.push(first);
    length += first.length;
    if (length > KEPT_LINE_LENGTH_MAX) throw new Error('a line longer than any of ours');
    for (const other of others) {
      yield line.join('');
      line = [other];
      length = other.length;
    }
  }
  if (takesRest) yield line.join('');
}
