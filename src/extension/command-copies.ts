// Copies the command of a peer for a terminal.

import * as vscode from 'vscode';
import { peerMeant } from './peer-argument.ts';
import type { Session } from './session.ts';
import { type CommandKind, commandFor } from './terminal-commands.ts';

/** @returns what is in the clipboard */
export async function copyCommand(session: Session, peer: unknown, kind: CommandKind): Promise<string | undefined> {
  const configured = await peerMeant(session, peer, `Copy as ${kind}`);
  if (configured === undefined) return undefined;
  const command = commandFor(kind, configured.peer, process.platform);
  if (command === undefined) {
    void vscode.window.showWarningMessage(
      'The host or an AE title of this peer begins with "-". No command line can be given it without risk.',
    );
    return undefined;
  }
  await vscode.env.clipboard.writeText(command);
  vscode.window.setStatusBarMessage(`Copied: ${kind} for this peer`, 5000);
  return command;
}
