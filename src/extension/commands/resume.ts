// Resume Interrupted Send: sends the files that an interrupted, cancelled or failed send still owes.

import * as vscode from 'vscode';
import { leftWords, unfinishedDetail, whenWords } from '../journal-words.ts';
import type { Unfinished } from '../journals.ts';
import { chooseSamePeer } from '../peer-again.ts';
import { nameWords, plainWords } from '../plain-words.ts';
import { type SendSummary, sendPaths } from '../sending.ts';
import type { Session } from '../session.ts';

const TITLE = 'Resume Interrupted Send';
const FORGET: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('trash'), tooltip: 'Forget This Send' };

interface SendItem extends vscode.QuickPickItem {
  readonly unfinished: Unfinished;
}

/**
 * @param id of a journal; without it the person picks
 * @returns undefined: nothing was tried
 */
export async function resume(session: Session, id?: unknown): Promise<SendSummary | undefined> {
  const all = await session.journals.unfinished();
  const wanted = typeof id === 'string' ? all.filter(({ journal }) => journal.id === id) : all;
  if (wanted.length === 0) {
    void vscode.window.showInformationMessage('There is no interrupted send to resume.');
    return undefined;
  }
  const chosen = typeof id === 'string' ? wanted[0] : await pick(session, wanted);
  if (chosen === undefined) return undefined;
  const { journal, owed } = chosen;
  const paths = owed.map(({ path }) => path);
  const configured = await chooseSamePeer(session, journal.peer, paths);
  if (configured === undefined) return undefined;
  session.channel.note(
    'info',
    `Resuming the send of ${whenWords(journal.startedAtMs)} to ${nameWords(journal.peer.name)}: ${leftWords(chosen)}`,
  );
  return sendPaths(session, {
    configured,
    paths,
    selection: journal.selection,
    predecessor: { id: journal.id, owed, isExclusive: true },
  });
}

function itemOf(unfinished: Unfinished): SendItem {
  const { journal } = unfinished;
  return {
    label: plainWords(nameWords(journal.peer.name)),
    description: `${whenWords(journal.startedAtMs)} – ${leftWords(unfinished)}`,
    detail: plainWords(unfinishedDetail(unfinished)),
    iconPath: new vscode.ThemeIcon('history'),
    buttons: [FORGET],
    unfinished,
  };
}

async function pick(session: Session, choices: readonly Unfinished[]): Promise<Unfinished | undefined> {
  const list = vscode.window.createQuickPick<SendItem>();
  list.title = TITLE;
  list.placeholder = 'Choose the send to resume';
  list.matchOnDescription = true;
  list.matchOnDetail = true;
  list.items = choices.map(itemOf);
  try {
    return await new Promise((resolve) => {
      list.onDidAccept(() => resolve(list.selectedItems[0]?.unfinished));
      list.onDidHide(() => resolve(undefined));
      list.onDidTriggerItemButton(async ({ item }) => {
        await session.forgetSendOf(item.unfinished.journal.id);
        list.items = list.items.filter((other) => other !== item);
        if (list.items.length === 0) list.hide();
      });
      list.show();
    });
  } finally {
    list.dispose();
  }
}
