// Texts about interrupted sends, for lists and notifications.

import path from 'node:path';
import type { JournalSummary } from '../send/journal-shelf.ts';
import { formatCount } from '../trace/units.ts';
import { nameWords } from './plain-words.ts';

/** The facts of an unfinished send that appear in texts. */
export interface UnfinishedFacts {
  readonly journal: Pick<JournalSummary, 'end' | 'selection' | 'total' | 'files'>;
  readonly owed: readonly unknown[];
}

/** In the person's own locale and time zone. */
export function whenWords(startedAtMs: number): string {
  return new Date(startedAtMs).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

/** '12 of 340 files left' */
export function leftWords({ journal, owed }: UnfinishedFacts): string {
  return `${formatCount(owed.length)} of ${formatCount(journal.total)} files left`;
}

/**
 * For the notification that offers to resume.
 * @param count of all interrupted sends
 */
export function offerWords(peerName: string, startedAtMs: number, unfinished: UnfinishedFacts, count: number): string {
  const which =
    count === 1
      ? `A send to ${peerName} was interrupted`
      : `${count} sends were interrupted, one of them to ${peerName}`;
  return `${which} (${whenWords(startedAtMs)}): ${leftWords(unfinished)}.`;
}

/** 'CT-2 and 3 more' */
export function selectionWords([first = '', ...others]: readonly string[]): string {
  return nameWords(path.basename(first)) + (others.length > 0 ? ` and ${others.length} more` : '');
}

/** 'CT-2 and 3 more – interrupted' */
export function unfinishedDetail({ journal }: UnfinishedFacts): string {
  const { end, selection, total, files } = journal;
  const how = end === 'done' ? 'not every file was stored' : end === 'cancelled' ? 'cancelled' : 'interrupted';
  const what = selection.length === 0 ? [] : [selectionWords(selection)];
  const lost = total - files.size;
  const damage = lost > 0 ? `; its journal is damaged: ${formatCount(lost)} of its files are not known any more` : '';
  return `${[...what, how].join(' – ')}${damage}`;
}
