// Damaged conversations, files and data sets by seed: no unexpected error is thrown, nothing blocks the event loop, and no memory
// stays in use. `npm run fuzz` runs more seeds. `fuzz-more.test.ts` runs the second half, on another processor.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz, keep, keptInputs, problemOf } from '../support/fuzz-run.ts';

const MEGABYTE = 1_048_576;

test('every input that once failed passes', () => {
  for (const { name, input } of keptInputs()) assert.equal(problemOf(input), undefined, name);
});

test('an input that fails is reported', () => {
  assert.match(problemOf({ target: 'convert', direction: 99, pieces: [] }) ?? '', /no direction/);
});

test('G3: 25,000 damaged conversations, files and data sets', async () => {
  const report = await fuzz(0, 25_000);
  for (const failure of report.failures) console.log(`${failure.problem}\nkept as ${keep(failure)}`);
  assert.deepEqual(report.failures, []);
  assert.equal(report.inputs, 25_000);
  assert.ok(
    Object.values(report.counts).every((count) => count > 2_000),
    JSON.stringify(report.counts),
  );
  assert.ok(report.heapGrowth < 10 * MEGABYTE, `${report.heapGrowth} bytes more on the heap`);
});
