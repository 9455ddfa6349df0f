// Peers that are slow on purpose. Requestors hold the built-in receiver: half-open connections, an A-ASSOCIATE-RQ or a message
// that comes byte by byte, associations that are open and idle. Acceptors hold a send: an A-ASSOCIATE-AC, a response or an
// A-RELEASE-RP that comes byte by byte. An honest peer gets in meanwhile, and one that transfers is never ended.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { echo } from '../../src/net/echo-scu.ts';
import { RequestedAssociation } from '../../src/net/requested-association.ts';
import { type Receiver, startReceiver } from '../../src/net/store-scp.ts';
import type { TraceRecord } from '../../src/net/trace-record.ts';
import {
  ARTIM_REQUEST_MS,
  MESSAGE_STRETCH_LENGTH,
  MESSAGE_STRETCH_MS,
  PLACE_KEPT_MS,
  RECEIVER_ASSOCIATIONS_MAX,
  UNASKED_MAX,
} from '../../src/protocol/limits.ts';
import { attackSize, measured } from '../support/attack.ts';
import { EXPLICIT_LE } from '../support/dicom-builder.ts';
import { peerAt } from '../support/jobs.ts';
import { LoopClock } from '../support/loop-clock.ts';
import * as naive from '../support/naive-pdu.ts';
import { assertNothingLeft, openResources } from '../support/open-resources.ts';
import { commandSet, PeerConnection, startScriptedPeer, uint16 } from '../support/scripted-peer.ts';
import {
  CT,
  connectClient,
  dataSet,
  release,
  type StoreClient,
  storeCommand,
  storeInstance,
} from '../support/store-client.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const clock = new LoopClock();
const A_ASSOCIATE_AC = 0x02;
const A_ASSOCIATE_RJ = 0x03;
const A_ABORT = 0x07;
/** A byte so often holds an association for ever, if any byte counts. */
const TRICKLE_MS = 5_000;
const VISITS = attackSize(10, 500);
const HALF_OPEN = attackSize(3 * UNASKED_MAX, 2_000);

interface Attacked {
  readonly receiver: Receiver;
  readonly directory: string;
  readonly ended: () => readonly { readonly reason: string; readonly count: number }[];
}

async function attacked(t: TestContext): Promise<Attacked> {
  const directory = temporaryFolder(t);
  const records: TraceRecord[] = [];
  const receiver = await startReceiver({ port: 0, directory, trace: (record) => records.push(record) });
  t.after(() => {
    t.mock.timers.reset();
    return receiver.stop();
  });
  const ended = () =>
    records.flatMap(({ event }) =>
      event.type === 'requestor ended' ? [{ reason: event.reason, count: event.count }] : [],
    );
  return { receiver, directory, ended };
}

/** The receiver's deadlines go by this time; sockets by the real one. */
function stoppedTime(t: TestContext): (ms: number) => void {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  return (ms) => {
    now += ms;
    t.mock.timers.tick(ms);
  };
}

/** The receiver has read what was sent to it: it has answered a later connection. */
async function settled(receiver: Receiver): Promise<void> {
  const probe = await connectClient(receiver.port);
  probe.socket.destroy();
}

async function halfOpen(t: TestContext, receiver: Receiver): Promise<PeerConnection> {
  const socket = new Socket();
  const connection = new PeerConnection(socket);
  t.after(() => socket.destroy());
  await new Promise<void>((resolve) => {
    socket.connect(receiver.port, '127.0.0.1', resolve);
  });
  return connection;
}

/** An association whose client does not hold bytes back (Nagle). */
async function prompt(t: TestContext, receiver: Receiver): Promise<StoreClient> {
  const client = await connectClient(receiver.port);
  t.after(() => client.socket.destroy());
  client.socket.setNoDelay(true);
  assert.equal(client.answer, A_ASSOCIATE_AC);
  return client;
}

async function associated(t: TestContext, receiver: Receiver): Promise<StoreClient[]> {
  const clients: StoreClient[] = [];
  for (let count = 0; count < RECEIVER_ASSOCIATIONS_MAX; count++) clients.push(await prompt(t, receiver));
  return clients;
}

/** All places are taken by another machine. */
async function associatedFrom(receiver: Receiver): Promise<void> {
  for (;;) {
    const client = await connectClient(receiver.port, 'ATTACKER', '127.0.0.2');
    client.socket.destroy();
    if (client.answer === A_ASSOCIATE_RJ) return;
  }
}

async function honest(receiver: Receiver, uid = '1.2.3'): Promise<void> {
  const client = await connectClient(receiver.port);
  assert.equal(client.answer, A_ASSOCIATE_AC);
  assert.equal(await storeInstance(client, uid), 0);
  await release(client);
}

test('half-open connections keep nobody out, and there are never many', async (t) => {
  const before = openResources();
  const { receiver, ended } = await attacked(t);
  const connections: PeerConnection[] = [];
  for (let count = 0; count < HALF_OPEN; count++) connections.push(await halfOpen(t, receiver));
  const began = clock.ms;
  await honest(receiver);
  measured(`An instance beside ${HALF_OPEN} half-open connections`, clock.ms - began, 'ms');
  assert.ok(clock.ms - began < 1_000);
  assert.equal(await connections[0]?.pdu(), undefined, 'the oldest is closed');
  assert.deepEqual(ended(), [{ reason: 'no request', count: 1 }], 'told once, the others are counted');
  await receiver.stop();
  for (const { socket } of connections) socket.destroy();
  await assertNothingLeft(before);
});

test('a flood of one machine closes its own connections, and not one of a machine far away', async (t) => {
  const { receiver } = await attacked(t);
  const distant = await halfOpen(t, receiver);
  await settled(receiver);
  const flood: Socket[] = [];
  for (let count = 0; count < HALF_OPEN; count++) {
    const socket = new Socket();
    t.after(() => socket.destroy());
    flood.push(socket);
    await new Promise<void>((resolve) => {
      socket.connect({ port: receiver.port, host: '127.0.0.1', localAddress: '127.0.0.2' }, resolve);
    });
  }
  distant.send(naive.associateRq({ items: naive.plainItems(naive.proposedContext(1, CT, [EXPLICIT_LE])) }));
  assert.equal((await distant.pdu())?.type, A_ASSOCIATE_AC);
  assert.equal(await storeInstance(distant, '1.2.3'), 0);
});

test('ARTIM is from the connection to the whole A-ASSOCIATE-RQ, whatever trickles in', async (t) => {
  const pass = stoppedTime(t);
  const { receiver } = await attacked(t);
  const silent = await halfOpen(t, receiver);
  const trickling = await halfOpen(t, receiver);
  await settled(receiver);
  const request = naive.associateRq({ items: naive.plainItems(naive.proposedContext(1, CT, [EXPLICIT_LE])) });
  let at = 0;
  for (let ms = 0; ms < ARTIM_REQUEST_MS; ms += TRICKLE_MS) {
    assert.equal(trickling.socket.destroyed, false, `closed after ${ms} ms`);
    trickling.send(request.subarray(at, (at += 1)));
    await settled(receiver);
    pass(TRICKLE_MS);
  }
  assert.equal(await trickling.pdu(), undefined);
  assert.equal(await silent.pdu(), undefined);
});

test('a message that comes byte by byte is aborted, and an honest one over a poor link is not', async (t) => {
  const pass = stoppedTime(t);
  const { receiver, directory, ended } = await attacked(t);
  const [trickling, poor] = [await prompt(t, receiver), await prompt(t, receiver)];
  const command = storeCommand('1.2.3');
  // A fifth more than the least, because a stretch begins at any time.
  const poorly = dataSet(Buffer.alloc((1.2 * MESSAGE_STRETCH_LENGTH * TRICKLE_MS) / MESSAGE_STRETCH_MS), false);
  poor.send(storeCommand('1.2.4'));
  // Twenty minutes: many times the deadline.
  for (let count = 0; count < (20 * MESSAGE_STRETCH_MS) / TRICKLE_MS; count++) {
    if (!trickling.socket.destroyed) trickling.send(command.subarray(count, count + 1));
    poor.send(poorly);
    await settled(receiver);
    pass(TRICKLE_MS);
    if (count === MESSAGE_STRETCH_MS / TRICKLE_MS) assert.equal((await trickling.pdu())?.type, A_ABORT);
  }
  poor.send(dataSet(Buffer.alloc(2)));
  assert.equal((await poor.message())?.command.get(0x0900)?.readUInt16LE(0), 0);
  await release(poor);
  assert.deepEqual(ended(), [{ reason: 'slow message', count: 1 }]);
  assert.deepEqual(readdirSync(directory), ['1.2.4.dcm']);
});

test('while all places are taken by slow ones, an honest sender gets in within seconds, again and again', async (t) => {
  const pass = stoppedTime(t);
  const { receiver, ended } = await attacked(t);
  const clients = await associated(t, receiver);
  const early = await connectClient(receiver.port);
  assert.equal(early.answer, A_ASSOCIATE_RJ, 'they may just be opening their files');
  for (const client of clients) client.send(storeCommand('1.2.3').subarray(0, 1));
  pass(PLACE_KEPT_MS);
  for (let count = 0; count < RECEIVER_ASSOCIATIONS_MAX; count++) {
    const client = await prompt(t, receiver);
    assert.equal((await clients[count]?.pdu())?.type, A_ABORT, 'the one that came first leaves first');
    assert.equal(await storeInstance(client, `1.2.${count}`), 0);
  }
  assert.deepEqual(ended(), [{ reason: 'place needed', count: 1 }], 'told once, the others are counted');
  const late = await connectClient(receiver.port);
  assert.equal(late.answer, A_ASSOCIATE_RJ, 'those that have just stored an instance stay');
});

test('a sender that transfers, or has just stored, keeps its place; an idle one leaves', async (t) => {
  const pass = stoppedTime(t);
  const { receiver, directory } = await attacked(t);
  const [transferring, storing, ...idle] = await associated(t, receiver);
  assert.ok(transferring && storing);
  transferring.send(storeCommand('1.2.3'));
  for (let count = 0; count < idle.length; count++) {
    pass(PLACE_KEPT_MS);
    transferring.send(dataSet(Buffer.alloc(65_536), false));
    assert.equal(await storeInstance(storing, '1.2.4'), 0);
    await prompt(t, receiver);
    assert.equal((await idle[count]?.pdu())?.type, A_ABORT);
  }
  transferring.send(dataSet(Buffer.alloc(2)));
  assert.equal((await transferring.message())?.command.get(0x0900)?.readUInt16LE(0), 0);
  assert.deepEqual(readdirSync(directory).toSorted(), ['1.2.3.dcm', '1.2.4.dcm']);
});

test('a machine that comes back as soon as it is ended keeps no other machine out', {
  skip: process.platform !== 'linux' && 'needs 127.0.0.2',
}, async (t) => {
  const { receiver, directory } = await attacked(t);
  let isOver = false;
  t.after(() => {
    isOver = true;
  });
  /** Holds a place, and when it is ended or rejected comes back at once. */
  const comesBack = async (): Promise<void> => {
    while (!isOver) {
      const client = await connectClient(receiver.port, 'ATTACKER', '127.0.0.2');
      client.send(storeCommand('1.2.3').subarray(0, 1));
      while (!isOver && (await client.pdu()) !== undefined) void 0;
      client.socket.destroy();
    }
  };
  const attackers = Array.from({ length: RECEIVER_ASSOCIATIONS_MAX + 8 }, comesBack);
  await associatedFrom(receiver);
  const began = clock.ms;
  for (let count = 0; count < VISITS; count++) await honest(receiver, `1.2.${count}`);
  measured(`${VISITS} associations beside ${attackers.length} that come back`, clock.ms - began, 'ms');
  isOver = true;
  await receiver.stop();
  await Promise.all(attackers);
  assert.equal(readdirSync(directory).length, VISITS);
});

test('stopping takes less than a second, whoever is slow', async (t) => {
  const before = openResources();
  const { receiver } = await attacked(t);
  const clients = await associated(t, receiver);
  // They neither read nor close.
  for (const { socket } of clients) socket.pause();
  const rejected = await Promise.all(Array.from({ length: 20 }, () => connectClient(receiver.port)));
  const half = await Promise.all(Array.from({ length: 20 }, () => halfOpen(t, receiver)));
  const began = clock.ms;
  await receiver.stop();
  measured('Stopping', clock.ms - began, 'ms');
  assert.ok(clock.ms - began < 1_000, `${clock.ms - began} ms`);
  for (const { socket } of [...clients, ...rejected, ...half]) socket.destroy();
  await assertNothingLeft(before);
});

const DEADLINE_MS = 300;
/** A whole PDU takes several deadlines. */
const BYTE_MS = 100;

for (const [what, phase] of [
  ['A-ASSOCIATE-AC', 'association'],
  ['C-ECHO-RSP', 'response'],
  ['A-RELEASE-RP', 'release'],
] as const) {
  test(`an answer that comes byte by byte holds a send no longer than one deadline: ${what}`, async (t) => {
    const timers: NodeJS.Timeout[] = [];
    const trickle = (connection: PeerConnection, bytes: Uint8Array): void => {
      let at = 0;
      timers.push(setInterval(() => connection.socket.write(bytes.subarray(at, (at += 1))), BYTE_MS));
    };
    t.after(() => timers.forEach(clearInterval));
    const peer = await startScriptedPeer(async (connection) => {
      if (phase === 'association') {
        const request = await connection.pdu();
        assert.ok(request);
        const send = connection.send.bind(connection);
        connection.send = (...pieces) => trickle(connection, naive.bytes(...pieces));
        connection.acceptRequest(request.body);
        connection.send = send;
        while ((await connection.pdu()) !== undefined) void 0;
        return;
      }
      await connection.accept();
      const message = await connection.message();
      if (phase === 'response') {
        trickle(connection, naive.pData(naive.pdv(message?.presentationContextId ?? 1, 3, Buffer.alloc(60))));
      } else {
        assert.ok(message);
        connection.respond(message, 0, new Map([[0x0100, uint16(0x8030)]]));
        await connection.pdu();
        trickle(connection, naive.releaseRp());
      }
      while ((await connection.pdu()) !== undefined) void 0;
    }, t);
    const timeouts = { associationMs: DEADLINE_MS, responseMs: DEADLINE_MS, releaseMs: DEADLINE_MS };
    const began = clock.ms;
    const records: TraceRecord[] = [];
    await echo(peerAt(peer.port, { timeouts }), (record) => records.push(record), new AbortController().signal);
    assert.ok(clock.ms - began < 5 * DEADLINE_MS, `${clock.ms - began} ms`);
    const phases = records.flatMap(({ event }) => (event.type === 'timeout' ? [event.phase] : []));
    assert.deepEqual(phases, [phase]);
  });
}

test('a response whose data set comes fragment by fragment holds a request no longer than one deadline', async (t) => {
  const timers: NodeJS.Timeout[] = [];
  t.after(() => timers.forEach(clearInterval));
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    await connection.message();
    const elements = new Map([
      [0x0100, uint16(0x8130)],
      [0x0120, uint16(1)],
      [0x0800, uint16(1)],
      [0x0900, uint16(0)],
    ]);
    connection.send(naive.pData(naive.pdv(1, 3, commandSet(elements))));
    timers.push(setInterval(() => connection.send(dataSet(Buffer.alloc(2), false)), DEADLINE_MS / 10));
    while ((await connection.pdu()) !== undefined) void 0;
  }, t);
  const context = { presentationContextId: 1, abstractSyntax: CT, transferSyntaxes: [EXPLICIT_LE] };
  const outcome = await RequestedAssociation.request(
    peerAt(peer.port, { timeouts: { responseMs: DEADLINE_MS } }),
    { presentationContexts: [context], operationsInvoked: 1 },
    undefined,
    new AbortController().signal,
  );
  assert.equal(outcome.type, 'open');
  const { association } = outcome;
  const began = clock.ms;
  const answer = await association.session.request(1, {
    type: 'N-ACTION-RQ',
    MessageID: 1,
    RequestedSOPClassUID: CT,
    RequestedSOPInstanceUID: '1.2.3',
    ActionTypeID: 1,
  });
  assert.deepEqual(answer, {
    type: 'failure',
    failure: { code: 'timeout', phase: 'response', afterMs: DEADLINE_MS },
  });
  assert.ok(clock.ms - began < 5 * DEADLINE_MS);
  await association.gone();
});
