// Application entity titles. PS3.5 Table 6.2-1 (VR AE): 1 to 16 characters of the default repertoire, no backslash, no
// control character, not only spaces. The same rule holds for settings and for the command line.

export const AE_TITLE_LENGTH_MAX = 16;

export type AETitleFault = 'blank' | 'too long' | 'backslash' | 'characters';

/** Why a text is not an AE title; undefined: it is one. */
export function aeTitleFault(text: string): AETitleFault | undefined {
  if (/^ *$/.test(text)) return 'blank';
  if (text.length > AE_TITLE_LENGTH_MAX) return 'too long';
  if (text.includes('\\')) return 'backslash';
  return /^[\x20-\x7e]*$/.test(text) ? undefined : 'characters';
}
