// What a person can ask for in the page of results. Everything that sends asks as its command does.

import * as vscode from 'vscode';
import type { FromPage } from '../messages/results.ts';
import { reportMarkdown } from '../report/markdown.ts';
import type { FileOutcome } from '../send/outcome.ts';
import { plural } from '../trace/units.ts';
import { copyCommandOf } from './command-copies.ts';
import { retryPaths } from './commands/retry.ts';
import { plainWords } from './plain-words.ts';
import { shownPaths } from './results.ts';
import type { ResultRows } from './results-rows.ts';
import type { Send } from './send-entries.ts';
import type { Session } from './session.ts';

export interface ShownFiles {
  readonly rows: ResultRows;
  /** By index in the job. */
  readonly at: (index: number) => FileOutcome | undefined;
}

type Wanted = Extract<FromPage, { type: 'do' }>;

const EXPORTS = { 'export csv': 'csv', 'export json': 'json', 'export junit': 'junit' } as const;

export async function doInResults(session: Session, send: Send, files: ShownFiles, wanted: Wanted): Promise<void> {
  const { action, row, problem } = wanted;
  const index = row === undefined ? undefined : files.rows.indexOf(row);
  const path = index === undefined ? undefined : files.at(index)?.path;
  const { commands, env } = vscode;
  switch (action) {
    case 'cancel':
      send.cancel();
      return;
    case 'retry':
      await retryProblems(session, send, files, problem);
      return;
    case 'resume':
      await commands.executeCommand('sendToPacs.resume', send.journalId);
      return;
    case 'review':
      await commands.executeCommand('sendToPacs.sendHeldBack', send.id);
      return;
    case 'show trace':
      session.channel.show();
      return;
    case 'open document':
      await session.results.show(send);
      return;
    case 'copy ticket': {
      const result = await session.sends.resultOf(send.id);
      if (result === undefined) return;
      const report = reportMarkdown(result, { displayPath: shownPaths(send, result), surface: 'editor' });
      await copy([...report].join(''), 'the results');
      return;
    }
    case 'export csv':
    case 'export json':
    case 'export junit':
      await commands.executeCommand('sendToPacs.exportResults', send.id, EXPORTS[action]);
      return;
    case 'copy command':
      await copyCommandOf('send-to-pacs', send.peer, send.selection);
      return;
    case 'copy storescu':
      await copyCommandOf('storescu', send.peer, send.selection);
      return;
    case 'reveal':
      if (path !== undefined) await commands.executeCommand('revealInExplorer', vscode.Uri.file(path));
      return;
    case 'copy path':
      if (path !== undefined) await env.clipboard.writeText(path);
  }
}

async function copy(text: string, what: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(plainWords(`Send to PACS: copied ${what}`), 3000);
}

interface ProblemItem extends vscode.QuickPickItem {
  readonly number: number;
}

/** @param problem by number; without it the person chooses, where there is a choice */
async function retryProblems(
  session: Session,
  send: Send,
  { rows, at }: ShownFiles,
  problem: number | undefined,
): Promise<void> {
  const all = rows.retryable();
  const only = problem ?? (all.length === 1 ? all[0]?.number : undefined);
  const numbers =
    only === undefined
      ? await chooseProblems(all)
      : new Set([only].filter((one) => all.some(({ number }) => number === one)));
  if (numbers === undefined || numbers.size === 0) return;
  const paths: string[] = [];
  for (const index of rows.indexesOf(numbers)) {
    const path = at(index)?.path;
    if (path !== undefined) paths.push(path);
  }
  await retryPaths(session, send, paths);
}

/** Ticked are those that may be stored this time. @returns undefined: the person thought better of it */
async function chooseProblems(all: ReturnType<ResultRows['retryable']>): Promise<ReadonlySet<number> | undefined> {
  const items = all.map(({ number, mayHelp, problem: { outcome, count, code, title } }): ProblemItem => {
    const name = [code, title].filter((part) => part !== '').join(' ');
    return {
      number,
      picked: mayHelp,
      label: plainWords(`${plural(count, 'file')} ${outcome}: ${name}`),
      ...(mayHelp ? {} : { description: count === 1 ? 'will fail again' : 'will fail again, for the same reason' }),
    };
  });
  const chosen = await vscode.window.showQuickPick(items, {
    title: 'Retry Failed Files',
    placeHolder: 'Choose what to send again',
    canPickMany: true,
  });
  return chosen === undefined ? undefined : new Set(chosen.map(({ number }) => number));
}
