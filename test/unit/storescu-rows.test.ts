// docs/storescu.md names a test for each of its rows: here, that each of them exists, and that no row is missing.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { STORE_OPTIONS } from '../../src/cli/store.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Row, storescu, here, verdict, test. */
const rows = read('docs/storescu.md')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  .filter(([first = '']) => first !== 'Row' && !/^-+$/.test(first));

const ROW_FILES = ['test/interop/storescu-rows.test.ts', 'test/interop/storescu-defects.test.ts'];

/** What stands as first argument of `test` or `it`, as it is written. */
function titlesIn(path: string): string[] {
  const calls = read(path).matchAll(/\b(?:test|it)\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g);
  return [...calls].map(([, , title = '']) => title.replaceAll("\\'", "'"));
}

const unquoted = (cell = ''): string => cell.replace(/^`(.*)`$/, '$1');

describe('docs/storescu.md', () => {
  const everyTitle = new Set(globSync('test/**/*.test.ts', { cwd: root }).flatMap(titlesIn));
  const named = new Set(rows.map((cells) => unquoted(cells[4])));

  it('has five cells in every row, and says same, better or different', () => {
    assert.ok(rows.length > 50);
    for (const cells of rows) {
      assert.equal(cells.length, 5, cells.join(' | '));
      assert.match(cells[3] ?? '', /^(same|better|different)$/, cells[0]);
    }
  });

  it('names for each row a test that exists', () => {
    // In the row's file a title may be made in a loop over the options: there its pattern is the title.
    const isThere = (title: string): boolean =>
      everyTitle.has(title) || everyTitle.has(title.replace(/^-x[ebi](?= proposes)/, '$' + '{short}'));
    for (const [first, , , , test] of rows) assert.ok(isThere(unquoted(test)), `${first}: ${test}`);
  });

  it('names every test of its rows', () => {
    for (const title of ROW_FILES.flatMap(titlesIn)) {
      const isNamed = named.has(title) || named.has(title.replace('$' + '{short}', '-xe'));
      assert.ok(isNamed, title);
    }
  });

  it('has a row for every option of the documentation, and for every option of ours', () => {
    const first = rows.map(([cell = '']) => cell).join(' ');
    const documented = '-q -v -d -ll -r -aet -aec -ta -td -tn -pdu -xe -xb -xi -cx'.split(' ');
    const ours = Object.values(STORE_OPTIONS).flatMap(({ spellings }) => [...spellings]);
    for (const spelling of [...documented, ...ours]) assert.ok(first.includes(`\`${spelling}\``), spelling);
  });

  it('has a row for each of the 18 defects that are known', () => {
    const numbers = rows.map(([cell = '']) => cell).filter((cell) => /^\d+$/.test(cell));
    assert.deepEqual(
      numbers,
      Array.from({ length: 18 }, (_, index) => String(index + 1)),
    );
  });
});
