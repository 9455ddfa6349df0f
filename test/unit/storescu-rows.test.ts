// docs/storescu.md names a test for each of its rows. Here: each of them exists, and no row is missing. `npm test` checks
// at its end that each ran and passed.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { STORE_OPTIONS } from '../../src/cli/store.ts';
import { documentEntries, hasTest, titlesIn } from '../support/document-claims.ts';

const root = join(import.meta.dirname, '../..');
const rows = documentEntries('docs/storescu.md');

const ROW_FILES = ['test/interop/storescu-rows.test.ts', 'test/interop/storescu-defects.test.ts'];

describe('docs/storescu.md', () => {
  const named = new Set(rows.flatMap(({ tests }) => tests.map(({ name }) => name)));

  it('says of every row what storescu does, what we do (same, better or different), and a test that exists', () => {
    assert.ok(rows.length > 50);
    for (const { title, items, tests } of rows) {
      assert.equal(items.length, 3, title);
      assert.match(items[0] ?? '', /^In `storescu`: ./, title);
      assert.match(items[1] ?? '', /^Here \((same|better|different)\): ./, title);
      assert.equal(tests.length, 1, title);
      for (const test of tests) {
        assert.ok(existsSync(join(root, test.file)), `${title}: there is no ${test.file}`);
        assert.ok(test.name !== '' && hasTest(test), `${title}: ${test.file} has no test "${test.name}"`);
      }
    }
  });

  it('names every test of its rows', () => {
    for (const title of ROW_FILES.flatMap(titlesIn)) {
      const isNamed = named.has(title) || named.has(title.replace('$' + '{short}', '-xe'));
      assert.ok(isNamed, title);
    }
  });

  it('has a row for every option of the documentation, and for every option of ours', () => {
    const first = rows.map(({ title }) => title).join(' ');
    const documented = '-q -v -d -ll -r -aet -aec -ta -td -tn -pdu -xe -xb -xi -cx'.split(' ');
    const ours = Object.values(STORE_OPTIONS).flatMap(({ spellings }) => [...spellings]);
    for (const spelling of [...documented, ...ours]) assert.ok(first.includes(`\`${spelling}\``), spelling);
  });

  it('has a row for each of the 18 defects that are known', () => {
    const numbers = rows.flatMap(({ title }) => /^Defect (\d+)/.exec(title)?.[1] ?? []);
    assert.deepEqual(
      numbers,
      Array.from({ length: 18 }, (_, index) => String(index + 1)),
    );
  });
});
