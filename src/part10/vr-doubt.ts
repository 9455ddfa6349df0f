// Whether a reader is still among elements. What stands in place of a VR may be anything (value-representation.ts), and then a
// reader that lost its way, because a length before is wrong, finds elements everywhere: in text, among pixels. The elements
// that follow decide: tags ascend (PS3.5 7.1) as far as one with a VR of the table, or to the end of the data set or item.

import { isStandardVR } from './value-representation.ts';

export interface DoubtfulElement {
  readonly tag: number;
  readonly offset: number;
}

export class VRDoubt {
  #first: DoubtfulElement | undefined;
  #lastTag = 0;

  /** The first of the doubtful elements that nothing has confirmed yet. */
  get first(): DoubtfulElement | undefined {
    return this.#first;
  }

  /**
   * The next element, at the same level.
   * @returns false if `first` is no element
   */
  judge(tag: number, vr: string): boolean {
    if (this.#first === undefined) return true;
    if (tag <= this.#lastTag) return false;
    this.#lastTag = tag;
    if (isStandardVR(vr)) this.#first = undefined;
    return true;
  }

  /** That element is doubtful. */
  raise(element: DoubtfulElement): void {
    this.#first ??= element;
    this.#lastTag = element.tag;
  }

  /** The data set or the item ends where the last element does. */
  settle(): void {
    this.#first = undefined;
  }
}
