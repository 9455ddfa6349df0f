// The peer of an earlier send, for Retry and Resume. The settings of now count. If the address or an AE title has changed
// since, the person is asked: files meant for one address never go to another unasked.

import * as vscode from 'vscode';
import { type KeptPeer, sameDestination } from '../net/peer.ts';
import { choosePeer } from './peer-choice.ts';
import { addressWords, type ConfiguredPeer } from './peers.ts';
import { plainWords } from './plain-words.ts';
import type { Session } from './session.ts';

const SEND = 'Send There';

/**
 * Rejects if the settings have no peer of that name any more.
 * @param paths of the files to send; the settings of the folder of the first one are read
 * @returns undefined: the person said no
 */
export async function chooseSamePeer(
  session: Session,
  earlier: KeptPeer,
  paths: readonly string[],
  title: string,
): Promise<ConfiguredPeer | undefined> {
  const [first] = paths;
  const resource = first === undefined ? undefined : vscode.Uri.file(first);
  const configured = await choosePeer(session, resource, earlier.name, title);
  if (configured === undefined || configured.origin === 'built-in') return configured;
  const { peer } = configured;
  if (sameDestination(peer, earlier)) return configured;
  const was = `${addressWords(earlier)}, ${earlier.callingAETitle} → ${earlier.calledAETitle}`;
  const is = `${addressWords(peer)}, ${peer.callingAETitle} → ${peer.calledAETitle}`;
  const answer = await vscode.window.showWarningMessage(
    plainWords(`The address or an AE title of ${peer.name} has changed since this send. Send the rest to the new one?`),
    { modal: true, detail: `Then: ${was}\nNow: ${is}\n\nWhat is stored already was stored at the old one.` },
    SEND,
  );
  return answer === SEND ? configured : undefined;
}
