// Resume, in the view Sends: goes on with the files that an interrupted or cancelled send owes.

import type { SendSummary } from '../sending.ts';
import { sendIdIn } from '../sends-tree.ts';
import type { Session } from '../session.ts';
import { resume } from './resume.ts';

/** @param element of the view */
export async function resumeSend(session: Session, element?: unknown): Promise<SendSummary | undefined> {
  const id = sendIdIn(element);
  const journalId = id === undefined ? undefined : session.sends.find(id)?.journalId;
  return journalId === undefined ? undefined : resume(session, journalId);
}
