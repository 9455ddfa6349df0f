// Add Peer: the form, then the offer to verify the connection.

import * as vscode from 'vscode';
import { askForPeer } from '../peer-form.ts';
import { peerWords } from '../peers.ts';
import { plainWords } from '../plain-words.ts';
import type { Session } from '../session.ts';

const VERIFY = 'Verify Connection';

/** @returns the name of the new peer */
export async function addPeer(session: Session): Promise<string | undefined> {
  const added = await askForPeer(session);
  if (added === undefined) return undefined;
  const { name } = added.peer;
  void vscode.window
    .showInformationMessage(plainWords(`Peer added: ${peerWords(added.peer)}.`), VERIFY)
    .then(async (answer) => {
      if (answer === VERIFY) await vscode.commands.executeCommand('sendToPacs.verifyConnection', name);
    });
  return name;
}
