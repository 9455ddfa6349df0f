// A peer repeats what makes us write a line: requests on an association that we requested, verifications, connections. What it
// repeats is counted, so that little is written at any level, and a person who cancels waits less than a second, whether or not
// anybody reads what is written.

import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { attackSize, measured } from '../support/attack.ts';
import { receiverFor, startCli, stopCli } from '../support/cli-process.ts';
import { folderOf } from '../support/jobs.ts';
import { echoRequestSet } from '../support/naive-command-set.ts';
import * as naive from '../support/naive-pdu.ts';
import { startScriptedPeer } from '../support/scripted-peer.ts';
import { connectClient, release } from '../support/store-client.ts';

const CANCEL_MS = 1_000;
/** Bytes on stderr in a flood of some seconds. */
const WRITTEN_MAX = 3_000_000;
const PDU_LENGTH = 16_000;
const echo = naive.pdv(1, 3, echoRequestSet());
const ECHOES = Math.floor(PDU_LENGTH / echo.length);
const full = naive.pdu(0x04, Buffer.alloc(echo.length * ECHOES, echo));

/** Asks for an echo again and again instead of answering; resolves `flooded` when so many requests are taken. */
async function hostilePeer(t: TestContext, requests: number): Promise<{ port: number; flooded: Promise<void> }> {
  const flooded = Promise.withResolvers<void>();
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    await connection.message();
    for (let sent = 0; !connection.socket.destroyed; sent += ECHOES) {
      if (sent >= requests) flooded.resolve();
      await new Promise<void>((taken) => {
        connection.socket.once('close', () => taken());
        connection.socket.write(full, () => taken());
      });
    }
  });
  t.after(() => peer.stop());
  return { port: peer.port, flooded: flooded.promise };
}

/** Interrupts a command. What it has left is read only afterwards. Resolves with how long it took to end, in milliseconds. */
async function cancel(child: ChildProcess): Promise<number> {
  const ended = once(child, 'exit');
  const beganMs = performance.now();
  child.kill('SIGINT');
  await ended;
  const tookMs = performance.now() - beganMs;
  child.stderr?.resume();
  return tookMs;
}

const HIDDEN = /Not shown, because it repeats: .*[\d,]+ × .*C-ECHO-RQ/;

for (const [level, isRead] of [
  [[], true],
  [['-d'], true],
  [['-d'], false],
] as const) {
  const how = `${level[0] ?? 'no option'}, ${isRead ? 'read' : 'not read'}`;
  test(`a send to a peer that floods it with requests (${how}) is cancelled within a second`, async (t) => {
    const { port, flooded } = await hostilePeer(t, attackSize(20_000, 200_000));
    const cli = startCli(['store', '127.0.0.1', String(port), await folderOf(t, 3), ...level]);
    if (!isRead) cli.child.stderr?.pause();
    await flooded;
    // What the system has taken, the command may not have read.
    if (isRead) await cli.said('stderr', HIDDEN);
    const tookMs = await cancel(cli.child);
    const { stderr } = await cli.exit;
    measured(how, Math.round(tookMs), 'ms to cancel');
    measured(how, stderr.length, 'characters on stderr');
    assert.ok(tookMs < CANCEL_MS, `${tookMs} ms`);
    assert.ok(stderr.length < WRITTEN_MAX, `${stderr.length} characters`);
    if (isRead) assert.match(stderr, HIDDEN);
  });
}

test('a large send whose trace nobody reads goes on, and is cancelled within a second', async (t) => {
  const receiver = await receiverFor(t, ['-v']);
  // So many files that their trace does not fit into what may wait.
  const files = attackSize(4_500, 12_000);
  const folder = await folderOf(t, files, 16);
  const cli = startCli(['store', '127.0.0.1', String(receiver.port), folder, '-ll', 'trace']);
  cli.child.stderr?.pause();
  const almostAll = Promise.withResolvers<void>();
  let stored = 0;
  receiver.child.stdout?.on('data', (piece: string) => {
    stored += piece.match(/^Stored/gm)?.length ?? 0;
    if (stored > files - 200) almostAll.resolve();
  });
  await almostAll.promise;
  const tookMs = await cancel(cli.child);
  measured('unread trace', Math.round(tookMs), 'ms to cancel');
  assert.ok(tookMs < CANCEL_MS, `${tookMs} ms`);
});

test('verifications and connections without end are counted by the receiver, and it stops within a second', async (t) => {
  const receiver = await receiverFor(t, ['-d', '-pdu', '131072']);
  const port = Number(receiver.port);
  const client = await connectClient(port);
  const pdus = attackSize(10, 100);
  for (let count = 0; count < pdus; count += 1) client.send(full);
  for (let count = 0; count < pdus * ECHOES; count += 1) assert.ok((await client.message()) !== undefined);
  for (let count = 0; count < attackSize(200, 2_000); count += 1) await release(await connectClient(port));
  const beganMs = performance.now();
  const { code, stderr } = await stopCli(receiver);
  const tookMs = performance.now() - beganMs;
  client.socket.destroy();
  measured('receive -d', stderr.length, 'characters on stderr');
  measured('receive -d', Math.round(tookMs), 'ms to stop');
  assert.equal(code, 0);
  assert.ok(tookMs < CANCEL_MS, `${tookMs} ms`);
  assert.ok(stderr.length < WRITTEN_MAX, `${stderr.length} characters`);
  assert.match(stderr, /Not shown, because it repeats: .*C-ECHO-RQ received/);
});
