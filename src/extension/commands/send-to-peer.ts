// Send to This Peer…: the person chooses what to send to the peer of a row.

import { peerMeant } from '../peer-argument.ts';
import type { SendSummary } from '../sending.ts';
import type { Session } from '../session.ts';
import { sendChosen } from './send.ts';

/** @returns undefined: nothing was sent and nothing was tried */
export async function sendToPeer(session: Session, peer?: unknown): Promise<SendSummary | undefined> {
  const configured = await peerMeant(session, peer, 'Send to This Peer');
  if (configured === undefined) return undefined;
  return sendChosen(session, undefined, undefined, async () => ({ configured, isChosen: true }));
}
