// What single elements of a data set tell, wherever they stand: the walk over the structure shows each element here as it
// reads its header. Repetitions are counted, so that a data set of any size yields a few findings. PS3.10 7.1 (group 0002
// belongs in front of a data set).

import type { ElementHeader } from '../element-walk.ts';
import type { Finding } from './finding.ts';

const META_GROUP = 2;

type Strays = Extract<Finding, { code: 'stray meta elements' }>;

export class ElementNotes {
  #strays: Strays | undefined;

  /** In no order. */
  get findings(): readonly Finding[] {
    return this.#strays === undefined ? [] : [this.#strays];
  }

  /** @param at where the element begins, in bytes from the start of the file */
  see({ tag }: ElementHeader, at: number): void {
    if (tag >>> 16 === META_GROUP) {
      const first = this.#strays ?? { code: 'stray meta elements', offset: at, place: 'in the data set', count: 0 };
      this.#strays = { ...first, count: first.count + 1 };
    }
  }
}
