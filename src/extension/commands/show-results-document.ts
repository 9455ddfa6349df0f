// Show Results as Markdown Document: ready for a ticket.

import * as vscode from 'vscode';
import type { Session } from '../session.ts';

/** @param id of an ended send; without it the last one of this window or, after a reload, of its folders */
export async function showResultsDocument(session: Session, id?: unknown): Promise<void> {
  const send = typeof id === 'string' ? await session.results.sendOf(id) : await session.results.last();
  if (send?.hasResults === true) await session.results.show(send);
  else
    void vscode.window.showInformationMessage(
      'There are no results: nothing was sent yet, or they are not kept any more.',
    );
}
