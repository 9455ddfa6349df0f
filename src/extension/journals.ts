// The folder of journals in the extension's storage. Each send writes a journal (send/journal.ts). With it a send can be
// resumed that a closed window, a reload or a crash interrupted.

import * as vscode from 'vscode';
import type { SendJob } from '../send/job.ts';
import type { Journal, JournaledFile, JournalOptions } from '../send/journal.ts';
import type { JournalSummary } from '../send/journal-shelf.ts';
import type { SendId } from '../send/send-id.ts';

/** A journal whose send can be resumed, and the files that it owes. */
export interface Unfinished {
  readonly journal: JournalSummary;
  readonly owed: readonly JournaledFile[];
}

export class Journals {
  readonly #directory: string;
  readonly #note: (text: string) => void;

  /** @param note gets a message when a journal cannot be written: that send cannot be resumed later */
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

  /** Deletes journals that are too old or too many. Never rejects. */
  async tidy(): Promise<void> {
    const { tidyJournals } = await import('../send/journal-shelf.ts');
    await tidyJournals(this.#directory, Date.now());
  }

  /** Journals that no process writes and that owe files, newest first. */
  async unfinished(): Promise<Unfinished[]> {
    const { readJournals, remaining } = await import('../send/journal-shelf.ts');
    const journals = (await readJournals(this.#directory, Date.now())).filter(({ isHeld }) => !isHeld);
    return journals.map((journal) => ({ journal, owed: remaining(journal) })).filter(({ owed }) => owed.length > 0);
  }

  /** The files that a journal owes; none if it is gone. */
  async owedBy(id: SendId): Promise<Unfinished['owed']> {
    const { findJournal, remaining } = await import('../send/journal-shelf.ts');
    const journal = await findJournal(this.#directory, id, Date.now());
    return journal === undefined ? [] : remaining(journal);
  }

  /** @returns false: another window has taken it */
  async forget(id: SendId): Promise<boolean> {
    const { forget } = await import('../send/journal.ts');
    return forget(this.#directory, id);
  }
}
