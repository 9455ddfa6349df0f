// Which names a peer may have. A person decides where data go by the name they read: a name must be visible, and no peer may
// look like another one or like something of our own.

import { PEER_NAME_MAX } from '../protocol/limits.ts';
import { INVISIBLE_RANGES, invisiblePattern } from '../text/invisible.ts';
import { caselessSkeleton, skeleton } from '../text/lookalikes.ts';
import { quotedWords } from './plain-words.ts';

/** The built-in receiver, as a peer. */
export const RECEIVER_NAME = 'Built-in Receiver';
export const ADD_PEER_LABEL = 'Add Peer…';

/**
 * Letters of the scripts in which words are spelt with ZERO WIDTH NON-JOINER and JOINER (Unicode UAX #31, 2.3), such as Persian
 * and Hindi. Names are compared without them, so they tell no two names apart.
 */
const SCRIPTS = 'Arab Syrc Mong Deva Beng Guru Gujr Orya Taml Telu Knda Mlym Sinh Khmr Mymr';
const JOINED = `[${SCRIPTS.replace(/\w+/g, '\\p{scx=$&}').replaceAll(' ', '')}]`;

/** Something to see, and nothing that is invisible but joiners in words. The manifest has the same pattern. */
export const PEER_NAME: RegExp = new RegExp(
  `^(?=.*[\\p{L}\\p{N}\\p{P}\\p{S}])(?:[^${INVISIBLE_RANGES}]|(?<=${JOINED})[\\u200c\\u200d](?=${JOINED})){1,${PEER_NAME_MAX}}$`,
  'u',
);
const RULE = `must be 1 to ${PEER_NAME_MAX} visible characters, and not only spaces`;

/** What a name must be; and which character is invisible, because a person who reads the name cannot see it. */
export function nameRule(name: unknown): string {
  const hidden = typeof name === 'string' && !PEER_NAME.test(name) ? name.match(HIDDEN)?.[0] : undefined;
  return hidden === undefined ? RULE : `${RULE} (${pointOf(hidden)} is invisible)`;
}

const HIDDEN = invisiblePattern('\0');

const RESERVED: readonly string[] = [RECEIVER_NAME, `Use ${RECEIVER_NAME}`, ADD_PEER_LABEL, 'Add Peer', 'Send to PACS'];

const shapesOf = (name: string): readonly [string, string, string] => [
  skeleton(name),
  caselessSkeleton(name),
  skeleton(name).toLowerCase(),
];

const RESERVED_SHAPES: ReadonlyMap<string, string> = new Map(
  RESERVED.flatMap((name) => shapesOf(name).map((shape) => [shape, name] as const)),
);

/** The name of ours that it looks like. */
function reservedLike(name: string): string | undefined {
  for (const shape of shapesOf(name)) {
    const reserved = RESERVED_SHAPES.get(shape);
    if (reserved !== undefined) return reserved;
  }
  return undefined;
}

/** A name, and where it is written down, in words. */
export interface KnownName {
  readonly name: string;
  readonly where: string;
}

/** The names of the peers that are accepted so far. */
export class PeerNames {
  readonly #names = new Set<string>();
  readonly #bySkeleton = new Map<string, KnownName>();
  readonly #byCaseless = new Map<string, KnownName>();

  add(known: KnownName): void {
    const [exact, caseless] = shapesOf(known.name);
    this.#names.add(known.name);
    if (!this.#bySkeleton.has(exact)) this.#bySkeleton.set(exact, known);
    if (!this.#byCaseless.has(caseless)) this.#byCaseless.set(caseless, known);
  }

  /** What is wrong with the name besides its characters; undefined: nothing, or it is exactly the other one's. */
  problem(name: string): string | undefined {
    const reserved = reservedLike(name);
    if (reserved !== undefined) return `is or looks like "${reserved}", a name of this extension`;
    if (this.#names.has(name)) return undefined;
    const [exact, caseless] = shapesOf(name);
    for (const known of [this.#bySkeleton.get(exact), this.#byCaseless.get(caseless)])
      if (known !== undefined)
        return `looks like ${quotedWords(known.name)} of the ${known.where}${foreignLetters(name)}`;
    return undefined;
  }
}

const FOREIGN_MAX = 3;

/** ' (it has U+0420)': in a message people cannot tell apart what looks the same. */
function foreignLetters(name: string): string {
  const points = [...new Set(name)].filter((character) => character > '~').slice(0, FOREIGN_MAX);
  if (points.length === 0) return '';
  return ` (it has ${points.map(pointOf).join(', ')})`;
}

function pointOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
