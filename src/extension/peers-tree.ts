// The rows of the view Peers: each peer of the settings, and the built-in receiver where there is one to show.

import * as vscode from 'vscode';
import { readPeers, SECTION } from './configuration.ts';
import { RECEIVER_NAME } from './peer-names.ts';
import { addressWords, type ConfiguredPeer } from './peers.ts';
import { nameWords, plainWords } from './plain-words.ts';
import type { Session } from './session.ts';
import { originWords } from './settings.ts';

export class PeersTree implements vscode.Disposable {
  readonly #session: Session;
  readonly #subscriptions: vscode.Disposable[];
  #peers: ReadonlyMap<string, ConfiguredPeer> = new Map();

  constructor(session: Session, changed: () => void) {
    this.#session = session;
    this.#subscriptions = [
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(SECTION)) changed();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(changed),
      vscode.workspace.onDidChangeWorkspaceFolders(changed),
    ];
  }

  children(element: string | undefined): string[] {
    if (element !== undefined) return [];
    this.#peers = new Map(readPeers(undefined).peers.map((configured) => [configured.peer.name, configured]));
    const isReceiverShown = this.#peers.size > 0 || this.#session.receiver.receiver !== undefined;
    return [...this.#peers.keys(), ...(isReceiverShown ? [RECEIVER_NAME] : [])];
  }

  parent(_element: string): string | undefined {
    return undefined;
  }

  item(element: string): vscode.TreeItem {
    const configured = this.#peers.get(element);
    const item = new vscode.TreeItem(plainWords(nameWords(element)));
    item.id = element;
    item.contextValue = configured === undefined ? 'receiver' : 'peer';
    item.iconPath = new vscode.ThemeIcon(configured === undefined ? 'inbox' : 'server');
    if (configured === undefined) return item;
    const { peer, origin } = configured;
    item.description = plainWords(
      [addressWords(peer), ...(origin === 'user' || origin === 'built-in' ? [] : [originWords(origin)])].join(' · '),
    );
    return item;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}
