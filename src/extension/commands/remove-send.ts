// Remove from List, in the view Sends, also by the key Delete: forgets the results of an ended send, and what it owes. A send
// that runs is cancelled after a question.

import * as vscode from 'vscode';
import { formatCount } from '../../trace/units.ts';
import { plainWords } from '../plain-words.ts';
import { labelWords } from '../send-words.ts';
import { sendIdIn } from '../sends-tree.ts';
import type { Session } from '../session.ts';

const CANCEL_SEND = 'Cancel Send';
const FORGET = 'Remove';

/** @param element of the view; without it, as by a key, the selected one */
export async function removeSend(session: Session, element?: unknown): Promise<void> {
  const id = sendIdIn(element ?? session.sendsView.selected);
  const send = id === undefined ? undefined : session.sends.find(id);
  if (send === undefined) {
    // VS Code tells no extension which row has the focus, only which one is selected.
    if (element === undefined)
      void vscode.window.showInformationMessage('Select a send first with Enter, or open the menu of its row.');
    return;
  }
  const { endedAtMs, owed = 0, journalId } = send;
  if (endedAtMs === undefined) {
    const answer = await vscode.window.showWarningMessage(
      plainWords(`Cancel the send ${labelWords(send)}?`),
      { modal: true, detail: 'It can be resumed.' },
      CANCEL_SEND,
    );
    if (answer === CANCEL_SEND) send.cancel();
    return;
  }
  if (owed > 0) {
    const answer = await vscode.window.showWarningMessage(
      plainWords(`Remove the send ${labelWords(send)} from the list?`),
      { modal: true, detail: `${formatCount(owed)} of its files are not stored. They can then not be resumed.` },
      FORGET,
    );
    if (answer !== FORGET) return;
    if (journalId !== undefined) await session.journals.forget(journalId);
  }
  await session.sends.forget(send.id);
}
