// The journals of this person's sends, in the extension's own storage: each send writes one, and what a closed window, a
// reload or a crash left unfinished is found again. Loaded when the first send needs it.

import * as vscode from 'vscode';
import type { SendJob } from '../send/job.ts';
import type { Journal, JournalEnd, JournaledFile, JournalOptions } from '../send/journal.ts';
import type { JournalSummary } from '../send/journal-shelf.ts';

/** A journal that somebody can go on with, and what it still owes. */
export interface Unfinished {
  readonly journal: JournalSummary;
  readonly owed: readonly JournaledFile[];
}

export class Journals {
  readonly #directory: string;
  readonly #note: (text: string) => void;
  readonly #open = new Set<Journal>();
  #isGoingDown = false;

  /** @param note told when a journal cannot be written: the send goes on, and cannot be resumed later */
  constructor(storage: vscode.Uri, note: (text: string) => void) {
    this.#directory = vscode.Uri.joinPath(storage, 'journals').fsPath;
    this.#note = note;
  }

  async open(job: SendJob, options: Pick<JournalOptions, 'selection' | 'carried'>): Promise<Journal> {
    const { beginJournal } = await import('../send/journal.ts');
    const journal = await beginJournal(this.#directory, job, {
      ...options,
      trouble: ({ code }) =>
        this.#note(`The journal of this send cannot be written (${code}): if it is interrupted, it cannot be resumed.`),
    });
    this.#open.add(journal);
    return journal;
  }

  /** Ends it, and clears away what is too old. Never rejects. */
  async close(journal: Journal, end: JournalEnd): Promise<void> {
    this.#open.delete(journal);
    journal.close(this.#isGoingDown ? 'interrupted' : end);
    const { tidyJournals } = await import('../send/journal-shelf.ts');
    await tidyJournals(this.#directory, Date.now());
  }

  /** From now on sends do not end but are interrupted. */
  goDown(): void {
    this.#isGoingDown = true;
  }

  /** Leaves every journal as that of an interrupted send: what is not settled by now is owed. */
  interrupt(): void {
    for (const journal of this.#open) journal.close('interrupted');
    this.#open.clear();
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
