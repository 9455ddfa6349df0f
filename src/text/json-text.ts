// JSON as it leaves the process: reports, journals, kept results. RFC 8259, section 7 lets most invisible characters stand
// raw in a string, where they hide or reorder what a person reads in an editor or terminal. They are written as escapes
// instead, so JSON.parse gives back exactly the same value.

import { invisiblePattern } from './invisible.ts';

/** JSON.stringify has escaped the controls below U+0020 and lone surrogates; its own line breaks must stay. */
const HIDDEN = invisiblePattern('\\0-~');

/** `\u202e`; two escapes, a surrogate pair, for a character beyond U+FFFF. */
function escaped(character: string): string {
  let text = '';
  for (let at = 0; at < character.length; at += 1)
    text += `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  return text;
}

/**
 * The value as JSON with no invisible character in it but spaces and, with `indent`, line breaks.
 * @param indent spaces for each level; 0: all in one line
 */
export function jsonText(value: object | string, indent = 0): string {
  const json = JSON.stringify(value, null, indent);
  // Most lines are plain ASCII, and a journal has millions.
  return /[^\n -~]/.test(json) ? json.replace(HIDDEN, escaped) : json;
}
