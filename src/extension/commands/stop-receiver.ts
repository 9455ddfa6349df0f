// Stop Built-in Receiver: aborts open associations; stored files stay.

import * as vscode from 'vscode';
import type { Session } from '../session.ts';

/** @returns whether it ran */
export async function stopReceiver(session: Session): Promise<boolean> {
  const didRun = await session.receiver.stop();
  const message = didRun ? 'Built-in receiver stopped' : 'The built-in receiver is not running';
  vscode.window.setStatusBarMessage(message, 5000);
  return didRun;
}
