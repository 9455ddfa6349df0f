// What would become of peers that were found in a list: their names beside those that are there, and whether they are new.

import { DEFAULT_CALLED_AE_TITLE } from '../net/peer.ts';
import type { PeerListFound } from './peer-lists.ts';
import type { PeerNames } from './peer-names.ts';
import { addressWords, type ConfiguredPeer } from './peers.ts';
import { nameWords, quotedWords } from './plain-words.ts';
import { nameProblem, type PeerEntry } from './settings.ts';

export interface PlannedPeer {
  /** With the name that it would get. */
  readonly entry: PeerEntry;
  /** 'pacs:104, ARCHIVE' */
  readonly description: string;
  /** What a person should know before choosing it; '': nothing. */
  readonly note: string;
  /** Whether it is chosen unless the person says otherwise. */
  readonly isProposed: boolean;
}

const TRIES_MAX = 99;

const titleOf = ({ calledAETitle }: Pick<PeerEntry, 'calledAETitle'>): string =>
  calledAETitle ?? DEFAULT_CALLED_AE_TITLE;

/**
 * @param there all peers of this window
 * @param taken names in the settings where the peers would be written
 * @param names of all settings, which no new one may look like
 */
export function planImport(
  { peers }: PeerListFound,
  there: readonly ConfiguredPeer[],
  taken: readonly string[],
  names: PeerNames,
): readonly PlannedPeer[] {
  const used = new Set(taken);
  return peers.flatMap(({ entry, note }): readonly PlannedPeer[] => {
    const name = freeName(entry.name, used, names);
    if (name === undefined) return [];
    used.add(name);
    const same = there.find(
      ({ peer }) => peer.host === entry.host && peer.port === entry.port && peer.calledAETitle === titleOf(entry),
    );
    const notes = [
      ...(same === undefined ? [] : [`already there as ${quotedWords(same.peer.name)}`]),
      ...(name === entry.name ? [] : [`${quotedWords(entry.name)} is taken`]),
      ...(note === undefined ? [] : [note]),
    ];
    const isProposed = same === undefined && note === undefined;
    const description = `${addressWords(entry)}, ${nameWords(titleOf(entry))}`;
    return [{ entry: { ...entry, name }, description, note: notes.join('; '), isProposed }];
  });
}

/** The name, or the name with the first number behind it that makes it one of its own. */
function freeName(name: string, used: ReadonlySet<string>, names: PeerNames): string | undefined {
  for (let count = 1; count <= TRIES_MAX; count += 1) {
    const candidate = count === 1 ? name : `${name} ${count}`;
    if (!used.has(candidate) && nameProblem(candidate, [], names) === undefined) return candidate;
  }
  return undefined;
}
