// Ids of sends for tests, the same for the same name.

import { createHash } from 'node:crypto';
import { isSendId, type SendId } from '../../src/send/send-id.ts';

export function sendIdFor(name: string): SendId {
  const hex = createHash('sha256').update(name).digest('hex');
  const id = `20261126204900-${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
  if (!isSendId(id)) throw new Error(`no id: ${id}`);
  return id;
}

/** The name of the file of that send. */
export const sendFileFor = (name: string): string => `send-${sendIdFor(name)}.jsonl`;
