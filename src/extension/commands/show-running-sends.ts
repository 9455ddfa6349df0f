// Show Running Sends, also by a click on the status bar while sending: for each Cancel, the results so far, the trace.

import * as vscode from 'vscode';
import { formatCount } from '../../trace/units.ts';
import { plainWords } from '../plain-words.ts';
import type { Send } from '../send-entries.ts';
import { isRunning, labelWords } from '../send-words.ts';
import type { Session } from '../session.ts';

interface ActionItem extends vscode.QuickPickItem {
  readonly run?: () => unknown;
}

export async function showRunningSends(session: Session): Promise<void> {
  const running = session.sends.list().filter(isRunning);
  const [only, ...others] = running;
  if (only === undefined) {
    void vscode.window.showInformationMessage('Nothing is being sent.');
    return;
  }
  const isOne = others.length === 0;
  const receiver = session.receiver.receiver;
  const items: ActionItem[] = [
    ...running.flatMap((send) => [...(isOne ? [] : [separator(wordsOf(send))]), ...actionsOf(send)]),
    ...(isOne ? [] : [separator('all')]),
    { label: 'Show Trace', iconPath: new vscode.ThemeIcon('pulse'), run: () => session.channel.show() },
    ...(receiver === undefined
      ? []
      : [
          {
            label: 'Built-in Receiver…',
            iconPath: new vscode.ThemeIcon('inbox'),
            run: () => vscode.commands.executeCommand('sendToPacs.startReceiver'),
          },
        ]),
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: isOne ? wordsOf(only) : `${formatCount(running.length)} sends`,
    placeHolder: 'The send goes on until you cancel it',
  });
  await picked?.run?.();
}

function actionsOf(send: Send): ActionItem[] {
  return [
    {
      label: 'Cancel',
      description: 'stops within a second; can be resumed',
      iconPath: new vscode.ThemeIcon('stop-circle'),
      run: () => send.cancel(),
    },
    ...(send.state === 'sending'
      ? [
          {
            label: 'Show Results So Far',
            iconPath: new vscode.ThemeIcon('table'),
            run: () => vscode.commands.executeCommand('sendToPacs.showResults', send.id),
          },
        ]
      : []),
  ];
}

/** 'export-2026 → ORTHANC, 1,204 of 3,000' */
function wordsOf(send: Send): string {
  const { progress, files } = send;
  const total = progress?.filesTotal ?? files;
  return plainWords(`${labelWords(send)}, ${formatCount(progress?.filesDone ?? 0)} of ${formatCount(total)}`);
}

const separator = (label: string): ActionItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
