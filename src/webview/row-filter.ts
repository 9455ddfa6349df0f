// Which rows a person wants to see: by outcome, and by words such as 'status:A900 slow:1s scan'. A hundred thousand rows must
// take a few milliseconds, so a word is compared with each text once, not with each row. Needs no browser.

import { type RowTable, statusText } from './row-table.ts';

export interface RowFilter {
  /** Numbers of outcomes; empty: all. */
  readonly outcomes: ReadonlySet<number>;
  readonly query: string;
}

const KEYS = ['status', 'reason', 'class', 'syntax', 'folder', 'slow'] as const;
type Key = (typeof KEYS)[number];

export interface Word {
  /** Undefined: anywhere. */
  readonly key: Key | undefined;
  /** In small letters. */
  readonly text: string;
}

/** 'status:A900 reason:"out of resources" scan' */
export function wordsOf(query: string): Word[] {
  const words: Word[] = [];
  for (const [, key, quoted, plain] of query.toLowerCase().matchAll(/(?:([a-z]+):)?(?:"([^"]*)"?|([^\s"]+))/g)) {
    const text = quoted ?? plain ?? '';
    const known = KEYS.find((one) => one === key);
    if (known !== undefined) words.push({ key: known, text });
    else if (key !== undefined) words.push({ key: undefined, text: `${key}:${text}` });
    else if (text !== '') words.push({ key: undefined, text });
  }
  return words;
}

/** '1s', '250ms' → milliseconds; NaN: none. */
export function durationOf(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*(ms|s|min)?$/.exec(text) ?? [];
  if (number === undefined) return Number.NaN;
  return Number(number) * (unit === 'ms' ? 1 : unit === 'min' ? 60_000 : 1000);
}

type Test = (row: number) => boolean;

function within(texts: readonly string[], word: string): Uint8Array {
  return Uint8Array.from(texts, (text) => (text.toLowerCase().includes(word) ? 1 : 0));
}

/** A mark for every row whose name has the word. */
function inNames(table: RowTable, word: string): Uint8Array {
  const marks = new Uint8Array(table.length);
  for (const { from, lower, begins } of table.names) {
    let row = 0;
    for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, begins[row + 1] ?? lower.length)) {
      while ((begins[row + 1] ?? Number.POSITIVE_INFINITY) <= at) row += 1;
      marks[from + row] = 1;
      if (row + 2 >= begins.length) break;
    }
  }
  return marks;
}

function testOf(table: RowTable, { key, text }: Word): Test {
  const { status, reason, sopClass, syntax, syntaxOnWire, folder, elapsedMs } = table;
  switch (key) {
    case 'status':
      return (row) => table.statusOf(row).toLowerCase().startsWith(text);
    case 'slow': {
      const leastMs = durationOf(text);
      return (row) => elapsedMs.at(row) >= leastMs;
    }
    case 'reason': {
      const has = within(table.reasons, text);
      return (row) => has[reason.at(row)] === 1;
    }
    case 'class': {
      const has = within(table.classes, text);
      return (row) => has[sopClass.at(row)] === 1;
    }
    case 'syntax': {
      const has = within(table.syntaxes, text);
      return (row) => has[syntax.at(row)] === 1 || has[syntaxOnWire.at(row)] === 1;
    }
    case 'folder': {
      const has = within(table.folders, text);
      return (row) => has[folder.at(row)] === 1;
    }
    case undefined: {
      const [reasons, folders, names] = [
        within(table.reasons, text),
        within(table.folders, text),
        inNames(table, text),
      ];
      const classes = within(table.classes, text);
      const statuses = new Map<number, boolean>();
      const hasStatus = (number: number): boolean => {
        const known = statuses.get(number);
        if (known !== undefined) return known;
        const has = number > 0 && statusText(number).toLowerCase() === text;
        statuses.set(number, has);
        return has;
      };
      return (row) =>
        names[row] === 1 ||
        folders[folder.at(row)] === 1 ||
        reasons[reason.at(row)] === 1 ||
        classes[sopClass.at(row)] === 1 ||
        hasStatus(status.at(row));
    }
  }
}

/** The rows to show, by number. @param newestFirst those that came last are first */
export function filterRows(table: RowTable, { outcomes, query }: RowFilter, newestFirst = false): Uint32Array {
  const tests = wordsOf(query).map((word) => testOf(table, word));
  const rows = new Uint32Array(table.length);
  let count = 0;
  for (let row = 0; row < table.length; row++) {
    if (outcomes.size > 0 && !outcomes.has(table.outcome.at(row))) continue;
    let isWanted = true;
    for (const test of tests) isWanted &&= test(row);
    if (isWanted) rows[count++] = row;
  }
  const found = rows.subarray(0, count);
  return newestFirst ? found.reverse() : found;
}
