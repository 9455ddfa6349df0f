// Duplicate Peer: the form with what is written down of a peer, for a new one.

import { writtenPeerMeant } from '../peer-argument.ts';
import { copyPeer } from '../peer-form.ts';
import type { Session } from '../session.ts';

/** @returns the name of the new peer */
export async function duplicatePeer(session: Session, peer?: unknown): Promise<string | undefined> {
  const meant = await writtenPeerMeant(session, peer, 'Duplicate Peer');
  if (meant === undefined) return undefined;
  const copy = await copyPeer(session, meant.configured, meant.place);
  return copy?.peer.name;
}
