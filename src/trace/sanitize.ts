// Cleans text that others wrote (peers, file names, error messages of libraries) before it is shown beside our own. Removes
// characters that are invisible or change how others are read (text/invisible.ts). Bytes of a path that are not UTF-8 are shown
// as `\xE4`.

import { AE_TITLE_LENGTH_MAX } from '../protocol/ae-title.ts';
import { ERROR_COMMENT_LENGTH_MAX } from '../protocol/dimse/command-table.ts';
import { IMPLEMENTATION_VERSION_NAME_LENGTH_MAX, UID_LENGTH_MAX } from '../protocol/ul/values.ts';
import { isInvisible } from '../text/invisible.ts';
import { isLoneByte, loneByteText } from '../text/path-bytes.ts';

/** How much of other people's text is shown, in UTF-16 units. */
export const SHOWN_MAX = {
  aeTitle: AE_TITLE_LENGTH_MAX,
  /** Host and port. */
  address: 300,
  detail: 200,
  errorComment: ERROR_COMMENT_LENGTH_MAX,
  host: 255,
  path: 512,
  peerName: 128,
  uid: UID_LENGTH_MAX,
  versionName: IMPLEMENTATION_VERSION_NAME_LENGTH_MAX,
} as const;

/** Line breaks and tabs separate words, so they become one space. */
const isBreak = (code: number): boolean =>
  (code >= 0x09 && code <= 0x0d) || code === 0x85 || code === 0x2028 || code === 0x2029;

/** Visible ASCII without space at its ends: nothing to remove. */
const isClean = (text: string): boolean => /^[!-~](?:[ -~]*[!-~])?$/.test(text);

/**
 * One line of plain text of at most `max` UTF-16 units; '…' ends a text that was cut. The time is bounded by `max`, however
 * long the text is.
 */
export function sanitize(text: string, max: number = SHOWN_MAX.uid): string {
  if (text.length <= max && isClean(text)) return text;
  let clean = '';
  // Bounds the input as well: a megabyte of invisible characters must not take long.
  const source = text.length > max * 16 + 256 ? text.slice(0, max * 16 + 256) : text;
  for (const character of source) {
    const code = character.codePointAt(0) ?? 0;
    if (isBreak(code)) {
      if (clean !== '' && !clean.endsWith(' ')) clean += ' ';
    } else if (isLoneByte(code)) {
      clean += loneByteText(code);
    } else if ((code >= 0x20 && code < 0x7f) || !isInvisible(code)) {
      clean += character;
    }
    if (clean.length > max + 2) break;
  }
  clean = clean.trim();
  if (clean.length <= max) return clean;
  let end = Math.max(max - 1, 0);
  // Never cuts a surrogate pair.
  const last = clean.charCodeAt(end - 1);
  if (last >= 0xd800 && last <= 0xdbff) end -= 1;
  return max > 0 ? `${clean.slice(0, end).trimEnd()}…` : '';
}

/**
 * Hides what a message quotes: it may be a path that names a patient, or the content of a file. Hides from the first to the
 * last quotation mark, because what is quoted may contain such marks and line breaks.
 */
export function withoutQuotes(message: string): string {
  return message.replace(/['"`].*['"`]/s, "'…'");
}

/** What looks like a quotation mark of ours. */
const QUOTATION_MARKS = /["\u02ba\u02dd\u02ee\u05f4\u201c-\u201f\u2033\u2036\u275d\u275e\u3003\u301d-\u301f\uff02]/g;

/** The text in quotation marks, which it cannot close itself. */
export function quoted(text: string, max: number = SHOWN_MAX.errorComment): string {
  return `"${sanitize(text, max).replaceAll(QUOTATION_MARKS, "'")}"`;
}
