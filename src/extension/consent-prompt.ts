// Asks before data leaves this machine, and remembers the answer. Each answer has its own key, a hash of what was agreed
// to, so that two windows never overwrite each other's answers.

import { hostname } from 'node:os';
import * as vscode from 'vscode';
import { addressesOf, isAddress, isLocalhost, widestScope } from '../net/network-scope.ts';
import { LOOKUP_MAX_MS } from '../protocol/limits.ts';
import { formatBytes, plural } from '../trace/units.ts';
import { readPlaintextConsent } from './configuration.ts';
import { type ConsentScope, consentKey, consentQuestion, consentVerdict, isAskedFor, isLarge } from './consent.ts';
import { type ConfiguredPeer, peerWords } from './peers.ts';
import { plainWords } from './plain-words.ts';
import type { Session } from './session.ts';

/** The machine that opens the connections. In a remote window that is not the one with the screen. */
export const MACHINE = hostname();

function machineWords(): string {
  const remote = vscode.env.remoteName;
  return remote === undefined ? `this machine (${MACHINE})` : `${MACHINE} (remote: ${remote})`;
}

/** @param load what would be sent; undefined for a C-ECHO */
export async function mayConnect(
  session: Session,
  configured: ConfiguredPeer,
  load: { readonly files: number; readonly bytes: number } | undefined,
): Promise<boolean> {
  const { globalState } = session.context;
  const asked: ConsentScope = load === undefined ? 'connect' : 'send';
  const plaintext = readPlaintextConsent();
  const { peer } = configured;
  const isName = !isAddress(peer.host) && !isLocalhost(peer.host);
  const addresses =
    isName && isAskedFor(configured, asked, plaintext) ? await addressesOf(peer.host, LOOKUP_MAX_MS) : undefined;
  const scope = addresses === undefined ? undefined : widestScope(addresses);
  const key = `consent:${consentKey(peer, MACHINE, scope)}`;
  const verdict = consentVerdict(configured, asked, globalState.get<ConsentScope>(key), plaintext);
  if (verdict === 'refused') {
    const setting = 'sendToPacs.plaintextConsent';
    const answer = await vscode.window.showErrorMessage(
      plainWords(
        `Nothing was sent to ${peerWords(configured.peer)}: "${setting}" refuses unencrypted sends to other machines.`,
      ),
      'Open Settings',
    );
    if (answer !== undefined) await vscode.commands.executeCommand('workbench.action.openSettings', setting);
    return false;
  }
  if (verdict === 'ask') {
    const question = consentQuestion(configured, machineWords(), load, addresses);
    const answer = await vscode.window.showWarningMessage(
      plainWords(question.message),
      { modal: true, detail: question.detail },
      question.consent,
    );
    if (answer !== question.consent) return false;
    await globalState.update(key, asked);
    return true;
  }
  return load === undefined || !isLarge(load) || confirmLarge(configured, load);
}

async function confirmLarge(
  configured: ConfiguredPeer,
  load: { readonly files: number; readonly bytes: number },
): Promise<boolean> {
  const answer = await vscode.window.showWarningMessage(
    plainWords(`Send ${plural(load.files, 'DICOM file')} (${formatBytes(load.bytes)}) to ${configured.peer.name}?`),
    { modal: true, detail: 'That is a lot. You are asked in case another folder was meant.' },
    'Send',
  );
  return answer === 'Send';
}
