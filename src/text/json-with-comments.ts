// Reads JSON with comments and commas too many, as people write settings: which value stands where. It throws nothing and
// makes no object with keys from the text: members are a list, in which a key may occur twice.

/** Where a value stands in the text: from its first character to the one behind its last. */
export interface JsonNode {
  readonly start: number;
  readonly end: number;
  readonly value: string | number | boolean | null | JsonMembers | JsonItems;
}

export interface JsonMembers {
  readonly members: readonly { readonly key: string; readonly node: JsonNode }[];
}

export interface JsonItems {
  readonly items: readonly JsonNode[];
}

/** Thrown and caught in this file. */
class Unreadable extends Error {}

const SPACE = /(?:[\s\ufeff]+|\/\/[^\n\r]*|\/\*[^]*?\*\/)*/y;
const STRING = /"(?:[^"\\\n\r]|\\.)*"/y;
const WORD = /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null/y;

class Reader {
  readonly #text: string;
  readonly #depthMax: number;
  #at = 0;

  constructor(text: string, depthMax: number) {
    this.#text = text;
    this.#depthMax = depthMax;
  }

  whole(): JsonNode {
    const node = this.#value(0);
    this.#skipSpace();
    if (this.#at < this.#text.length) throw new Unreadable();
    return node;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #skipSpace(): void {
    this.#take(SPACE);
  }

  #takes(character: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #string(): string | undefined {
    const found = this.#take(STRING);
    if (found === undefined) return undefined;
    try {
      return JSON.parse(found) as string;
    } catch {
      throw new Unreadable();
    }
  }

  #value(depth: number): JsonNode {
    this.#skipSpace();
    const start = this.#at;
    const node = (value: JsonNode['value']): JsonNode => ({ start, end: this.#at, value });
    if (this.#takes('{')) return node({ members: this.#members(depth + 1) });
    if (this.#takes('[')) return node({ items: this.#items(depth + 1) });
    const text = this.#string();
    if (text !== undefined) return node(text);
    const word = this.#take(WORD);
    if (word === undefined) throw new Unreadable();
    return node(JSON.parse(word) as number | boolean | null);
  }

  #members(depth: number): JsonMembers['members'] {
    if (depth > this.#depthMax) throw new Unreadable();
    const members: { key: string; node: JsonNode }[] = [];
    for (;;) {
      if (this.#takes('}')) return members;
      const key = this.#string();
      if (key === undefined || !this.#takes(':')) throw new Unreadable();
      members.push({ key, node: this.#value(depth) });
      if (this.#takes(',')) continue;
      if (!this.#takes('}')) throw new Unreadable();
      return members;
    }
  }

  #items(depth: number): JsonItems['items'] {
    if (depth > this.#depthMax) throw new Unreadable();
    const items: JsonNode[] = [];
    for (;;) {
      if (this.#takes(']')) return items;
      items.push(this.#value(depth));
      if (this.#takes(',')) continue;
      if (!this.#takes(']')) throw new Unreadable();
      return items;
    }
  }
}

/**
 * @param depthMax how deep objects and lists may stand in each other
 * @returns undefined: it is no such text, or deeper
 */
export function readJson(text: string, depthMax: number): JsonNode | undefined {
  try {
    return new Reader(text, depthMax).whole();
  } catch (thrown) {
    if (thrown instanceof Unreadable) return undefined;
    throw thrown;
  }
}

/** The member of an object; of several with this key the last, which counts. */
export function memberOf(node: JsonNode | undefined, key: string): JsonNode | undefined {
  return membersOf(node).findLast((member) => member.key === key)?.node;
}

export function membersOf(node: JsonNode | undefined): JsonMembers['members'] {
  const value = node?.value;
  return typeof value === 'object' && value !== null && 'members' in value ? value.members : [];
}

/** @returns undefined: it is no list */
export function itemsOf(node: JsonNode | undefined): readonly JsonNode[] | undefined {
  const value = node?.value;
  return typeof value === 'object' && value !== null && 'items' in value ? value.items : undefined;
}
