// The peer of an earlier send, for Retry and Resume. The settings of now count. If the address or an AE title has changed
// since, the person is asked: files meant for one address never go to another unasked.

import * as vscode from 'vscode';
import { type KeptPeer, sameDestination } from '../net/peer.ts';
import { namedPeer } from './peer-choice.ts';
import { addressWords, type ConfiguredPeer } from './peers.ts';
import { plainWords, quotedWords } from './plain-words.ts';
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
): Promise<ConfiguredPeer | undefined> {
  const [first] = paths;
  const resource = first === undefined ? undefined : vscode.Uri.file(first.toWellFormed());
  const configured = await namedPeer(session, resource, earlier.name);
  if (configured.origin === 'built-in') return configured;
  const { peer } = configured;
  if (sameDestination(peer, earlier)) return configured;
  const aeTitles = ({ callingAETitle, calledAETitle }: KeptPeer): string =>
    `${quotedWords(callingAETitle)} → ${quotedWords(calledAETitle)}`;
  const lines = [
    `Now: ${addressWords(peer)}`,
    `Then: ${addressWords(earlier)}`,
    'What is stored already was stored at the old one.',
    '',
    `Peer: ${quotedWords(peer.name)}`,
    `AE titles now: ${aeTitles(peer)}`,
    `AE titles then: ${aeTitles(earlier)}`,
  ];
  const answer = await vscode.window.showWarningMessage(
    'The address or an AE title of the peer has changed since this send. Send the rest to the new one?',
    { modal: true, detail: plainWords(lines.join('\n')) },
    SEND,
  );
  return answer === SEND ? configured : undefined;
}
