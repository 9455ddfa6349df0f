// Export Peers: those that count in this window, as a file that Import Peers reads. Only fields that are known here are
// written, of which none is a secret.

import * as vscode from 'vscode';
import { jsonText } from '../../text/json-text.ts';
import { plural } from '../../trace/units.ts';
import { readPeers } from '../configuration.ts';
import { writtenPeer } from '../peer-store.ts';
import { plainWords } from '../plain-words.ts';
import type { Session } from '../session.ts';
import { parsePeers } from '../settings.ts';

/**
 * @param file a `Uri`; without it the person chooses
 * @returns how many peers were written; undefined: the person chose nothing
 */
export async function exportPeers(_session: Session, file?: unknown): Promise<number | undefined> {
  const entries = readPeers(undefined).peers.flatMap(({ peer, origin, folder }) => {
    if (origin === 'built-in') return [];
    const written = writtenPeer({ origin, ...(folder === undefined ? {} : { folder }) }, peer.name);
    return [...parsePeers([written], 'user').entries];
  });
  if (entries.length === 0) {
    void vscode.window.showInformationMessage('There are no peers to export.');
    return undefined;
  }
  const target = file instanceof vscode.Uri ? file : await askForFile();
  if (target === undefined) return undefined;
  const text = `${jsonText({ 'sendToPacs.peers': entries }, 2)}\n`;
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
  void vscode.window.showInformationMessage(plainWords(`${plural(entries.length, 'peer')} exported.`));
  return entries.length;
}

async function askForFile(): Promise<vscode.Uri | undefined> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  return vscode.window.showSaveDialog({
    title: 'Export Peers',
    saveLabel: 'Export',
    filters: { JSON: ['json'] },
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder.uri, 'dicom-peers.json') }),
  });
}
