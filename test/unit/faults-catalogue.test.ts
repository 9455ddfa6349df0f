// docs/faults.md names, for each fault, tests that are there; and no test claims a fault that is not in it.

import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { hasTest } from '../support/document-claims.ts';
import { catalogue } from '../support/fault-catalogue.ts';

const root = join(import.meta.dirname, '../..');
const rows = catalogue();

describe('the fault catalogue', () => {
  it('has every fault once', () => {
    const ids = rows.map(({ id }) => id).sort();
    const expected = [...range(1, 47), ...range(50, 65), ...range(70, 79)];
    assert.deepEqual(ids, expected);
  });

  for (const { id, fault, result, tests, notHere } of rows) {
    it(`${id} (${fault}) has its result, and tests or the reason why not`, () => {
      assert.ok(fault !== '' && result !== '');
      assert.ok(tests.length > 0 !== (notHere !== undefined), 'tests, or a reason');
      for (const test of tests) {
        assert.ok(existsSync(join(root, test.file)), `there is no ${test.file}`);
        assert.ok(test.name !== '' && hasTest(test), `${test.file} has no test "${test.name}"`);
      }
    });
  }

  it('knows every fault that a test names', () => {
    const known = new Set(rows.map(({ id }) => id));
    for (const file of globSync('test/{faults,conformance}/*.test.ts', { cwd: root })) {
      const text = readFileSync(join(root, file), 'utf8');
      for (const [, title = ''] of text.matchAll(/test\(\s*['"`](F\d\d[^:]*):/g)) {
        for (const [id] of title.matchAll(/F\d\d/g)) assert.ok(known.has(id), `${file} names ${id}`);
      }
    }
  });
});

function range(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `F${String(from + index).padStart(2, '0')}`);
}
