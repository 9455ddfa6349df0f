// Open Peer in Settings File: with the cursor on its entry.

import { writtenPeerMeant } from '../peer-argument.ts';
import type { Session } from '../session.ts';
import { openPeerSettings as openEntry } from '../settings-files.ts';

export async function openPeerSettings(session: Session, peer?: unknown): Promise<void> {
  const meant = await writtenPeerMeant(session, peer, 'Open Peer in Settings File');
  if (meant !== undefined) await openEntry(meant.place, { name: meant.configured.peer.name });
}
