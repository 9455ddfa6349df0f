// Copies a command for a terminal: of a peer, or of a send.

import * as vscode from 'vscode';
import type { PeerIdentity } from '../net/peer.ts';
import { peerMeant } from './peer-argument.ts';
import type { Session } from './session.ts';
import { type CommandKind, commandFor } from './terminal-commands.ts';

/** @returns what is in the clipboard */
export async function copyCommand(session: Session, peer: unknown, kind: CommandKind): Promise<string | undefined> {
  const configured = await peerMeant(session, peer, `Copy as ${kind}`);
  return configured === undefined ? undefined : copyCommandOf(kind, configured.peer);
}

/**
 * @param paths what is sent, absolute; without it the folder that the terminal is in
 * @returns what is in the clipboard; undefined: there is no such command
 */
export async function copyCommandOf(
  kind: CommandKind,
  peer: PeerIdentity,
  paths?: readonly string[],
): Promise<string | undefined> {
  const command = commandFor(kind, peer, process.platform, paths);
  if (command === undefined) {
    void vscode.window.showWarningMessage(
      'The host or an AE title of this peer begins with "-". No command line can be given it without risk.',
    );
    return undefined;
  }
  await vscode.env.clipboard.writeText(command);
  vscode.window.setStatusBarMessage(`Copied: a command for ${kind}`, 5000);
  return command;
}
