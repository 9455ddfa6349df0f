// Show Results of Past Send: the sends of the last 30 days, also those of earlier windows. A send can be forgotten here.

import * as vscode from 'vscode';
import { selectionWords, whenWords } from '../journal-words.ts';
import { nameWords, plainWords } from '../plain-words.ts';
import { showResultsPanel } from '../results-panel.ts';
import type { Send } from '../send-entries.ts';
import type { Session } from '../session.ts';
import { countsWords } from '../words.ts';

const FORGET: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('trash'), tooltip: 'Forget These Results' };

interface SendItem extends vscode.QuickPickItem {
  readonly send: Send;
}

export async function showPastResults(session: Session): Promise<void> {
  await session.sends.refresh();
  const sends = session.sends.list().filter(({ hasResults }) => hasResults);
  if (sends.length === 0) {
    void vscode.window.showInformationMessage('There are no results of past sends.');
    return;
  }
  const chosen = await pick(session, sends);
  if (chosen !== undefined) showResultsPanel(session, chosen);
}

/** 'ORTHANC' – 'Nov 26, 2026, 8:49 PM – 24 stored, 2 skipped' – 'phantom-study and 1 more' */
function itemOf(send: Send): SendItem {
  const { peer, startedAtMs, state, counts, selection } = send;
  const how = state === 'done' ? '' : `${state}: `;
  return {
    label: plainWords(nameWords(peer.name)),
    description: `${whenWords(startedAtMs)} – ${how}${countsWords(counts)}`,
    detail: plainWords(selectionWords(selection)),
    iconPath: new vscode.ThemeIcon('history'),
    buttons: [FORGET],
    send,
  };
}

async function pick(session: Session, sends: readonly Send[]): Promise<Send | undefined> {
  const list = vscode.window.createQuickPick<SendItem>();
  list.title = 'Show Results of Past Send';
  list.placeholder = 'Choose a send. Results are kept for 30 days.';
  list.matchOnDescription = true;
  list.matchOnDetail = true;
  list.items = sends.map(itemOf);
  try {
    return await new Promise((resolve) => {
      list.onDidAccept(() => resolve(list.selectedItems[0]?.send));
      list.onDidHide(() => resolve(undefined));
      list.onDidTriggerItemButton(async ({ item }) => {
        await session.sends.forget(item.send.id);
        list.items = list.items.filter((other) => other !== item);
        if (list.items.length === 0) list.hide();
      });
      list.show();
    });
  } finally {
    list.dispose();
  }
}
