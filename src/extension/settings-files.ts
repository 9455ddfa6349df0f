// Opens the settings file in which a peer is written down, with the cursor on its entry. Writes nothing: the command of VS
// Code that goes to a setting would put a new value beside the one that is there.

import * as vscode from 'vscode';
import { SECTION } from './configuration.ts';
import type { Origin } from './settings.ts';
import { entryIn, type WantedEntry } from './settings-entries.ts';

/** Of whose settings: a scope and, for 'folder', the URI of the folder. */
export interface SettingsPlace {
  readonly origin: Origin;
  readonly folder?: string;
}

const EDITOR_MS = 5000;

const USER_FILE = /\/User\/(profiles\/[^/]+\/)?settings\.json$/;
const REMOTE_FILE = /\/Machine\/settings\.json$/;
const WORKSPACE_FILE = /(\.code-workspace|\/workspace\.json)$/;

export async function openPeerSettings(place: SettingsPlace, wanted: WantedEntry): Promise<void> {
  let shown: vscode.TextEditor | undefined;
  for (const open of waysTo(place)) {
    const editor = await open();
    shown = editor ?? shown;
    const range = editor === undefined ? undefined : rangeOf(editor.document, wanted);
    if (editor === undefined || range === undefined) continue;
    editor.selection = new vscode.Selection(range.start, range.start);
    editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    return;
  }
  if (shown === undefined) await vscode.commands.executeCommand('workbench.action.openSettings', `${SECTION}.peers`);
}

type Way = () => Promise<vscode.TextEditor | undefined>;

/** What to open, one after the other until one has the entry. */
function waysTo({ origin, folder }: SettingsPlace): readonly Way[] {
  const { workspaceFile, workspaceFolders } = vscode.workspace;
  if (origin === 'folder' && folder !== undefined) return [() => shownFile(settingsOf(vscode.Uri.parse(folder)))];
  if (origin !== 'user') {
    const [only] = workspaceFolders ?? [];
    // A workspace that was never saved has no file of its own yet.
    if (workspaceFile?.scheme === 'untitled')
      return [() => shownBy('workbench.action.openWorkspaceConfigFile', WORKSPACE_FILE)];
    if (workspaceFile !== undefined) return [() => shownFile(workspaceFile)];
    return only === undefined ? [] : [() => shownFile(settingsOf(only.uri))];
  }
  const own: Way = () => shownBy('workbench.action.openSettingsJson', USER_FILE);
  // In a remote window there is a file on each machine. The command makes the one over there where there is none, so it
  // comes second.
  const remote: Way = () => shownBy('workbench.action.openRemoteSettingsFile', REMOTE_FILE);
  return vscode.env.remoteName === undefined ? [own] : [own, remote];
}

const settingsOf = (folder: vscode.Uri): vscode.Uri => vscode.Uri.joinPath(folder, '.vscode', 'settings.json');

async function shownFile(uri: vscode.Uri): Promise<vscode.TextEditor | undefined> {
  try {
    return await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
  } catch {
    return undefined;
  }
}

/** The editor that a command of VS Code opens: it is the active one then, which the extension hears of a little later. */
async function shownBy(command: string, file: RegExp): Promise<vscode.TextEditor | undefined> {
  const isSettings = (editor: vscode.TextEditor | undefined): boolean =>
    editor !== undefined && file.test(editor.document.uri.path);
  const subscriptions: vscode.Disposable[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const opened = new Promise<vscode.TextEditor | undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), EDITOR_MS);
      subscriptions.push(vscode.window.onDidChangeActiveTextEditor((editor) => isSettings(editor) && resolve(editor)));
    });
    await vscode.commands.executeCommand(command);
    const active = vscode.window.activeTextEditor;
    return isSettings(active) ? active : await opened;
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
    for (const subscription of subscriptions) subscription.dispose();
  }
}

function rangeOf(document: vscode.TextDocument, wanted: WantedEntry): vscode.Range | undefined {
  const node = entryIn(document.getText(), wanted);
  return node === undefined
    ? undefined
    : new vscode.Range(document.positionAt(node.start), document.positionAt(node.end));
}
