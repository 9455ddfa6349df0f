// Use No Default: takes the name of this peer out of the setting, where it is the default.

import { writtenPeerMeant } from '../peer-argument.ts';
import { forgetDefault } from '../peer-store.ts';
import type { Session } from '../session.ts';

export async function clearDefaultPeer(session: Session, peer?: unknown): Promise<void> {
  const meant = await writtenPeerMeant(session, peer, 'Use No Default');
  if (meant !== undefined) await forgetDefault(meant.configured.peer.name);
}
