// What the text of the results offers beside its words: commands above the first line, and links to the files that it names.
// Both know only what the list of sends keeps, so a tab that VS Code restores after a reload has them, too.

import * as vscode from 'vscode';
import { notableOf } from '../report/notable.ts';
import { formatCount } from '../trace/units.ts';
import { type Results, shownPaths } from './results.ts';
import { mayRetryHelp, retryableIn } from './retryable.ts';
import type { Session } from './session.ts';

/** An editor is slow with more. */
const LINKS_MAX = 10_000;

/** A code span: its fence, and what is in it without the blanks that keep fences apart. */
const CODE = /(?<!`)(`+)(?!`)( ?)(.+?)\2\1(?!`)/g;

export async function commandsOf(session: Session, document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
  const send = await session.results.sendAt(document.uri);
  const result = send === undefined ? undefined : await session.sends.resultOf(send.id);
  if (send === undefined || result === undefined) return [];
  const { id, counts } = send;
  const held = counts['held back'];
  const commands: vscode.Command[] = [
    ...(mayRetryHelp(result)
      ? [
          {
            title: `Retry ${formatCount(retryableIn(counts))} Not Stored`,
            command: 'sendToPacs.retry',
            arguments: [id],
          },
        ]
      : []),
    ...(held > 0
      ? [{ title: `Review ${formatCount(held)} Held Back`, command: 'sendToPacs.sendHeldBack', arguments: [id] }]
      : []),
    { title: 'Show Trace', command: 'sendToPacs.showTrace' },
    { title: 'Export…', command: 'sendToPacs.exportResults', arguments: [id] },
    { title: 'Open Preview', command: 'markdown.showPreview', arguments: [document.uri] },
  ];
  return commands.map((command) => new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), command));
}

/** One for each file that is named, however its name is shown. */
export async function linksOf(session: Session, document: vscode.TextDocument): Promise<vscode.DocumentLink[]> {
  const targets = await targetsOf(session.results, session, document.uri);
  const links: vscode.DocumentLink[] = [];
  if (targets.size === 0) return links;
  for (let line = 0; line < document.lineCount && links.length < LINKS_MAX; line += 1) {
    const { text } = document.lineAt(line);
    if (!text.startsWith('| ')) continue;
    for (const { index, 1: fence = '', 2: pad = '', 3: code = '' } of text.matchAll(CODE)) {
      const target = targets.get(code.replaceAll('\\|', '|'));
      if (target === undefined) continue;
      const start = index + fence.length + pad.length;
      const link = new vscode.DocumentLink(new vscode.Range(line, start, line, start + code.length), target);
      link.tooltip = 'Open the file';
      links.push(link);
    }
  }
  return links;
}

/** The files by how the document names them. */
async function targetsOf(
  results: Results,
  { sends }: Session,
  uri: vscode.Uri,
): Promise<ReadonlyMap<string, vscode.Uri>> {
  const targets = new Map<string, vscode.Uri>();
  const send = await results.sendAt(uri);
  const result = send === undefined ? undefined : await sends.resultOf(send.id);
  if (send === undefined || result === undefined) return targets;
  const { pathText } = await import('../trace/event-lines.ts');
  const shown = shownPaths(send, result);
  for (const { path, reason } of notableOf(result.outcomes)) {
    // A name that is no text cannot be an address. A folder is opened by the system, not by the editor.
    if (!path.isWellFormed() || reason?.code === 'unreadable folder') continue;
    if (targets.size >= LINKS_MAX) break;
    targets.set(pathText(shown(path)), vscode.Uri.file(path));
  }
  return targets;
}
