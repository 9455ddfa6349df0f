// Peers that disappear without a word, close one half of the connection, or are gone for a while; and connections that cannot
// be made.

import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { startReceiver } from '../../src/net/store-scp.ts';
import { startChild, startDeafListener } from '../support/deaf-listener.ts';
import { folderOf, peerAt, send, verdicts } from '../support/jobs.ts';
import { LoopClock } from '../support/loop-clock.ts';
import { startScriptedPeer } from '../support/scripted-peer.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const clock = new LoopClock();
const SHORT = { connectMs: 400, associationMs: 300, responseMs: 300, writeStallMs: 300, releaseMs: 300 };

test('F03: a peer that does not accept the connection: the connect deadline ends it', {
  skip: process.platform !== 'linux' && 'other systems refuse where the queue is full',
}, async (t) => {
  const folder = await folderOf(t, 1);
  const port = await startDeafListener(t);
  const beganMs = clock.ms;
  const { result, trace } = await send([folder], peerAt(port, { timeouts: SHORT }));
  assert.ok(clock.ms - beganMs < 1_400, 'its own deadline ends it, and none that is longer');
  assert.deepEqual(result.outcomes.at(0)?.reason, { code: 'timeout', phase: 'connect', afterMs: 400 });
  const events = trace.map(({ event }) => event.type);
  assert.ok(!events.includes('connected'));
  assert.ok(
    events.indexOf('connecting') >= 0 && events.indexOf('timeout') > events.indexOf('connecting'),
    events.join(),
  );
});

test('F06: a peer that sends FIN and reads on has left: the rest goes through a new association', async (t) => {
  const folder = await folderOf(t, 2, 50_000);
  const peer = await startScriptedPeer(async (connection, number) => {
    await connection.accept();
    if (number > 1) {
      await connection.serve();
      return;
    }
    await connection.pdu();
    connection.socket.end();
  });
  const { result } = await send([folder], peerAt(peer.port, { timeouts: SHORT }));
  await peer.stop();
  assert.deepEqual(verdicts(result), ['stored', 'stored']);
  assert.equal(result.associations[0]?.failure?.code, 'connection lost');
});

test('F07: a peer that is stopped in the middle: deadlines end it, and nothing is called stored that is not', {
  skip: process.platform === 'win32' && 'processes cannot be stopped here',
}, async (t) => {
  const folder = await folderOf(t, 3);
  const receiverModule = new URL('../../src/net/store-scp.ts', import.meta.url).href;
  const { port, child } = await startChild(
    t,
    `import(${JSON.stringify(receiverModule)}).then(async ({ startReceiver }) => {
      const r = await startReceiver({ port: 0, directory: ${JSON.stringify(temporaryFolder(t))} });
      console.log(r.port);
    });`,
  );
  const { result } = await send([folder], peerAt(port, { timeouts: SHORT }), {
    outcome: (_index, { outcome }) => {
      if (outcome === 'stored') child.kill('SIGSTOP');
    },
  });
  assert.equal(result.counts.stored, 1);
  assert.equal(result.counts.failed + result.counts.unknown, 2);
  assert.ok(result.associations.every(({ failure }) => failure?.code === 'timeout'));
});

test('F39: a receiver that is restarted between files: every file arrives, none twice', async (t) => {
  const folder = await folderOf(t, 4);
  const directory = temporaryFolder(t);
  let arrived = 0;
  const received = (): void => {
    arrived += 1;
  };
  let receiver = await startReceiver({ port: 0, directory, received });
  const { port } = receiver;
  t.after(() => receiver.stop());
  let restarted: Promise<void> | undefined;
  const { result } = await send([folder], peerAt(port, { timeouts: SHORT }), {
    outcome: () => {
      restarted ??= receiver.stop().then(async () => {
        receiver = await startReceiver({ port, directory, received });
      });
    },
  });
  await restarted;
  assert.equal(result.counts.stored, 4);
  assert.ok(result.associations.length >= 2);
  assert.ok(arrived <= 5, `${arrived} instances came`);
});

test('F37: a receiver that cannot write answers A700, and the send says so', async (t) => {
  const folder = await folderOf(t, 2);
  const directory = temporaryFolder(t);
  const receiver = await startReceiver({ port: 0, directory });
  t.after(() => receiver.stop());
  // A folder that has become a file takes no file, whoever writes: root too.
  await rm(directory, { recursive: true });
  await writeFile(directory, '');
  const { result } = await send([folder], peerAt(receiver.port));
  for (const { outcome, reason } of result.outcomes) {
    assert.equal(outcome, 'failed');
    assert.ok(reason?.code === 'status' && reason.status === 0xa700);
    assert.ok(!JSON.stringify(reason).includes(directory), 'no path of the receiver');
  }
});

test('F75: proxies that the environment names are not used', async (t) => {
  const folder = await folderOf(t, 1);
  let asked = 0;
  const proxy = createServer((socket) => {
    asked += 1;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => {
    proxy.once('listening', resolve);
  });
  t.after(() => proxy.close());
  const address = proxy.address();
  assert.ok(address !== null && typeof address === 'object');
  const names = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'];
  const before = new Map(names.map((name) => [name, process.env[name]]));
  t.after(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
  for (const name of names) process.env[name] = `http://127.0.0.1:${address.port}`;
  const receiver = await startReceiver({ port: 0, directory: temporaryFolder(t) });
  t.after(() => receiver.stop());
  const { result } = await send([folder], peerAt(receiver.port));
  assert.deepEqual(verdicts(result), ['stored']);
  assert.equal(asked, 0);
});

test("F78: an address that cannot be listened on is an error with the system's code", async (t) => {
  const folder = await folderOf(t, 1);
  // Nobody can connect to everybody.
  const { result } = await send([folder], peerAt(104, { host: '255.255.255.255', timeouts: SHORT }));
  const reason = result.outcomes.at(0)?.reason;
  assert.ok(reason?.code === 'connection failed', JSON.stringify(reason));
  assert.match(reason.error.code, /^E[A-Z]+$/);
  assert.notEqual(reason.error.message, '');
});
