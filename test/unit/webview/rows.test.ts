import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { OUTCOME_NAMES, type RowsMessage } from '../../../src/messages/results.ts';
import type { FileOutcome } from '../../../src/send/outcome.ts';
import { durationOf, filterRows, wordsOf } from '../../../src/webview/row-filter.ts';
import { RowTable } from '../../../src/webview/row-table.ts';
import { failingSend, messagesOf } from '../../support/result-samples.ts';

function tableOf(files: Iterable<FileOutcome>): RowTable {
  const table = new RowTable();
  for (const message of messagesOf(files)) if (message.type === 'rows') assert.ok(table.add(message));
  return table;
}

const stored = (name: string): FileOutcome => ({ path: `/data/small3000/${name}`, outcome: 'stored', bytesSent: 1 });

describe('The rows of the page', () => {
  const files = [...failingSend(12_000)];
  const table = tableOf(files);
  const where = (query: string, outcomes: readonly string[] = []): number[] => {
    const numbers = new Set(outcomes.map((name) => OUTCOME_NAMES.findIndex((one) => one === name)));
    return [...filterRows(table, { outcomes: numbers, query })];
  };
  const rowsOf = (wanted: (file: FileOutcome) => boolean): number[] =>
    files.flatMap((file, row) => (wanted(file) ? [row] : []));
  const codeOf = ({ reason }: FileOutcome): unknown => (reason?.code === 'status' ? reason.status : undefined);

  test('are those of the send, over several messages', () => {
    assert.equal(table.length, files.length);
    for (const row of [0, 1, 9_999, 10_000, 11_999]) {
      assert.equal(`/data/small3000/${table.folderOf(row)}/${table.nameOf(row)}`, files[row]?.path);
      assert.equal(OUTCOME_NAMES[table.outcome.at(row)], files[row]?.outcome);
    }
  });

  test('are filtered by outcome, status, reason, class, syntax, folder and time', () => {
    assert.deepEqual(
      where('', ['held back']),
      rowsOf(({ outcome }) => outcome === 'held back'),
    );
    assert.deepEqual(
      where('status:A900'),
      rowsOf((file) => codeOf(file) === 0xa900),
    );
    assert.deepEqual(
      where('reason:"out of resources"'),
      rowsOf((file) => codeOf(file) === 0xa700),
    );
    assert.deepEqual(
      where('class:ct'),
      rowsOf(({ sopClassUID }) => sopClassUID?.endsWith('.1.2') === true),
    );
    assert.deepEqual(
      where('syntax:2000'),
      rowsOf(({ transferSyntaxUID }) => transferSyntaxUID?.endsWith('4.90') === true),
    );
    assert.deepEqual(
      where('folder:ser003'),
      rowsOf(({ path }) => path.includes('/ser003/')),
    );
    assert.deepEqual(
      where('slow:1s'),
      rowsOf(({ elapsedMs = 0 }) => elapsedMs >= 1000),
    );
    assert.deepEqual(
      where('ser003 status:a900 MR', ['failed']),
      rowsOf((file) => file.path.includes('/ser003/') && codeOf(file) === 0xa900 && file.path.includes('MR')),
    );
    assert.deepEqual(where('no such thing'), []);
  });

  test('come newest first while files go out', () => {
    const all = filterRows(table, { outcomes: new Set(), query: '' }, true);
    assert.deepEqual([all[0], all.at(-1)], [files.length - 1, 0]);
  });

  test('are not taken when some are missing before them', () => {
    const [, , second] = [...messagesOf(failingSend(12_000))];
    assert.equal(new RowTable().add(second as RowsMessage), false);
  });

  test('are found by any part of any name, and no others are', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', 'İ', 'ß', 'Ä', '.'), minLength: 1, maxLength: 8 });
    const property = fc.property(fc.array(name, { minLength: 1, maxLength: 20 }), name, (names, word) => {
      const some = tableOf(names.map(stored));
      const query = `"${word}"`;
      const found = [...filterRows(some, { outcomes: new Set(), query })];
      const lower = word.toLowerCase();
      // Where a small letter is longer than its capital, capitals are told apart.
      const isPlain = !names.join('').includes('İ') && !word.includes('İ');
      if (isPlain)
        assert.deepEqual(
          found,
          names.flatMap((one, row) => (one.toLowerCase().includes(lower) ? [row] : [])),
        );
      for (const row of found) assert.ok(row < names.length);
    });
    fc.assert(property, { numRuns: 300 });
  });
});

test('words of a filter', () => {
  assert.deepEqual(wordsOf('status:A900  "two Words" reason:"x y" http://x'), [
    { key: 'status', text: 'a900' },
    { key: undefined, text: 'two words' },
    { key: 'reason', text: 'x y' },
    { key: undefined, text: 'http://x' },
  ]);
  assert.deepEqual(['1s', '250ms', '2', '1.5min', 'x'].map(durationOf), [1000, 250, 2000, 90_000, Number.NaN]);
});
