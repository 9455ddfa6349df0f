// Makes text from peers and settings harmless in the user interface.

import { PILED_MARKS_MAX } from '../protocol/limits.ts';
import { quoted, SHOWN_MAX, sanitize } from '../trace/sanitize.ts';

/**
 * VS Code turns `[label](command:id)` in a notification into a link, and `$(name)` in lists and in the status bar into an icon.
 * This reads the same, but VS Code finds no link and no icon in it.
 */
export function plainWords(text: string): string {
  return text.replace(/\](?=\()/g, '] ').replace(/\$(?=\()/g, '$ ');
}

/** FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE (Unicode UAX #9, 2.4). */
const ISOLATE = '\u2068';
const END_OF_ISOLATE = '\u2069';

/**
 * Text that others chose, for a place between words of ours: one visible line, bounded. In Hebrew or Arabic it would reorder
 * the numbers and brackets beside it, so it is isolated. Plain ASCII cannot do that and stays as it is.
 */
export function nameWords(text: string, max: number = SHOWN_MAX.peerName): string {
  return isolated(sanitize(text, max));
}

/** The same in quotation marks, which the text cannot close. */
export function quotedWords(text: string, max: number = SHOWN_MAX.peerName): string {
  return isolated(quoted(text, max));
}

const PILED_MARKS = new RegExp(`(\\p{M}{${PILED_MARKS_MAX}})\\p{M}+`, 'gu');

function isolated(text: string): string {
  const line = text.replace(/\p{Zs}+/gu, ' ').replace(PILED_MARKS, '$1');
  return /^[ -~…]*$/.test(line) ? line : `${ISOLATE}${line}${END_OF_ISOLATE}`;
}
