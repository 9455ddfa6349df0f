// Hours in minutes: one file of 10 GiB, 10,000 associations that fail, and sends with a fault every few seconds. SOAK_SECONDS
// says for how long the last (60), SOAK_GIGABYTES how large the first is (10).

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { failingAssociations, mixedRun } from '../support/endurance.ts';
import type { LargeSendFigures } from '../support/large-send.ts';
import { assertNothingLeft, openResources } from '../support/open-resources.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const MEGABYTE = 1_048_576;
const RSS_MAX = 200 * MEGABYTE;
const SECONDS = Number(process.env['SOAK_SECONDS'] ?? 60);
const GIGABYTES = Number(process.env['SOAK_GIGABYTES'] ?? 10);
const ASSOCIATIONS = 10_000;

/** As it ships: from source, what strips the types in each thread would be most of the memory. */
async function bundled(outdir: string): Promise<string> {
  await build({
    absWorkingDir: join(import.meta.dirname, '../..'),
    entryPoints: ['test/support/large-send.ts', 'src/part10/file-worker.ts'],
    entryNames: '[name]',
    outExtension: { '.js': '.mjs' },
    outdir,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['dcmjs'],
  });
  return join(outdir, 'large-send.mjs');
}

test(`one file of ${GIGABYTES} GiB: counted right, and never held`, async (t) => {
  const script = await bundled(temporaryFolder(t));
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
  const { sends, faults, lies, heapGrowth, outcomes, peakRss } = await mixedRun(t, SECONDS * 1_000, 3_000, 1);
  const memory = `heap ${(heapGrowth / MEGABYTE).toFixed(1)} MiB, RSS at most ${(peakRss / MEGABYTE).toFixed(0)} MiB`;
  t.diagnostic(`${sends} sends, ${faults} faults, ${JSON.stringify(outcomes)}, ${memory}`);
  assert.equal(lies, 0);
  assert.ok(faults > 0 && (outcomes.stored ?? 0) > 60);
  assert.ok(heapGrowth < 10 * MEGABYTE, `the heap has grown by ${heapGrowth} bytes`);
  await assertNothingLeft(before);
});
