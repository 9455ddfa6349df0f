// Which attributes are sequences, for every reader of Implicit VR: nothing else says there that a value of defined length is
// one, and receivers parse it as one (PS3.5 7.5). A table of its own, because the whole data dictionary takes long to load, and
// every file thread needs this of it.

import { SEQUENCE_TAGS } from './sequence-tags.ts';

let tags: Set<number> | undefined;

function unpacked(): Set<number> {
  const found = new Set<number>();
  let group = 0;
  for (const word of SEQUENCE_TAGS.trim().split(/\s/u)) {
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
