import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { listenTcp, tcpConnector } from '../../../src/net/tcp.ts';
import type { SystemErrorInfo } from '../../../src/part10/system-error.ts';

/**
 * When the main thread knows that it is connected: says 'ABORT', and resets the connection when the main thread has it in
 * its receive buffer.
 */
const RESETTING_PEER = `
const { parentPort, workerData } = require('node:worker_threads');
const state = new Int32Array(workerData);
const server = require('node:net').createServer((socket) => {
  socket.on('error', () => undefined);
  Atomics.wait(state, 1, 0);
  socket.write('ABORT', () => {
    socket.resetAndDestroy();
    server.close();
    setTimeout(() => { Atomics.store(state, 0, 1); Atomics.notify(state, 0); }, 50);
  });
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

test('what a peer says before it resets is read, even when a write meets the reset first', {
  skip: process.platform !== 'linux' && 'other systems drop what is unread',
}, async () => {
  const shared = new SharedArrayBuffer(8);
  const worker = new Worker(RESETTING_PEER, { eval: true, workerData: shared });
  const [port] = (await once(worker, 'message')) as [number];
  const received: Uint8Array[] = [];
  const error = await new Promise<SystemErrorInfo | undefined>((resolve) => {
    const connection = tcpConnector.connect(
      { host: '127.0.0.1', port },
      {
        connected: () => {
          // This thread does nothing until text and reset have arrived, and then writes before it reads.
          const state = new Int32Array(shared);
          Atomics.store(state, 1, 1);
          Atomics.notify(state, 1);
          Atomics.wait(state, 0, 0);
          connection.write([Buffer.from('data')], () => assert.fail('nobody can have taken this'));
        },
        received: (bytes) => received.push(bytes),
        closed: resolve,
      },
    );
  });
  await worker.terminate();
  assert.match(error?.code ?? '', /^(EPIPE|ECONNRESET)$/);
  assert.equal(Buffer.concat(received).toString(), 'ABORT');
});

test('a connection that is destroyed while it is being made is told as closed, once', async () => {
  const listener = await listenTcp({ host: '127.0.0.1', port: 0 }, (connection) => connection.destroy());
  let closed = 0;
  await new Promise<void>((resolve) => {
    const connection = tcpConnector.connect(listener, {
      connected: () => assert.fail('it was destroyed before'),
      received: () => undefined,
      closed: () => {
        closed += 1;
        resolve();
      },
    });
    connection.destroy();
  });
  await listener.close();
  assert.equal(closed, 1);
});
