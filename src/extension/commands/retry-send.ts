// Retry Failed Files, in the view Sends: of the send in that row.

import { sendIdIn } from '../sends-tree.ts';
import type { Session } from '../session.ts';
import { retry } from './retry.ts';

/** @param element of the view */
export async function retrySend(session: Session, element?: unknown): Promise<unknown> {
  const id = sendIdIn(element);
  return id === undefined ? undefined : retry(session, id);
}
