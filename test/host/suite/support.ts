// Shared by the tests of this folder: settings that are reset, a workspace with files, a listener that counts.

import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { type SampleInstance, sampleInstance } from '../../support/dicom-builder.ts';

export const PEER = 'HOST-TEST';

export function peerEntry(port: number, rest: object = {}): object {
  return { name: PEER, host: '127.0.0.1', port, calledAETitle: 'RECEIVER', ...rest };
}

/** Sets user settings; undefined removes one. */
export async function setUser(values: Record<string, unknown>): Promise<void> {
  const configuration = vscode.workspace.getConfiguration('sendToPacs');
  for (const [key, value] of Object.entries(values))
    await configuration.update(key, value, vscode.ConfigurationTarget.Global);
}

export async function setWorkspace(values: Record<string, unknown>): Promise<void> {
  const configuration = vscode.workspace.getConfiguration('sendToPacs');
  for (const [key, value] of Object.entries(values))
    await configuration.update(key, value, vscode.ConfigurationTarget.Workspace);
}

export async function resetSettings(): Promise<void> {
  await setUser({ peers: undefined, defaultPeer: undefined, callingAETitle: undefined });
  await setWorkspace({ peers: undefined, defaultPeer: undefined, callingAETitle: undefined });
}

export function workspaceFolder(): string {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (folder === undefined) throw new Error('the suite wants to run with a folder open');
  return folder.uri.fsPath;
}

/** The editor's user data: logs, storage, state. */
export const userData = (): string => join(dirname(workspaceFolder()), 'user-data');

export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The files of the extension's output channel, rotated ones included. */
export const ownLogs = (): string[] => filesBelow(userData()).filter((path) => /Send to PACS[.\d]*\.log$/.test(path));

/** Where the built-in receiver puts an instance of the samples: study, series, instance. */
export const receivedPath = (directory: string, sopInstance: string): string =>
  join(directory, '2.25.900000001', '2.25.900000002', `${sopInstance}.dcm`);

/** A new folder, in the workspace or outside. */
export async function makeFolder(parent = tmpdir()): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(parent, 'study-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Writes files `IM<seed>.dcm`, and returns the instances. */
export async function writeInstances(
  folder: string,
  transferSyntaxes: readonly string[],
  firstSeed: number,
): Promise<SampleInstance[]> {
  const instances: SampleInstance[] = [];
  for (const [index, transferSyntax] of transferSyntaxes.entries()) {
    const seed = firstSeed + index;
    const instance = sampleInstance({ transferSyntax, seed, pixelBytes: 4000 });
    await writeFile(join(folder, `IM${seed}.dcm`), instance.file);
    instances.push(instance);
  }
  return instances;
}

export interface CountingListener {
  readonly port: number;
  /** Connections, and bytes received on them. */
  readonly seen: { connections: number; bytes: number };
  close(): Promise<void>;
}

/** Accepts connections, counts, and never answers. */
export async function listen(): Promise<CountingListener> {
  const seen = { connections: 0, bytes: 0 };
  const server: Server = createServer((socket) => {
    seen.connections += 1;
    socket.on('data', (data) => {
      seen.bytes += data.length;
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    seen,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
      }),
  };
}

/** How long to wait for a document, in milliseconds: less than a test may take. */
const DOCUMENT_MS = 15_000;

/**
 * Resolves with the first text document that matches, now or when one opens or changes. Rejects after a while, with the
 * end of each open document.
 */
export async function documentThat(fits: (document: vscode.TextDocument) => boolean): Promise<vscode.TextDocument> {
  const subscriptions: vscode.Disposable[] = [];
  let deadline: ReturnType<typeof setTimeout> | undefined;
  try {
    return await new Promise((resolve, reject) => {
      const look = (): void => {
        const found = vscode.workspace.textDocuments.find(fits);
        if (found !== undefined) resolve(found);
      };
      subscriptions.push(
        vscode.workspace.onDidOpenTextDocument(look),
        vscode.workspace.onDidChangeTextDocument(look),
        vscode.window.onDidChangeVisibleTextEditors(look),
      );
      deadline = setTimeout(() => {
        const shown = vscode.workspace.textDocuments.map(({ uri, getText }) => [String(uri), getText()] as const);
        const written = ownLogs().map((path) => [path, readFileSync(path, 'utf8')] as const);
        const ends = [...shown, ...written].map(([name, text]) => `${name}: ${text.length} … ${text.slice(-500)}`);
        reject(new Error(`no such document came; there are\n${ends.join('\n')}`));
      }, DOCUMENT_MS);
      look();
    });
  } finally {
    clearTimeout(deadline);
    for (const subscription of subscriptions) subscription.dispose();
  }
}

/** The text of the output channel, as soon as it contains `words` or matches them. */
export async function traceThat(words: string | RegExp): Promise<string> {
  await vscode.commands.executeCommand('sendToPacs.showTrace');
  const has = (text: string): boolean => (typeof words === 'string' ? text.includes(words) : words.test(text));
  const shown = await documentThat(({ uri, getText }) => uri.scheme === 'output' && has(getText()));
  return shown.getText();
}
