// Elements of undefined length in Implicit VR. Only sequences and pixel data may have none (PS3.5 7.1.1, A.1), and what they are a
// dictionary tells. Receivers fail on those that are neither. One that the dictionary does not know is a sequence of a later
// edition. The whole dictionary takes long to load, so it is asked only about what the table of sequences lacks.

import { LENGTHLESS_TAGS_MAX } from '../../protocol/limits.ts';
import type { ElementHeader } from '../element-walk.ts';
import { isSequenceAttribute } from '../sequence-attributes.ts';
import { ITEM_GROUP, PIXEL_DATA, tagText } from '../structure.ts';
import type { Finding } from './finding.ts';

export class Lengthless {
  /** Where the first one of each tag begins. */
  readonly #places = new Map<number, number>();

  /** An element of undefined length, and where it begins. */
  see({ tag, vr }: ElementHeader, at: number): void {
    if (vr !== undefined || tag === PIXEL_DATA) return;
    if (tag >>> 16 === ITEM_GROUP || (tag & 0x10000) !== 0 || isSequenceAttribute(tag)) return;
    if (this.#places.size < LENGTHLESS_TAGS_MAX && !this.#places.has(tag)) this.#places.set(tag, at);
  }

  /** Of the first one that is no sequence. */
  async findings(): Promise<readonly Finding[]> {
    if (this.#places.size === 0) return [];
    const { loadStandardDictionary } = await import('../convert/standard-dictionary.ts');
    const dictionary = await loadStandardDictionary();
    for (const [tag, offset] of this.#places) {
      const vr = (tag & 0xffff) === 0 ? 'UL' : dictionary.vrOf(tag);
      if (vr === undefined || vr === 'UN') continue;
      return [{ code: 'broken structure', offset, detail: `${tagText(tag)} of VR ${vr} without a length` }];
    }
    return [];
  }
}
