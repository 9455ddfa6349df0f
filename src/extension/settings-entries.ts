// Where the entry of a peer stands in the text of a settings file.

import { JSON_DEPTH_MAX } from '../protocol/limits.ts';
import { itemsOf, type JsonNode, memberOf, readJson } from '../text/json-with-comments.ts';

/** Which entry of `sendToPacs.peers`: by its name, or by its number from 0. Neither: the setting itself. */
export interface WantedEntry {
  readonly name?: string;
  readonly entry?: number;
}

/** The entry, or the setting if it has no such entry, in the text of a settings file or of a `.code-workspace`. */
export function entryIn(text: string, { name, entry }: WantedEntry): JsonNode | undefined {
  const root = readJson(text, JSON_DEPTH_MAX);
  const key = 'sendToPacs.peers';
  const setting = memberOf(memberOf(root, 'settings'), key) ?? memberOf(root, key);
  const items = itemsOf(setting) ?? [];
  const found = name === undefined ? items[entry ?? -1] : items.find((item) => memberOf(item, 'name')?.value === name);
  return found ?? setting;
}
