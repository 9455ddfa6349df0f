// What re-encoding must know of a VR: how its length is written and how long the words are that byte order turns
// around. PS3.5 Table 6.2-1, 7.1.2 (16-bit and 32-bit value lengths), 7.3 (byte ordering).

export interface ValueRepresentation {
  /** The two letters as they stand in an element, first letter in the high byte. */
  readonly code: number;
  readonly name: string;
  /** 32-bit value length behind two reserved bytes (PS3.5 Table 7.1-1); else 16-bit (Table 7.1-2). */
  readonly longForm: boolean;
  /** Bytes that are reversed together when the byte order changes. 1: never swapped. AT is two words of two bytes. */
  readonly wordLength: 1 | 2 | 4 | 8;
  /** False for two letters that this table does not know: a VR of a later edition. */
  readonly known: boolean;
}

const SHORT_FORM = 'AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US';
const LONG_FORM = 'OB OD OF OL OV OW SQ SV UC UN UR UT UV';
const WORD_LENGTHS: Readonly<Record<string, 2 | 4 | 8>> = {
  AT: 2,
  OW: 2,
  SS: 2,
  US: 2,
  FL: 4,
  OF: 4,
  OL: 4,
  SL: 4,
  UL: 4,
  FD: 8,
  OD: 8,
  OV: 8,
  SV: 8,
  UV: 8,
};

function codeOf(name: string): number {
  return (name.charCodeAt(0) << 8) | name.charCodeAt(1);
}

const BY_CODE: ReadonlyMap<number, ValueRepresentation> = new Map(
  [SHORT_FORM, LONG_FORM].flatMap((names) =>
    names.split(' ').map((name): [number, ValueRepresentation] => {
      const wordLength = WORD_LENGTHS[name] ?? 1;
      return [codeOf(name), { code: codeOf(name), name, longForm: names === LONG_FORM, wordLength, known: true }];
    }),
  ),
);

const LETTER_A = 0x41;
const LETTERS = 26;
/** By both letters: this is asked for every element of every file. */
const BY_LETTERS: readonly (ValueRepresentation | undefined)[] = Array.from({ length: LETTERS ** 2 }, (_, index) =>
  BY_CODE.get(((LETTER_A + Math.floor(index / LETTERS)) << 8) | (LETTER_A + (index % LETTERS))),
);

function isUpperCaseLetter(byte: number): boolean {
  return byte >= LETTER_A && byte < LETTER_A + LETTERS;
}

/** The VR of PS3.5 Table 6.2-1 whose letters are `first` and `second`. */
export function standardVR(first: number, second: number): ValueRepresentation | undefined {
  if (!isUpperCaseLetter(first) || !isUpperCaseLetter(second)) return undefined;
  return BY_LETTERS[(first - LETTER_A) * LETTERS + second - LETTER_A];
}

export function isStandardVR(name: string): boolean {
  return vrNamed(name) !== undefined;
}

/** Two capitals: a VR of a later edition, with a length of 32 bits (PS3.5 7.1.2). */
export function isFutureVR(name: string): boolean {
  return /^[A-Z]{2}$/u.test(name) && !isStandardVR(name);
}

/** Of the names that DCMTK gives VRs inside itself and takes from a file, too: those with a length of 32 bits. */
const INTERNAL_LONG_FORM = new Set(['lt', 'ox', 'px']);

/**
 * The VR whose letters are `first` and `second`, for every reader of a data set. Two capitals that PS3.5 Table 6.2-1 lacks are
 * taken as a VR of a later edition, which has the 32-bit form (PS3.5 6.2, note 2; 7.1.2). Anything else is no VR at all, whatever
 * bytes it is: DCMTK, and with it most receivers, read a 16-bit length behind it, and one of 32 bits behind lt, ox and px.
 */
export function vrOfBytes(first: number, second: number): ValueRepresentation {
  const vr = standardVR(first, second);
  if (vr !== undefined) return vr;
  const code = (first << 8) | second;
  const name = String.fromCharCode(first, second);
  const longForm = (isUpperCaseLetter(first) && isUpperCaseLetter(second)) || INTERNAL_LONG_FORM.has(name);
  return { code, name, longForm, wordLength: 1, known: false };
}

/** Names of DCMTK's own, too, but of parts of its structures: it fails on an element that has one of them. */
export function failsInDcmtk(name: string): boolean {
  return name === 'na' || name === 'pi';
}

/**
 * No writer puts these in place of a VR, or one that means a length of 16 bits: they may come from the middle of something.
 * Two zero bytes and printable characters, such as two hyphens, are what writers put there.
 */
export function isDoubtfulVR(name: string): boolean {
  return !/^(?:[\x20-\x7e]{2}|\0\0)$/u.test(name) || INTERNAL_LONG_FORM.has(name);
}

/** For messages: the name, or the bytes in hexadecimal where they are no visible characters. */
export function vrText(name: string): string {
  if (/^[\x21-\x7e]{2}$/u.test(name)) return name;
  return [...name].map((byte) => `${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}H`).join(' ');
}

/** The VR with that two-letter name; undefined where PS3.5 Table 6.2-1 has none. */
export function vrNamed(name: string): ValueRepresentation | undefined {
  return name.length === 2 ? standardVR(name.charCodeAt(0), name.charCodeAt(1)) : undefined;
}

function standard(name: string): ValueRepresentation {
  const vr = vrNamed(name);
  if (vr === undefined) throw new RangeError(`${name} is not in PS3.5 Table 6.2-1`);
  return vr;
}

export const LO = standard('LO');
export const OB = standard('OB');
export const OW = standard('OW');
export const SQ = standard('SQ');
export const SS = standard('SS');
export const UL = standard('UL');
export const UN = standard('UN');
export const US = standard('US');
