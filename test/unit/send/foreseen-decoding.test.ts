// When the decoder of a send starts: as soon as the peer's answer says that something must be decompressed, and not otherwise.

import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { runSend } from '../../../src/send/run.ts';
import { EXPLICIT_LE, JPEG_2000_LOSSLESS } from '../../support/dicom-builder.ts';
import { peerAt, scanned, verdicts, writeInstances } from '../../support/jobs.ts';
import { startScriptedPeer } from '../../support/scripted-peer.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Sends JPEG 2000 to a peer that takes this transfer syntax only, and counts decoder threads. */
async function decodersFor(t: TestContext, taken: string, removesFiles: boolean) {
  let decoders = 0;
  const count = (worker: Worker): void => {
    if (worker.threadName === 'pixel-codecs') decoders += 1;
  };
  process.on('worker', count);
  t.after(() => process.off('worker', count));
  const folder = temporaryFolder(t);
  await writeInstances(folder, [{ transferSyntax: JPEG_2000_LOSSLESS }, { transferSyntax: JPEG_2000_LOSSLESS }]);
  const files = await scanned([folder]);
  if (removesFiles) await rm(folder, { recursive: true });
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept({
      answer: ({ transferSyntaxes: [first = ''] }) => ({ result: first === taken ? 0 : 4, transferSyntax: first }),
    });
    await connection.serve();
  });
  const result = await runSend({ peer: peerAt(peer.port), files }, {}, new AbortController().signal);
  await peer.stop();
  return { decoders, verdicts: verdicts(result) };
}

test('a peer that takes nothing compressed: the decoder starts before any file has been read', async (t) => {
  const { decoders, verdicts: outcomes } = await decodersFor(t, EXPLICIT_LE, true);
  assert.equal(decoders, 1);
  assert.match(JSON.stringify(outcomes), /read error/u);
});

test('a peer that takes files as they are: no decoder is started', async (t) => {
  const { decoders, verdicts: outcomes } = await decodersFor(t, JPEG_2000_LOSSLESS, false);
  assert.equal(decoders, 0);
  assert.deepEqual(Object.values(outcomes), ['stored', 'stored']);
});
