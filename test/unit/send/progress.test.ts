import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SendProgress } from '../../../src/send/job.ts';
import { OUTCOMES, type OutcomeCounts } from '../../../src/send/outcome.ts';
import { ProgressMeter } from '../../../src/send/progress.ts';

const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as unknown as OutcomeCounts;

function meter(files: number, bytes: number) {
  const reports: SendProgress[] = [];
  return {
    reports,
    progress: new ProgressMeter(
      { files, bytes },
      () => counts,
      (report) => reports.push(report),
    ),
  };
}

test('a burst is reported twice: at once, and its last state later', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { reports, progress } = meter(10, 1000);
  for (let file = 0; file < 4; file += 1) {
    progress.sent(100);
    progress.settled(100, 100);
  }
  assert.deepEqual(
    reports.map(({ filesDone, bytesDone }) => [filesDone, bytesDone]),
    [[0, 100]],
  );
  t.mock.timers.tick(1_000);
  assert.deepEqual(
    reports.map(({ filesDone, bytesDone }) => [filesDone, bytesDone]),
    [
      [0, 100],
      [4, 400],
    ],
  );
});

test('the end is reported at once, and nothing after it', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { reports, progress } = meter(2, 200);
  progress.settled(100, 0);
  progress.settled(100, 0);
  progress.finish();
  t.mock.timers.tick(1_000);
  assert.deepEqual(
    reports.map(({ filesDone, filesTotal }) => `${filesDone}/${filesTotal}`),
    ['1/2', '2/2'],
  );
});
