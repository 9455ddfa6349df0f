// Chooses the peer: the one that was named, the default, the last or the only one, or the one that the person picks.

import * as vscode from 'vscode';
import { sameDestination } from '../net/peer.ts';
import { readPeers } from './configuration.ts';
import { consentKey } from './consent.ts';
import { MACHINE } from './consent-prompt.ts';
import { askForPeer } from './peer-form.ts';
import { RECEIVER_NAME } from './peer-names.ts';
import { type PickerHead, peerItem, peerItems, pickFrom } from './peer-picker.ts';
import type { ConfiguredPeer, PeerList } from './peers.ts';
import { plainWords, quotedWords } from './plain-words.ts';
import type { SelectionScan } from './selection-scan.ts';
import type { Session } from './session.ts';
import type { SettingProblem } from './settings.ts';

const LAST_PEER = 'lastPeer';
const AGREED_DEFAULT = 'agreedDefault';

const ADD_PEER = 'Add Peer';
const USE_RECEIVER = 'Use Built-in Receiver';
const OPEN_SETTINGS = 'Open Settings';
const MANAGE_TRUST = 'Manage Workspace Trust';

/** A peer to send to, and why it was not asked for, in words: 'default', 'last used'. */
export interface UsualPeer {
  readonly configured: ConfiguredPeer;
  readonly why?: string;
  /** The person chose it for this send: it is the last one from then on. */
  readonly isChosen?: boolean;
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
  resources: readonly vscode.Uri[],
  scan: PickerHead & Pick<SelectionScan, 'settleSoon'>,
): Promise<UsualPeer | undefined> {
  const { list, ...places } = peersFor(resources);
  tellProblems(session, list);
  const builtIn = runningReceiver(session);
  const usual = list.defaultPeer === undefined ? lastOf(session, list) : defaultOf(session, list);
  if (usual !== undefined && !places.areMixed) return usual;

  const candidates = builtIn === undefined ? list.peers : [...list.peers, builtIn];
  const only = candidates[0];
  const isOnly = candidates.length === 1 && only !== undefined && only.overrides.length === 0 && !places.areMixed;
  if (!isOnly) await scan.settleSoon();
  if (scan.isEmpty === true) return undefined;
  const configured = isOnly
    ? only
    : candidates.length === 0
      ? await noPeer(session, list)
      : await pick(session, list, headOf(scan, places));
  return configured === undefined ? undefined : { configured, isChosen: true };
}

/**
 * For Send to…: the person picks, whatever is usual.
 * @returns undefined: the person chose none
 */
export async function peerToSendTo(
  session: Session,
  resources: readonly vscode.Uri[],
  scan: PickerHead & Pick<SelectionScan, 'settleSoon'>,
): Promise<ConfiguredPeer | undefined> {
  const { list, ...places } = peersFor(resources);
  tellProblems(session, list);
  await scan.settleSoon();
  if (scan.isEmpty === true) return undefined;
  return pick(session, list, headOf(scan, places));
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
  return pick(session, list, { title });
}

interface Places {
  /** They lie in several folders of the window, which have not the same peers. */
  readonly areMixed: boolean;
  readonly roots: number;
}

/** The peers for files in these places: where their folders have different ones, those of each. */
function peersFor(resources: readonly vscode.Uri[]): Places & { readonly list: PeerList } {
  const roots = new Map(resources.map((uri) => [vscode.workspace.getWorkspaceFolder(uri)?.uri.toString() ?? '', uri]));
  const lists = [...roots.values()].map((uri) => readPeers(uri));
  const [first = readPeers(undefined)] = lists;
  const areMixed = lists.some(
    (list) => JSON.stringify([list.peers, list.defaultPeer]) !== JSON.stringify([first.peers, first.defaultPeer]),
  );
  if (!areMixed) return { list: first, areMixed, roots: roots.size };
  const peers: ConfiguredPeer[] = [];
  for (const configured of lists.flatMap((list) => list.peers)) {
    const isSame = (other: ConfiguredPeer): boolean =>
      other.peer.name === configured.peer.name && sameDestination(other.peer, configured.peer);
    if (!peers.some(isSame)) peers.push(configured);
  }
  return { list: { peers, problems: lists.flatMap(({ problems }) => problems) }, areMixed, roots: roots.size };
}

function headOf(scan: PickerHead, { areMixed, roots }: Places): PickerHead {
  if (!areMixed) return scan;
  const placeholder = `The files are in ${roots} folders with peers of their own; all go to the one that you choose`;
  return {
    placeholder,
    get title() {
      return scan.title;
    },
    get isEmpty() {
      return scan.isEmpty === true;
    },
    ...(scan.onDidChange === undefined ? {} : { onDidChange: scan.onDidChange }),
  };
}

/**
 * For a command about a peer of the settings: the person picks.
 * @returns undefined: the person chose none
 */
export async function peerToChange(session: Session, title: string): Promise<ConfiguredPeer | undefined> {
  const list = readPeers(undefined);
  tellProblems(session, list);
  if (list.peers.length === 0) return noPeer(session, list);
  const items = list.peers.map((configured) => peerItem(session, configured));
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

/** Once the person has agreed to send there, and not before: a question that is declined changes nothing. */
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

/** The default or the last peer stands first. */
async function pick(session: Session, list: PeerList, head: PickerHead): Promise<ConfiguredPeer | undefined> {
  const builtIn = runningReceiver(session);
  const first = list.defaultPeer?.name ?? keptLast(session)?.name;
  const choice = await pickFrom(peerItems(session, list.peers, builtIn, first), head);
  if (choice === 'add peer') return askForPeer(session);
  if (choice === 'start receiver') return startedReceiver(session);
  return choice;
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
