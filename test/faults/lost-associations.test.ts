// Associations that are lost while instances are sent, and releases that go wrong. The rest of the files is sent on a new
// association, no file is called stored that the peer did not confirm, and nothing hangs. F numbers are those of
// docs/faults.md.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Timeouts } from '../../src/net/peer.ts';
import { folderOf, peerAt, send, verdicts, writeInstances } from '../support/jobs.ts';
import * as naive from '../support/naive-pdu.ts';
import { startPeer } from '../support/peer-modes.ts';
import { startScriptedPeer } from '../support/scripted-peer.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SHORT: Partial<Timeouts> = { associationMs: 500, responseMs: 300, writeStallMs: 400, releaseMs: 300 };

test('F09: a connection that is lost in the middle is opened again, and every file is stored', async (t) => {
  const folder = await folderOf(t, 3, 200_000);
  const held: string[] = [];
  const peer = await startScriptedPeer(async (connection, number) => {
    await connection.accept();
    if (number === 1) {
      await connection.pdu();
      await connection.pdu();
      connection.socket.resetAndDestroy();
      return;
    }
    for (const message of await connection.serve()) held.push(String(message.command.get(0x1000)));
  });
  const { result } = await send([folder], peerAt(peer.port));
  await peer.stop();
  assert.deepEqual(verdicts(result), ['stored', 'stored', 'stored']);
  assert.equal(peer.connections, 2);
  assert.equal(held.length, 3);
  assert.equal(result.associations[0]?.failure?.code, 'connection lost');
});

test('a file that makes the peer abort is tried twice, last, and does not stop the others', async (t) => {
  const folder = temporaryFolder(t);
  const instances = await writeInstances(folder, [{}, {}, {}]);
  const poison = instances[0]?.sopInstance;
  const peer = await startPeer(t, { answer: ({ sopInstanceUID }) => (sopInstanceUID === poison ? 'abort' : 0) });
  const { result } = await send([folder], peerAt(peer.port));
  assert.deepEqual(verdicts(result), ['unknown: association aborted', 'stored', 'stored']);
});

test('a peer that loses every association is given up, and every file says so', async (t) => {
  const folder = await folderOf(t, 12);
  const peer = await startPeer(t, { at: [{ moment: 'inside', act: 'reset' }] });
  const { result } = await send([folder], peerAt(peer.port));
  assert.equal(peer.connections, 6);
  assert.equal(result.counts.stored, 0);
  assert.equal(result.counts.failed + result.counts.unknown, 12);
});

test('F31: a peer that stops reading is left after the stall deadline, and nothing is called stored', async (t) => {
  const folder = await folderOf(t, 1, 30_000_000);
  const peer = await startPeer(t, { at: [{ moment: 'before', act: 'stop reading' }] });
  const { result } = await send([folder], peerAt(peer.port, { timeouts: SHORT }));
  assert.equal(result.counts.stored, 0);
  for (const { failure } of result.associations)
    assert.deepEqual(failure, { code: 'timeout', phase: 'write', afterMs: SHORT.writeStallMs });
});

test('F35: what is stored stays stored when the peer does not answer the release', async (t) => {
  const folder = await folderOf(t, 1);
  const peer = await startPeer(t, { at: [{ moment: 'released', act: 'silence' }] });
  const { result } = await send([folder], peerAt(peer.port, { timeouts: SHORT }));
  assert.deepEqual(verdicts(result), ['stored']);
  assert.deepEqual(result.associations[0]?.failure, { code: 'timeout', phase: 'release', afterMs: 300 });
});

test('F35: release collision ends in good order', async (t) => {
  const folder = await folderOf(t, 1);
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    const message = await connection.message();
    assert.ok(message !== undefined);
    connection.respond(message, 0);
    await connection.expect(0x05);
    connection.send(naive.releaseRq());
    await connection.expect(0x06);
    connection.send(naive.releaseRp());
    assert.equal(await connection.pdu(), undefined);
  });
  const { result } = await send([folder], peerAt(peer.port, { timeouts: SHORT }));
  await peer.stop();
  assert.deepEqual(verdicts(result), ['stored']);
  assert.equal(result.associations[0]?.failure, undefined);
});

test('F35: a peer that asks for release between files gets a new association for the rest', async (t) => {
  const folder = await folderOf(t, 2, 500_000);
  const peer = await startScriptedPeer(async (connection, number) => {
    await connection.accept();
    if (number === 1) {
      const message = await connection.message();
      assert.ok(message !== undefined);
      connection.respond(message, 0);
      await connection.pdu();
      connection.send(naive.releaseRq());
      while ((await connection.pdu()) !== undefined);
      return;
    }
    await connection.serve();
  });
  const { result } = await send([folder], peerAt(peer.port));
  await peer.stop();
  assert.deepEqual(verdicts(result), ['stored', 'stored']);
  assert.equal(peer.connections, 2);
});
