import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { codecsModule } from '../../../src/part10/decompress/codecs-adapter.ts';
import type { DecodeRequest } from '../../../src/part10/decompress/codecs-worker.ts';
import { endThread } from '../../../src/part10/thread-end.ts';
import { seededBytes } from '../../support/dicom-builder.ts';
import { encodeFrame } from '../../support/frame-encoder.ts';

const CODECS_WORKER = join(import.meta.dirname, '../../../src/part10/decompress/codecs-worker.ts');

/** What the thread says on its way, and then its exit code: 0 only for a thread that was not pulled down. */
function heard(worker: Worker): unknown[] {
  const all: unknown[] = [];
  worker.on('message', (message) => all.push(message));
  worker.on('exit', (code) => all.push(code));
  return all;
}

test('a thread answers what it was given before, then ends by itself', async () => {
  const size = { rows: 20, columns: 30 };
  const pixels = seededBytes(600, 1);
  const frame = await encodeFrame('JPEG-LS', { ...size, samplesPerPixel: 1, bits: 8, pixels });
  const worker = new Worker(CODECS_WORKER);
  const said = heard(worker);
  const request: DecodeRequest = {
    frame: Uint8Array.from(frame),
    format: { codec: 'JPEG-LS', ...size, samplesPerPixel: 1, bitsAllocated: 8, convertsToRgb: false },
    module: await codecsModule(),
  };
  worker.postMessage(request);
  await endThread(worker, 60_000);
  assert.deepEqual(said, [{ pixels: Uint8Array.from(pixels) }, 0]);
});

test('ending a thread that has ended already, or is asked a second time, waits for nothing', async () => {
  const worker = new Worker(CODECS_WORKER);
  const said = heard(worker);
  await Promise.all([endThread(worker, 60_000), endThread(worker, 60_000)]);
  await endThread(worker, 60_000);
  assert.deepEqual(said, [0]);
});

test('a thread that does not answer is pulled down when it had its time', async () => {
  const worker = new Worker('for (;;);', { eval: true });
  const said = heard(worker);
  await once(worker, 'online');
  await endThread(worker, 50);
  assert.deepEqual(said, [1]);
});
