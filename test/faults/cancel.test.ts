// A send is cancelled at random instants. The result comes at once and is true, the peer sees a release or an abort as the
// standard wants it, and nothing stays open. `support/cancel-run.ts` says what is expected of each run.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cancelFiles, cancelRuns } from '../support/cancel-run.ts';
import { assertNothingLeft, openResources } from '../support/open-resources.ts';

const RUNS = 300;
/** On a slow machine, which then takes longer than the limit. */
const RUNS_MIN = 200;
const LIMIT_MS = 30_000;
const AT_ONCE = 4;

test('cancelled at 300 random instants: true outcomes within a second, release between files, abort inside one', async (t) => {
  const before = openResources();
  const pool = await cancelFiles(t);
  const wrong: string[] = [];
  const outcomes = new Set<string>();
  const moments = new Set<string>();
  let runs = 0;
  let slowestMs = 0;
  await cancelRuns(
    1,
    RUNS,
    pool,
    AT_ONCE,
    (report) => {
      runs += 1;
      slowestMs = Math.max(slowestMs, report.untilResultMs);
      for (const { outcome } of report.outcomes) outcomes.add(outcome);
      moments.add(report.moment.replace(/^event \d+, (.*), \d+ ms later.*$/, '$1'));
      for (const violation of report.violations) wrong.push(`seed ${report.seed}, ${report.moment}: ${violation}`);
    },
    { atLeast: RUNS_MIN, limitMs: LIMIT_MS },
  );
  t.diagnostic(`${runs} runs, the slowest result after ${slowestMs.toFixed(0)} ms`);
  assert.deepEqual(wrong, []);
  assert.deepEqual([...outcomes].sort(), ['cancelled', 'stored', 'unknown']);
  for (const moment of ['connecting', 'connected', 'PDU', 'transition', 'P-DATA-TF', 'file begins', 'file ends'])
    assert.ok(moments.has(moment), `none was cancelled at '${moment}'`);
  await assertNothingLeft(before);
});
