// The fault catalogue as docs/faults.md has it: a table row for each fault, and the tests that hold its required result.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

export interface CatalogueTest {
  /** From the project's folder: test/faults/store.test.ts. */
  readonly file: string;
  /** How the title begins; what a template fills in is left out. */
  readonly name: string;
}

export interface CatalogueRow {
  readonly id: string;
  readonly fault: string;
  readonly result: string;
  readonly tests: readonly CatalogueTest[];
  /** Why no test of this project can run it. */
  readonly notHere: string | undefined;
}

/** Rows of docs/faults.md, in their order. */
export function catalogue(markdown = readFileSync(join(root, 'docs/faults.md'), 'utf8')): CatalogueRow[] {
  return markdown
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, id = '']) => /^F\d\d$/.test(id))
    .map(([, id = '', fault = '', result = '', proof = '']) => {
      const tests = [...proof.matchAll(/`([^`]+)` › ([^;]+?)(?=;|$)/g)].map(([, file = '', name = '']) => ({
        file: `test/${file}`,
        name: name.trim(),
      }));
      const [, notHere] = /^not here: (.+)$/.exec(proof) ?? [];
      return { id, fault, result, tests, notHere };
    });
}
