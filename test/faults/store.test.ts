// Peers with limits of their own, and files that are damaged or change while they are sent. F numbers are those of
// docs/faults.md.

import assert from 'node:assert/strict';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runSend } from '../../src/send/run.ts';
import { JPEG_BASELINE, MR_IMAGE } from '../support/dicom-builder.ts';
import { folderOf, peerAt, scanned, send, verdicts, writeInstances } from '../support/jobs.ts';
import { startPeer } from '../support/peer-modes.ts';
import { startScriptedPeer } from '../support/scripted-peer.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

for (const maximumLength of [8, 9, 128, 4_096, 2 ** 32 - 1, 0, 'absent'] as const) {
  test(`F33: a maximum length of ${maximumLength} is obeyed with even fragments and one last`, async (t) => {
    const folder = temporaryFolder(t);
    const [instance] = await writeInstances(folder, [{ pixelBytes: 3_000 }]);
    const peer = await startPeer(t, { maximumLength });
    const { result } = await send([folder], peerAt(peer.port));
    assert.deepEqual(verdicts(result), ['stored']);
    const message = peer.associations[0]?.messages[0];
    assert.ok(message?.dataSet !== undefined && instance !== undefined);
    assert.deepEqual(message.dataSet, instance.dataSet);
    const limit = maximumLength === 0 || maximumLength === 'absent' ? 131_072 : Math.min(maximumLength, 131_072);
    assert.ok(message.fragments.every((length) => length % 2 === 0 && length > 0 && length <= limit - 6));
  });
}

test('F34: everything from the peer comes byte by byte', async (t) => {
  const folder = await folderOf(t, 2);
  const peer = await startPeer(t, { isByteWise: true });
  const { result } = await send([folder], peerAt(peer.port));
  assert.deepEqual(verdicts(result), ['stored', 'stored']);
});

test('F38: bad files among good ones: each has its reason, the good ones are stored', async (t) => {
  const folder = temporaryFolder(t);
  await writeInstances(folder, [{}, { sopClass: MR_IMAGE }, { transferSyntax: JPEG_BASELINE }, {}]);
  await writeFile(join(folder, 'a.txt'), 'not DICOM at all');
  await writeFile(join(folder, 'b.dcm'), '');
  const peer = await startPeer(t, {
    context: ({ transferSyntaxes, abstractSyntax }) => {
      if (abstractSyntax === MR_IMAGE) return { result: 3 };
      if (transferSyntaxes[0] === JPEG_BASELINE) return { result: 4 };
      return { result: 0, transferSyntax: transferSyntaxes[0] ?? '' };
    },
  });
  const { result } = await send([folder], peerAt(peer.port));
  assert.deepEqual(verdicts(result), [
    'stored',
    'failed: presentation context refused',
    'failed: presentation context refused',
    'stored',
    'skipped: not DICOM',
    'skipped: empty file',
  ]);
  const refused = result.outcomes.at(2)?.reason;
  assert.ok(refused?.code === 'presentation context refused');
  assert.deepEqual(refused.refused, [{ transferSyntaxUID: JPEG_BASELINE, result: 4 }]);
  assert.ok(refused.accepted.includes('1.2.840.10008.1.2.1'));
});

test('F50: a file that changed after the scan fails; the rest is stored on the same association', async (t) => {
  const folder = temporaryFolder(t);
  const [first] = await writeInstances(folder, [{}, {}]);
  assert.ok(first !== undefined);
  const files = await scanned([folder]);
  await truncate(first.path, first.file.length - 100);
  const peer = await startPeer(t);
  const result = await runSend({ peer: peerAt(peer.port), files }, {}, new AbortController().signal);
  await peer.stop();
  assert.deepEqual(verdicts(result), ['failed: file changed', 'stored']);
  assert.equal(peer.connections, 1);
});

test('F50: a file that shrinks while it is sent is abandoned with A-ABORT, and the rest is stored', async (t) => {
  const folder = temporaryFolder(t);
  const [first] = await writeInstances(folder, [{ pixelBytes: 20_000_000 }, {}]);
  assert.ok(first !== undefined);
  let aborted = false;
  const peer = await startScriptedPeer(async (connection, number) => {
    await connection.accept();
    if (number === 1) {
      await connection.pdu();
      await connection.pdu();
      await truncate(first.path, 1_000_000);
      for (let pdu = await connection.pdu(); pdu !== undefined; pdu = await connection.pdu())
        aborted ||= pdu.type === 0x07;
      return;
    }
    await connection.serve();
  });
  const { result } = await send([folder], peerAt(peer.port));
  await peer.stop();
  assert.deepEqual(verdicts(result), ['failed: file changed', 'stored']);
  assert.ok(aborted);
});
