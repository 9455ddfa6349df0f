import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { codecsModule } from '../../../src/part10/decompress/codecs-adapter.ts';
import type { CodecsRequest, DecodeRequest, DecodeResponse } from '../../../src/part10/decompress/codecs-worker.ts';
import { endThread } from '../../../src/part10/thread-end.ts';
import { seededBytes } from '../../support/dicom-builder.ts';
import { encodeFrame } from '../../support/frame-encoder.ts';
import { missing } from '../../support/peers.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const CODECS_WORKER = join(import.meta.dirname, '../../../src/part10/decompress/codecs-worker.ts');

/** What the thread says on its way, and then its exit code: 0 only for a thread that was not pulled down. */
function heard(worker: Worker): unknown[] {
  const all: unknown[] = [];
  worker.on('message', (message) => all.push(message));
  worker.on('exit', (code) => all.push(code));
  return all;
}

test('a thread answers the requests it has, then ends by itself', async () => {
  const size = { rows: 20, columns: 30 };
  const pixels = seededBytes(600, 1);
  const frame = await encodeFrame('JPEG-LS', { ...size, samplesPerPixel: 1, bits: 8, pixels });
  const worker = new Worker(CODECS_WORKER);
  const said = heard(worker);
  const request: DecodeRequest = {
    frame: Uint8Array.from(frame),
    format: { codec: 'JPEG-LS', ...size, samplesPerPixel: 1, bitsAllocated: 8, convertsToRgb: false },
  };
  const codecs: CodecsRequest = { module: await codecsModule() };
  worker.postMessage(codecs);
  worker.postMessage(request);
  await endThread(worker, 60_000);
  const [answer, code] = said as [DecodeResponse, number];
  assert.ok('pixels' in answer);
  assert.deepEqual([Uint8Array.from(answer.pixels), code, said.length], [Uint8Array.from(pixels), 0, 2]);
});

test('ending a thread a second time, or one that has ended, resolves at once', async () => {
  const worker = new Worker(CODECS_WORKER);
  const said = heard(worker);
  await Promise.all([endThread(worker, 60_000), endThread(worker, 60_000)]);
  await endThread(worker, 60_000);
  assert.deepEqual(said, [0]);
});

test('a thread that does not answer is terminated after its time', async () => {
  const worker = new Worker('for (;;);', { eval: true });
  const ended = once(worker, 'exit');
  await once(worker, 'online');
  await endThread(worker, 50);
  assert.deepEqual(await ended, [1]);
});

const skip = missing('mkfifo');
test('a thread that hangs in a system call is not waited for', { skip }, async (t) => {
  const fifo = join(temporaryFolder(t), 'fifo');
  execFileSync('mkfifo', [fifo]);
  const hanging = `require('node:worker_threads').parentPort.postMessage(0); require('node:fs').openSync(workerData, 'r');`;
  const worker = new Worker(`const { workerData } = require('node:worker_threads'); ${hanging}`, {
    eval: true,
    workerData: fifo,
  });
  let isEnded = false;
  const ended = once(worker, 'exit').then(() => {
    isEnded = true;
  });
  await once(worker, 'message');
  await endThread(worker, 50);
  assert.equal(isEnded, false);
  // With a writer, the thread gets out of its call.
  const writer = openSync(fifo, constants.O_RDWR);
  t.after(() => closeSync(writer));
  await ended;
});
