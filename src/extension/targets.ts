// What to send: the arguments of a menu, or what the person picks.

import * as vscode from 'vscode';
import { SHOWN_MAX } from '../trace/sanitize.ts';
import { selectionWords } from './journal-words.ts';
import { nameWords, plainWords } from './plain-words.ts';
import type { Session } from './session.ts';

/**
 * Menus pass the clicked resource and, in the Explorer, also the selection. The selection is used only if it contains the
 * clicked resource. Tabs pass another kind of second argument, and other extensions can pass anything.
 */
export function targetsOf(clicked: unknown, selection: unknown): readonly vscode.Uri[] {
  if (!(clicked instanceof vscode.Uri)) return [];
  const selected = Array.isArray(selection) ? selection.filter((item) => item instanceof vscode.Uri) : [];
  const holdsClicked = selected.some((item) => item.toString() === clicked.toString());
  return holdsClicked ? selected : [clicked];
}

function activeFile(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom) return input.uri;
  return vscode.window.activeTextEditor?.document.uri;
}

type Way = readonly vscode.Uri[] | 'files' | 'folder';

const FOLDERS_MAX = 5;

/** @returns undefined: the person chose nothing */
export async function askForTargets({ sends }: Session): Promise<readonly vscode.Uri[] | undefined> {
  const active = activeFile();
  const items: (vscode.QuickPickItem & { readonly way: Way })[] = [
    { label: 'Choose Files…', iconPath: new vscode.ThemeIcon('files'), way: 'files' },
    { label: 'Choose a Folder…', iconPath: new vscode.ThemeIcon('folder'), way: 'folder' },
  ];
  if (active?.scheme === 'file')
    items.unshift({
      label: 'The Active Editor’s File',
      description: plainWords(nameWords(vscode.workspace.asRelativePath(active), SHOWN_MAX.path)),
      iconPath: new vscode.ThemeIcon('file'),
      way: [active],
    });
  const last = sends.list()[0]?.selection ?? [];
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const more: typeof items = folders.slice(0, FOLDERS_MAX).map(({ name, uri }) => ({
    label: plainWords(nameWords(name)),
    description: 'folder of the workspace',
    iconPath: new vscode.ThemeIcon('root-folder'),
    way: [uri],
  }));
  if (last.length > 0)
    more.unshift({
      label: 'The Last Selection',
      description: plainWords(selectionWords(last)),
      iconPath: new vscode.ThemeIcon('history'),
      way: last.map((path) => vscode.Uri.file(path.toWellFormed())),
    });
  const picked = await vscode.window.showQuickPick([...items, ...more], {
    title: 'Send to PACS',
    placeHolder: 'What do you want to send?',
  });
  if (picked === undefined) return undefined;
  if (typeof picked.way !== 'string') return picked.way;
  const isFiles = picked.way === 'files';
  return vscode.window.showOpenDialog({
    title: isFiles ? 'Files to Send' : 'Folder to Send',
    openLabel: 'Send to PACS',
    canSelectFiles: isFiles,
    canSelectFolders: !isFiles,
    canSelectMany: isFiles,
  });
}
