// F70: the person cancels a send, in each of its phases. The result is there within a second of this process's event loop. The
// association is released where that is still possible and aborted otherwise, and nothing stays open.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startReceiver } from '../../src/net/store-scp.ts';
import type { TraceRecord } from '../../src/net/trace-record.ts';
import { type CliExit, startCli } from '../support/cli-process.ts';
import { startDeafListener } from '../support/deaf-listener.ts';
import { busyThreads } from '../support/hanging-lookup.ts';
import { folderOf, peerAt, send, verdicts } from '../support/jobs.ts';
import { LoopClock } from '../support/loop-clock.ts';
import * as naive from '../support/naive-pdu.ts';
import { assertNothingLeft, openResources } from '../support/open-resources.ts';
import { startPeer } from '../support/peer-modes.ts';
import { startScriptedPeer } from '../support/scripted-peer.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const clock = new LoopClock();
const LINUX_ONLY = { skip: process.platform !== 'linux' && 'needs a FIFO, and a queue of connections that is full' };
const PRELOADED = new URL('../support/hanging-lookup-preload.ts', import.meta.url).href;
const HANGING_LOOKUPS = `export NODE_OPTIONS='--import ${PRELOADED}'`;

test('F70: cancelled before it begins: no connection at all', async (t) => {
  const folder = await folderOf(t, 2);
  const peer = await startScriptedPeer(async () => undefined);
  t.after(() => peer.stop());
  const { result } = await send([folder], peerAt(peer.port), {}, AbortSignal.abort());
  assert.deepEqual(verdicts(result), ['cancelled: cancelled', 'cancelled: cancelled']);
  assert.equal(peer.connections, 0);
});

test('F70: cancelled while the name is looked up', async (t) => {
  const before = openResources();
  const folder = await folderOf(t, 1);
  const controller = new AbortController();
  const beganMs = clock.ms;
  const peer = peerAt(104, { host: 'pacs.invalid' });
  const { result } = await send(
    [folder],
    peer,
    {
      trace: ({ event }) => {
        if (event.type === 'connecting') controller.abort();
      },
    },
    controller.signal,
  );
  assert.ok(clock.ms - beganMs < 1_000);
  assert.deepEqual(verdicts(result), ['cancelled: cancelled']);
  await assertNothingLeft(before);
});

test('F70: cancelled while the look-up of a name hangs', LINUX_ONLY, async (t) => {
  const before = openResources();
  const folder = await folderOf(t, 1);
  const threads = busyThreads(t);
  const controller = new AbortController();
  let cancelledAtMs = 0;
  const trace = ({ event }: TraceRecord): void => {
    if (event.type !== 'connecting') return;
    threads.occupy();
    // In another turn of the event loop it is under way.
    setImmediate(() => {
      cancelledAtMs = clock.ms;
      controller.abort();
    });
  };
  const { result } = await send([folder], peerAt(104, { host: 'pacs.invalid' }), { trace }, controller.signal);
  assert.ok(clock.ms - cancelledAtMs < 1_000);
  assert.deepEqual(verdicts(result), ['cancelled: cancelled']);
  assert.deepEqual(result.associations[0]?.failure, { code: 'cancelled', phase: 'connect' }, 'while it hung');
  await threads.release();
  await assertNothingLeft(before);
});

test('F70: cancelled while the connection hangs', LINUX_ONLY, async (t) => {
  const folder = await folderOf(t, 2);
  const port = await startDeafListener(t);
  const before = openResources();
  const controller = new AbortController();
  let cancelledAtMs = 0;
  const trace = ({ event }: TraceRecord): void => {
    if (event.type !== 'connecting') return;
    // In another turn of the event loop it is under way.
    setImmediate(() => {
      cancelledAtMs = clock.ms;
      controller.abort();
    });
  };
  const { result } = await send([folder], peerAt(port), { trace }, controller.signal);
  assert.ok(clock.ms - cancelledAtMs < 1_000);
  assert.deepEqual(verdicts(result), ['cancelled: cancelled', 'cancelled: cancelled']);
  assert.deepEqual(result.associations[0]?.failure, { code: 'cancelled', phase: 'connect' });
  await assertNothingLeft(before);
});

/** Interrupts a command line once it says that it connects. How it ends, and what it said. */
async function interruptWhileConnecting(
  t: TestContext,
  args: readonly string[],
  preparation?: string,
): Promise<CliExit> {
  const cli = startCli(args, undefined, preparation);
  t.after(() => cli.child.kill('SIGKILL'));
  await cli.said('stderr', /^D: Connecting to /m);
  cli.child.kill('SIGINT');
  return cli.exit;
}

for (const command of ['store', 'echo'] as const) {
  test(`F70: Ctrl-C while a name is looked up or a connection hangs ends ${command}`, LINUX_ONLY, async (t) => {
    const files = command === 'store' ? [await folderOf(t, 1)] : [];
    const port = String(await startDeafListener(t));
    const connecting = await interruptWhileConnecting(t, [command, '-d', '127.0.0.1', port, ...files]);
    assert.equal(connecting.code, 130);
    // Before the deadline of the connection, and not by it.
    assert.doesNotMatch(connecting.stdout + connecting.stderr, /timeout|timed out|within \d/i);

    const looking = await interruptWhileConnecting(
      t,
      [command, '-d', 'pacs.invalid', '104', ...files],
      HANGING_LOOKUPS,
    );
    // Ended by the signal, as the system does not give the look-up back: a shell reports 130.
    assert.equal(looking.code, null);
    assert.doesNotMatch(looking.stdout + looking.stderr, /timeout|timed out|within \d/i);
    if (command === 'store') assert.match(looking.stdout, /^Cancelled: 0 of 1 file stored|1 file cancelled/m);
  });
}

test('F70: cancelling in the middle of a file aborts at once; nothing is called stored that was not', async (t) => {
  const folder = await folderOf(t, 3, 20_000_000);
  const controller = new AbortController();
  let cancelledAtMs = 0;
  let aborted = false;
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    const message = await connection.message();
    assert.ok(message !== undefined);
    connection.respond(message, 0);
    await connection.pdu();
    await connection.pdu();
    cancelledAtMs = clock.ms;
    controller.abort();
    for (let pdu = await connection.pdu(); pdu !== undefined; pdu = await connection.pdu())
      aborted ||= pdu.type === 0x07;
  });
  const { result } = await send([folder], peerAt(peer.port), {}, controller.signal);
  const elapsedMs = clock.ms - cancelledAtMs;
  await peer.stop();
  assert.deepEqual(verdicts(result), ['stored', 'cancelled: cancelled', 'cancelled: cancelled']);
  assert.ok(result.cancelled);
  assert.ok(elapsedMs < 1_000, `${elapsedMs} ms`);
  assert.ok(aborted, 'the peer saw A-ABORT');
});

test('F70: cancelling while the answer is awaited leaves the file unknown', async (t) => {
  const folder = await folderOf(t, 2);
  const controller = new AbortController();
  const peer = await startPeer(t, {
    answer: () => {
      controller.abort();
      return undefined;
    },
  });
  const { result } = await send([folder], peerAt(peer.port), {}, controller.signal);
  assert.deepEqual(verdicts(result), ['unknown: cancelled', 'cancelled: cancelled']);
});

test('F70: cancelling before the peer has answered the association', async (t) => {
  const folder = await folderOf(t, 1);
  const controller = new AbortController();
  const peer = await startPeer(t, { at: [{ moment: 'requested', act: () => controller.abort() }] });
  const { result } = await send([folder], peerAt(peer.port), {}, controller.signal);
  assert.deepEqual(verdicts(result), ['cancelled: cancelled']);
});

test('F70: cancelled between two files: release, not abort', async (t) => {
  const before = openResources();
  const folder = await folderOf(t, 3);
  const controller = new AbortController();
  const seen: number[] = [];
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    const messages = await connection.serve();
    seen.push(messages.length, connection.lastPdu?.type ?? 0);
  });
  const { result } = await send([folder], peerAt(peer.port), { outcome: () => controller.abort() }, controller.signal);
  await peer.stop();
  assert.deepEqual(verdicts(result), ['stored', 'cancelled: cancelled', 'cancelled: cancelled']);
  assert.deepEqual(seen, [1, 0x05]);
  await assertNothingLeft(before);
});

test('F70: cancelled while the release is awaited: what is stored stays stored', async (t) => {
  const before = openResources();
  const folder = await folderOf(t, 1);
  const controller = new AbortController();
  let cancelledAtMs = 0;
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    const message = await connection.message();
    assert.ok(message !== undefined);
    connection.respond(message, 0);
    await connection.expect(0x05);
    cancelledAtMs = clock.ms;
    controller.abort();
    await connection.pdu();
  });
  const { result } = await send([folder], peerAt(peer.port), {}, controller.signal);
  assert.ok(clock.ms - cancelledAtMs < 1_000);
  await peer.stop();
  assert.deepEqual(verdicts(result), ['stored']);
  await assertNothingLeft(before);
});

test('F70: cancelled while it waits for another try', async (t) => {
  const folder = await folderOf(t, 1);
  const controller = new AbortController();
  let cancelledAtMs = 0;
  const peer = await startScriptedPeer(async (connection, number) => {
    await connection.expect(0x01);
    connection.send(naive.associateRj(2, 3, 1));
    if (number < 2) return;
    // The second rejection is followed by a pause of a second.
    await connection.pdu();
    cancelledAtMs = clock.ms;
    controller.abort();
  });
  const { result } = await send([folder], peerAt(peer.port), {}, controller.signal);
  assert.ok(clock.ms - cancelledAtMs < 1_000);
  await peer.stop();
  assert.deepEqual(verdicts(result), ['cancelled: cancelled']);
  assert.equal(peer.connections, 2);
});

test('F70: cancelled at 60 instants: the outcomes match what the receiver holds, and nothing stays open', async (t) => {
  const before = openResources();
  const folder = await folderOf(t, 12, 60_000);
  const cuts = Array.from({ length: 60 }, (_, index) => index * 7 + 1);
  await Promise.all(
    [0, 1, 2, 3].map(async (lane) => {
      for (const records of cuts.filter((_cut, index) => index % 4 === lane)) {
        const held = new Set<string>();
        const receiver = await startReceiver({
          port: 0,
          directory: temporaryFolder(t),
          received: ({ sopInstanceUID }) => held.add(sopInstanceUID),
        });
        const controller = new AbortController();
        let left = records;
        let cancelledAtMs = Number.POSITIVE_INFINITY;
        // An instant is a place in the trace: the same on a slow machine and on a fast one.
        const trace = (): void => {
          left -= 1;
          if (left !== 0) return;
          cancelledAtMs = clock.ms;
          controller.abort();
        };
        const { result } = await send([folder], peerAt(receiver.port), { trace }, controller.signal);
        if (cancelledAtMs !== Number.POSITIVE_INFINITY) assert.ok(clock.ms - cancelledAtMs < 1_000);
        await receiver.stop();
        for (const { outcome, sopInstanceUID = '' } of result.outcomes) {
          if (outcome === 'stored') assert.ok(held.has(sopInstanceUID), `${records}: stored, but not there`);
          else if (outcome !== 'unknown') assert.ok(!held.has(sopInstanceUID), `${records}: ${outcome}, but there`);
        }
        assert.ok(result.counts.unknown <= 1);
      }
    }),
  );
  await assertNothingLeft(before);
});

test('F79: a trace sink that is slow does not change what happens', async (t) => {
  const folder = await folderOf(t, 2);
  const receiver = await startReceiver({ port: 0, directory: temporaryFolder(t) });
  t.after(() => receiver.stop());
  let records = 0;
  const trace = (): void => {
    records += 1;
    const until = performance.now() + 5;
    while (performance.now() < until);
  };
  const { result } = await send([folder], peerAt(receiver.port), { trace });
  assert.deepEqual(verdicts(result), ['stored', 'stored']);
  assert.ok(records > 10);
});
