// Other senders to our receiver: DCMTK's storescu, dcmsend and echoscu, and GDCM's gdcmscu. We write what they sent.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Receiver, startReceiver } from '../../src/net/store-scp.ts';
import { corpusFiles, corpusTest } from '../support/corpus.ts';
import { JPEG_2000_LOSSLESS, RLE_LOSSLESS } from '../support/dicom-builder.ts';
import { elementsOf } from '../support/file-elements.ts';
import { writeInstances } from '../support/jobs.ts';
import { EXPLICIT, readDataSet } from '../support/naive-data-set.ts';
import { dataSetOf, missing, program } from '../support/peers.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** This file holds a sequence as UN of defined length: bytes, which stay bytes. */
const OPAQUE: Readonly<Record<string, ReadonlySet<number>>> = { 'rtdose_rle_1frame.dcm': new Set([0x300c0002]) };

async function receiver(t: TestContext, aeTitle?: string): Promise<Receiver> {
  const directory = temporaryFolder(t);
  const started = await startReceiver({ port: 0, directory, ...(aeTitle === undefined ? {} : { aeTitle }) });
  t.after(() => started.stop());
  return started;
}

test('echoscu is answered', { skip: missing('echoscu') }, async (t) => {
  const { port } = await receiver(t);
  await program('echoscu', ['127.0.0.1', String(port)]);
});

test('echoscu that calls another AE title is rejected with the reason', { skip: missing('echoscu') }, async (t) => {
  const { port } = await receiver(t, 'RECEIVER');
  await program('echoscu', ['-aec', 'RECEIVER', '127.0.0.1', String(port)]);
  await assert.rejects(program('echoscu', ['-aec', 'OTHER', '127.0.0.1', String(port)]), (error: { stderr?: string }) =>
    /Called AE Title Not Recognized/.test(error.stderr ?? ''),
  );
});

for (const [name, args] of [
  ['storescu', ['-R']],
  ['storescu', ['-R', '--max-pdu', '131072']],
  ['dcmsend', []],
] as const) {
  test(`${name} ${args.join(' ')} stores what dcmtk would write`, { skip: missing(name) }, async (t) => {
    const folder = temporaryFolder(t);
    const written = await writeInstances(folder, [{}, {}, { pixelBytes: 1_000_000 }]);
    const { port, directory } = await receiver(t);
    await program(name, [...args, '127.0.0.1', String(port), ...written.map(({ path }) => path)]);
    for (const { sopInstance, elements } of written) {
      const received = await dataSetOf(join(directory, `${sopInstance}.dcm`));
      const pixels = elements.at(-1)?.value;
      assert.ok(pixels instanceof Uint8Array);
      assert.ok(received.subarray(-pixels.length).equals(pixels));
    }
    assert.deepEqual((await readdir(directory)).length, written.length);
  });
}

test('dcmsend sends compressed instances as they are', { skip: missing('dcmsend') }, async (t) => {
  const folder = temporaryFolder(t);
  const written = await writeInstances(folder, [
    { transferSyntax: RLE_LOSSLESS },
    { transferSyntax: JPEG_2000_LOSSLESS, pixelBytes: 500_000 },
  ]);
  const { port, directory } = await receiver(t);
  await program('dcmsend', ['127.0.0.1', String(port), ...written.map(({ path }) => path)]);
  for (const { sopInstance, transferSyntax } of written) {
    const dump = await program('dcmdump', [join(directory, `${sopInstance}.dcm`), '+P', '0002,0010', '-Un']);
    assert.ok(dump.includes(transferSyntax), dump);
  }
});

test('gdcmscu stores an instance', { skip: missing('gdcmscu') }, async (t) => {
  const folder = temporaryFolder(t);
  const [written] = await writeInstances(folder, [{ pixelBytes: 40_000 }]);
  assert.ok(written !== undefined);
  const { port, directory } = await receiver(t);
  // Debian's gdcmscu ends itself with an exception after the release, whoever the receiver is: what arrived counts.
  await program('gdcmscu', ['--store', '127.0.0.1', String(port), written.path]).catch(() => undefined);
  const received = await dataSetOf(join(directory, `${written.sopInstance}.dcm`));
  assert.deepEqual(readDataSet(received, EXPLICIT), readDataSet(written.dataSet, EXPLICIT));
});

/** Every other sender re-encodes lengths and pads anew, so elements are compared, values without their padding. */
async function assertArrives(t: TestContext, sender: string, args: readonly string[]): Promise<number> {
  let arrived = 0;
  for (const { path, name } of corpusFiles()) {
    // A receiver for each: several corpus files are the same instance.
    const { port, directory, stop } = await receiver(t);
    // What a sender makes of an odd file is its affair; so is how Debian's gdcmscu ends.
    await program(sender, [...args, '127.0.0.1', String(port), path]).catch(() => undefined);
    await stop();
    const [file] = await readdir(directory);
    if (file === undefined) continue;
    const withoutPadding = (rows: string[]) => rows.map((row) => row.replace(/(20|00)+$/, ''));
    const received = withoutPadding(elementsOf(await readFile(join(directory, file)), OPAQUE[name]));
    const sent = withoutPadding(elementsOf(await readFile(path), OPAQUE[name]));
    assert.deepEqual(received, sent, name);
    arrived += 1;
  }
  return arrived;
}

corpusTest('storescu: every corpus file that it sends arrives', { skip: missing('storescu') }, async (t) => {
  assert.ok((await assertArrives(t, 'storescu', ['-R'])) >= 10);
});

corpusTest('dcmsend: every corpus file that it sends arrives', { skip: missing('dcmsend') }, async (t) => {
  assert.ok((await assertArrives(t, 'dcmsend', [])) >= 20);
});

corpusTest('gdcmscu: every corpus file that it sends arrives', { skip: missing('gdcmscu') }, async (t) => {
  assert.ok((await assertArrives(t, 'gdcmscu', ['--store'])) >= 10);
});

test('what we receive, DCMTK reads without a warning', { skip: missing('storescu', 'dcmdump') }, async (t) => {
  const folder = temporaryFolder(t);
  const [written] = await writeInstances(folder, [{}]);
  assert.ok(written !== undefined);
  const { port, directory } = await receiver(t);
  await program('storescu', ['-R', '-aet', 'SOMEBODY', '127.0.0.1', String(port), written.path]);
  const dump = await program('dcmdump', [join(directory, `${written.sopInstance}.dcm`)]);
  assert.doesNotMatch(dump, /^[WE]:/m);
  assert.match(dump, /\(0002,0016\) AE \[SOMEBODY\]/);
  assert.match(dump, /\(0002,0002\) UI =CTImageStorage/);
});
