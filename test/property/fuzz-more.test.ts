// The second half of the seeds of `fuzz.test.ts`.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz, keep } from '../support/fuzz-run.ts';

test('G3: 25,000 more damaged conversations, files and data sets', async () => {
  const report = await fuzz(25_000, 25_000);
  for (const failure of report.failures) console.log(`${failure.problem}\nkept as ${keep(failure)}`);
  assert.deepEqual(report.failures, []);
  assert.ok(report.heapGrowth < 10 * 1_048_576, `${report.heapGrowth} bytes more on the heap`);
});
