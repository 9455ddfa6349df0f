// Show Results of Last Send.

import * as vscode from 'vscode';
import type { Session } from '../session.ts';

export async function showResults(session: Session): Promise<void> {
  const { last } = session.results;
  if (last === undefined) {
    void vscode.window.showInformationMessage('Nothing was sent yet in this window.');
    return;
  }
  await session.results.show(last);
}
