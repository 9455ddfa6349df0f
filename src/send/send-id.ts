// The id of a send, and the name of a file that belongs to one: its journal, and its results.

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

const FILE_NAME = /^send-([0-9A-Za-z-]{1,64})\.jsonl$/;

/** Begins with the time in UTC, so that names sort by age: '20261126204900-…'. @param startedAtMs Unix time */
export function newSendId(startedAtMs: number): string {
  return `${new Date(startedAtMs).toISOString().replace(/\D/g, '').slice(0, 14)}-${randomUUID()}`;
}

export function sendFilePath(directory: string, id: string): string {
  return join(directory, nameOf(id));
}

/** The id in the name of a file; undefined: it is something else. */
export function sendIdOf(fileName: string): string | undefined {
  return FILE_NAME.exec(fileName)?.[1];
}

/** An id may come from anybody who calls a command. Only one of ours may become part of a path. */
export function isSendId(id: string): boolean {
  return sendIdOf(nameOf(id)) === id;
}

function nameOf(id: string): string {
  return `send-${id}.jsonl`;
}
