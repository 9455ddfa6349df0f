// Edit Peer: the form with what is written down, which verifies before it saves.

import { writtenPeerMeant } from '../peer-argument.ts';
import { changePeer, type PeerField } from '../peer-form.ts';
import type { Session } from '../session.ts';

const FIELDS: ReadonlySet<unknown> = new Set<PeerField>(['address', 'calledAETitle', 'callingAETitle']);

/**
 * @param field the only one to change, without the others
 * @returns the name that it has then; undefined: nothing was changed
 */
export async function editPeer(session: Session, peer?: unknown, field?: unknown): Promise<string | undefined> {
  const meant = await writtenPeerMeant(session, peer, 'Edit Peer');
  if (meant === undefined) return undefined;
  const only = FIELDS.has(field) ? (field as PeerField) : undefined;
  const changed = await changePeer(session, meant.configured, meant.place, only);
  return changed?.peer.name;
}
