// Application entity titles: the one rule for what may be sent, set or typed, and for what counts as the same title.
// PS3.5 Table 6.2-1 (VR AE), PS3.8 9.3.2 (Table 9-11).
//
// What we send is held to the rule. What a peer sends is read as it is, without its padding: a title that breaks the rule is
// no protocol error, it only never equals ours.

import { withoutTrailingPadding } from './ul/values.ts';

/** Also the length of the field on the wire, in bytes. */
export const AE_TITLE_LENGTH_MAX = 16;

export type AETitleFault = 'blank' | 'too long' | 'backslash' | 'characters';

/**
 * Why a text is not an AE title: 1 to 16 characters of the default repertoire, no backslash, no control character, not only
 * spaces.
 *
 * @returns undefined when it is one
 */
export function aeTitleFault(text: string): AETitleFault | undefined {
  if (/^ *$/.test(text)) return 'blank';
  if (text.length > AE_TITLE_LENGTH_MAX) return 'too long';
  if (text.includes('\\')) return 'backslash';
  return /^[\x20-\x7e]*$/.test(text) ? undefined : 'characters';
}

/** Leading and trailing spaces are not significant; some peers pad with NULs. */
export function withoutAETitlePadding(text: string): string {
  return withoutTrailingPadding(text).replace(/^ +/, '');
}

/** Capital and small letters differ, padding does not. */
export function isSameAETitle(a: string, b: string): boolean {
  return withoutAETitlePadding(a) === withoutAETitlePadding(b);
}
