// Chooses the peer: the one that was named, the default, the last or the only one, or the one that the person picks.

import * as vscode from 'vscode';
import { CONSENT_NAME_MAX } from '../protocol/limits.ts';
import { RECEIVER_AE_TITLE } from './built-in-receiver.ts';
import { readPeers } from './configuration.ts';
import { consentKey } from './consent.ts';
import { MACHINE } from './consent-prompt.ts';
import { askForPeer } from './peer-form.ts';
import { ADD_PEER_LABEL, RECEIVER_NAME } from './peer-names.ts';
import { addressWords, type ConfiguredPeer, type PeerList } from './peers.ts';
import { nameWords, plainWords, quotedWords } from './plain-words.ts';
import type { Session } from './session.ts';
import { originWords, type SettingProblem } from './settings.ts';

const LAST_PEER = 'lastPeer';
const AGREED_DEFAULT = 'agreedDefault';

const ADD_PEER = 'Add Peer';
const USE_RECEIVER = 'Use Built-in Receiver';
const OPEN_SETTINGS = 'Open Settings';
const MANAGE_TRUST = 'Manage Workspace Trust';

interface PeerItem extends vscode.QuickPickItem {
  readonly choice: ConfiguredPeer | 'start receiver' | 'add peer' | undefined;
}

/** A peer to send to, and why it was not asked for, in words: 'default', 'last used'. */
export interface UsualPeer {
  readonly configured: ConfiguredPeer;
  readonly why?: string;
}

/** The peer that the caller names. Rejects if there is none. */
export async function namedPeer(
  session: Session,
  resource: vscode.Uri | undefined,
  name: string,
): Promise<ConfiguredPeer> {
  const list = readPeers(resource);
  tellProblems(session, list);
  const found = list.peers.find(({ peer }) => peer.name === name);
  if (found !== undefined) return found;
  if (name === RECEIVER_NAME) return startedReceiver(session);
  // VS Code shows it as a notification.
  throw new Error(plainWords(`There is no peer named ${quotedWords(name)} in "sendToPacs.peers".`));
}

/**
 * For Send to PACS: the default peer, else the last one that the person sent to, else the only one. Where there is none of
 * them, the person picks.
 * @returns undefined: the person chose none
 */
export async function usualPeer(
  session: Session,
  resource: vscode.Uri | undefined,
  title: string,
): Promise<UsualPeer | undefined> {
  const list = readPeers(resource);
  tellProblems(session, list);
  const builtIn = runningReceiver(session);
  const usual = list.defaultPeer === undefined ? lastOf(session, list) : defaultOf(session, list);
  if (usual !== undefined) return usual;

  const candidates = builtIn === undefined ? list.peers : [...list.peers, builtIn];
  const only = candidates[0];
  const isOnly = candidates.length === 1 && only !== undefined && only.overrides.length === 0;
  const configured = isOnly
    ? only
    : candidates.length === 0
      ? await noPeer(session, list)
      : await pick(session, list, title);
  if (configured === undefined) return undefined;
  await keepAsLast(session, configured);
  return { configured };
}

/**
 * For Send to…: the person picks, whatever is usual.
 * @returns undefined: the person chose none
 */
export async function peerToSendTo(
  session: Session,
  resource: vscode.Uri | undefined,
  title: string,
): Promise<ConfiguredPeer | undefined> {
  const list = readPeers(resource);
  tellProblems(session, list);
  const configured = await pick(session, list, title);
  if (configured !== undefined) await keepAsLast(session, configured);
  return configured;
}

/**
 * For what is no send: the person picks, and sends go where they went before.
 * @returns undefined: the person chose none
 */
export async function peerToVerify(
  session: Session,
  resource: vscode.Uri | undefined,
  title: string,
): Promise<ConfiguredPeer | undefined> {
  const list = readPeers(resource);
  tellProblems(session, list);
  return pick(session, list, title);
}

/**
 * For a command about a peer of the settings: the person picks.
 * @returns undefined: the person chose none
 */
export async function peerToChange(session: Session, title: string): Promise<ConfiguredPeer | undefined> {
  const list = readPeers(undefined);
  tellProblems(session, list);
  if (list.peers.length === 0) return noPeer(session, list);
  const items = list.peers.map(itemOf);
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: 'Choose the peer',
    matchOnDescription: true,
  });
  return typeof picked?.choice === 'object' ? picked.choice : undefined;
}

function runningReceiver({ receiver }: Session): ConfiguredPeer | undefined {
  return receiver.receiver === undefined ? undefined : receiver.asPeer(receiver.receiver);
}

async function startedReceiver({ receiver }: Session): Promise<ConfiguredPeer> {
  return receiver.asPeer(await receiver.start());
}

/** What is kept of the peer that the person sent to last in this workspace. */
interface LastPeer {
  readonly name: string;
  /** Of `consentKey`: a peer of this name at another address is another one. Empty for the built-in receiver. */
  readonly key: string;
}

const keyOf = ({ origin, peer }: ConfiguredPeer): string => (origin === 'built-in' ? '' : consentKey(peer, MACHINE));

export async function keepAsLast(session: Session, configured: ConfiguredPeer): Promise<void> {
  const { workspaceState } = session.context;
  const { name } = configured.peer;
  const last: LastPeer = { name, key: keyOf(configured) };
  await workspaceState.update(LAST_PEER, last);
  if (readPeers(undefined).defaultPeer?.name === name) await agreeToDefault(session, configured);
}

/** From now on this peer is used without asking where the settings call it the default. */
export async function agreeToDefault({ context }: Session, configured: ConfiguredPeer): Promise<void> {
  await context.workspaceState.update(AGREED_DEFAULT, keyOf(configured));
}

function keptLast({ context }: Session): Partial<LastPeer> | undefined {
  // An earlier version kept the name alone.
  const kept = context.workspaceState.get<unknown>(LAST_PEER);
  return typeof kept === 'object' && kept !== null ? kept : undefined;
}

function lastOf(session: Session, list: PeerList): UsualPeer | undefined {
  const last = keptLast(session);
  if (last === undefined) return undefined;
  const why = 'last used';
  // The receiver is not started without a word: a person may have stopped it, or forgotten it.
  const found =
    last.name === RECEIVER_NAME ? runningReceiver(session) : list.peers.find(({ peer }) => peer.name === last.name);
  return found === undefined || keyOf(found) !== last.key ? undefined : { configured: found, why };
}

/** A default from the user settings is used at once; one from a workspace only after the person has picked it once. */
function defaultOf(session: Session, { defaultPeer, peers }: PeerList): UsualPeer | undefined {
  const configured = peers.find(({ peer }) => peer.name === defaultPeer?.name);
  if (configured === undefined) return undefined;
  const isAgreed =
    defaultPeer?.origin === 'user' || session.context.workspaceState.get(AGREED_DEFAULT) === keyOf(configured);
  return isAgreed ? { configured, why: 'default' } : undefined;
}

/** The default or the last peer stands first, which VS Code preselects. */
async function pick(session: Session, list: PeerList, title: string): Promise<ConfiguredPeer | undefined> {
  const builtIn = runningReceiver(session);
  const first = list.defaultPeer?.name ?? keptLast(session)?.name;
  const peers = list.peers.toSorted((a, b) => Number(b.peer.name === first) - Number(a.peer.name === first));
  const items = peers.map(itemOf);
  const receiverItem: PeerItem = {
    label: RECEIVER_NAME,
    description:
      builtIn === undefined ? 'on this machine – starts it' : `on this machine – ${addressWords(builtIn.peer)}`,
    detail: `AE title ${RECEIVER_AE_TITLE}`,
    iconPath: new vscode.ThemeIcon('inbox'),
    choice: builtIn ?? 'start receiver',
  };
  const addItem: PeerItem = { label: ADD_PEER_LABEL, iconPath: new vscode.ThemeIcon('add'), choice: 'add peer' };
  const separator: PeerItem = { label: '', kind: vscode.QuickPickItemKind.Separator, choice: undefined };
  const picked = await vscode.window.showQuickPick([...items, separator, receiverItem, addItem], {
    title,
    placeHolder: 'Choose the peer',
    matchOnDescription: true,
    matchOnDetail: true,
    ignoreFocusOut: true,
  });
  const choice = picked?.choice;
  if (choice === undefined) return undefined;
  if (choice === 'add peer') return askForPeer(session);
  if (choice === 'start receiver') return startedReceiver(session);
  return choice;
}

function itemOf(configured: ConfiguredPeer): PeerItem {
  const { peer, origin, overrides, folderName } = configured;
  const scope = origin === 'built-in' ? '' : originWords(origin);
  const from = folderName === undefined ? scope : `folder ${quotedWords(folderName, CONSENT_NAME_MAX)}`;
  const clash = overrides.map(
    (other) =>
      `$(warning) The ${originWords(other.origin)} also define it, as ${addressWords(other.peer)}; yours counts`,
  );
  return {
    label: plainWords(nameWords(peer.name)),
    description: plainWords(`${addressWords(peer)} – ${from}`),
    detail: [plainWords(`${peer.callingAETitle} → ${peer.calledAETitle}`), ...clash].join('   '),
    iconPath: new vscode.ThemeIcon('server'),
    choice: configured,
  };
}

async function noPeer(session: Session, list: PeerList): Promise<ConfiguredPeer | undefined> {
  const restricted = !vscode.workspace.isTrusted;
  const message =
    list.problems.length > 0
      ? 'No peer in "sendToPacs.peers" can be used as it stands.'
      : restricted
        ? 'There is no peer in your own settings, and those of this folder are not used in Restricted Mode.'
        : 'There is no peer to send to yet.';
  const buttons = [
    ADD_PEER,
    USE_RECEIVER,
    ...(list.problems.length > 0 ? [OPEN_SETTINGS] : []),
    ...(restricted ? [MANAGE_TRUST] : []),
  ];
  const answer = await vscode.window.showInformationMessage(plainWords(message), ...buttons);
  if (answer === ADD_PEER) return askForPeer(session);
  if (answer === USE_RECEIVER) return startedReceiver(session);
  if (answer === OPEN_SETTINGS) await openProblem(list.problems[0] ?? { origin: 'user' });
  if (answer === MANAGE_TRUST) await vscode.commands.executeCommand('workbench.trust.manage');
  return undefined;
}

function tellProblems(session: Session, list: PeerList): void {
  const news = list.problems.filter(({ message }) => session.isNews(message));
  const first = news[0];
  if (first === undefined) return;
  for (const { message } of news) session.channel.note('warn', message);
  const more = news.length === 1 ? '' : ` And ${news.length - 1} more; see the trace.`;
  void vscode.window.showWarningMessage(plainWords(`${first.message}${more}`), OPEN_SETTINGS).then(async (answer) => {
    if (answer === OPEN_SETTINGS) await openProblem(first);
  });
}

async function openProblem(problem: Omit<SettingProblem, 'message'>): Promise<void> {
  const { openPeerSettings } = await import('./settings-files.ts');
  await openPeerSettings(problem, problem);
}
