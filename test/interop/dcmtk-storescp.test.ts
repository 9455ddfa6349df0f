// Our SCU to DCMTK's storescp: it writes exactly the bytes of the file's data set, in every transfer syntax.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { SendResult } from '../../src/send/job.ts';
import { corpusFiles, corpusTest, isHeldBackForUIDs } from '../support/corpus.ts';
import {
  DEFLATED_LE,
  EXPLICIT_BE,
  EXPLICIT_LE,
  IMPLICIT_LE,
  JPEG_2000_LOSSLESS,
  JPEG_BASELINE,
  RLE_LOSSLESS,
} from '../support/dicom-builder.ts';
import { peerAt, scanned, send, verdicts, writeInstances } from '../support/jobs.ts';
import { dataSetOf, missing, startStorescp } from '../support/peers.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const skip = missing('storescp');

const GENERATED = [
  { transferSyntax: EXPLICIT_LE },
  { transferSyntax: IMPLICIT_LE },
  { transferSyntax: EXPLICIT_BE },
  { transferSyntax: DEFLATED_LE },
  { transferSyntax: RLE_LOSSLESS, pixelBytes: 4_000 },
  { transferSyntax: JPEG_BASELINE },
  { transferSyntax: JPEG_2000_LOSSLESS, pixelBytes: 300_000 },
  { transferSyntax: EXPLICIT_LE, pixelBytes: 5_000_000 },
];

/** Every file that was not skipped is stored as it is, and some file at the receiver has exactly its data set. */
async function assertSameDataSets(result: SendResult, held: ReadonlyMap<string, Buffer>): Promise<void> {
  const dataSets = [...held.values()];
  for (const ended of result.outcomes) {
    const { path, outcome, transferSyntaxOnWire, transferSyntaxUID } = ended;
    if (outcome === 'skipped' || isHeldBackForUIDs(path, ended)) continue;
    assert.equal(outcome, 'stored', path);
    assert.equal(transferSyntaxOnWire, transferSyntaxUID, path);
    const [file] = await scanned([path]);
    assert.ok(file?.type === 'instance');
    const own = (await readFile(path)).subarray(file.header.dataSetOffset);
    // A deflated data set of odd length travels with a padding byte (PS3.5 A.5).
    const expected = own.length % 2 === 0 ? own : Buffer.concat([own, Buffer.alloc(1)]);
    assert.ok(
      dataSets.some((dataSet) => dataSet.equals(expected)),
      `${path}: no file at the receiver has its data set`,
    );
  }
}

for (const pdu of [[], ['-pdu', '4096'], ['-pdu', '131072']]) {
  test(`generated instances reach storescp ${pdu.join(' ')} byte for byte`, { skip }, async (t) => {
    const folder = temporaryFolder(t);
    await writeInstances(folder, GENERATED);
    const scp = await startStorescp(t, ['+B', '+xa', '-pm', ...pdu]);
    const { result } = await send([folder], peerAt(scp.port));
    await scp.stop();
    assert.equal(result.counts.stored, GENERATED.length);
    assert.equal(result.associations.length, 1);
    await assertSameDataSets(result, await scp.dataSets());
  });
}

corpusTest('every corpus file reaches storescp byte for byte', { skip }, async (t) => {
  const scp = await startStorescp(t, ['+B', '+xa', '-pm', '-uf']);
  let stored = 0;
  // One by one: several corpus files are the same instance in other transfer syntaxes.
  for (const { path } of corpusFiles()) {
    const { result } = await send([path], peerAt(scp.port));
    await assertSameDataSets(result, await scp.dataSets());
    stored += result.counts.stored;
  }
  assert.equal(stored, 28);
});

// +xe, +xb, +xi: prefer or accept only that syntax; by default storescp takes all three uncompressed ones.
for (const [option, own, onWire] of [
  ['+xi', EXPLICIT_LE, IMPLICIT_LE],
  ['+xi', EXPLICIT_BE, IMPLICIT_LE],
  ['+xi', DEFLATED_LE, IMPLICIT_LE],
] as const) {
  test(`storescp ${option} refuses ${own}: it is converted to ${onWire}, and the outcome says so`, {
    skip,
  }, async (t) => {
    const folder = temporaryFolder(t);
    await writeInstances(folder, [{ transferSyntax: own, pixelBytes: 400_000 }]);
    const scp = await startStorescp(t, ['+B', option]);
    const { result } = await send([folder], peerAt(scp.port));
    await scp.stop();
    assert.deepEqual(verdicts(result), ['stored']);
    assert.equal(result.outcomes.at(0)?.transferSyntaxUID, own);
    assert.equal(result.outcomes.at(0)?.transferSyntaxOnWire, onWire);
    assert.equal((await scp.dataSets()).size, 1);
  });
}

test('what storescp refuses fails with its reason while the rest is stored', { skip }, async (t) => {
  const folder = temporaryFolder(t);
  await writeInstances(folder, [{}, { transferSyntax: JPEG_BASELINE }]);
  const scp = await startStorescp(t, []);
  const { result } = await send([folder], peerAt(scp.port));
  assert.deepEqual(verdicts(result), ['stored', 'failed: presentation context refused']);
});

test('storescp --refuse: a permanent rejection, tried once', { skip }, async (t) => {
  const folder = temporaryFolder(t);
  await writeInstances(folder, [{}]);
  const scp = await startStorescp(t, ['--refuse']);
  const { result } = await send([folder], peerAt(scp.port));
  assert.deepEqual(result.outcomes.at(0)?.reason, { code: 'association rejected', result: 1, source: 1, reason: 1 });
  assert.equal(result.associations.length, 1);
});

for (const when of ['--abort-during', '--abort-after']) {
  test(`storescp ${when}: no file is called stored that it does not confirm`, { skip }, async (t) => {
    const folder = temporaryFolder(t);
    await writeInstances(folder, [{ pixelBytes: 400_000 }, {}]);
    const scp = await startStorescp(t, [when]);
    const { result } = await send([folder], peerAt(scp.port));
    assert.equal(result.counts.stored, 0);
    assert.equal(result.counts.failed + result.counts.unknown, 2);
    assert.ok(result.associations.every(({ failure }) => failure !== undefined));
  });
}

test('an instance in its file and at the receiver have the same data set', { skip }, async (t) => {
  const folder = temporaryFolder(t);
  const [written] = await writeInstances(folder, [{}]);
  assert.ok(written !== undefined);
  assert.deepEqual(await dataSetOf(written.path), written.dataSet);
});
