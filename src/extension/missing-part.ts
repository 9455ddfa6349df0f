// The files of the extension that are loaded late may be gone by then: the extension was updated or removed while the window
// was open. Nothing can be mended here but by loading the window again.

import * as vscode from 'vscode';

const RELOAD = 'Reload Window';

/** Whether a file of the extension itself could not be loaded: all its imports are of its own files, Node or VS Code. */
export function isPartMissing(thrown: unknown): boolean {
  const { code } = thrown instanceof Error ? (thrown as { code?: unknown }) : {};
  return code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND';
}

export async function tellPartMissing(): Promise<void> {
  const answer = await vscode.window.showErrorMessage(
    'Send to PACS was updated or removed while this window was open. Reload the window, then try again.',
    RELOAD,
  );
  if (answer === RELOAD) await vscode.commands.executeCommand('workbench.action.reloadWindow');
}
