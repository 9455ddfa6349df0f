// Remove Peer: takes the entry out of its settings, after a question.

import * as vscode from 'vscode';
import { writtenPeerMeant } from '../peer-argument.ts';
import { forgetDefault, replacePeer } from '../peer-store.ts';
import { addressWords } from '../peers.ts';
import { nameWords, plainWords, quotedWords } from '../plain-words.ts';
import type { Session } from '../session.ts';
import { originWords } from '../settings.ts';

const REMOVE = 'Remove';

/** @returns whether it was removed */
export async function removePeer(session: Session, peer?: unknown): Promise<boolean> {
  const meant = await writtenPeerMeant(session, peer, 'Remove Peer');
  if (meant === undefined) return false;
  const { configured, place } = meant;
  const { name } = configured.peer;
  const where =
    place.origin === 'folder'
      ? `settings of the folder ${quotedWords(configured.folderName ?? '')}`
      : originWords(place.origin);
  const answer = await vscode.window.showWarningMessage(
    plainWords(`Remove ${quotedWords(name)} from the ${where}?`),
    {
      modal: true,
      detail: plainWords(`${addressWords(configured.peer)}\nResults of past sends to it stay.`),
    },
    REMOVE,
  );
  if (answer !== REMOVE) return false;
  if (!(await replacePeer(place, name, undefined))) return false;
  await forgetDefault(name);
  session.channel.note('info', `Peer removed: ${nameWords(name)}`);
  return true;
}
