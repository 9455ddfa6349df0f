// Export Results: the results of a send as a file, in a format that the person chooses. Paths are as the results show them.

import { open } from 'node:fs/promises';
import * as vscode from 'vscode';
import { systemErrorInfo } from '../../part10/system-error.ts';
import { REPORT_FORMATS, type ReportFormat } from '../../report/formats.ts';
import { formatClock, formatDay, plural } from '../../trace/units.ts';
import { plainWords } from '../plain-words.ts';
import { shownPaths, tellNoResults } from '../results.ts';
import type { Session } from '../session.ts';

const OPEN = 'Open';

interface FormatItem extends vscode.QuickPickItem {
  readonly format: ReportFormat;
}

/**
 * @param id of an ended send; without it the last one of this window or, after a reload, of its folders
 * @param formatId `id` of one of REPORT_FORMATS; without it the person is asked
 * @returns where it is; undefined: nothing was written
 */
export async function exportResults(
  session: Session,
  id?: unknown,
  formatId?: unknown,
): Promise<vscode.Uri | undefined> {
  const send = await session.results.meant(id);
  const result = send === undefined ? undefined : await session.sends.resultOf(send.id);
  if (send === undefined || result === undefined) {
    tellNoResults();
    return undefined;
  }
  const format = REPORT_FORMATS.find((one) => one.id === formatId) ?? (await chooseFormat(result.outcomes.length));
  if (format === undefined) return undefined;
  const target = await vscode.window.showSaveDialog({
    title: `Export Results as ${format.label}`,
    saveLabel: 'Export',
    defaultUri: proposedFile(send.startedAtMs, format),
    filters: { [format.label]: [format.extension] },
  });
  if (target === undefined) return undefined;
  try {
    await write(target, format.write(result, { displayPath: shownPaths(send, result) }));
  } catch (thrown) {
    // Without the path, which the person has just chosen.
    const { code } = systemErrorInfo(thrown);
    void vscode.window.showErrorMessage(
      plainWords(`The results could not be exported (${code}). Choose another folder, then export again.`),
    );
    return undefined;
  }
  void offerToOpen(target, result.outcomes.length);
  return target;
}

async function chooseFormat(files: number): Promise<ReportFormat | undefined> {
  const items = REPORT_FORMATS.map(
    (format): FormatItem => ({ label: format.label, description: format.detail, format }),
  );
  const chosen = await vscode.window.showQuickPick(items, {
    title: `Export Results of ${plural(files, 'File')}`,
    placeHolder: 'Choose a format.',
    matchOnDescription: true,
  });
  return chosen?.format;
}

/** In the folder that is open, so that the dialog begins there: 'send-2026-11-27-20.49.csv' */
function proposedFile(startedAtMs: number, { extension }: ReportFormat): vscode.Uri {
  const time = formatClock(startedAtMs).slice(0, 5).replace(':', '.');
  const name = `send-${formatDay(startedAtMs)}-${time}.${extension}`;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  return folder === undefined ? vscode.Uri.file(name) : vscode.Uri.joinPath(folder, name);
}

/** Rejects with the system's error, or the file system's. */
async function write(target: vscode.Uri, pieces: Iterable<string>): Promise<void> {
  if (target.scheme !== 'file') {
    // Such a file system takes a file as a whole.
    await vscode.workspace.fs.writeFile(target, Buffer.from([...pieces].join('')));
    return;
  }
  const file = await open(target.fsPath, 'w');
  try {
    for (const piece of pieces) await file.appendFile(piece);
  } finally {
    await file.close();
  }
}

async function offerToOpen(target: vscode.Uri, files: number): Promise<void> {
  const words = `The results of ${plural(files, 'file')} were exported.`;
  const answer = await vscode.window.showInformationMessage(plainWords(words), OPEN);
  if (answer === OPEN) await vscode.commands.executeCommand('vscode.open', target);
}
