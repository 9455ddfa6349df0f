// Hours in minutes: one file of 10 GiB, 10,000 associations that fail, and sends with a fault every few seconds. SOAK_SECONDS
// says for how long the last (60), SOAK_GIGABYTES how large the first is (10).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failingAssociations, mixedRun, sparseFile } from '../support/endurance.ts';
import { peerAt, send, verdicts } from '../support/jobs.ts';
import { assertNothingLeft, openResources } from '../support/open-resources.ts';
import { startSinkPeer } from '../support/sink-peer.ts';

const MEGABYTE = 1_048_576;
const RSS_MAX = 200 * MEGABYTE;
const SECONDS = Number(process.env['SOAK_SECONDS'] ?? 60);
const GIGABYTES = Number(process.env['SOAK_GIGABYTES'] ?? 10);
const ASSOCIATIONS = 10_000;

test(`one file of ${GIGABYTES} GiB: counted right, and never held`, async (t) => {
  const { path, dataSetLength } = await sparseFile(t, GIGABYTES);
  const peer = await startSinkPeer({ hashes: false });
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 20);
  let furthest = 0;
  const began = performance.now();
  const { result } = await send([path], peerAt(peer.port), {
    progress: ({ bytesDone, bytesTotal }) => {
      assert.equal(bytesTotal, dataSetLength);
      furthest = Math.max(furthest, bytesDone);
    },
  });
  const seconds = (performance.now() - began) / 1_000;
  clearInterval(timer);
  await peer.stop();
  const rate = (dataSetLength / MEGABYTE / seconds).toFixed(0);
  t.diagnostic(`${seconds.toFixed(0)} s, ${rate} MiB/s, RSS at most ${(peak / MEGABYTE).toFixed(0)} MiB with the peer`);
  assert.deepEqual(verdicts(result), ['stored']);
  assert.equal(result.bytesSent, dataSetLength);
  assert.equal(result.outcomes[0]?.bytesSent, dataSetLength);
  assert.equal(furthest, dataSetLength);
  assert.equal(peer.instances[0]?.bytes, dataSetLength);
  assert.ok(peak < RSS_MAX, `${peak} bytes`);
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
  const { sends, faults, lies, heapGrowth, outcomes, peakRss } = await mixedRun(t, SECONDS * 1_000, 3_000, 1);
  const memory = `heap ${(heapGrowth / MEGABYTE).toFixed(1)} MiB, RSS at most ${(peakRss / MEGABYTE).toFixed(0)} MiB`;
  t.diagnostic(`${sends} sends, ${faults} faults, ${JSON.stringify(outcomes)}, ${memory}`);
  assert.equal(lies, 0);
  assert.ok(faults > 0 && (outcomes.stored ?? 0) > 60);
  assert.ok(heapGrowth < 10 * MEGABYTE, `the heap has grown by ${heapGrowth} bytes`);
  await assertNothingLeft(before);
});
