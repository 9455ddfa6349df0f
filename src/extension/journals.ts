// The folder of journals in the extension's storage. Each send writes one (send/journal.ts); a send that a closed window,
// a reload or a crash interrupted is found again by it.

import * as vscode from 'vscode';
import type { SendJob } from '../send/job.ts';
import type { Journal, JournaledFile, JournalOptions } from '../send/journal.ts';
import type { JournalSummary } from '../send/journal-shelf.ts';

/** A journal that somebody can go on with, and what it still owes. */
export interface Unfinished {
  readonly journal: JournalSummary;
  readonly owed: readonly JournaledFile[];
}

export class Journals {
  readonly #directory: string;
  readonly #note: (text: string) => void;

  /** @param note told when a journal cannot be written: the send goes on, and cannot be resumed later */
  constructor(storage: vscode.Uri, note: (text: string) => void) {
    this.#directory = vscode.Uri.joinPath(storage, 'journals').fsPath;
    this.#note = note;
  }

  async open(job: SendJob, options: Pick<JournalOptions, 'selection' | 'carried'>): Promise<Journal> {
    const { beginJournal } = await import('../send/journal.ts');
    return beginJournal(this.#directory, job, {
      ...options,
      trouble: ({ code }) =>
        this.#note(`The journal of this send cannot be written (${code}): if it is interrupted, it cannot be resumed.`),
    });
  }

  /** Clears away what is too old or too many. Never rejects. */
  async tidy(): Promise<void> {
    const { tidyJournals } = await import('../send/journal-shelf.ts');
    await tidyJournals(this.#directory, Date.now());
  }

  /** Those that nobody writes and that owe something, newest first. */
  async unfinished(): Promise<Unfinished[]> {
    const { readJournals, remaining } = await import('../send/journal-shelf.ts');
    const journals = (await readJournals(this.#directory, Date.now())).filter(({ isHeld }) => !isHeld);
    return journals.map((journal) => ({ journal, owed: remaining(journal) })).filter(({ owed }) => owed.length > 0);
  }

  /** What one of them owes; nothing where it is not there any more. */
  async owedBy(id: string): Promise<Unfinished['owed']> {
    const { findJournal, remaining } = await import('../send/journal-shelf.ts');
    const journal = await findJournal(this.#directory, id, Date.now());
    return journal === undefined ? [] : remaining(journal);
  }

  /** False: another window has taken it. */
  async forget(id: string): Promise<boolean> {
    const { forget } = await import('../send/journal.ts');
    return forget(this.#directory, id);
  }
}
