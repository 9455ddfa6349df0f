// What the tests of this folder share: settings that are put back, a workspace with files, a listener that counts.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { type SampleInstance, sampleInstance } from '../../support/dicom-builder.ts';

export const PEER = 'HOST-TEST';

export function peerEntry(port: number, rest: object = {}): object {
  return { name: PEER, host: '127.0.0.1', port, calledAETitle: 'RECEIVER', ...rest };
}

/** Settings of the person, as `settings.json` of the user would hold them; undefined takes one out. */
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

/** A folder of its own, in the workspace or outside. */
export async function makeFolder(parent = tmpdir()): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(parent, 'study-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Files `IM<seed>.dcm`; the instances as they were written. */
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
  /** Connections that came in, and bytes on them. */
  readonly seen: { connections: number; bytes: number };
  close(): Promise<void>;
}

/** Accepts, counts, and answers nothing. */
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

/** Resolves with the first text document that fits, now or as soon as one opens or changes. */
export async function documentThat(fits: (document: vscode.TextDocument) => boolean): Promise<vscode.TextDocument> {
  const subscriptions: vscode.Disposable[] = [];
  try {
    return await new Promise((resolve) => {
      const look = (): void => {
        const found = vscode.workspace.textDocuments.find(fits);
        if (found !== undefined) resolve(found);
      };
      subscriptions.push(
        vscode.workspace.onDidOpenTextDocument(look),
        vscode.workspace.onDidChangeTextDocument(look),
        vscode.window.onDidChangeVisibleTextEditors(look),
      );
      look();
    });
  } finally {
    for (const subscription of subscriptions) subscription.dispose();
  }
}
