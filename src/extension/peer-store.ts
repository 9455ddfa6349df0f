// Writes peers into the settings of the scope that a person picks. Entries that we cannot read are the person's, and stay.

import * as vscode from 'vscode';
import { readPeers, SECTION } from './configuration.ts';
import { PeerNames } from './peer-names.ts';
import { nameWords } from './plain-words.ts';
import { originWords } from './settings.ts';
import type { SettingsPlace } from './settings-files.ts';

/** Fields as they are written down. */
export type WrittenEntry = Readonly<Record<string, unknown>> & { readonly name: string };

const TARGETS = {
  user: vscode.ConfigurationTarget.Global,
  workspace: vscode.ConfigurationTarget.Workspace,
  folder: vscode.ConfigurationTarget.WorkspaceFolder,
} as const;

const configurationOf = ({ folder }: SettingsPlace): vscode.WorkspaceConfiguration =>
  vscode.workspace.getConfiguration(SECTION, folder === undefined ? undefined : vscode.Uri.parse(folder));

/** The value of a setting in that scope alone. */
function ownValue(place: SettingsPlace, key: string): unknown {
  const found = configurationOf(place).inspect<unknown>(key);
  return { user: found?.globalValue, workspace: found?.workspaceValue, folder: found?.workspaceFolderValue }[
    place.origin
  ];
}

export async function writeSetting(place: SettingsPlace, key: string, value: unknown): Promise<void> {
  await configurationOf(place).update(key, value, TARGETS[place.origin]);
}

/** The entries of that scope as they are. */
function writtenPeers(place: SettingsPlace): readonly unknown[] {
  const value = ownValue(place, 'peers');
  return Array.isArray(value) ? value : [];
}

function writtenName(entry: unknown): unknown {
  return typeof entry === 'object' && entry !== null ? (entry as { readonly name?: unknown }).name : undefined;
}

/** The first entry of this name, which is the one that counts. */
export function writtenPeer(place: SettingsPlace, name: string): WrittenEntry | undefined {
  return writtenPeers(place).find((entry) => writtenName(entry) === name) as WrittenEntry | undefined;
}

/** Adds entries behind those that are there. */
export async function addPeers(place: SettingsPlace, entries: readonly object[]): Promise<void> {
  await writeSetting(place, 'peers', [...writtenPeers(place), ...entries]);
}

/**
 * Puts an entry into the place of the one with this name; with `undefined` takes that one out.
 * @returns false: there is none any more
 */
export async function replacePeer(place: SettingsPlace, name: string, entry: object | undefined): Promise<boolean> {
  const written = writtenPeers(place);
  const index = written.findIndex((other) => writtenName(other) === name);
  if (index < 0) return false;
  await writeSetting(place, 'peers', written.toSpliced(index, 1, ...(entry === undefined ? [] : [entry])));
  return true;
}

/** Takes the name out of the setting wherever it is the default. */
export async function forgetDefault(name: string): Promise<void> {
  for (const place of placesToWrite())
    if (ownValue(place, 'defaultPeer') === name) await writeSetting(place, 'defaultPeer', undefined);
}

/** Where the default peer is the one that got another name, it stays the default. */
export async function renameDefault(place: SettingsPlace, from: string, to: string): Promise<void> {
  for (const scope of [place, { origin: 'user' } as const])
    if (ownValue(scope, 'defaultPeer') === from) await writeSetting(scope, 'defaultPeer', to);
}

/** Names that a new entry of that scope must not have, and those that it must not look like. */
export function namesBeside(place: SettingsPlace): { readonly taken: readonly string[]; readonly names: PeerNames } {
  const taken = writtenPeers(place)
    .map(writtenName)
    .filter((name) => typeof name === 'string');
  const names = new PeerNames();
  // As when they are read: a person's own peers may look alike.
  for (const { peer, origin } of readPeers(undefined).peers)
    if (!(place.origin === 'user' && origin === 'user'))
      names.add({ name: peer.name, where: origin === 'built-in' ? 'receiver' : originWords(origin) });
  return { taken, names };
}

export interface NamedPlace extends SettingsPlace {
  readonly label: string;
  readonly description: string;
}

/** Where a peer can be written down in this window: at least in the user settings. */
export function placesToWrite(): readonly NamedPlace[] {
  const { isTrusted, workspaceFolders = [], workspaceFile } = vscode.workspace;
  const own: NamedPlace = { origin: 'user', label: 'User settings', description: 'for you, in every folder' };
  if (!isTrusted || workspaceFolders.length === 0) return [own];
  const description = 'for everyone who opens this folder; each is asked before data goes there';
  const shared: NamedPlace = { origin: 'workspace', label: 'Workspace settings', description };
  // In a window with one folder the folder's settings are the workspace's.
  if (workspaceFile === undefined) return [own, shared];
  const folders = workspaceFolders.map(
    ({ name, uri }): NamedPlace => ({
      origin: 'folder',
      folder: uri.toString(),
      label: `Folder settings of ${nameWords(name)}`,
      description: '',
    }),
  );
  return [own, { ...shared, description: description.replace('folder', 'workspace') }, ...folders];
}
