// The checker of documents is itself checked, with runs in which a named test is missing, failed or skipped.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DOCUMENTS, documentEntries, namedTests, type TestRun, testsIn, unproven } from '../support/document-claims.ts';

const STAGES = ['unit', 'conformance', 'property', 'interop', 'faults', 'host', 'e2e'];

/** A run in which every named test passed. */
const allPassed = (): string[] =>
  DOCUMENTS.flatMap((path) => namedTests(path)).map(({ file, name }) =>
    file.startsWith('test/host/') ? `host › the suite ${name}` : `${file} › ${name}, at its end`,
  );
const run = (part: Partial<TestRun>): TestRun => ({ passed: [], failed: [], skipped: [], ...part });

test('a wrapped list item is one line, and an entry ends with the next heading', () => {
  const markdown =
    '## A\n\n### one\n\ntext\nmore\n\n- item\n  goes on\n- `test/unit/x.test.ts` › that\n  it works\n\n## B\n\nend';
  assert.deepEqual(documentEntries('x', markdown), [
    {
      section: 'A',
      title: 'one',
      text: 'text more',
      items: ['item goes on', '`test/unit/x.test.ts` › that it works'],
      tests: [{ file: 'test/unit/x.test.ts', name: 'that it works' }],
    },
  ]);
});

test('a line may name several tests, and a file alone', () => {
  assert.deepEqual(testsIn('by `test/unit/a.test.ts` › one; two; `test/unit/b.test.ts` › three'), [
    { file: 'test/unit/a.test.ts', name: 'one; two' },
    { file: 'test/unit/b.test.ts', name: 'three' },
  ]);
  assert.deepEqual(testsIn('`test/unit/a.test.ts`: every byte'), [{ file: 'test/unit/a.test.ts', name: '' }]);
});

test('a run in which all named tests passed proves every document', () => {
  assert.deepEqual(unproven(STAGES, run({ passed: allPassed() })), []);
});

test('a named test that did not run is unproven, unless its stage did not run or it was skipped', () => {
  const [first = '', ...rest] = allPassed();
  assert.match(unproven(STAGES, run({ passed: rest })).join(), /^SECURITY\.md relies on test\//);
  assert.deepEqual(unproven(STAGES, run({ passed: rest, skipped: [first] })), []);
  const [file = ''] = first.split(' › ');
  const suite = file === 'host' ? 'host › the suite' : `${file} › a suite`;
  assert.deepEqual(unproven(STAGES, run({ passed: rest, skipped: [suite] })), []);
  assert.deepEqual(unproven([], run({})), []);
});

test('a named test that failed is unproven, also where another of the same file passed', () => {
  const named = allPassed();
  const failed = named.find((title) => title.startsWith('test/faults/journal.test.ts')) ?? '';
  assert.ok(
    unproven(STAGES, run({ passed: named, failed: [failed] })).some((line) => line.includes('journal.test.ts')),
  );
});
