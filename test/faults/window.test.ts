// Several requests open at a time (PS3.7 D.3.3.3): who is silent, and who is only busy.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SendResult } from '../../src/send/job.ts';
import { runSend } from '../../src/send/run.ts';
import { folderOf, peerAt, scanned, verdicts } from '../support/jobs.ts';
import { asynchronousOperationsWindow } from '../support/naive-pdu.ts';
import {
  type PeerConnection,
  type RawMessage,
  type ScriptedPeer,
  startScriptedPeer,
} from '../support/scripted-peer.ts';

const WINDOW = 8;

/** A peer with a window of 8 that takes one message after the other; a second connection answers at once. */
async function startWorker(
  t: TestContext,
  work: (connection: PeerConnection, message: RawMessage, count: number) => Promise<void>,
): Promise<ScriptedPeer> {
  const peer = await startScriptedPeer(async (connection, number) => {
    await connection.accept({ userInformation: [asynchronousOperationsWindow(WINDOW, 1)] });
    if (number > 1) {
      await connection.serve();
      return;
    }
    let count = 0;
    for (let message = await connection.message(); message !== undefined; message = await connection.message()) {
      count += 1;
      await work(connection, message, count);
    }
    if (connection.lastPdu?.type === 0x05) connection.send(Buffer.from('06000000000400000000', 'hex'));
  });
  t.after(() => peer.stop());
  return peer;
}

async function sendTo(t: TestContext, peer: ScriptedPeer, count: number, responseMs: number): Promise<SendResult> {
  const files = await scanned([await folderOf(t, count, 64)]);
  const { port } = peer;
  const job = {
    peer: peerAt(port, { timeouts: { responseMs } }),
    files,
    options: { operationsInvoked: WINDOW, associations: 1 },
  };
  return runSend(job, {}, new AbortController().signal);
}

const wait = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

test('a peer that works 400 ms on each of 8 open requests is not silent for a second', async (t) => {
  const peer = await startWorker(t, async (connection, message) => {
    await wait(400);
    connection.respond(message, 0);
  });
  const result = await sendTo(t, peer, WINDOW, 1_000);
  assert.deepEqual(
    verdicts(result),
    Array.from({ length: WINDOW }, () => 'stored'),
  );
  assert.equal(peer.connections, 1);
  assert.equal(result.associations[0]?.operationsInvoked, WINDOW);
});

test('a peer that answers 2 of 8 open requests and falls silent is left at the deadline', async (t) => {
  const peer = await startWorker(t, async (connection, message, count) => {
    if (count <= 2) connection.respond(message, 0);
  });
  const result = await sendTo(t, peer, WINDOW, 300);
  assert.deepEqual(result.associations[0]?.failure, { code: 'timeout', phase: 'response', afterMs: 300 });
  assert.deepEqual(
    verdicts(result),
    Array.from({ length: WINDOW }, () => 'stored'),
  );
});

test('a peer that answers every request but one is left before the send is over', async (t) => {
  let answered = 0;
  const peer = await startWorker(t, async (connection, message, count) => {
    if (count === 1) return;
    await wait(20);
    answered += 1;
    connection.respond(message, 0);
  });
  const result = await sendTo(t, peer, 100, 200);
  // The first request was alone when it went out: it has one limit.
  assert.deepEqual(result.associations[0]?.failure, { code: 'timeout', phase: 'response', afterMs: 200 });
  assert.ok(answered < 99, `${answered} answered`);
  assert.deepEqual(
    verdicts(result),
    Array.from({ length: 100 }, () => 'stored'),
  );
});
