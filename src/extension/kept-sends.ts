// Ended sends on disk, so that their results outlive the window: a folder with one file a send (kept-send-file.ts). A file
// is written beside its place and renamed when it is whole. The files name DICOM files, SOP Instance UIDs and what a peer
// answered, so only their owner may read them. A file that cannot be read counts as not there.

import { lstat, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { removeLeftovers, unfinishedPath } from '../part10/write/unfinished-file.ts';
import { KEPT_AGE_MAX_MS, KEPT_BYTES_MAX, KEPT_FILES_MAX } from '../protocol/limits.ts';
import type { SendResult } from '../send/job.ts';
import { isOwnFolder, linesOf, makeOwnFolder, namesIn } from '../send/own-files.ts';
import { isSendId, type SendId, sendFilePath, sendIdOf } from '../send/send-id.ts';
import { headOf, type KeptHead, linesOfSend, SendReader } from './kept-send-file.ts';

/** Rejects where it cannot be written; then nothing is left of it. */
export async function keepSend(directory: string, head: KeptHead, result: SendResult): Promise<void> {
  const path = sendFilePath(directory, head.id);
  const unfinished = unfinishedPath(directory, 'keeping');
  makeOwnFolder(directory);
  try {
    const handle = await open(unfinished, 'wx', 0o600);
    try {
      for (const piece of linesOfSend(head, result)) await handle.appendFile(piece);
    } finally {
      await handle.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** The ids of all sends that have a file, and the heads of those that are not in `known`. Never rejects. */
export async function keptHeads(
  directory: string,
  known: ReadonlySet<string>,
): Promise<{ readonly ids: ReadonlySet<SendId>; readonly heads: readonly KeptHead[] }> {
  const ids = new Set<SendId>();
  const heads: KeptHead[] = [];
  for (const name of await namesIn(directory)) {
    const id = sendIdOf(name);
    if (id === undefined) continue;
    if (known.has(id)) {
      ids.add(id);
      continue;
    }
    const head = headOf(await headLine(sendFilePath(directory, id)));
    if (head?.id !== id) continue;
    ids.add(id);
    heads.push(head);
  }
  return { ids, heads };
}

async function headLine(path: string): Promise<string> {
  try {
    for await (const line of linesOf(path, false)) return line;
  } catch {
    // It cannot be read: it is as good as not there.
  }
  return '';
}

/** The whole result; undefined: it is not there, or not as it was written. Never rejects. */
export async function readKept(directory: string, id: SendId): Promise<SendResult | undefined> {
  if (!isSendId(id) || !isOwnFolder(directory)) return undefined;
  const reader = new SendReader();
  try {
    for await (const line of linesOf(sendFilePath(directory, id), false)) reader.take(line);
    return reader.result();
  } catch {
    return undefined;
  }
}

export async function forgetKept(directory: string, id: SendId): Promise<void> {
  if (isSendId(id) && isOwnFolder(directory)) await remove(sendFilePath(directory, id));
}

/** Removes what is too old, too many or too much. Never rejects. */
export async function tidyKept(directory: string, nowMs: number): Promise<void> {
  const kept: { readonly path: string; readonly mtimeMs: number; readonly size: number }[] = [];
  const names = await namesIn(directory);
  if (names.length > 0) await removeLeftovers(directory, nowMs);
  for (const name of names) {
    if (sendIdOf(name) === undefined) continue;
    const path = join(directory, name);
    const status = await lstat(path).catch(() => undefined);
    if (status !== undefined) kept.push({ path, mtimeMs: status.mtimeMs, size: status.size });
  }
  kept.sort((a, b) => b.mtimeMs - a.mtimeMs);
  let bytes = 0;
  for (const [place, { path, mtimeMs, size }] of kept.entries()) {
    bytes += size;
    const isTooMuch = place > 0 && (place >= KEPT_FILES_MAX || bytes > KEPT_BYTES_MAX);
    if (isTooMuch || nowMs - mtimeMs > KEPT_AGE_MAX_MS) await remove(path);
  }
}

async function remove(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}
