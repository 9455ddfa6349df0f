// Tables of a Markdown report. Cells are Markdown already, made by `cell` or `pathCell` of whatever others wrote.

import { markdownCode, markdownText } from '../text/markdown-text.ts';
import { pathText } from '../trace/event-lines.ts';
import { formatCount, plural } from '../trace/units.ts';

/** Text of others in a cell. */
export const cell = (text: string): string => markdownText(text, 'cell');

export const pathCell = (shown: string): string => markdownCode(pathText(shown), 'cell');

/** A time, whose colons some readers would take for those of an emoji. */
export const timeCell = (text: string): string => markdownCode(text, 'cell');

export const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** @param rows made by `row` */
export function* table(head: readonly string[], rows: Iterable<string>): Generator<string> {
  yield row(...head);
  yield row(...head.map(() => '---'));
  yield* rows;
  yield '';
}

export function* first<T>(max: number, items: Iterable<T>): Generator<T> {
  let count = 0;
  for (const item of items) {
    if (count === max) return;
    yield item;
    count += 1;
  }
}

export function* mapped<From, To>(items: Iterable<From>, make: (item: From) => To): Generator<To> {
  for (const item of items) yield make(item);
}

/** The line below a table that does not show everything. */
export function* omission(shown: number, count: number, what: string): Generator<string> {
  if (count <= shown) return;
  yield `The first ${formatCount(shown)} of ${plural(count, what)}; ${formatCount(count - shown)} are not listed.`;
  yield '';
}

/** A column that a table has only where something stands in it. */
export interface Column<T> {
  readonly head: string;
  readonly cell: (item: T) => string;
}

/** A column, if `isWanted`. */
export const columnIf = <T>(isWanted: boolean, head: string, make: (item: T) => string): readonly Column<T>[] =>
  isWanted ? [{ head, cell: make }] : [];

export function columnsTable<T>(columns: readonly Column<T>[], items: Iterable<T>): Generator<string> {
  return table(
    columns.map(({ head }) => head),
    mapped(items, (item) => row(...columns.map((column) => column.cell(item)))),
  );
}
