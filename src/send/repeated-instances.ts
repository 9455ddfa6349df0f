// Which SOP Instance UIDs come more than once. Nearly always none does, so what is kept for a file is a number, not its UID.

const PLACES_FIRST = 64;

export class RepeatedInstances {
  readonly #uidOf: (index: number) => string;
  readonly #firsts = new Map<number, number>();
  // Open addressing, at most half full: an index from 1 in each place, and the hash by which it came there.
  #indexes = new Uint32Array(PLACES_FIRST);
  #hashes = new Uint32Array(PLACES_FIRST);
  #count = 0;

  /** @param uidOf the SOP Instance UID of what was added before */
  constructor(uidOf: (index: number) => string) {
    this.#uidOf = uidOf;
  }

  /** Of those whose UID comes more than once, by their index: the index of the first that has it. */
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
    // By number: `entries` would make two hundred thousand arrays at a stroke.
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
