// Verify Connection: C-ECHO, with the time of each phase and who answered.

import * as vscode from 'vscode';
import type { EchoResult } from '../../net/echo-scu.ts';
import { verifiedMessage } from '../closing-message.ts';
import { mayConnect } from '../consent-prompt.ts';
import { withLateProgress } from '../late-progress.ts';
import { peerMeant } from '../peer-argument.ts';
import { peerToVerify } from '../peer-choice.ts';
import { addressWords } from '../peers.ts';
import { nameWords, plainWords } from '../plain-words.ts';
import type { Session } from '../session.ts';
import { explainedEcho, verifyPeer } from '../verifying.ts';

const SHOW_TRACE = 'Show Trace';
const OPEN_SETTINGS = 'Open Settings';

/**
 * @param peerName of a peer in the settings, or as a key of the view passes it; without it the person picks
 * @returns undefined: nothing was tried
 */
export async function verifyConnection(session: Session, peerName?: unknown): Promise<EchoResult | undefined> {
  const resource = vscode.window.activeTextEditor?.document.uri;
  const configured =
    peerName === undefined
      ? await peerToVerify(session, resource, 'Verify Connection')
      : await peerMeant(session, peerName, 'Verify Connection');
  if (configured === undefined || !(await mayConnect(session, configured, undefined))) return undefined;
  const { peer, origin } = configured;
  const result = await withLateProgress(session, `Verifying ${nameWords(peer.name)}`, (signal, show) => {
    show({ message: `waiting for ${addressWords(peer)}` });
    return verifyPeer(session, peer, signal);
  });
  if (!result.verified && result.failure?.code === 'cancelled') return result;

  const { brieflyUnverified } = await import('../../trace/brief.ts');
  const { action } = await explainedEcho(result, peer);
  const message = verifiedMessage(peer.name, result, brieflyUnverified(result), action);
  const shown = result.verified
    ? vscode.window.showInformationMessage(plainWords(message), SHOW_TRACE)
    : vscode.window.showErrorMessage(
        plainWords(message),
        ...(origin === 'built-in' ? [] : [OPEN_SETTINGS]),
        SHOW_TRACE,
      );
  void shown.then(async (answer) => {
    if (answer === SHOW_TRACE) session.channel.show();
    if (answer !== OPEN_SETTINGS || origin === 'built-in') return;
    const { openPeerSettings } = await import('../settings-files.ts');
    await openPeerSettings({ ...configured, origin }, { name: peer.name });
  });
  return result;
}
