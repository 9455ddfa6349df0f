// What a person selected, as the places where it really is: tells whether a link leads out of it.

import { dirname } from 'node:path';

export class Selection {
  readonly #paths: readonly string[];
  readonly #realPathOf: (path: string) => Promise<string | undefined>;
  #places: Promise<ReadonlySet<string>> | undefined;

  /**
   * @param paths absolute
   * @param realPathOf without any link in it; undefined: there is nothing
   */
  constructor(paths: readonly string[], realPathOf: (path: string) => Promise<string | undefined>) {
    this.#paths = paths;
    this.#realPathOf = realPathOf;
  }

  /**
   * Whether a file or folder is one that was selected, or in one.
   * @param realPath absolute, without any link in it
   */
  async contains(realPath: string): Promise<boolean> {
    // Most selections have no links: nothing is resolved before the first.
    this.#places ??= this.#resolve();
    const places = await this.#places;
    for (let place = realPath; ; place = dirname(place)) {
      if (places.has(place)) return true;
      if (place === dirname(place)) return false;
    }
  }

  async #resolve(): Promise<ReadonlySet<string>> {
    const places = new Set<string>();
    for (const path of this.#paths) {
      const place = await this.#realPathOf(path);
      if (place !== undefined) places.add(place);
    }
    return places;
  }
}
