// Malformed PDUs on real sockets, against the sender in each of its phases and the built-in receiver in each of its states.
// There is no crash and no hang, nothing stays open, and no file is called stored that the peer did not confirm.

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { echo } from '../../src/net/echo-scu.ts';
import { type Receiver, startReceiver } from '../../src/net/store-scp.ts';
import { peerAt, scanned, send, writeInstances } from '../support/jobs.ts';
import { LoopClock } from '../support/loop-clock.ts';
import { MALFORMED } from '../support/malformed.ts';
import type { Malformed } from '../support/malformed-case.ts';
import { commandSet, echoRequestSet, storeRequestElements } from '../support/naive-command-set.ts';
import * as naive from '../support/naive-pdu.ts';
import { assertNothingLeft, openResources } from '../support/open-resources.ts';
import { type PeerConnection, startScriptedPeer } from '../support/scripted-peer.ts';
import { leastLongestTurnMs, STALL_MS } from '../support/stall.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const clock = new LoopClock();
const DEADLINE_MS = 400;
const TIMEOUTS = {
  connectMs: DEADLINE_MS,
  associationMs: DEADLINE_MS,
  responseMs: DEADLINE_MS,
  writeStallMs: DEADLINE_MS,
  releaseMs: DEADLINE_MS,
};
/** A phase's deadline, and what may follow it, by the clock of the event loop. */
const LIMIT_MS = DEADLINE_MS + 1_000;
const CT = '1.2.840.10008.5.1.4.1.1.2';
const EXPLICIT = '1.2.840.10008.1.2.1';

/** The first `each` of every kind and verdict. */
function sample(each: number): Malformed[] {
  const taken = new Map<string, number>();
  return MALFORMED.filter(({ kind, verdict }) => {
    const group = `${kind} ${verdict}`;
    taken.set(group, (taken.get(group) ?? 0) + 1);
    return (taken.get(group) ?? 0) <= each;
  });
}

/** Runs `work` for all, a few at a time. */
async function inParallel<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const rest = [...all];
  const worker = async (): Promise<void> => {
    for (let one = rest.shift(); one !== undefined; one = rest.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: 6 }, worker));
}

type SenderPhase = 'association' | 'response' | 'release';

/** Says the malformed PDU in the phase, and is a good peer otherwise. Returns how many messages it has answered. */
async function speak(connection: PeerConnection, phase: SenderPhase, bytes: Buffer): Promise<number> {
  let answered = 0;
  if (phase === 'association') {
    await connection.pdu();
    connection.send(bytes);
  } else {
    await connection.accept();
    const message = await connection.message();
    if (message === undefined) return answered;
    if (phase === 'response') connection.send(bytes);
    else {
      connection.respond(message, 0);
      answered += 1;
      await connection.pdu();
      connection.send(bytes);
    }
  }
  const served = await connection.serve();
  while ((await connection.pdu()) !== undefined) void 0;
  return answered + served.length;
}

async function sendAgainst(path: string, malformed: Malformed, phase: SenderPhase): Promise<void> {
  const where = `${malformed.kind}: ${malformed.name}, ${phase}`;
  let answered = 0;
  const peer = await startScriptedPeer(async (connection, number) => {
    if (number === 1) {
      answered += await speak(connection, phase, malformed.bytes);
      return;
    }
    await connection.accept();
    answered += (await connection.serve()).length;
  });
  const beganMs = clock.ms;
  const { result } = await send([path], peerAt(peer.port, { timeouts: TIMEOUTS }));
  const elapsedMs = clock.ms - beganMs;
  await peer.stop();
  const stored = result.counts.stored + result.counts['stored with warning'];
  // A command set that is taken may itself be the answer.
  const mayAnswer = phase === 'response' && malformed.verdict !== 'refused' ? 1 : 0;
  assert.ok(stored <= answered + mayAnswer, `${where}: stored, but answered ${answered}`);
  if (phase === 'release') assert.equal(stored, 1, `${where}: what is stored stays stored`);
  if (malformed.verdict === 'refused') {
    assert.equal(result.associations[0]?.failure?.code, 'protocol error', where);
    if (phase === 'response') assert.equal(stored, 1, `${where}: a new association for what was lost`);
  }
  assert.ok(elapsedMs <= LIMIT_MS, `${where}: ${elapsedMs} ms`);
}

for (const phase of ['association', 'response', 'release'] as const) {
  test(`F17-F27: malformed PDUs against the sender, ${phase}`, async (t) => {
    const before = openResources();
    const folder = temporaryFolder(t);
    const [instance] = await writeInstances(folder, [{ pixelBytes: 500 }]);
    assert.ok(instance !== undefined);
    const cases = sample(12);
    assert.ok(cases.length >= 60, `${cases.length}`);
    const heldMs = await leastLongestTurnMs(() =>
      inParallel(cases, (malformed) => sendAgainst(instance.path, malformed, phase)),
    );
    assert.ok(heldMs <= STALL_MS, `the event loop was held for ${heldMs} ms`);
    await assertNothingLeft(before);
  });
}

const associate = (): Buffer =>
  naive.associateRq({
    items: naive.plainItems(
      naive.proposedContext(1, CT, [EXPLICIT]),
      naive.proposedContext(3, '1.2.840.10008.1.1', ['1.2.840.10008.1.2']),
    ),
  });
const storeRequest = (): Buffer => naive.pData(naive.pdv(1, 3, commandSet([...storeRequestElements().values()])));
const echoRequest = (): Buffer => naive.pData(naive.pdv(3, 3, echoRequestSet()));

/** What a client has said before, by the state that the receiver is in then. */
const RECEIVER_STATES: readonly (readonly [string, () => Buffer])[] = [
  ['Sta2', () => Buffer.alloc(0)],
  ['Sta6', associate],
  ['Sta6, after an echo', () => Buffer.concat([associate(), echoRequest()])],
  [
    'Sta6, inside of a data set',
    () => Buffer.concat([associate(), storeRequest(), naive.pData(naive.pdv(1, 0, '0000'))]),
  ],
  ['Sta8', () => Buffer.concat([associate(), naive.releaseRq()])],
];

/** Writes all, ends, and resolves when the receiver has closed too. In milliseconds of the event loop. */
async function say(port: number, bytes: Buffer): Promise<number> {
  const beganMs = clock.ms;
  const socket = new Socket();
  socket.on('error', () => undefined);
  socket.resume();
  socket.connect(port, '127.0.0.1', () => socket.end(bytes));
  await new Promise((resolve) => {
    socket.once('close', resolve);
  });
  return clock.ms - beganMs;
}

async function receiverFor(t: TestContext): Promise<Receiver> {
  return startReceiver({ port: 0, directory: temporaryFolder(t) });
}

async function answersEcho(receiver: Receiver): Promise<boolean> {
  const result = await echo(peerAt(receiver.port), undefined, new AbortController().signal);
  return result.verified;
}

for (const [state, prefix] of RECEIVER_STATES) {
  test(`F17-F27: malformed PDUs against the receiver in ${state}`, async (t) => {
    const before = openResources();
    const receiver = await receiverFor(t);
    const heldMs = await leastLongestTurnMs(() =>
      inParallel(sample(12), async (malformed) => {
        const bytes = Buffer.concat([prefix(), malformed.bytes]);
        const elapsedMs = await say(receiver.port, bytes);
        assert.ok(elapsedMs <= 1_000, `${malformed.name}: ${elapsedMs} ms`);
        assert.ok(await answersEcho(receiver), `${malformed.name}: no C-ECHO afterwards`);
      }),
    );
    assert.ok(heldMs <= STALL_MS, `the event loop was held for ${heldMs} ms`);
    await receiver.stop();
    assert.equal((await readdir(receiver.directory)).length, receiver.answers.stored, 'no halves of instances');
    await assertNothingLeft(before);
  });
}

test('the receiver still stores instances after all malformed PDUs', async (t) => {
  const receiver = await receiverFor(t);
  for (const { bytes } of sample(1)) await say(receiver.port, bytes);
  const folder = temporaryFolder(t);
  await writeInstances(folder, [{}, {}]);
  const { result } = await send([folder], peerAt(receiver.port));
  await receiver.stop();
  assert.equal(result.counts.stored, 2);
  assert.equal((await scanned([receiver.directory])).length, 2);
});
