// A peer that ends its half of the connection and reads nothing any more. Whatever is unwritten must not keep a socket,
// or the process, alive.

import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { startReceiver } from '../../src/net/store-scp.ts';
import { listenTcp } from '../../src/net/tcp.ts';
import { startCli } from '../support/cli-process.ts';
import { folderOf, peerAt, send } from '../support/jobs.ts';
import { echoRequestSet } from '../support/naive-command-set.ts';
import * as naive from '../support/naive-pdu.ts';
import { assertNothingLeft, openResources } from '../support/open-resources.ts';
import { startScriptedPeer } from '../support/scripted-peer.ts';
import { connectClient } from '../support/store-client.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SHORT = { connectMs: 400, associationMs: 400, responseMs: 400, writeStallMs: 400, releaseMs: 400 };
/** More than the system's buffers of a connection hold. */
const MORE_THAN_BUFFERED = 30_000_000;

const VERIFICATION = naive.pData(naive.pdv(1, 3, echoRequestSet()));
const MANY_VERIFICATIONS = Buffer.alloc(1_000 * VERIFICATION.length, VERIFICATION);

/** Accepts the association, waits for the first data, reads nothing more and sends FIN a moment later. */
async function startHalfClosedPeer(halfClosed: () => void = () => undefined) {
  return startScriptedPeer(async (connection) => {
    await connection.accept();
    await connection.pdu();
    connection.socket.pause();
    // Meanwhile the system's buffers fill, and the sender has bytes that nobody takes.
    setTimeout(() => connection.socket.end(halfClosed), 300);
  });
}

test('F06: a peer sends FIN and stops reading: the command line ends', { timeout: 20_000 }, async (t) => {
  const folder = await folderOf(t, 1, MORE_THAN_BUFFERED);
  const peer = await startHalfClosedPeer();
  const cli = startCli(['store', '-tn', '1', '127.0.0.1', String(peer.port), folder]);
  t.after(() => cli.child.kill('SIGKILL'));
  const { code, stdout } = await cli.exit;
  await peer.stop();
  assert.equal(code, 1);
  assert.match(stdout, /not stored|failed|unknown/i);
});

test('F06: a peer sends FIN and stops reading: no socket is left', { timeout: 20_000 }, async (t) => {
  const folder = await folderOf(t, 1, MORE_THAN_BUFFERED);
  const peer = await startHalfClosedPeer();
  const before = openResources().get('TCPSocketWrap') ?? 0;
  const { result } = await send([folder], peerAt(peer.port, { timeouts: SHORT }));
  assert.equal(result.counts.stored, 0);
  // The peer's ends are still open: it does not read, so it cannot learn that ours are gone.
  await assertNothingLeft(new Map(openResources()).set('TCPSocketWrap', before + peer.connections));
  await peer.stop();
});

test('F06, F70: cancelled while a peer has sent FIN and does not read: no socket is left', {
  timeout: 20_000,
}, async (t) => {
  const folder = await folderOf(t, 1, MORE_THAN_BUFFERED);
  const controller = new AbortController();
  const peer = await startHalfClosedPeer(() => controller.abort());
  const before = openResources().get('TCPSocketWrap') ?? 0;
  const { result } = await send([folder], peerAt(peer.port, { timeouts: SHORT }), {}, controller.signal);
  assert.equal(result.counts.stored, 0);
  await assertNothingLeft(new Map(openResources()).set('TCPSocketWrap', before + peer.connections));
  await peer.stop();
});

test('F06: a requestor sends FIN and reads nothing: the accepted connection ends with its unwritten bytes', {
  timeout: 20_000,
}, async () => {
  const before = openResources();
  const client = new Socket();
  const ended = new Promise<void>((resolve) => {
    void listenTcp({ host: '127.0.0.1', port: 0 }, (connection) => {
      connection.attach({ received: () => undefined, closed: () => resolve() });
      connection.write([Buffer.alloc(MORE_THAN_BUFFERED)], () => assert.fail('nobody can have taken this'));
      client.end();
    }).then((listener) => {
      client.pause().connect(listener.port, '127.0.0.1', () => void listener.close());
    });
  });
  await ended;
  // The client is still there, and has still not read.
  assert.equal(client.destroyed, false);
  const withClient = new Map(before).set('TCPSocketWrap', (before.get('TCPSocketWrap') ?? 0) + 1);
  await assertNothingLeft(withClient);
  client.destroy();
});

test('F06: a requestor reads no answers: the receiver can stop, and no socket is left', {
  timeout: 20_000,
}, async (t) => {
  const before = openResources();
  let unanswered = 0;
  const receiver = await startReceiver({
    port: 0,
    directory: temporaryFolder(t),
    trace: ({ event }) => {
      if (event.type === 'DIMSE message') unanswered += event.direction === 'received' ? 1 : -1;
    },
  });
  const client = await connectClient(receiver.port);
  client.socket.pause();
  // Until the receiver holds answers back because the client takes none.
  while (client.socket.write(MANY_VERIFICATIONS) || unanswered === 0) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  client.socket.end();
  await receiver.stop();
  client.socket.destroy();
  await assertNothingLeft(before);
});
