// Each send reads files ahead, in a thread of its own, into memory that it reuses. Whatever happens to the associations, a
// data set that arrives whole is one file's own bytes. `support/whole-bytes-run.ts` has the rules.
//
// Any number of seeds:  WHOLE_BYTES=5000 npx node --test test/faults/whole-bytes.test.ts  (WHOLE_BYTES=1:4711, that one)

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outcome } from '../../src/send/outcome.ts';
import { assertNothingLeft, openResources } from '../support/open-resources.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { wholeBytesRuns } from '../support/whole-bytes-run.ts';

const RUNS = 250;
/** A slow machine does at least these, and takes longer than the limit. */
const RUNS_MIN = 50;
const LIMIT_MS = 15_000;
const AT_ONCE = 24;
/** Each must be seen at least once. */
const EXPECTED: readonly Outcome[] = ['stored', 'failed', 'cancelled', 'unknown'];

test('whatever is lost, aborted, cancelled or sent at the same time: each data set arrives as its file has it', async (t) => {
  const [count, first = '1'] = process.env['WHOLE_BYTES']?.split(':') ?? [];
  const before = openResources();
  const wrong: string[] = [];
  const seen = new Set<Outcome>();
  let runs = 0;
  let whole = 0;
  let converted = 0;
  await wholeBytesRuns(
    Number(first),
    count === undefined ? RUNS : Number(count),
    temporaryFolder(t),
    AT_ONCE,
    (report) => {
      runs += 1;
      whole += report.whole;
      converted += report.converted;
      for (const { outcome } of report.outcomes) seen.add(outcome);
      for (const violation of report.violations) wrong.push(`seed ${report.seed}: ${violation}`);
    },
    count === undefined
      ? { atLeast: RUNS_MIN, limitMs: LIMIT_MS, isEnough: () => EXPECTED.every((outcome) => seen.has(outcome)) }
      : undefined,
  );
  t.diagnostic(`${runs} runs, ${whole} data sets arrived whole, ${converted} of them converted`);
  assert.deepEqual(wrong, []);
  await assertNothingLeft(before);
  if (count !== undefined) return;
  assert.ok(whole > runs && converted > 0, 'something arrives');
  for (const outcome of EXPECTED) assert.ok(seen.has(outcome), outcome);
});
