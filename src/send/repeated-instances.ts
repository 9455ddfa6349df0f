// Finds SOP Instance UIDs that more than one file has. There are nearly never any, so a file costs a few bytes here,
// not the length of its UID.

const PLACES_FIRST = 64;

export class RepeatedInstances {
  readonly #uidOf: (index: number) => string;
  readonly #firsts = new Map<number, number>();
  // A hash table with open addressing, at most half full: in each place an index, from 1, and its hash.
  #indexes = new Uint32Array(PLACES_FIRST);
  #hashes = new Uint32Array(PLACES_FIRST);
  #count = 0;

  /** @param uidOf the SOP Instance UID of a file that was added before */
  constructor(uidOf: (index: number) => string) {
    this.#uidOf = uidOf;
  }

  /** For each file whose UID another one has too, by index: the index of the first with that UID. */
  get firsts(): ReadonlyMap<number, number> {
    return this.#firsts;
  }

  /** Each index once, in any order. */
  add(index: number, uid: string): void {
    const hash = hashOf(uid);
    let place = hash % this.#indexes.length;
    for (; this.#indexes[place] !== 0; place = (place + 1) % this.#indexes.length) {
      const first = (this.#indexes[place] as number) - 1;
      if (this.#hashes[place] !== hash || this.#uidOf(first) !== uid) continue;
      this.#firsts.set(first, first);
      this.#firsts.set(index, first);
      return;
    }
    this.#put(place, index + 1, hash);
    this.#count += 1;
    if (2 * this.#count > this.#indexes.length) this.#grow();
  }

  #put(place: number, indexFrom1: number, hash: number): void {
    this.#indexes[place] = indexFrom1;
    this.#hashes[place] = hash;
  }

  #grow(): void {
    const indexes = this.#indexes;
    const hashes = this.#hashes;
    this.#indexes = new Uint32Array(2 * indexes.length);
    this.#hashes = new Uint32Array(2 * indexes.length);
    // Not with `entries`, which would allocate an array for each place.
    for (let at = 0; at < indexes.length; at += 1) {
      const indexFrom1 = indexes[at] as number;
      if (indexFrom1 === 0) continue;
      const hash = hashes[at] as number;
      let place = hash % this.#indexes.length;
      while (this.#indexes[place] !== 0) place = (place + 1) % this.#indexes.length;
      this.#put(place, indexFrom1, hash);
    }
  }
}

/** FNV-1a, of 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
