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

/** 'CT-2 and 3 more'; '/' for the root of the file system. */
export function selectionWords([first = '', ...others]: readonly string[], nameMax?: number): string {
  const name = nameWords(path.basename(first) || '/', nameMax);
  return others.length === 0 ? name : `${name} and ${formatCount(others.length)} more`;
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
