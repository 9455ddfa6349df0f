// Reads the settings scope by scope, because it matters who wrote a value: the person or a workspace. Values that could
// weaken safety are read from the user settings only.

import * as vscode from 'vscode';
import { listPeers, type PeerList, type SettingsLayer } from './peers.ts';
import {
  type Origin,
  type Parsed,
  type PlaintextConsent,
  parseCallingAETitle,
  parsePlaintextConsent,
  parseReceiverMismatch,
  parseReceiverPort,
} from './settings.ts';

export const SECTION = 'sendToPacs';

const LAYERED = ['peers', 'defaultPeer', 'callingAETitle'] as const;
type Layered = Partial<Record<(typeof LAYERED)[number], unknown>>;

/** @param resource its folder's settings are read; without it those of every open folder */
export function readPeers(resource: vscode.Uri | undefined): PeerList {
  const configuration = vscode.workspace.getConfiguration(SECTION, resource);
  const user: Layered = {};
  const workspace: Layered = {};
  for (const key of LAYERED) {
    const found = configuration.inspect(key);
    user[key] = found?.globalValue;
    workspace[key] = found?.workspaceValue;
  }
  const layers: SettingsLayer[] = [
    { origin: 'user', ...user },
    { origin: 'workspace', ...workspace },
  ];
  // In a window with one folder the folder's settings are the workspace's.
  if (vscode.workspace.workspaceFile !== undefined) layers.push(...folderLayers(resource));
  return listPeers(layers, vscode.workspace.isTrusted);
}

function folderLayers(resource: vscode.Uri | undefined): SettingsLayer[] {
  const own = resource === undefined ? undefined : vscode.workspace.getWorkspaceFolder(resource);
  const folders = own === undefined ? (vscode.workspace.workspaceFolders ?? []) : [own];
  return folders.map((folder) => {
    const configuration = vscode.workspace.getConfiguration(SECTION, folder.uri);
    const values: Layered = {};
    for (const key of LAYERED) values[key] = configuration.inspect(key)?.workspaceFolderValue;
    return { origin: 'folder', folderName: folder.name, folder: folder.uri.toString(), ...values };
  });
}

function userValue(key: string): unknown {
  return vscode.workspace.getConfiguration(SECTION).inspect(key)?.globalValue;
}

export function readPlaintextConsent(): PlaintextConsent {
  return parsePlaintextConsent(userValue('plaintextConsent'));
}

/** Whether the trace writes 'file 12' instead of a path. */
export function readHidePaths(): boolean {
  return userValue('trace.hidePaths') === true;
}

/** Whether links that lead out of the selection are followed. */
export function readFollowLinks(): boolean {
  return userValue('followLinks') === true;
}

/** `directory`: '' means the extension's own storage. */
export function readReceiverSettings(): {
  readonly port: Parsed<number>;
  readonly directory: string;
  readonly mismatch: 'refuse' | 'accept';
} {
  const directory = userValue('receiver.directory');
  return {
    port: parseReceiverPort(userValue('receiver.port')),
    directory: typeof directory === 'string' ? directory.trim() : '',
    mismatch: parseReceiverMismatch(userValue('receiver.mismatch')),
  };
}

/** Our AE title for a peer in the settings of that scope that has none of its own. */
export function callingAETitleFor({ origin, folder }: { readonly origin: Origin; readonly folder?: string }): string {
  const resource = folder === undefined ? undefined : vscode.Uri.parse(folder);
  const found = vscode.workspace.getConfiguration(SECTION, resource).inspect('callingAETitle');
  const shared = origin === 'user' ? undefined : (found?.workspaceFolderValue ?? found?.workspaceValue);
  return parseCallingAETitle(shared ?? found?.globalValue, origin).value;
}
