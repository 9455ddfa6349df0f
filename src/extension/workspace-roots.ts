// The folders that are open in this window, for how paths are shown and for which sends belong to it.

import * as vscode from 'vscode';
import type { DisplayRoot } from './display-path.ts';

/** Folders on a disk; with labels where there are several. */
export function workspaceRoots(): DisplayRoot[] {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  return folders.map(({ uri, name }) =>
    folders.length > 1 ? { path: uri.fsPath, label: name } : { path: uri.fsPath },
  );
}
