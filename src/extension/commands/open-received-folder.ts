// Open Folder of Received Files: in a window of its own.

import * as vscode from 'vscode';
import type { Session } from '../session.ts';

export async function openReceivedFolder(session: Session): Promise<void> {
  const { receiver } = session.receiver;
  if (receiver === undefined) {
    void vscode.window.showInformationMessage('The built-in receiver does not run.');
    return;
  }
  const folder = vscode.Uri.file(receiver.directory);
  await vscode.commands.executeCommand('vscode.openFolder', folder, { forceNewWindow: true });
}
