// The short versions of `npm run soak`: failures in a row, and a mixed run with faults all the time.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failingAssociations, mixedRun } from '../support/endurance.ts';
import { assertNothingLeft, openResources } from '../support/open-resources.ts';

const MEGABYTE = 1_048_576;

test('300 associations that fail leave nothing behind', async (t) => {
  const before = openResources();
  const { associations, failed, heapGrowth, elapsedMs } = await failingAssociations(t, 300);
  t.diagnostic(`${elapsedMs.toFixed(0)} ms, heap ${(heapGrowth / MEGABYTE).toFixed(1)} MB`);
  assert.deepEqual([associations, failed], [300, 300]);
  assert.ok(heapGrowth < 5 * MEGABYTE, `the heap has grown by ${heapGrowth} bytes`);
  await assertNothingLeft(before);
});

test('ten seconds of sends with a fault every second: every outcome is true, and the heap does not grow', async (t) => {
  const before = openResources();
  const { sends, faults, lies, held, outcomes, peakRss } = await mixedRun(t, 10_000, 1_000, 1);
  t.diagnostic(`${sends} sends, ${faults} faults, ${JSON.stringify(outcomes)}, ${(peakRss / 1e6).toFixed(0)} MB`);
  assert.ok(sends > 1 && faults > 1);
  assert.equal(lies, 0);
  assert.ok((outcomes.stored ?? 0) > 60);
  const [middle, end] = held;
  assert.ok(end.heapUsed - middle.heapUsed < 2 * MEGABYTE, `${middle.heapUsed}, then ${end.heapUsed} bytes`);
  assert.ok(peakRss < 200e6, `${peakRss} bytes`);
  assert.deepEqual(end.resources, middle.resources);
  await assertNothingLeft(before);
});
