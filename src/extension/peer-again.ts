// The peer of an earlier send, as the settings name it now. They are what counts; but files that were meant for one
// address do not go to another without a word.

import * as vscode from 'vscode';
import type { JournaledPeer } from '../send/journal.ts';
import { choosePeer } from './peer-choice.ts';
import { addressWords, type ConfiguredPeer, sameDestination } from './peers.ts';
import { plainWords } from './plain-words.ts';
import type { Session } from './session.ts';

const SEND = 'Send There';

/**
 * Rejects where the settings name no such peer any more.
 * @param paths what is to be sent; the first says whose settings count
 * @returns undefined: the person does not want it
 */
export async function chooseSamePeer(
  session: Session,
  earlier: JournaledPeer,
  paths: readonly string[],
  title: string,
): Promise<ConfiguredPeer | undefined> {
  const [first] = paths;
  const resource = first === undefined ? undefined : vscode.Uri.file(first);
  const configured = await choosePeer(session, resource, earlier.name, title);
  if (configured === undefined || configured.origin === 'built-in') return configured;
  const { peer } = configured;
  if (sameDestination(peer, earlier)) return configured;
  const was = `${addressWords(earlier)}, ${earlier.calledAETitle} ← ${earlier.callingAETitle}`;
  const is = `${addressWords(peer)}, ${peer.calledAETitle} ← ${peer.callingAETitle}`;
  const answer = await vscode.window.showWarningMessage(
    plainWords(`${peer.name} is not what it was when this was sent. Send the rest there?`),
    { modal: true, detail: `Then: ${was}\nNow: ${is}\n\nWhat was stored then was stored at the old address.` },
    SEND,
  );
  return answer === SEND ? configured : undefined;
}
