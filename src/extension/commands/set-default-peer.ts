// Set as Default: Send to PACS uses this peer without asking.

import * as vscode from 'vscode';
import { readPeers } from '../configuration.ts';
import { askForChoice } from '../input-steps.ts';
import { writtenPeerMeant } from '../peer-argument.ts';
import { agreeToDefault } from '../peer-choice.ts';
import { placesToWrite, writeSetting } from '../peer-store.ts';
import { plainWords, quotedWords } from '../plain-words.ts';
import type { Session } from '../session.ts';
import type { SettingsPlace } from '../settings-files.ts';

/** @returns the name of the default peer; undefined: nothing was changed */
export async function setDefaultPeer(session: Session, peer?: unknown): Promise<string | undefined> {
  const meant = await writtenPeerMeant(session, peer, 'Set as Default');
  if (meant === undefined) return undefined;
  const { name } = meant.configured.peer;
  const place = meant.place.origin === 'user' ? await placeFor(name) : meant.place;
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

/** A person's own peer can be the default everywhere or here. */
async function placeFor(name: string): Promise<SettingsPlace | undefined> {
  const places = placesToWrite();
  if (places.length === 1) return places[0];
  const shown = { title: `Default Peer ${quotedWords(name)}`, step: 1, steps: 1 };
  const answer = await askForChoice(
    shown,
    'Where is it the default?',
    places.map((place) => ({ label: plainWords(place.label), description: '', value: place })),
  );
  return typeof answer === 'object' ? answer.value : undefined;
}
