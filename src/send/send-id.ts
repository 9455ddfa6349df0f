// The id of a send, and the name of a file that belongs to one: its journal, and its results. Ids come back to us from where
// others can write: a line of a file, an address, an argument of a command. Only the form that we make is an id, and the
// compiler lets nothing else become part of a path.

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

declare const made: unique symbol;
/** Made by `newSendId`, or looked at by `isSendId`. */
export type SendId = string & { readonly [made]: true };

const ID = /^\d{14}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const [FILE_PREFIX, FILE_SUFFIX] = ['send-', '.jsonl'];

/** Begins with the time in UTC, so that names sort by age: '20261126204900-…'. @param startedAtMs Unix time */
export function newSendId(startedAtMs: number): SendId {
  return `${new Date(startedAtMs).toISOString().replace(/\D/g, '').slice(0, 14)}-${randomUUID()}` as SendId;
}

/** Whether it is an id of ours. All that comes from outside is asked this before it is used as one. */
export function isSendId(id: unknown): id is SendId {
  return typeof id === 'string' && ID.test(id);
}

/** Throws a RangeError if it is no id. */
export function sendFilePath(directory: string, id: SendId): string {
  if (!isSendId(id)) throw new RangeError('not the id of a send');
  return join(directory, `${FILE_PREFIX}${id}${FILE_SUFFIX}`);
}

/** The id in the name of a file; undefined: it is something else. */
export function sendIdOf(fileName: string): SendId | undefined {
  const id = fileName.slice(FILE_PREFIX.length, -FILE_SUFFIX.length);
  return isSendId(id) && fileName === `${FILE_PREFIX}${id}${FILE_SUFFIX}` ? id : undefined;
}

/** Whether what stands in such a file is a time in milliseconds: of other numbers a Date can say nothing, and throws. */
export function isTime(value: unknown): value is number {
  return typeof value === 'number' && !Number.isNaN(new Date(value).getTime());
}
