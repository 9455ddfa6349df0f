// Asks before data leaves this machine, and remembers the answer. Each answer has its own key, a hash of what was agreed
// to, so that two windows never overwrite each other's answers.

import { hostname } from 'node:os';
import * as vscode from 'vscode';
import { addressesOf, isAddress, isLocalhost, widestScope } from '../net/network-scope.ts';
import { LOOKUP_MAX_MS } from '../protocol/limits.ts';
import { readPlaintextConsent } from './configuration.ts';
import {
  type ConsentQuestion,
  type ConsentScope,
  consentKey,
  consentQuestion,
  consentVerdict,
  isAskedFor,
  isLarge,
  type Load,
  largeSendQuestion,
  machineWords,
} from './consent.ts';
import { type ConfiguredPeer, peerWords } from './peers.ts';
import { plainWords } from './plain-words.ts';
import type { Session } from './session.ts';

/** The machine that opens the connections. In a remote window that is not the one with the screen. */
export const MACHINE = hostname();

/** @param load what would be sent; undefined for a C-ECHO */
export async function mayConnect(
  session: Session,
  configured: ConfiguredPeer,
  load: Load | undefined,
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
    const machine = machineWords(MACHINE, vscode.env.remoteName);
    if (!(await isAgreed(consentQuestion(configured, machine, load, addresses)))) return false;
    await globalState.update(key, asked);
    return true;
  }
  return load === undefined || !isLarge(load) || isAgreed(largeSendQuestion(configured, load));
}

async function isAgreed({ message, detail, consent }: ConsentQuestion): Promise<boolean> {
  const answer = await vscode.window.showWarningMessage(
    plainWords(message),
    { modal: true, detail: plainWords(detail) },
    consent,
  );
  return answer === consent;
}
