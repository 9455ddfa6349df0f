// The rows of the view Peers: each peer of the settings, and the built-in receiver where there is one to show. An element is
// the name of its peer, so that commands get that. A peer that failed has two children: what is wrong, and what to do.

import * as vscode from 'vscode';
import { faultWords } from '../trace/echo-fault.ts';
import { addressOf } from '../trace/names.ts';
import { answerWords, shortAnswerWords } from '../trace/receiver-words.ts';
import { SHOWN_MAX } from '../trace/sanitize.ts';
import { plural } from '../trace/units.ts';
import { RECEIVER_AE_TITLE } from './built-in-receiver.ts';
import { readPeers, SECTION } from './configuration.ts';
import { RECEIVER_NAME } from './peer-names.ts';
import { type PeerState, peerDescription, peerDetails, peerLabel, stateOf } from './peer-rows.ts';
import type { ConfiguredPeer } from './peers.ts';
import { nameWords, plainWords } from './plain-words.ts';
import type { Session } from './session.ts';
import { verificationKey, verificationOf } from './verifications.ts';

export const PEER_ICONS: Readonly<Record<PeerState, vscode.ThemeIcon>> = {
  verified: new vscode.ThemeIcon('pass', new vscode.ThemeColor('charts.green')),
  failed: new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground')),
  never: new vscode.ThemeIcon('issue-draft', new vscode.ThemeColor('disabledForeground')),
};

/** In front of the name: no name has a line break. */
const WHY = '\nwhy\n';
const ACTION = '\naction\n';
const CHILD = /^\n(?:why|action)\n/;

/** Ages are told in minutes. */
const REDRAW_MS = 60_000;

export class PeersTree implements vscode.Disposable {
  readonly #session: Session;
  readonly #subscriptions: readonly { dispose(): void }[];
  readonly #timer: ReturnType<typeof setInterval>;
  #peers: ReadonlyMap<string, ConfiguredPeer> = new Map();
  #default: string | undefined;

  /** @param isVisible whether anybody sees the ages of verifications, which change by themselves */
  constructor(session: Session, changed: () => void, isVisible: () => boolean) {
    this.#session = session;
    this.#subscriptions = [
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(SECTION)) changed();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(changed),
      vscode.workspace.onDidChangeWorkspaceFolders(changed),
      session.peersChanged.event(changed),
    ];
    this.#timer = setInterval(() => isVisible() && changed(), REDRAW_MS);
    this.#timer.unref();
  }

  children(element: string | undefined): string[] {
    if (element === undefined) return this.#roots();
    const configured = this.#peers.get(element);
    if (configured === undefined || this.#stateOf(configured) !== 'failed') return [];
    return [`${WHY}${element}`, `${ACTION}${element}`];
  }

  #roots(): string[] {
    const list = readPeers(undefined);
    this.#peers = new Map(list.peers.map((configured) => [configured.peer.name, configured]));
    this.#default = list.defaultPeer?.name;
    // Where there is nothing but the receiver that does not run, the view says how to begin.
    const isReceiverShown = this.#peers.size > 0 || this.#session.receiver.receiver !== undefined;
    return [...this.#peers.keys(), ...(isReceiverShown ? [RECEIVER_NAME] : [])];
  }

  parent(element: string): string | undefined {
    return CHILD.test(element) ? element.replace(CHILD, '') : undefined;
  }

  item(element: string): vscode.TreeItem {
    const name = element.replace(CHILD, '');
    const configured = this.#peers.get(name);
    const item = element === name ? this.#row(name, configured) : this.#child(element, configured);
    item.id = element;
    return item;
  }

  #stateOf({ peer }: ConfiguredPeer): PeerState {
    return stateOf(verificationOf(this.#session.context.globalState, peer));
  }

  #row(name: string, configured: ConfiguredPeer | undefined): vscode.TreeItem {
    const item = new vscode.TreeItem(plainWords(nameWords(name)));
    if (configured === undefined) {
      if (name === RECEIVER_NAME) this.#showReceiver(item);
      return item;
    }
    const { peer } = configured;
    const verification = verificationOf(this.#session.context.globalState, peer);
    const isDefault = name === this.#default;
    const state = stateOf(verification);
    const nowMs = Date.now();
    item.iconPath = this.#session.verifying.has(verificationKey(peer))
      ? new vscode.ThemeIcon('loading~spin')
      : PEER_ICONS[state];
    item.description = peerDescription(configured, verification, isDefault, nowMs);
    item.tooltip = detailsOf(peerDetails(configured, verification), nameWords(name));
    item.accessibilityInformation = { label: plainWords(peerLabel(configured, verification, isDefault, nowMs)) };
    item.contextValue = isDefault ? 'peer.default' : 'peer';
    if (state === 'failed') item.collapsibleState = vscode.TreeItemCollapsibleState.Collapsed;
    return item;
  }

  #child(element: string, configured: ConfiguredPeer | undefined): vscode.TreeItem {
    const fault = configured && verificationOf(this.#session.context.globalState, configured.peer)?.fault;
    if (configured === undefined || fault === undefined) return new vscode.TreeItem('');
    const { says, field } = faultWords(fault) as ReturnType<typeof faultWords>;
    if (element.startsWith(WHY)) {
      const item = new vscode.TreeItem(plainWords(says(configured.peer)));
      item.tooltip = item.label as string;
      return item;
    }
    const { name } = configured.peer;
    const [title, icon, command, args] = actionFor(field, name);
    const item = new vscode.TreeItem(title);
    item.iconPath = new vscode.ThemeIcon(icon);
    item.command = { title, command, arguments: args };
    return item;
  }

  #showReceiver(item: vscode.TreeItem): void {
    const { receiver } = this.#session.receiver;
    item.iconPath = new vscode.ThemeIcon('inbox');
    item.contextValue = receiver === undefined ? 'receiver.stopped' : 'receiver.running';
    if (receiver === undefined) {
      item.description = 'does not run';
      item.tooltip = 'Receives on this machine, for a first try and for tests. Sending to it starts it.';
      item.accessibilityInformation = { label: `${RECEIVER_NAME}, does not run` };
      return;
    }
    const { port, associations, answers, directory } = receiver;
    item.description = `port ${port} · ${shortAnswerWords(answers)} received · ${plural(associations, 'association')}`;
    item.tooltip = detailsOf(
      [
        ['Address', `${RECEIVER_AE_TITLE}@${addressOf(receiver)}`],
        ['Answers', answerWords(answers)],
        ['Associations', String(associations)],
        ['Folder', nameWords(directory, SHOWN_MAX.path)],
      ],
      RECEIVER_NAME,
    );
    item.accessibilityInformation = {
      label: `${RECEIVER_NAME}, runs on port ${port}, ${answerWords(answers)}, ${plural(associations, 'association')}`,
    };
  }

  dispose(): void {
    clearInterval(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

/** What mends it: the title, an icon, the command and its arguments. */
function actionFor(
  field: 'address' | 'calledAETitle' | 'callingAETitle' | undefined,
  name: string,
): readonly [string, string, string, unknown[]] {
  switch (field) {
    case 'address':
      return ['Edit Address…', 'edit', 'sendToPacs.editPeer', [name, field]];
    case 'calledAETitle':
      return ['Edit Called AE Title…', 'edit', 'sendToPacs.editPeer', [name, field]];
    case 'callingAETitle':
      return ['Edit Calling AE Title…', 'edit', 'sendToPacs.editPeer', [name, field]];
    case undefined:
      return ['Show Trace', 'output', 'sendToPacs.showTrace', []];
  }
}

/** A text, not Markdown: nothing that others wrote can become a link. */
function detailsOf(lines: readonly (readonly [string, string])[], title: string): string {
  return plainWords([title, ...lines.filter(([, value]) => value !== '').map((line) => line.join(': '))].join('\n'));
}
