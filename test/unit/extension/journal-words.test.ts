import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leftWords, type UnfinishedFacts, unfinishedDetail } from '../../../src/extension/journal-words.ts';

const facts = (changes: Partial<UnfinishedFacts['journal']> = {}): UnfinishedFacts => ({
  journal: {
    end: undefined,
    selection: ['/home/someone/studies/CT-2'],
    total: 1_340,
    files: new Map(Array.from({ length: 1_340 }, (_, index) => [index, { path: `/${index}`, size: 1, mtimeMs: 1 }])),
    ...changes,
  },
  owed: Array.from({ length: 12 }),
});

test('an unfinished send says how many files are left', () => {
  assert.equal(leftWords(facts()), '12 of 1,340 files left');
});

test('an unfinished send says how it ended and what was selected, without the folders above', () => {
  assert.equal(unfinishedDetail(facts()), 'CT-2 – interrupted');
  assert.equal(unfinishedDetail(facts({ end: 'interrupted', selection: [] })), 'interrupted');
  assert.equal(
    unfinishedDetail(facts({ end: 'cancelled', selection: ['/a/1', '/a/2', '/a/3'] })),
    '1 and 2 more – cancelled',
  );
  assert.equal(unfinishedDetail(facts({ end: 'done' })), 'CT-2 – not every file was stored');
});

test('a damaged journal is reported as damaged', () => {
  const words = unfinishedDetail(facts({ total: 1_343, selection: [] }));
  assert.equal(words, 'interrupted; its journal is damaged: 3 of its files are not known any more');
});
