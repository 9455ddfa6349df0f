// docs/faults.md as data: one entry for each fault, with the tests of its required result.

import { documentEntries, type NamedTest } from './document-claims.ts';

export interface CatalogueRow {
  readonly id: string;
  readonly fault: string;
  readonly result: string;
  readonly tests: readonly NamedTest[];
  /** Why no test of this project can run it. */
  readonly notHere: string | undefined;
}

/** Entries of docs/faults.md, in their order. */
export function catalogue(): CatalogueRow[] {
  return documentEntries('docs/faults.md').map(({ title, text, items, tests }) => {
    const [, id = '', fault = ''] = /^(F\d\d): (.+)$/.exec(title) ?? [];
    const notHere = items.map((item) => /^Not here: (.+)$/.exec(item)?.[1]).find((reason) => reason !== undefined);
    return { id, fault, result: text, tests, notHere };
  });
}
