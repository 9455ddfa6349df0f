// What the sends of this process have stored or are about to store, for each peer: from which file an instance came. So a
// second send, later or at the same time, cannot replace it by another file with the same SOP Instance UID, unless a
// person decides so (see screening.ts).
//
// About 64 bytes an instance, outside the engine's heap. Two generations bound it: when the younger is full, the older
// is forgotten.

import type { FileIdentity } from '../part10/read/file-identity.ts';
import { DESTINATIONS_MAX, GENERATION_MAX } from '../protocol/limits.ts';
import { CommonTexts, PackedNumbers, PackedTexts } from './packed.ts';
import { nameStart, type ScannedInstance } from './scanned-file.ts';

/** Where instances go: as far as we know, one archive. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly calledAETitle: string;
}

/** The file that was stored last under a SOP Instance UID, or is about to be. */
export interface StoredInstance {
  /** Absolute. */
  readonly path: string;
  readonly transferSyntaxUID: string;
  /** In bytes. */
  readonly dataSetLength: number;
  /** SHA-256 of its data set, in hexadecimal; undefined: never computed. */
  readonly digest: string | undefined;
  /** Whether a file with this identity is that file and was not written to; it may have been moved, which sets its ctime. */
  isOf(identity: FileIdentity): boolean;
  /** The same, and nothing of it was changed: it still has the bytes that were sent. */
  isUnchanged(identity: FileIdentity): boolean;
}

/** One for each process: the sends of a window share it. */
export class StoredInstances {
  readonly #generationMax: number;
  /** The one that was used last stands last. */
  readonly #destinations = new Map<string, StoredAtDestination>();

  constructor(generationMax = GENERATION_MAX) {
    this.#generationMax = generationMax;
  }

  at({ host, port, calledAETitle }: Destination): StoredAtDestination {
    const key = `${host.toLowerCase()} ${port} ${calledAETitle.trim()}`;
    const stored = this.#destinations.get(key) ?? new StoredAtDestination(this.#generationMax);
    this.#destinations.delete(key);
    this.#destinations.set(key, stored);
    for (const oldest of this.#destinations.keys()) {
      if (this.#destinations.size <= DESTINATIONS_MAX) break;
      this.#destinations.delete(oldest);
    }
    return stored;
  }
}

export class StoredAtDestination {
  readonly #generationMax: number;
  #young = new Generation();
  #old = new Generation();
  /** Instances that are on their way, by SOP Instance UID. */
  readonly #underWay = new Map<string, StoredInstance>();

  constructor(generationMax: number) {
    this.#generationMax = generationMax;
  }

  get isEmpty(): boolean {
    return this.#young.length + this.#old.length + this.#underWay.size === 0;
  }

  find(sopInstanceUID: string): StoredInstance | undefined {
    if (this.isEmpty) return undefined;
    const underWay = this.#underWay.get(sopInstanceUID);
    if (underWay !== undefined) return underWay;
    const [high, low] = hashesOf(sopInstanceUID);
    return this.#young.find(high, low) ?? this.#old.find(high, low);
  }

  /**
   * The first byte of a file is about to go out. It counts as stored until what this returns is called, when the file has
   * its outcome and was added, or was not stored.
   * @param digest of its data set, where it is known
   */
  begin({ path, header, identity }: ScannedInstance, digest?: string): () => void {
    const { sopInstanceUID, transferSyntaxUID, dataSetLength } = header;
    const begun = { path, transferSyntaxUID, dataSetLength, digest, ...matchesOf(hashesOfIdentity(identity)) };
    this.#underWay.set(sopInstanceUID, begun);
    return () => {
      if (this.#underWay.get(sopInstanceUID) === begun) this.#underWay.delete(sopInstanceUID);
    };
  }

  /** @param digest of its data set, where it is known */
  add(file: ScannedInstance, digest?: string): void {
    if (this.#young.length >= this.#generationMax) {
      this.#old = this.#young;
      this.#young = new Generation();
    }
    const [high, low] = hashesOf(file.header.sopInstanceUID);
    this.#young.set(high, low, file, digest);
  }
}

const PLACES_FIRST = 64;

/** Instances by two hashes of their UID, 64 bits in all: two UIDs with both the same are not expected. */
class Generation {
  length = 0;
  // Open addressing, at most half full: the number of an entry, from 1, in each place.
  #places = new Uint32Array(PLACES_FIRST);
  readonly #high = new PackedNumbers(Uint32Array);
  readonly #low = new PackedNumbers(Uint32Array);
  readonly #folder = new PackedNumbers(Uint32Array);
  readonly #name = new PackedNumbers(Uint32Array);
  readonly #syntax = new PackedNumbers(Uint32Array);
  readonly #dataSetLength = new PackedNumbers(Float64Array);
  readonly #identity = new PackedNumbers(Uint32Array);
  readonly #change = new PackedNumbers(Uint32Array);
  readonly #texts = new PackedTexts();
  readonly #folders = new CommonTexts();
  readonly #syntaxes = new CommonTexts();
  /** Of few. */
  readonly #digests = new Map<number, string>();

  find(high: number, low: number): StoredInstance | undefined {
    const entry = (this.#places[this.#placeOf(high, low)] as number) - 1;
    if (entry < 0) return undefined;
    return {
      path: this.#folders.at(this.#folder.at(entry)) + this.#texts.at(this.#name.at(entry)),
      transferSyntaxUID: this.#syntaxes.at(this.#syntax.at(entry)),
      dataSetLength: this.#dataSetLength.at(entry),
      digest: this.#digests.get(entry),
      ...matchesOf([this.#identity.at(entry), this.#change.at(entry)]),
    };
  }

  set(high: number, low: number, { path, header, identity }: ScannedInstance, digest: string | undefined): void {
    const place = this.#placeOf(high, low);
    const known = this.#places[place] as number;
    const entry = known === 0 ? this.length : known - 1;
    const nameAt = nameStart(path);
    const folder = this.#folders.numberOf(path.slice(0, nameAt));
    // The name of a file that is stored again and again is kept once.
    const isSameName =
      known !== 0 && this.#folder.at(entry) === folder && this.#texts.at(this.#name.at(entry)) === path.slice(nameAt);
    if (!isSameName) this.#name.set(entry, this.#texts.add(path.slice(nameAt)));
    this.#folder.set(entry, folder);
    this.#high.set(entry, high);
    this.#low.set(entry, low);
    this.#syntax.set(entry, this.#syntaxes.numberOf(header.transferSyntaxUID));
    this.#dataSetLength.set(entry, header.dataSetLength);
    const [file, change] = hashesOfIdentity(identity);
    this.#identity.set(entry, file);
    this.#change.set(entry, change);
    if (digest === undefined) this.#digests.delete(entry);
    else this.#digests.set(entry, digest);
    if (known !== 0) return;
    this.#places[place] = entry + 1;
    this.length += 1;
    if (2 * this.length > this.#places.length) this.#grow();
  }

  /** Where this UID is, or would be. */
  #placeOf(high: number, low: number): number {
    let place = low % this.#places.length;
    for (; this.#places[place] !== 0; place = (place + 1) % this.#places.length) {
      const entry = (this.#places[place] as number) - 1;
      if (this.#low.at(entry) === low && this.#high.at(entry) === high) break;
    }
    return place;
  }

  #grow(): void {
    this.#places = new Uint32Array(2 * this.#places.length);
    for (let entry = 0; entry < this.length; entry += 1) {
      this.#places[this.#placeOf(this.#high.at(entry), this.#low.at(entry))] = entry + 1;
    }
  }
}

/** FNV-1a with 32 bits, and the same with another multiplier. */
function hashesOf(text: string): readonly [number, number] {
  let high = 0x811c9dc5;
  let low = 0x050c5d1f;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x5bd1e995);
  }
  return [high >>> 0, low >>> 0];
}

/** Of the file as it was written, and of its last change. */
function hashesOfIdentity({ dev, ino, size, mtimeMs, ctimeMs }: FileIdentity): readonly [number, number] {
  return [hashesOf(`${dev} ${ino} ${size} ${mtimeMs}`)[0], hashesOf(`${ctimeMs}`)[0]];
}

function matchesOf([file, change]: readonly [number, number]): Pick<StoredInstance, 'isOf' | 'isUnchanged'> {
  return {
    isOf: (identity) => hashesOfIdentity(identity)[0] === file,
    isUnchanged: (identity) => {
      const [otherFile, otherChange] = hashesOfIdentity(identity);
      return otherFile === file && otherChange === change;
    },
  };
}
