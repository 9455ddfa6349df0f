// Text of others as one can see it: nothing is left out, and what would be invisible is shown as an escape. For terminals,
// and for files that other programs read.

import { invisiblePattern } from './invisible.ts';
import { withShownBytes } from './path-bytes.ts';

/** Joiners and variation selectors stay: some scripts and emoji need them. */
const KEPT = '\\u200c\\u200d\\ufe00-\\ufe0f';
const UNSEEN = invisiblePattern(KEPT);
const UNSEEN_IN_LINES = invisiblePattern(`${KEPT}\\n`);

/**
 * Shows invisible characters as escapes, so that file names and text of peers cannot control the terminal (ECMA-48, C0 and
 * C1), reverse text (Unicode UAX #9) or hide it.
 */
export function printable(text: string): string {
  return withShownBytes(text).replace(UNSEEN, escaped);
}

/** The same for text of several lines: line breaks stay. */
export const printableLines = (text: string): string => withShownBytes(text).replace(UNSEEN_IN_LINES, escaped);

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16);
  if (code < 0x100) return `\\x${digits.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${digits.padStart(4, '0')}` : `\\u{${digits}}`;
}
