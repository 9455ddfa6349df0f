// Merges the peers of all settings scopes, and keeps for each who defined it. User settings take precedence over those of a
// workspace: otherwise a settings file in a checkout could redirect a peer named "PROD".

import { type Peer, sameDestination } from '../net/peer.ts';
import type { SendOptions } from '../send/options.ts';
import { shownAddress } from '../trace/names.ts';
import { PeerNames } from './peer-names.ts';
import { nameWords } from './plain-words.ts';
import {
  type Origin,
  type PeerEntry,
  parseCallingAETitle,
  parsePeers,
  peerOf,
  peerSendOptions,
  type SettingProblem,
  shown,
} from './settings.ts';

/** The values of one scope, not validated yet. */
export interface SettingsLayer {
  readonly origin: Origin;
  /** For 'folder': the name of the folder. */
  readonly folderName?: string;
  /** For 'folder': its URI. */
  readonly folder?: string;
  readonly peers?: unknown;
  readonly defaultPeer?: unknown;
  readonly callingAETitle?: unknown;
}

export interface ConfiguredPeer {
  readonly peer: Peer;
  /** How to send to it; defaults for what its entry does not set. */
  readonly sendOptions?: Partial<SendOptions>;
  readonly origin: Origin | 'built-in';
  readonly folderName?: string;
  /** For 'folder': its URI. */
  readonly folder?: string;
  /** Peers of the same name in scopes of lower precedence. */
  readonly overrides: readonly { readonly origin: Origin; readonly peer: Peer }[];
}

export interface PeerList {
  /** In the order of the settings: user, workspace, folders. */
  readonly peers: readonly ConfiguredPeer[];
  readonly problems: readonly SettingProblem[];
  /** The peer to use without asking, and the scope that sets it. */
  readonly defaultPeer?: { readonly name: string; readonly origin: Origin };
}

const STRENGTH: Readonly<Record<Origin, number>> = { user: 2, folder: 1, workspace: 0 };

/**
 * @param layers in any order; those other than 'user' are ignored unless `trusted`
 * @param trusted whether the person trusts the workspace
 */
export function listPeers(layers: readonly SettingsLayer[], trusted: boolean): PeerList {
  const problems: SettingProblem[] = [];
  const heard = layers.filter((layer) => layer.origin === 'user' || trusted);
  const strongestFirst = [...heard].sort((a, b) => STRENGTH[b.origin] - STRENGTH[a.origin]);

  const callingOf = (layer: SettingsLayer): string => {
    // A peer of the user never takes its calling AE title from a workspace. A peer of a workspace may take the user's.
    const layersHeard = strongestFirst.filter((other) => other.callingAETitle !== undefined);
    const source =
      layer.origin === 'user'
        ? layersHeard.find((other) => other.origin === 'user')
        : (layersHeard.find((other) => other === layer) ??
          layersHeard.find((other) => other.origin === 'workspace') ??
          layersHeard.find((other) => other.origin === 'user'));
    const parsed = parseCallingAETitle(source?.callingAETitle, source?.origin ?? 'user');
    const { problem } = parsed;
    if (problem !== undefined && !problems.some((known) => known.message === problem.message))
      problems.push({ ...problem, ...folderOf(source ?? layer) });
    return parsed.value;
  };

  const byName = new Map<string, ConfiguredPeer>();
  const names = new PeerNames();
  for (const layer of strongestFirst) {
    const parsed = parsePeers(layer.peers, layer.origin, names);
    for (const problem of parsed.problems)
      if (!problems.some((known) => known.message === problem.message))
        problems.push({ ...problem, ...folderOf(layer) });
    if (parsed.entries.length === 0) continue;
    const calling = callingOf(layer);
    for (const entry of parsed.entries) addPeer(byName, layer, entry, calling);
  }

  const inOrder = [...byName.values()].sort((a, b) => rank(a) - rank(b));
  const chosen = strongestFirst.find((layer) => typeof layer.defaultPeer === 'string' && layer.defaultPeer !== '');
  if (chosen === undefined) return { peers: inOrder, problems };
  const name = chosen.defaultPeer as string;
  if (!byName.has(name)) {
    problems.push({
      origin: chosen.origin,
      ...folderOf(chosen),
      message: `Setting "sendToPacs.defaultPeer" names ${shown(name)}, which is not among "sendToPacs.peers".`,
    });
    return { peers: inOrder, problems };
  }
  return { peers: inOrder, problems, defaultPeer: { name, origin: chosen.origin } };
}

function folderOf({ folder }: SettingsLayer): { readonly folder?: string } {
  return folder === undefined ? {} : { folder };
}

function rank(configured: ConfiguredPeer): number {
  return configured.origin === 'user' ? 0 : configured.origin === 'workspace' ? 1 : 2;
}

function addPeer(byName: Map<string, ConfiguredPeer>, layer: SettingsLayer, entry: PeerEntry, calling: string): void {
  const peer = peerOf(entry, calling);
  const winner = byName.get(peer.name);
  if (winner === undefined) {
    const name = layer.folderName === undefined ? {} : { folderName: layer.folderName };
    byName.set(peer.name, {
      peer,
      sendOptions: peerSendOptions(entry),
      origin: layer.origin,
      ...name,
      ...folderOf(layer),
      overrides: [],
    });
  } else if (!sameDestination(winner.peer, peer)) {
    byName.set(peer.name, { ...winner, overrides: [...winner.overrides, { origin: layer.origin, peer }] });
  }
}

/** 'ORTHANC (127.0.0.1:4242, ORTHANC)': name, address, called AE title. */
export function peerWords(peer: Peer): string {
  return `${nameWords(peer.name)} (${addressWords(peer)}, ${peer.calledAETitle})`;
}

/** '127.0.0.1:4242', '[::1]:4242' */
export function addressWords(peer: { readonly host: string; readonly port: number }): string {
  return shownAddress(peer);
}
