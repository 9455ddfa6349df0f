// Chooses the peer: the one that was named, the default, the only one, or the one that the person picks.

import * as vscode from 'vscode';
import { CONSENT_NAME_MAX } from '../protocol/limits.ts';
import { RECEIVER_AE_TITLE } from './built-in-receiver.ts';
import { openPeerSettings, readPeers } from './configuration.ts';
import { consentKey } from './consent.ts';
import { MACHINE } from './consent-prompt.ts';
import { askForPeer } from './peer-form.ts';
import { ADD_PEER_LABEL, RECEIVER_NAME } from './peer-names.ts';
import { addressWords, type ConfiguredPeer, type PeerList } from './peers.ts';
import { nameWords, plainWords, quotedWords } from './plain-words.ts';
import type { Session } from './session.ts';
import { originWords } from './settings.ts';

const LAST_PEER = 'lastPeer';
const AGREED_DEFAULT = 'agreedDefault';

const ADD_PEER = 'Add Peer';
const USE_RECEIVER = 'Use Built-in Receiver';
const OPEN_SETTINGS = 'Open Settings';
const MANAGE_TRUST = 'Manage Workspace Trust';

interface PeerItem extends vscode.QuickPickItem {
  readonly choice: ConfiguredPeer | 'start receiver' | 'add peer' | undefined;
}

/**
 * @param wanted the name of a peer, if the caller knows it
 * @param title of the list to pick from
 * @returns undefined: the person chose none
 */
export async function choosePeer(
  session: Session,
  resource: vscode.Uri | undefined,
  wanted: string | undefined,
  title: string,
): Promise<ConfiguredPeer | undefined> {
  const list = readPeers(resource);
  tellProblems(session, list);
  const receiver = session.receiver.receiver;
  const builtIn = receiver === undefined ? undefined : session.receiver.asPeer(receiver);

  if (wanted !== undefined) {
    const found = list.peers.find(({ peer }) => peer.name === wanted);
    if (found !== undefined) return found;
    if (wanted === RECEIVER_NAME) return session.receiver.asPeer(await session.receiver.start());
    // VS Code shows it as a notification.
    throw new Error(plainWords(`There is no peer named ${quotedWords(wanted)} in "sendToPacs.peers".`));
  }

  const chosen = defaultOf(session, list);
  if (chosen !== undefined) return chosen;

  const candidates = builtIn === undefined ? list.peers : [...list.peers, builtIn];
  if (candidates.length === 0) return noPeer(session, list);
  const only = candidates[0];
  if (candidates.length === 1 && only !== undefined && only.overrides.length === 0) return only;
  return pick(session, list, builtIn, title);
}

/** A default from the user settings is used at once; one from a workspace only after the person has picked it once. */
function defaultOf(session: Session, list: PeerList): ConfiguredPeer | undefined {
  const { defaultPeer } = list;
  if (defaultPeer === undefined) return undefined;
  const configured = list.peers.find(({ peer }) => peer.name === defaultPeer.name);
  if (configured === undefined || defaultPeer.origin === 'user') return configured;
  const agreed = session.context.workspaceState.get<string>(AGREED_DEFAULT);
  return agreed === consentKey(configured.peer, MACHINE) ? configured : undefined;
}

async function pick(
  session: Session,
  list: PeerList,
  builtIn: ConfiguredPeer | undefined,
  title: string,
): Promise<ConfiguredPeer | undefined> {
  const { workspaceState } = session.context;
  const first = list.defaultPeer?.name ?? workspaceState.get<string>(LAST_PEER);
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
  if (choice === 'start receiver') return session.receiver.asPeer(await session.receiver.start());
  await workspaceState.update(LAST_PEER, choice.peer.name);
  if (list.defaultPeer?.name === choice.peer.name)
    await workspaceState.update(AGREED_DEFAULT, consentKey(choice.peer, MACHINE));
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
  if (answer === USE_RECEIVER) return session.receiver.asPeer(await session.receiver.start());
  if (answer === OPEN_SETTINGS) await openPeerSettings(list.problems[0]?.origin ?? 'user');
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
    if (answer === OPEN_SETTINGS) await openPeerSettings(first.origin);
  });
}
