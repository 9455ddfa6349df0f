// Files that are hard to send: for their names, their number, their encoding, or because they disappear.

import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startReceiver } from '../../src/net/store-scp.ts';
import { runSend } from '../../src/send/run.ts';
import {
  DEFLATED_LE,
  EXPLICIT_BE,
  EXPLICIT_LE,
  IMPLICIT_LE,
  RLE_LOSSLESS,
  sampleInstance,
} from '../support/dicom-builder.ts';
import { peerAt, scanned, send, verdicts, writeInstances } from '../support/jobs.ts';
import { assertNothingLeft, openResources } from '../support/open-resources.ts';
import { dataSetOf } from '../support/peers.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('F51: files that are deleted or replaced by folders before they are sent fail alone', async (t) => {
  const before = openResources();
  const folder = temporaryFolder(t);
  await writeInstances(folder, [{}, {}, {}]);
  const files = await scanned([folder]);
  await rm(join(folder, '1.dcm'));
  await rm(join(folder, '2.dcm'));
  await mkdir(join(folder, '2.dcm'));
  const receiver = await startReceiver({ port: 0, directory: temporaryFolder(t) });
  const result = await runSend({ peer: peerAt(receiver.port), files }, {}, new AbortController().signal);
  await receiver.stop();
  assert.deepEqual(
    [...result.outcomes].map(({ outcome }) => outcome),
    ['failed', 'failed', 'stored'],
  );
  assert.ok([...result.outcomes].every(({ outcome, reason }) => outcome === 'stored' || reason !== undefined));
  assert.equal(receiver.answers.stored, 1);
  await assertNothingLeft(before);
});

test('F55: files with unusual characters in their names are sent', async (t) => {
  const folder = temporaryFolder(t);
  const names = [
    'a b.dcm',
    'new\nline.dcm',
    'é.dcm',
    'e\u0301.dcm',
    '😀.dcm',
    '#%?&.dcm',
    `${'x'.repeat(251)}.dcm`,
    '-rf',
    '.hidden',
  ];
  for (const [index, name] of names.entries()) {
    await writeFile(join(folder, name), sampleInstance({ seed: index + 1, pixelBytes: 16 }).file);
  }
  const receiver = await startReceiver({ port: 0, directory: temporaryFolder(t) });
  t.after(() => receiver.stop());
  const { result } = await send([folder], peerAt(receiver.port));
  assert.equal(result.counts.stored, names.length);
  assert.deepEqual(
    new Set([...result.outcomes].map(({ path }) => path)),
    new Set(names.map((name) => join(folder, name))),
  );
});

test('F56: 2,000 files, each once', async (t) => {
  const before = openResources();
  const folder = temporaryFolder(t);
  const { file, sopInstance } = sampleInstance({ pixelBytes: 16 });
  const at = [...file.toString('latin1').matchAll(new RegExp(sopInstance.replaceAll('.', '\\.'), 'g'))].map(
    ({ index }) => index,
  );
  for (let index = 0; index < 2_000; index += 1) {
    const uid = `2.25.${1_000_000_000 + index}`;
    for (const offset of at) file.write(uid, offset, 'latin1');
    if (index % 500 === 0) await mkdir(join(folder, String(index)));
    await writeFile(join(folder, String(index - (index % 500)), `${index}.dcm`), file);
  }
  const received = new Set<string>();
  const receiver = await startReceiver({
    port: 0,
    directory: temporaryFolder(t),
    received: ({ sopInstanceUID }) => received.add(sopInstanceUID),
  });
  const { result } = await send([folder], peerAt(receiver.port));
  await receiver.stop();
  assert.equal(result.counts.stored, 2_000);
  assert.equal(received.size, 2_000);
  await assertNothingLeft(before);
});

test('F61: data sets in every transfer syntax arrive byte for byte', async (t) => {
  const folder = temporaryFolder(t);
  const syntaxes = [IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE, DEFLATED_LE, RLE_LOSSLESS];
  const instances = await writeInstances(
    folder,
    syntaxes.map((transferSyntax) => ({ transferSyntax })),
  );
  const paths = new Map<string, string>();
  const receiver = await startReceiver({
    port: 0,
    directory: temporaryFolder(t),
    received: ({ sopInstanceUID, path }) => paths.set(sopInstanceUID, path),
  });
  t.after(() => receiver.stop());
  const { result } = await send([folder], peerAt(receiver.port));
  assert.deepEqual(
    verdicts(result),
    syntaxes.map(() => 'stored'),
  );
  for (const { sopInstance, dataSet } of instances) {
    const arrived = await dataSetOf(paths.get(sopInstance) ?? '');
    assert.deepEqual(arrived.subarray(0, dataSet.length), Buffer.from(dataSet));
    // A deflated data set of odd length gets the byte that makes it even.
    assert.equal(arrived.length, dataSet.length + (dataSet.length % 2));
  }
});
