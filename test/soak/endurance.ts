// Long runs: one file of 10 GiB, 10,000 associations that fail, and sends with a fault every few seconds. SOAK_GIGABYTES sets the
// size of the file (10), SOAK_SECONDS the length of the last run (60).

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { bundledScript, failingAssociations, mixedRun } from '../support/endurance.ts';
import type { LargeSendFigures } from '../support/large-send.ts';
import { assertNothingLeft, openResources } from '../support/open-resources.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const MEGABYTE = 1_048_576;
const RSS_MAX = 200 * MEGABYTE;
const SECONDS = Number(process.env['SOAK_SECONDS'] ?? 60);
const GIGABYTES = Number(process.env['SOAK_GIGABYTES'] ?? 10);
const ASSOCIATIONS = 10_000;

test(`one file of ${GIGABYTES} GiB: counted right, and never held`, async (t) => {
  const script = await bundledScript(temporaryFolder(t), 'large-send');
  const { stdout } = await promisify(execFile)(process.execPath, [script, String(GIGABYTES)]);
  const { outcomes, dataSetLength, counted, peakRss, elapsedMs } = JSON.parse(stdout) as LargeSendFigures;
  const rate = ((dataSetLength / MEGABYTE / elapsedMs) * 1_000).toFixed(0);
  t.diagnostic(
    `${(elapsedMs / 1_000).toFixed(0)} s, ${rate} MiB/s, RSS at most ${(peakRss / MEGABYTE).toFixed(0)} MiB with the peer`,
  );
  assert.deepEqual(outcomes, ['stored']);
  assert.ok(dataSetLength > GIGABYTES * 2 ** 30);
  assert.deepEqual(counted, [dataSetLength, dataSetLength, dataSetLength, dataSetLength]);
  assert.ok(peakRss < RSS_MAX, `${peakRss} bytes`);
});

test(`${ASSOCIATIONS} associations that fail leave nothing behind`, async (t) => {
  const before = openResources();
  const { associations, failed, heapGrowth, elapsedMs } = await failingAssociations(t, ASSOCIATIONS);
  t.diagnostic(`${(elapsedMs / 1_000).toFixed(0)} s, heap ${(heapGrowth / MEGABYTE).toFixed(1)} MiB`);
  assert.deepEqual([associations, failed], [ASSOCIATIONS, ASSOCIATIONS]);
  assert.ok(heapGrowth < 5 * MEGABYTE, `the heap has grown by ${heapGrowth} bytes`);
  await assertNothingLeft(before);
});

test(`${SECONDS} seconds of sends with a fault every 3 seconds`, async (t) => {
  const before = openResources();
  const figures = await mixedRun(t, SECONDS * 1_000, 3_000, 1);
  const { sends, faults, lies, outcomes, peakRss, rss, held } = figures;
  const [middle, end] = held;
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
  t.diagnostic(`${sends} sends, ${faults} faults, ${JSON.stringify(outcomes)}`);
  t.diagnostic(`resident by tenths of the run ${rss.map(megabytes).join(', ')} MB, at most ${megabytes(peakRss)} MB`);
  t.diagnostic(`heap ${megabytes(middle.heapUsed)} MB in the middle, ${megabytes(end.heapUsed)} MB at the end`);
  t.diagnostic(`descriptors ${middle.descriptors} in the middle, ${end.descriptors} at the end`);
  assert.equal(lies, 0);
  assert.ok(faults > 0 && (outcomes.stored ?? 0) > 60);
  assert.ok(peakRss < 200e6, `${peakRss} bytes`);
  assert.ok(end.heapUsed - middle.heapUsed < 1e6, `${middle.heapUsed}, then ${end.heapUsed} bytes`);
  assert.deepEqual(end.resources, middle.resources);
  assert.equal(end.descriptors, middle.descriptors);
  // No slope: the last tenth holds what the third did, when all of the code is compiled.
  assert.ok((rss[9] ?? 0) - (rss[2] ?? 0) < 10e6, `${rss.join(', ')} bytes`);
  await assertNothingLeft(before);
});
