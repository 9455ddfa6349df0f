// Lists with one entry for each file of a send. A send may have millions of files: such a list can keep a hundred bytes
// an entry and make the object when somebody asks for it.

/** An array is one. */
export interface List<T> extends Iterable<T> {
  readonly length: number;
  /** @param index from 0; undefined beyond the end */
  at(index: number): T | undefined;
}

/** Makes an entry whenever it is asked for: asked twice, it gives two objects. */
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
