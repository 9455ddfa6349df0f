// Comma-separated values (RFC 4180) that a spreadsheet takes for text. Excel, LibreOffice and others run a cell that begins
// like a formula, and a formula can start programs and fetch addresses; what stands in a cell was written by others.

import { printable } from './printable.ts';

/**
 * Where a formula may begin: at the start of a cell, whatever blanks and quotation marks stand before it, and after a semicolon,
 * which separates cells where the comma is the decimal sign. The wide forms are for spreadsheets in Japanese.
 */
const FORMULA = /(?<=^|;)(?=[\s"]*[=+\-@＝＋－＠])/gu;

/** A cell. Invisible characters are escapes, so it is one line; an apostrophe makes text of a formula. */
function csvCell(value: string | number | boolean | undefined): string {
  if (typeof value !== 'string') return value === undefined ? '' : String(value);
  const text = printable(value).replace(FORMULA, "'");
  return /[",;']|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A record with the line break that ends it. */
export const csvRecord = (cells: readonly (string | number | boolean | undefined)[]): string =>
  `${cells.map(csvCell).join(',')}\r\n`;
