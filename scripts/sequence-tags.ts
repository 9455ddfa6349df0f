// `npm run docs` also writes src/part10/sequence-tags.ts with this: which attributes are sequences.

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

/** Lines of words: a group with a colon, its elements, then the next group. */
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

/** The text of src/part10/sequence-tags.ts. */
export async function sequenceTagsModule(): Promise<string> {
  const lines = packed(await sequenceTags()).map((line) => `${line}\n`);
  return `// Written by \`npm run docs\` from the data dictionary: the attributes whose VR is SQ (PS3.6 clause 6), for sequence-attributes.ts.

/** A group, a colon, its elements. Of curves (50xx) the first group stands for all. */
export const SEQUENCE_TAGS = \`
${lines.join('')}\`;
`;
}
