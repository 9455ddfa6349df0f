// What a send has one of for each file. A send may have millions of files, and most of them end alike: such a list may
// make its entries when they are asked for, from what takes a hundred bytes, instead of keeping objects.

/** An array is one. */
export interface List<T> extends Iterable<T> {
  readonly length: number;
  /** @param index from 0; undefined beyond the end */
  at(index: number): T | undefined;
}

/** Entries that are made when they are asked for: two questions for the same give two objects. */
export abstract class LazyList<T> implements List<T> {
  abstract get length(): number;

  /** @param index from 0, less than the length */
  protected abstract make(index: number): T;

  at(index: number): T | undefined {
    return index >= 0 && index < this.length ? this.make(index) : undefined;
  }

  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (let index = 0; index < this.length; index += 1) yield this.make(index);
  }
}
