// What the rooms of the report share: JSON without empty fields, and rows of Markdown tables.

import { sanitize } from '../trace/sanitize.ts';

const UID_MAX = 64;

/** Leaves out what is not known, so that a reader of the JSON meets no empty fields. */
export function known<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

export const uid = (value: string | undefined): string | undefined =>
  value === undefined ? undefined : sanitize(value, UID_MAX);

/** Cells must be Markdown already. */
export const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

export const table = (head: readonly string[], rows: readonly string[]): string[] => [
  row(...head),
  row(...head.map(() => '---')),
  ...rows,
];
