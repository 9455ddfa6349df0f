// What a peer's message does against PS3.7 while its meaning stays beyond doubt. It is taken, and told, so that its vendor
// can be asked to mend it. docs/decisions/0012-broken-responses.md says which breaches those are, and which end an association.

import { ELEMENTS } from './command-table.ts';

export type Breach =
  /** (0000,0800) says that a data set follows; such a message has none (PS3.7 9.3.1.2, 9.3.5). */
  | { readonly code: 'data set announced' }
  /** That data set came. It is dropped. */
  | { readonly code: 'data set sent' }
  /** No (0000,0800), in a message that has no data set (PS3.7 Table 9.3-2). */
  | { readonly code: 'no Command Data Set Type' }
  /** An element of another group than 0000 (PS3.7 6.3.1), as 0xGGGGEEEE. */
  | { readonly code: 'foreign element'; readonly tag: number }
  /** A number of group 0000 has a wrong length, in bytes (PS3.7 E.1). Its value is beyond doubt, or was not needed. */
  | { readonly code: 'wrong length'; readonly element: number; readonly length: number }
  /** The response names another SOP Instance than its request (PS3.7 Table 9.3-2). */
  | { readonly code: 'another SOP Instance UID' };

export interface CountedBreach {
  /** The first of its kind. */
  readonly breach: Breach;
  readonly count: number;
}

const NAMES: ReadonlyMap<number, string> = new Map<number, string>([
  [0x0000, 'Command Group Length'],
  [0x0100, 'Command Field'],
  [0x0800, 'Command Data Set Type'],
  ...Object.values(ELEMENTS).map(({ element, name }): [number, string] => [element, name]),
]);

/** 'Status (0000,0900)'. */
export function commandElementText(element: number): string {
  const tag = `(0000,${hex4(element)})`;
  const name = NAMES.get(element);
  return name === undefined ? tag : `${name} ${tag}`;
}

/** Four digits, as in tags and in the names of Command Fields. */
export function hex4(value: number): string {
  return value.toString(16).toUpperCase().padStart(4, '0');
}

/** The breaches of one association: of each kind the first, and how many. */
export class Breaches {
  readonly #counted = new Map<string, CountedBreach>();

  /**
   * @param count how often it was
   * @returns whether it is the first of its kind
   */
  add(breach: Breach, count = 1): boolean {
    // The elements of the table are few. Those of other groups may be any, so they are one kind.
    const kind = breach.code === 'wrong length' ? `${breach.code} ${breach.element}` : breach.code;
    const known = this.#counted.get(kind);
    this.#counted.set(kind, { breach: known?.breach ?? breach, count: (known?.count ?? 0) + count });
    return known === undefined;
  }

  list(): readonly CountedBreach[] {
    return [...this.#counted.values()];
  }
}
