// Offers to resume an interrupted send, once, after the next send. The extension is not activated for it.

import * as vscode from 'vscode';
import { offerWords } from './journal-words.ts';
import { nameWords, plainWords } from './plain-words.ts';
import type { Session } from './session.ts';

const RESUME = 'Resume';
const FORGET = 'Forget';

/** Returns at once. Each interrupted send is offered once per window. */
export function offerResume(session: Session): void {
  void offer(session);
}

async function offer(session: Session): Promise<void> {
  const unfinished = await session.journals.unfinished();
  const interrupted = unfinished.filter(({ journal }) => journal.end === undefined || journal.end === 'interrupted');
  const news = interrupted.filter(({ journal }) => session.isNews(`interrupted send ${journal.id}`));
  const [first] = news;
  if (first === undefined) return;
  const { journal } = first;
  const answer = await vscode.window.showInformationMessage(
    plainWords(offerWords(nameWords(journal.peer.name), journal.startedAtMs, first, interrupted.length)),
    RESUME,
    ...(interrupted.length === 1 ? [FORGET] : []),
  );
  const { commands } = vscode;
  if (answer === RESUME && interrupted.length === 1) await commands.executeCommand('sendToPacs.resume', journal.id);
  if (answer === RESUME && interrupted.length > 1) await commands.executeCommand('sendToPacs.resume');
  if (answer === FORGET) await session.forgetSendOf(journal.id);
}
