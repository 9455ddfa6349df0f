// Send Again, in the view Sends: the same files and folders to the same peer, with what is in them by now.

import { chooseSamePeer } from '../peer-again.ts';
import { type SendSummary, sendPaths } from '../sending.ts';
import { sendIdIn } from '../sends-tree.ts';
import type { Session } from '../session.ts';

/**
 * @param element of the view
 * @returns undefined: nothing was sent and nothing was tried
 */
export async function sendAgain(session: Session, element?: unknown): Promise<SendSummary | undefined> {
  const id = sendIdIn(element);
  const send = id === undefined ? undefined : session.sends.find(id);
  if (send === undefined || send.selection.length === 0) return undefined;
  const { peer, selection } = send;
  const configured = await chooseSamePeer(session, peer, selection);
  return configured === undefined ? undefined : sendPaths(session, { configured, paths: selection, selection });
}
