// Import Peers: from a file or the clipboard. The person sees what was found, and chooses what is written and where.

import * as vscode from 'vscode';
import { PEER_LIST_LENGTH_MAX } from '../../protocol/limits.ts';
import { formatBytes, plural } from '../../trace/units.ts';
import { readPeers } from '../configuration.ts';
import { type PlannedPeer, planImport } from '../import-plan.ts';
import { askForChoice } from '../input-steps.ts';
import { readPeerList } from '../peer-lists.ts';
import { addPeers, namesBeside } from '../peer-store.ts';
import { placeToWrite } from '../place-choice.ts';
import { nameWords, plainWords } from '../plain-words.ts';
import type { Session } from '../session.ts';

const TITLE = 'Import Peers';

/**
 * @param file a `Uri`; without it the person chooses
 * @returns how many peers were written; undefined: the person chose nothing
 */
export async function importPeers(session: Session, file?: unknown): Promise<number | undefined> {
  const text = file instanceof vscode.Uri ? await textOf(file) : await askForText();
  if (text === undefined) return undefined;
  const found = readPeerList(text);
  if (found.peers.length === 0) {
    const why = found.why === undefined ? '' : ` ${found.why}`;
    void vscode.window.showWarningMessage(
      plainWords(
        `No peers were found. What can be read: settings of ours, Orthanc’s DicomModalities, CSV, AE@host:port.${why}`,
      ),
    );
    return undefined;
  }
  const place = await placeToWrite(TITLE, 'Where are they written down?');
  if (place === undefined) return undefined;
  const { taken, names } = namesBeside(place);
  const planned = planImport(found, readPeers(undefined).peers, taken, names);
  const left = found.leftOut + found.peers.length - planned.length;
  const chosen = await choose(planned, left === 0 ? '' : `, ${left} cannot be used`);
  if (chosen === undefined || chosen.length === 0) return undefined;
  await addPeers(
    place,
    chosen.map(({ entry }) => entry),
  );
  const why = left === 0 ? '' : ` ${plural(left, 'other')} cannot be used. ${found.why ?? ''}`;
  const message = `${plural(chosen.length, 'peer')} imported.${why}`;
  session.channel.note('info', message);
  void vscode.window.showInformationMessage(plainWords(message));
  return chosen.length;
}

async function askForText(): Promise<string | undefined> {
  const answer = await askForChoice({ title: TITLE, step: 1, steps: 1 }, 'Where are they?', [
    { label: 'A File…', iconPath: new vscode.ThemeIcon('file'), value: 'file' as const },
    { label: 'The Clipboard', iconPath: new vscode.ThemeIcon('clippy'), value: 'clipboard' as const },
  ]);
  if (typeof answer !== 'object') return undefined;
  if (answer.value === 'clipboard') return (await vscode.env.clipboard.readText()).slice(0, PEER_LIST_LENGTH_MAX);
  const [file] = (await vscode.window.showOpenDialog({ title: TITLE, openLabel: 'Import' })) ?? [];
  return file === undefined ? undefined : textOf(file);
}

async function textOf(file: vscode.Uri): Promise<string | undefined> {
  const { size } = await vscode.workspace.fs.stat(file);
  if (size <= PEER_LIST_LENGTH_MAX) return new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  void vscode.window.showWarningMessage(
    plainWords(
      `A file of peers has ${formatBytes(PEER_LIST_LENGTH_MAX)} at most; this one is larger. Take the list of peers out of it.`,
    ),
  );
  return undefined;
}

async function choose(planned: readonly PlannedPeer[], others: string): Promise<readonly PlannedPeer[] | undefined> {
  const items = planned.map((peer) => ({
    label: plainWords(nameWords(peer.entry.name)),
    description: plainWords(peer.description),
    ...(peer.note === '' ? {} : { detail: `$(warning) ${plainWords(peer.note)}` }),
    picked: peer.isProposed,
    peer,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: `${TITLE}: ${planned.length} found${others}`,
    placeHolder: 'Choose which to write. Nobody is connected to.',
    canPickMany: true,
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
  return picked?.map(({ peer }) => peer);
}
