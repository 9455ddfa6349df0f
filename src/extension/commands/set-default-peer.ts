// Set as Default: Send to PACS uses this peer without asking.

import * as vscode from 'vscode';
import { readPeers } from '../configuration.ts';
import { writtenPeerMeant } from '../peer-argument.ts';
import { agreeToDefault } from '../peer-choice.ts';
import { writeSetting } from '../peer-store.ts';
import { placeToWrite } from '../place-choice.ts';
import { plainWords, quotedWords } from '../plain-words.ts';
import type { Session } from '../session.ts';

/** @returns the name of the default peer; undefined: nothing was changed */
export async function setDefaultPeer(session: Session, peer?: unknown): Promise<string | undefined> {
  const meant = await writtenPeerMeant(session, peer, 'Set as Default');
  if (meant === undefined) return undefined;
  const { name } = meant.configured.peer;
  // A person's own peer can be the default everywhere or here.
  const place =
    meant.place.origin === 'user'
      ? await placeToWrite(`Default Peer ${quotedWords(name)}`, 'Where is it the default?')
      : meant.place;
  if (place === undefined) return undefined;
  await writeSetting(place, 'defaultPeer', name);
  await agreeToDefault(session, meant.configured);
  const counts = readPeers(undefined).defaultPeer;
  if (counts?.name !== name)
    void vscode.window.showWarningMessage(
      plainWords(`Your user settings have another default peer, ${quotedWords(counts?.name ?? '')}; it wins.`),
    );
  return name;
}
