// `npm run docs` also writes src/part10/sequence-attributes.ts with this: which attributes are sequences. The data dictionary of
// dcmjs takes long to load, and every file thread needs this of it.

import { data } from 'dcmjs';
import { CORRECTED, loadStandardDictionary } from '../src/part10/convert/standard-dictionary.ts';

const LINE = 112;
const CURVE_SEQUENCE = 0x50002600;

/** 0xGGGGEEEE, ascending. Private attributes are in no dictionary. */
async function sequenceTags(): Promise<readonly number[]> {
  const { vrOf } = await loadStandardDictionary();
  const listed = Object.values(data.DicomMetaDictionary.nameMap).flatMap(({ tag = '' }) => {
    const digits = tag.replaceAll(/[(),]/gu, '');
    return /^[0-9A-F]{8}$/iu.test(digits) ? [Number.parseInt(digits, 16)] : [];
  });
  // Of the curves (50xx) the first group stands for all.
  return [...new Set([...listed, ...CORRECTED.keys(), CURVE_SEQUENCE])]
    .filter((tag) => vrOf(tag) === 'SQ')
    .sort((a, b) => a - b);
}

/** 'GGGGeeeeeeee…': a group and its elements, then the next group. */
function packed(tags: readonly number[]): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const tag of tags) {
    const hex = tag.toString(16).padStart(8, '0');
    groups.set(hex.slice(0, 4), [...(groups.get(hex.slice(0, 4)) ?? []), hex.slice(4)]);
  }
  const words = [...groups].flatMap(([group, elements]) => [`${group}:`, ...elements]);
  const lines = [''];
  for (const word of words) {
    const line = `${lines.at(-1)} ${word}`.trim();
    if (line.length <= LINE) lines[lines.length - 1] = line;
    else lines.push(word);
  }
  return lines;
}

/** The text of src/part10/sequence-attributes.ts. */
export async function sequenceAttributes(): Promise<string> {
  const lines = packed(await sequenceTags()).map((line) => `${line}\n`);
  return `// Written by \`npm run docs\` from the data dictionary: the attributes whose VR is SQ (PS3.6 clause 6). In Implicit VR nothing else
// says that a value of defined length is a sequence, and receivers parse it as one.

/** A group, a colon, its elements. */
const PACKED = \`
${lines.join('')}\`;

let tags: Set<number> | undefined;

function unpacked(): Set<number> {
  const found = new Set<number>();
  let group = 0;
  for (const word of PACKED.trim().split(/\\s/u)) {
    const value = Number.parseInt(word, 16);
    if (word.endsWith(':')) group = value;
    else found.add(group * 0x10000 + value);
  }
  return found;
}

/**
 * Whether the dictionary calls it a sequence. False for private attributes. Of curves (50xx) all groups are alike (PS3.5 7.6).
 * @param tag 0xGGGGEEEE
 */
export function isSequenceAttribute(tag: number): boolean {
  if ((tag & 0x10000) !== 0) return false;
  tags ??= unpacked();
  return tags.has(tag >>> 24 === 0x50 ? (tag & 0xff00ffff) >>> 0 : tag);
}
`;
}
