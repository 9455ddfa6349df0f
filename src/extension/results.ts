// The results of a send as a Markdown document, made when somebody opens it from what the list of sends keeps. The address
// of the document holds the id of the send, so that a tab which VS Code restores after a reload shows the same results.

import * as vscode from 'vscode';
import type { SendResult } from '../send/job.ts';
import { isSendId } from '../send/send-id.ts';
import { SHOWN_MAX, sanitize } from '../trace/sanitize.ts';
import { formatCount } from '../trace/units.ts';
import { displayPathOf, fileNames } from './display-path.ts';
import type { Send } from './send-entries.ts';
import type { Sends } from './sends.ts';
import { workspaceRoots } from './workspace-roots.ts';

export const RESULTS_SCHEME = 'sendtopacs-results';

/** For a command that finds none. */
export function tellNoResults(): void {
  void vscode.window.showInformationMessage(
    'There are no results: nothing was sent yet, or they are not kept any more.',
  );
}

/** How the files of a send are named in what a person reads. */
export function shownPaths(send: Send, { outcomes }: SendResult): (path: string) => string {
  return fileNames(displayPathOf(send.roots, send.selection), outcomes, send.arePathsHidden).shown;
}

/** Files that can only be read: VS Code opens the tabs of a file system again after a reload. */
export class Results implements vscode.FileSystemProvider {
  readonly #sends: Sends;
  /** What was asked for last: VS Code asks for the length first, and then for the bytes. */
  #made: { readonly address: string; readonly bytes: Promise<Uint8Array> } | undefined;

  constructor(sends: Sends) {
    this.#sends = sends;
  }

  /** The send that a document shows; undefined: it is no results document, or the send is not kept any more. */
  async sendAt({ scheme, path }: vscode.Uri): Promise<Send | undefined> {
    return scheme === RESULTS_SCHEME ? this.sendOf(path.split('/')[1]) : undefined;
  }

  /** @param id from anywhere: an address, an argument of a command */
  async sendOf(id: unknown): Promise<Send | undefined> {
    if (!isSendId(id)) return undefined;
    const known = this.#sends.find(id);
    if (known !== undefined) return known;
    await this.#sends.refresh();
    return this.#sends.find(id);
  }

  /** The send that a command means. @param id its argument; anything but a text: the last ended send with results */
  async meant(id: unknown): Promise<Send | undefined> {
    return typeof id === 'string' ? this.sendOf(id) : this.last();
  }

  /** The last ended send with results, of this window or of an earlier one with the same folders. */
  async last(): Promise<Send | undefined> {
    const roots = JSON.stringify(workspaceRoots());
    const find = (): Send | undefined =>
      this.#sends
        .list()
        .filter((send) => send.hasResults && JSON.stringify(send.roots) === roots)
        .sort((a, b) => (b.endedAtMs ?? 0) - (a.endedAtMs ?? 0))[0];
    const known = find();
    if (known !== undefined) return known;
    await this.#sends.refresh();
    return find();
  }

  readonly onDidChangeFile: vscode.Event<vscode.FileChangeEvent[]> = () => ({ dispose: () => undefined });

  watch(): vscode.Disposable {
    return { dispose: () => undefined };
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const bytes = await this.#bytesOf(uri, true);
    const send = await this.sendAt(uri);
    const mtime = send?.endedAtMs ?? 0;
    const { FileType, FilePermission } = vscode;
    return { type: FileType.File, ctime: mtime, mtime, size: bytes.length, permissions: FilePermission.Readonly };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const bytes = await this.#bytesOf(uri, false);
    this.#made = undefined;
    return bytes;
  }

  /** @param isNew whatever was made before is not looked at: the results may have been forgotten */
  #bytesOf(uri: vscode.Uri, isNew: boolean): Promise<Uint8Array> {
    const address = uri.toString();
    if (isNew || this.#made?.address !== address)
      this.#made = { address, bytes: this.#textOf(uri).then((text) => Buffer.from(text)) };
    return this.#made.bytes;
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  async #textOf(uri: vscode.Uri): Promise<string> {
    const send = await this.sendAt(uri);
    const result = send === undefined ? undefined : await this.#sends.resultOf(send.id);
    if (send === undefined || result === undefined)
      return '# Send to PACS\n\nThe results of this send are not kept any more.\n';
    const { reportMarkdown } = await import('../report/markdown.ts');
    return [...reportMarkdown(result, { displayPath: shownPaths(send, result), surface: 'editor' })].join('');
  }

  /** Opens the text: ready for a ticket, with commands and links (results-document.ts), and quick however long it is. */
  async show(send: Send): Promise<void> {
    const document = await vscode.workspace.openTextDocument(addressOf(send));
    if (document.languageId !== 'markdown') await vscode.languages.setTextDocumentLanguage(document, 'markdown');
    await vscode.window.showTextDocument(document, { preview: true });
  }
}

/** What a title tells, the most urgent first. */
const TOLD = ['failed', 'unknown', 'held back', 'cancelled'] as const;

/** 'FLAKY: 600 failed', or 'FLAKY: 24 stored'. */
function resultsTitle({ peer, counts }: Pick<Send, 'peer' | 'counts'>): string {
  const name = sanitize(peer.name, SHOWN_MAX.peerName).replace(/[^\p{L}\p{N} ._()-]/gu, '-');
  const told = TOLD.find((outcome) => counts[outcome] > 0);
  const count = told === undefined ? counts.stored + counts['stored with warning'] : counts[told];
  return `${name}: ${formatCount(count)} ${told ?? 'stored'}`;
}

/** The last part becomes the title of the tab. By the one before it VS Code knows that it is Markdown (package.json). */
function addressOf(send: Send): vscode.Uri {
  return vscode.Uri.from({ scheme: RESULTS_SCHEME, path: `/${send.id}/send-to-pacs-results/${resultsTitle(send)}` });
}
