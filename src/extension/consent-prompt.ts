// Asks before data leaves, and remembers the answer. Answers are kept by the hash of what was agreed to, one key each,
// so that two windows never overwrite each other's.

import { hostname } from 'node:os';
import * as vscode from 'vscode';
import { formatBytes, plural } from '../trace/units.ts';
import { readPlaintextConsent } from './configuration.ts';
import { consentKey, consentQuestion, consentVerdict, type Deed, isLarge } from './consent.ts';
import { type ConfiguredPeer, peerWords } from './peers.ts';
import { plainWords } from './plain-words.ts';
import type { Session } from './session.ts';

/** The machine whose sockets we use; in a remote window not the one with the screen. */
export const MACHINE = hostname();

function stateKey(configured: ConfiguredPeer): string {
  return `consent:${consentKey(configured.peer, MACHINE)}`;
}

function machineWords(): string {
  const remote = vscode.env.remoteName;
  return remote === undefined ? `this machine (${MACHINE})` : `${MACHINE} (remote: ${remote})`;
}

/** @param load what would go out; undefined: nothing but a C-ECHO */
export async function mayConnect(
  session: Session,
  configured: ConfiguredPeer,
  load: { readonly files: number; readonly bytes: number } | undefined,
): Promise<boolean> {
  const { globalState } = session.context;
  const deed: Deed = load === undefined ? 'connect' : 'send';
  const given = globalState.get<Deed>(stateKey(configured));
  const verdict = consentVerdict(configured, deed, given, readPlaintextConsent());
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
    const question = consentQuestion(configured, machineWords(), load);
    const answer = await vscode.window.showWarningMessage(
      plainWords(question.message),
      { modal: true, detail: question.detail },
      question.consent,
    );
    if (answer !== question.consent) return false;
    await globalState.update(stateKey(configured), deed);
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
