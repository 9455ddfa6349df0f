// The built-in receiver against hostile requestors: paths in UIDs, too much data, too many messages, too many associations.
// On real sockets.

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join, sep } from 'node:path';
import { type TestContext, test } from 'node:test';
import { echo } from '../../src/net/echo-scu.ts';
import { type Receiver, type ReceiverOptions, startReceiver } from '../../src/net/store-scp.ts';
import { RECEIVER_ASSOCIATIONS_MAX, RECEIVER_IDLE_MS } from '../../src/protocol/limits.ts';
import { startCli, stopCli } from '../support/cli-process.ts';
import { peerAt } from '../support/jobs.ts';
import { LoopClock, untilStill } from '../support/loop-clock.ts';
import { commandElement, commandSet, storeRequestElements, us } from '../support/naive-command-set.ts';
import * as naive from '../support/naive-pdu.ts';
import { assertNothingLeft, openResources } from '../support/open-resources.ts';
import { connectClient, dataSet, release, storeCommand, storeInstance } from '../support/store-client.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const clock = new LoopClock();
const MESSAGES_MAX = 100_000;
const STILL_MS = 1_500;
const OUT_OF_RESOURCES = 0xa700;
const A_ASSOCIATE_AC = 0x02;
const A_ASSOCIATE_RJ = 0x03;
const A_ABORT = 0x07;

/** A receiver two folders deep, so that what climbs out of its own still lands in what the test looks at. */
async function receiverIn(
  t: TestContext,
  options: Partial<ReceiverOptions> = {},
): Promise<{ receiver: Receiver; root: string; directory: string }> {
  const root = temporaryFolder(t);
  const directory = join(root, 'a', 'b');
  const receiver = await startReceiver({ port: 0, directory, ...options });
  t.after(() => receiver.stop());
  return { receiver, root, directory };
}

const everything = (folder: string): string[] => readdirSync(folder, { recursive: true }).map(String).toSorted();

const UIDS: readonly string[] = [
  '../../x',
  '../x',
  '..',
  '.',
  '/etc/send-to-pacs-x',
  'C:\\x',
  '\\\\server\\share\\x',
  '..\\..\\x',
  '',
  '\0',
  'a\0b',
  '1.2\0/../../x',
  '1.2.3/../../x',
  '1..2',
  '1.2.3;rm -rf $HOME',
  '`touch x`$(touch x)',
  'CON',
  'nul',
  '%2e%2e%2fx',
  '1.2\n3',
  '\u202e1.2',
  '9'.repeat(300),
  'x'.repeat(300),
  '1.2.'.repeat(80),
  '.receiving-0',
];

test('a SOP Instance UID that looks like a path becomes a file name in the folder, or is refused', async (t) => {
  const { receiver, root, directory } = await receiverIn(t);
  for (const uid of UIDS) {
    const client = await connectClient(receiver.port);
    assert.equal(client.answer, A_ASSOCIATE_AC);
    const status = await storeInstance(client, uid);
    client.socket.destroy();
    const written = everything(root).filter((path) => path !== 'a' && path !== join('a', 'b'));
    for (const path of written) {
      assert.match(path, new RegExp(`^a\\${sep}b\\${sep}([0-9a-f]{64}|[0-9][0-9.]{0,63})\\.dcm$`), JSON.stringify(uid));
      assert.equal(statSync(join(root, path)).mode & 0o777, 0o600);
    }
    assert.equal(written.length, receiver.answers.stored, `${JSON.stringify(uid)} was answered with ${status}`);
  }
  assert.ok(receiver.answers.stored > 15, `only ${receiver.answers.stored} were stored`);
  assert.equal(statSync(directory).mode & 0o777, 0o700);
});

test('a link where an instance is to be is replaced, and what it points at stays as it is', async (t) => {
  const { receiver, root, directory } = await receiverIn(t);
  const victim = join(root, 'victim');
  writeFileSync(victim, 'precious');
  symlinkSync(victim, join(directory, '1.2.3.dcm'));
  symlinkSync(root, join(directory, '1.2.4.dcm'));
  mkdirSync(join(directory, '1.2.5.dcm'));
  const client = await connectClient(receiver.port);
  assert.equal(await storeInstance(client, '1.2.3'), 0);
  assert.equal(await storeInstance(client, '1.2.4'), 0);
  assert.equal(await storeInstance(client, '1.2.5'), OUT_OF_RESOURCES, 'a folder is no file');
  await release(client);
  assert.equal(readFileSync(victim, 'utf8'), 'precious');
  assert.deepEqual(readdirSync(root).toSorted(), ['a', 'victim']);
  assert.deepEqual(readdirSync(directory).toSorted(), ['1.2.3.dcm', '1.2.4.dcm', '1.2.5.dcm']);
});

test('an instance beyond the limit is refused, leaves nothing, and the association goes on', async (t) => {
  const { receiver, directory } = await receiverIn(t, { maxInstanceLength: 1_000_000 });
  const client = await connectClient(receiver.port);
  const large = Array.from({ length: 40 }, () => Buffer.alloc(60_000));
  assert.equal(await storeInstance(client, '1.2.3', large), OUT_OF_RESOURCES);
  assert.equal(await storeInstance(client, '1.2.4', large.slice(0, 16)), 0);
  await release(client);
  assert.deepEqual(readdirSync(directory), ['1.2.4.dcm']);
});

test('an instance whose connection ends leaves no file', async (t) => {
  const { receiver, directory } = await receiverIn(t);
  const client = await connectClient(receiver.port);
  client.send(storeCommand('1.2.3'));
  for (let count = 0; count < 20; count++) client.send(dataSet(Buffer.alloc(60_000), false));
  await new Promise<void>((resolve) => {
    client.socket.end(resolve);
  });
  while ((await client.pdu()) !== undefined) void 0;
  await receiver.stop();
  assert.deepEqual(readdirSync(directory), []);
});

test('a disk that is full is answered A700, leaves no halves, and the receiver goes on', {
  skip: process.platform !== 'linux' && 'needs ulimit',
}, async (t) => {
  const directory = temporaryFolder(t);
  // Soft, as a full disk for files above 64 KiB.
  const receiver = startCli(['receive', '--port', '0', '--out', directory], undefined, 'ulimit -S -f 64');
  const said = await receiver.said('stdout', /^Listening on .*:\d+\n/);
  const client = await connectClient(Number(/:(\d+)\n/.exec(said)?.[1]));
  const large = Array.from({ length: 40 }, () => Buffer.alloc(16_000));
  assert.equal(await storeInstance(client, '1.2.3', large), OUT_OF_RESOURCES);
  assert.equal(await storeInstance(client, '1.2.4', large.slice(0, 1)), 0);
  await release(client);
  assert.equal((await stopCli(receiver)).code, 0);
  assert.deepEqual(readdirSync(directory), ['1.2.4.dcm']);
});

test('associations beyond the limit are rejected as transient, far more are closed, and the others go on', async (t) => {
  const before = openResources();
  const { receiver } = await receiverIn(t);
  const clients = await Promise.all(
    Array.from({ length: RECEIVER_ASSOCIATIONS_MAX }, () => connectClient(receiver.port)),
  );
  assert.ok(clients.every(({ answer }) => answer === A_ASSOCIATE_AC));
  const more = await connectClient(receiver.port);
  assert.equal(more.answer, A_ASSOCIATE_RJ);
  const flood = await Promise.all(Array.from({ length: 100 }, () => connectClient(receiver.port)));
  assert.ok(flood.every(({ answer }) => answer === A_ASSOCIATE_RJ || answer === undefined));
  const [first] = clients;
  assert.ok(first);
  assert.equal(await storeInstance(first, '1.2.3'), 0);
  await release(first);
  // The place that became free is there for the next one.
  const { verified } = await echo(peerAt(receiver.port), undefined, new AbortController().signal);
  assert.equal(verified, true);
  const beganMs = clock.ms;
  await receiver.stop();
  assert.ok(clock.ms - beganMs < 1_500, 'those that were refused hold nothing up');
  for (const { socket } of [...clients, more, ...flood]) socket.destroy();
  await assertNothingLeft(before);
});

test('back-pressure: a requestor that reads no answers is not read from, and costs little memory', {
  timeout: 60_000,
}, async (t) => {
  const { receiver } = await receiverIn(t);
  const client = await connectClient(receiver.port);
  client.socket.pause();
  const messages = Buffer.concat(
    Array.from({ length: 200 }, () => [storeCommand('1.2.3'), dataSet(Buffer.alloc(2))]).flat(),
  );
  let written = 0;
  // Goes on until the receiver takes nothing more, or has taken more than all buffers on the way hold.
  const more = (): void => {
    client.socket.write(messages, () => {
      written += 200;
      if (written <= MESSAGES_MAX) more();
    });
  };
  more();
  await untilStill(() => written, STILL_MS);
  assert.ok(written <= MESSAGES_MAX, `${written} messages were read without an answer taken`);
  client.socket.destroy();
  await receiver.stop();
});

for (const [name, commandField] of [
  ['a C-FIND-RQ', 0x0020],
  ['a C-STORE-RSP that answers nothing', 0x8001],
] as const) {
  test(`${name} is aborted: the receiver does not serve it`, async (t) => {
    const { receiver } = await receiverIn(t);
    const client = await connectClient(receiver.port);
    const elements = storeRequestElements();
    elements.set(0x0100, commandElement(0x0100, us(commandField)));
    elements.set(0x0120, commandElement(0x0120, us(1)));
    elements.set(0x0800, commandElement(0x0800, us(0x0101)));
    elements.set(0x0900, commandElement(0x0900, us(0)));
    const ordered = [...elements].sort(([a], [b]) => a - b).map(([, element]) => element);
    client.send(naive.pData(naive.pdv(1, 3, commandSet(ordered))));
    assert.equal((await client.pdu())?.type, A_ABORT);
    client.socket.destroy();
  });
}

test('a requestor that sends nothing for 5 minutes is aborted', async (t) => {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const pass = (ms: number): void => {
    now += ms;
    t.mock.timers.tick(ms);
  };
  const { receiver } = await receiverIn(t);
  const client = await connectClient(receiver.port);
  assert.equal(await storeInstance(client, '1.2.3'), 0);
  pass(RECEIVER_IDLE_MS - 1);
  assert.equal(await storeInstance(client, '1.2.4'), 0, 'not yet, and each word counts');
  pass(RECEIVER_IDLE_MS);
  assert.equal((await client.pdu())?.type, A_ABORT);
  client.socket.destroy();
});

test('by default the receiver listens on the loopback interface only', async (t) => {
  const { receiver } = await receiverIn(t);
  assert.equal(receiver.host, '127.0.0.1');
  const others = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4');
  for (const { address } of others) {
    const peer = { ...peerAt(receiver.port, { timeouts: { connectMs: 500 } }), host: address };
    const { verified } = await echo(peer, undefined, new AbortController().signal);
    assert.equal(verified, false, address);
  }
});
