// What became of each file, as a document that can be read, searched, copied and saved like any other. It is made from
// the result in memory; nothing is written to disk unless the person saves it.

import * as vscode from 'vscode';
import type { SendResult } from '../send/job.ts';
import type { Outcome } from '../send/outcome.ts';

export const RESULTS_SCHEME = 'sendtopacs-results';

/** Older ones are forgotten: they name files, and memory is not a history. */
const KEPT = 5;

/** Where a result comes from, so that what it owes can be sent again. */
export interface SendOrigin {
  readonly displayPath: (path: string) => string;
  /** What the person once chose. */
  readonly selection: readonly string[];
  /** Undefined: nothing was to be sent. */
  readonly journalId?: string;
}

export interface Kept extends SendOrigin {
  readonly result: SendResult;
}

/** Worth another try: the peer does not have it, or nobody knows. */
const RETRYABLE: ReadonlySet<Outcome> = new Set(['failed', 'unknown', 'cancelled']);

export function canRetry({ counts }: SendResult): boolean {
  return [...RETRYABLE].some((outcome) => counts[outcome] > 0);
}

/** Absolute, in the order of the job. */
export function retryablePaths({ outcomes }: SendResult): string[] {
  const paths: string[] = [];
  for (const { outcome, path } of outcomes) if (RETRYABLE.has(outcome)) paths.push(path);
  return paths;
}

export class Results implements vscode.TextDocumentContentProvider {
  readonly #kept = new Map<string, Kept>();
  #last: vscode.Uri | undefined;
  #count = 0;

  /** Keeps a result and says under which address it can be opened. */
  keep(result: SendResult, origin: SendOrigin): vscode.Uri {
    this.#count += 1;
    const name = result.peer.name.replace(/[^\p{L}\p{N} ._()-]/gu, '-');
    const uri = vscode.Uri.from({ scheme: RESULTS_SCHEME, path: `/Send ${this.#count} to ${name}.md` });
    this.#kept.set(uri.path, { ...origin, result });
    for (const path of this.#kept.keys()) {
      if (this.#kept.size <= KEPT) break;
      this.#kept.delete(path);
    }
    this.#last = uri;
    return uri;
  }

  get last(): vscode.Uri | undefined {
    return this.#last;
  }

  /** Undefined: forgotten. */
  find(uri: vscode.Uri): Kept | undefined {
    return this.#kept.get(uri.path);
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const kept = this.#kept.get(uri.path);
    if (kept === undefined) return '# Send to PACS\n\nThe results of this send are not kept any more.\n';
    const { reportMarkdown } = await import('../report/markdown.ts');
    return [...reportMarkdown(kept.result, { displayPath: kept.displayPath })].join('');
  }

  /** As the Markdown preview shows it; as text where someone has switched that off. */
  async show(uri: vscode.Uri): Promise<void> {
    if (vscode.extensions.getExtension('vscode.markdown-language-features') !== undefined) {
      await vscode.commands.executeCommand('markdown.showPreview', uri);
      return;
    }
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.languages.setTextDocumentLanguage(document, 'markdown');
    await vscode.window.showTextDocument(document, { preview: true });
  }
}
