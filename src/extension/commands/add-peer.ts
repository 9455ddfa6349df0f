// Add Peer: the form, which verifies the peer before it is saved.

import * as vscode from 'vscode';
import { askForPeer } from '../peer-form.ts';
import { peerWords } from '../peers.ts';
import { plainWords } from '../plain-words.ts';
import type { Session } from '../session.ts';

/** @returns the name of the new peer */
export async function addPeer(session: Session): Promise<string | undefined> {
  const added = await askForPeer(session);
  if (added === undefined) return undefined;
  void vscode.window.showInformationMessage(plainWords(`Peer added: ${peerWords(added.peer)}.`));
  return added.peer.name;
}
