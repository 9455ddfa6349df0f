// The characters that are invisible or change how others are read: controls (C0, C1), bidirectional controls (Unicode
// UAX #9), zero-width and filler characters, blanks that are no spaces (Braille, Khitan, hieroglyphs, a note without a head),
// variation selectors, tags, lone surrogates. The only list of them: text for people leaves them out (trace/sanitize.ts),
// JSON escapes them (text/json-text.ts), names of peers must not have them (extension/peer-names.ts).

/** Code points. Ranges are inclusive, in ascending order. */
export const INVISIBLE: readonly (readonly [number, number])[] = [
  [0x0000, 0x001f],
  [0x007f, 0x009f],
  [0x00ad, 0x00ad],
  [0x034f, 0x034f],
  [0x061c, 0x061c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x2800, 0x2800],
  [0x3164, 0x3164],
  [0xd800, 0xdfff],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0xfffe, 0xffff],
  [0x13441, 0x13442],
  [0x16fe4, 0x16fe4],
  [0x1bca0, 0x1bca3],
  [0x1d159, 0x1d159],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
];

export const isInvisible = (code: number): boolean => INVISIBLE.some(([from, to]) => code >= from && code <= to);

const point = (code: number): string => `\\u{${code.toString(16)}}`;

/** All of them, for the brackets of a regular expression with the flag `u`. */
export const INVISIBLE_RANGES: string = INVISIBLE.map(([from, to]) => `${point(from)}-${point(to)}`).join('');

/**
 * Each of these characters in a text; one of a pair of surrogates is none of them.
 * @param kept characters to leave alone, as in the brackets of a regular expression
 */
export function invisiblePattern(kept: string): RegExp {
  return new RegExp(`(?![${kept}])[${INVISIBLE_RANGES}]`, 'gu');
}
