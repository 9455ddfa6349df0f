// Names of files that are not whole yet, and what becomes of them. A file is written under such a name beside its place and
// renamed when it is whole, so a name without this form is never half a file. A killed process leaves its unfinished
// files; the next one that uses the folder removes them.
//
// Which of them may go: only regular files whose name has exactly our form. The name says which process writes the file, and
// several may share a folder. The files of a process that has ended go at once: they hold patients' data, or fill the disk.
// Of a process on another machine or in another container nobody can tell whether it runs. Its files go when they have
// not grown for a day: longer than clocks differ, and a receiver ends a message that does not grow within minutes.

import { randomUUID } from 'node:crypto';
import { lstat, opendir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { LEFTOVER_AGE_MAX_MS } from '../../protocol/limits.ts';
import { HOLDER_MARK, isMarkHeld, ownMark } from './file-holder.ts';

/** What is being done with the file. */
export type UnfinishedKind = 'receiving' | 'keeping' | 'building';

/** Version 0.1.0 wrote names without a mark: nobody can tell whose they are. */
const NAME = new RegExp(
  `^\\.(?:receiving|keeping|building)-(?:${HOLDER_MARK}-)?[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`,
);

/** A new name in the folder. */
export function unfinishedPath(directory: string, kind: UnfinishedKind): string {
  return join(directory, `.${kind}-${ownMark()}-${randomUUID()}`);
}

/** Whether a file of this name is one of ours that is not whole: nobody may take it for input. */
export function isUnfinishedName(fileName: string): boolean {
  return fileName.startsWith('.') && NAME.test(fileName);
}

/** Whether a process on this machine is writing the file of this name now. Nobody else can know such a name beforehand. */
export function isBeingWritten(fileName: string): boolean {
  return isUnfinishedName(fileName) && holds(fileName) === true;
}

/** Whether the process that the name tells of still runs. Undefined: the name does not tell, or nobody here can. */
function holds(fileName: string): boolean | undefined {
  const [, pid, place, run] = NAME.exec(fileName) ?? [];
  return pid && place && run ? isMarkHeld(pid, place, run) : undefined;
}

/** Removes what ended processes have left in the folder itself. What cannot be removed stays. Never rejects. */
export async function removeLeftovers(directory: string, nowMs: number): Promise<void> {
  try {
    for await (const { name } of await opendir(directory)) {
      if (isUnfinishedName(name)) await removeIfLeft(join(directory, name), name, nowMs);
    }
  } catch {
    // There is no such folder, or it cannot be listed: whoever writes into it will say so.
  }
}

async function removeIfLeft(path: string, name: string, nowMs: number): Promise<void> {
  try {
    const status = await lstat(path);
    if (!status.isFile()) return;
    if (holds(name) ?? nowMs - status.mtimeMs < LEFTOVER_AGE_MAX_MS) return;
    // Removes the name, and never what a link leads to.
    await unlink(path);
  } catch {
    // Gone already, or not ours to remove.
  }
}
