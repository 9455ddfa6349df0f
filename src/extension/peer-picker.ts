// The list to choose a peer from: the usual one first, then those of each scope, then the built-in receiver and Add Peer.

import * as vscode from 'vscode';
import { CONSENT_NAME_MAX } from '../protocol/limits.ts';
import type { Event } from './emitter.ts';
import { ADD_PEER_LABEL, RECEIVER_NAME } from './peer-names.ts';
import { stateWords } from './peer-rows.ts';
import { addressWords, type ConfiguredPeer } from './peers.ts';
import { PEER_ICONS } from './peers-tree.ts';
import { nameWords, plainWords, quotedWords } from './plain-words.ts';
import type { Session } from './session.ts';
import { originWords } from './settings.ts';
import { verificationOf } from './verifications.ts';

export type PeerChoice = ConfiguredPeer | 'start receiver' | 'add peer';

export interface PeerItem extends vscode.QuickPickItem {
  readonly choice: PeerChoice | undefined;
}

/** What the list says above its rows; it may change while the list is open. */
export interface PickerHead {
  readonly title: string;
  /** There is nothing to choose a peer for: the list closes. */
  readonly isEmpty?: boolean;
  readonly onDidChange?: Event<undefined>;
  /** By default 'Choose the peer'. */
  readonly placeholder?: string;
}

const EDIT: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('edit'), tooltip: 'Edit' };

export function peerItem(session: Session, configured: ConfiguredPeer): PeerItem {
  const { peer, origin, overrides } = configured;
  const verification = verificationOf(session.context.globalState, peer);
  const clash = overrides.map(
    (other) =>
      `$(warning) The ${originWords(other.origin)} also define it, as ${addressWords(other.peer)}; yours counts`,
  );
  const { words, state } = stateWords(verification, Date.now());
  return {
    label: plainWords(nameWords(peer.name)),
    description: plainWords(`${addressWords(peer)} · ${words}`),
    ...(clash.length === 0 ? {} : { detail: clash.join('   ') }),
    iconPath: PEER_ICONS[state],
    ...(origin === 'built-in' ? {} : { buttons: [EDIT] }),
    choice: configured,
  };
}

/** @param first its name: VS Code preselects the row at the top */
export function peerItems(
  session: Session,
  peers: readonly ConfiguredPeer[],
  builtIn: ConfiguredPeer | undefined,
  first: string | undefined,
): PeerItem[] {
  const usual = peers.filter(({ peer }) => peer.name === first);
  const groups = new Map<string, ConfiguredPeer[]>();
  for (const configured of peers)
    if (!usual.includes(configured))
      groups.set(scopeOf(configured), [...(groups.get(scopeOf(configured)) ?? []), configured]);
  const receiverItem: PeerItem = {
    label: RECEIVER_NAME,
    description: builtIn === undefined ? 'starts on this machine' : `${addressWords(builtIn.peer)} · runs`,
    iconPath: new vscode.ThemeIcon('inbox'),
    choice: builtIn ?? 'start receiver',
  };
  const addItem: PeerItem = { label: ADD_PEER_LABEL, iconPath: new vscode.ThemeIcon('add'), choice: 'add peer' };
  return [
    ...section(
      'recent',
      usual.map((configured) => peerItem(session, configured)),
    ),
    ...[...groups].flatMap(([scope, members]) =>
      section(
        scope,
        members.map((configured) => peerItem(session, configured)),
      ),
    ),
    ...section('more', [receiverItem, addItem]),
  ];
}

function scopeOf({ origin, folderName }: ConfiguredPeer): string {
  return folderName === undefined ? origin : plainWords(`folder ${quotedWords(folderName, CONSENT_NAME_MAX)}`);
}

function section(label: string, items: readonly PeerItem[]): PeerItem[] {
  if (items.length === 0) return [];
  return [{ label, kind: vscode.QuickPickItemKind.Separator, choice: undefined }, ...items];
}

/** @returns undefined: the person chose none, or there is nothing to choose it for */
export async function pickFrom(items: readonly PeerItem[], head: PickerHead): Promise<PeerChoice | undefined> {
  const list = vscode.window.createQuickPick<PeerItem>();
  list.title = head.title;
  list.placeholder = head.placeholder ?? 'Choose the peer';
  list.matchOnDescription = true;
  list.matchOnDetail = true;
  list.ignoreFocusOut = true;
  list.items = items;
  let subscription: { dispose(): void } | undefined;
  try {
    return await new Promise((resolve) => {
      list.onDidAccept(() => resolve(list.selectedItems[0]?.choice));
      list.onDidHide(() => resolve(undefined));
      list.onDidTriggerItemButton(({ item: { choice } }) => {
        resolve(undefined);
        if (typeof choice === 'object') void vscode.commands.executeCommand('sendToPacs.editPeer', choice.peer.name);
      });
      subscription = head.onDidChange?.(() => {
        list.title = head.title;
        if (head.isEmpty === true) resolve(undefined);
      });
      list.show();
    });
  } finally {
    subscription?.dispose();
    list.dispose();
  }
}
