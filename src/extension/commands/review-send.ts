// Review Held-Back Files, in the view Sends: of the send in that row.

import { sendIdIn } from '../sends-tree.ts';
import type { Session } from '../session.ts';
import { sendHeldBack } from './send-held-back.ts';

/** @param element of the view */
export async function reviewSend(session: Session, element?: unknown): Promise<unknown> {
  const id = sendIdIn(element);
  return id === undefined ? undefined : sendHeldBack(session, id);
}
