// Responses that break PS3.7 and leave no doubt what they answer, and how: they are taken, and told. Where there is doubt no
// file is called stored. docs/decisions/0012-broken-responses.md; F numbers are those of docs/faults.md.

import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { echo } from '../../src/net/echo-scu.ts';
import { startReceiver } from '../../src/net/store-scp.ts';
import type { TraceRecord } from '../../src/net/trace-record.ts';
import { ANSWER_DATA_SET_MAX } from '../../src/protocol/limits.ts';
import type { SendResult } from '../../src/send/job.ts';
import { runSend } from '../../src/send/run.ts';
import { folderOf, peerAt, scanned, verdicts } from '../support/jobs.ts';
import type { PeerModes } from '../support/mode-types.ts';
import { commandElement, commandSet, us } from '../support/naive-command-set.ts';
import * as naive from '../support/naive-pdu.ts';
import { startPeer } from '../support/peer-modes.ts';
import { type RawMessage, startScriptedPeer, storeResponse, uint16 } from '../support/scripted-peer.ts';
import { type Scope, temporaryFolder } from '../support/temporary-folder.ts';

const FILES = 12;
const SHORT = { associationMs: 500, responseMs: 300, writeStallMs: 400, releaseMs: 300 };

interface Told {
  readonly result: SendResult;
  readonly trace: readonly TraceRecord[];
}

async function sent(t: Scope, operationsInvoked: number, modes: PeerModes, count = FILES): Promise<Told> {
  const folder = await folderOf(t, count, 64);
  const peer = await startPeer(t, { window: operationsInvoked, ...modes });
  const trace: TraceRecord[] = [];
  const job = {
    peer: peerAt(peer.port, { timeouts: SHORT }),
    files: await scanned([folder]),
    options: { operationsInvoked, associations: 1 as const },
  };
  const result = await runSend(job, { trace: (record) => trace.push(record) }, new AbortController().signal);
  return { result, trace };
}

const breaches = ({ result }: Told): readonly string[] =>
  result.associations.flatMap(({ breaches: own = [] }) => own.map(({ breach, count }) => `${breach.code} ${count}`));

const responding = (respond: (message: RawMessage, nth: number) => readonly Buffer[]): PeerModes => ({
  answer: ({ count }, message) => ({ status: 0, bytes: [naive.pData(...respond(message, count))] }),
});

/** A response that is changed so, in one fragment. */
const changed = (message: RawMessage, changes: ReadonlyMap<number, Buffer | undefined>): Buffer =>
  naive.pdv(message.presentationContextId, 0x03, storeResponse(message, 0, changes));

const ANNOUNCED = new Map([[0x0800, uint16(0x0001)]]);
const all = (count: number): string[] => Array.from({ length: count }, () => 'stored');

for (const window of [1, 8]) {
  for (const [name, respond, expected] of [
    ['announces one each time', (m) => [changed(m, ANNOUNCED)], [`data set announced ${FILES}`]],
    [
      'announces one now and then',
      (m, nth) => [changed(m, nth % 3 === 0 ? ANNOUNCED : new Map())],
      [`data set announced ${FILES / 3}`],
    ],
    [
      'announces one, and sends it in two fragments',
      (m) => [
        changed(m, ANNOUNCED),
        naive.pdv(m.presentationContextId, 0x00, Buffer.alloc(500)),
        naive.pdv(m.presentationContextId, 0x02, Buffer.alloc(0)),
      ],
      [`data set announced ${FILES}`, `data set sent ${FILES}`],
    ],
  ] as [string, (message: RawMessage, nth: number) => Buffer[], string[]][]) {
    test(`F26: a peer whose responses have no data set ${name}, window ${window}`, async (t) => {
      const told = await sent(t, window, responding(respond));
      assert.deepEqual(verdicts(told.result), all(FILES));
      assert.deepEqual(breaches(told), expected);
      assert.equal(told.result.associations.length, 1);
      assert.equal(told.result.associations[0]?.failure, undefined);
      assert.equal(told.trace.filter(({ event }) => event.type === 'breach').length, expected.length, 'told once');
    });
  }

  const element = commandElement(0x0010, 'x ', undefined, 0x0008);
  for (const [name, respond, expected] of [
    [
      'another SOP Instance',
      (m) => changed(m, new Map([[0x1000, Buffer.from('1.2.3.4.')]])),
      'another SOP Instance UID',
    ],
    ['a Status of four bytes', (m) => changed(m, new Map([[0x0900, Buffer.alloc(4)]])), 'wrong length'],
    [
      'every number of four bytes',
      (m) =>
        changed(
          m,
          new Map([
            [0x0100, Buffer.from('01800000', 'hex')],
            [0x0120, Buffer.concat([m.command.get(0x0110) ?? Buffer.alloc(2), Buffer.alloc(2)])],
            [0x0800, Buffer.from('01010000', 'hex')],
          ]),
        ),
      'wrong length',
    ],
    ['an Offending Element of three bytes', (m) => changed(m, new Map([[0x0901, Buffer.alloc(3)]])), 'wrong length'],
    ['no Command Data Set Type', (m) => changed(m, new Map([[0x0800, undefined]])), 'no Command Data Set Type'],
    [
      'an element of another group behind',
      (m) => naive.pdv(m.presentationContextId, 0x03, naive.bytes(storeResponse(m, 0), element)),
      'foreign element',
    ],
    [
      'an element of another group in front',
      (m) => naive.pdv(m.presentationContextId, 0x03, naive.bytes(element, storeResponse(m, 0))),
      'foreign element',
    ],
  ] as [string, (message: RawMessage) => Buffer, string][]) {
    test(`F26: responses with ${name} are taken and told, window ${window}`, async (t) => {
      const told = await sent(
        t,
        window,
        responding((message) => [respond(message)]),
      );
      assert.deepEqual(verdicts(told.result), all(FILES));
      assert.equal(told.result.associations.length, 1);
      const found = breaches(told);
      assert.ok(found.length > 0);
      for (const breach of found) assert.equal(breach, `${expected} ${FILES}`);
    });
  }

  test(`F26: a status in four bytes keeps its meaning, window ${window}`, async (t) => {
    const status = Buffer.from('00a70000', 'hex');
    const told = await sent(
      t,
      window,
      responding((m) => [changed(m, new Map([[0x0900, status]]))]),
    );
    assert.deepEqual([...new Set([...told.result.outcomes].map(({ status: of }) => of))], [0xa700]);
    assert.equal(told.result.counts.failed, FILES);
  });
}

test('F26: while several requests are open, a response that names the instance of another one is no answer', async (t) => {
  // The peer numbers its responses wrongly: with the Message ID of the other request of each pair.
  const waiting: RawMessage[] = [];
  const told = await sent(t, 2, {
    answer: ({ association }, message) => {
      if (association > 1) return 0;
      const other = waiting.shift();
      if (other === undefined) {
        waiting.push(message);
        return { status: undefined, bytes: [] };
      }
      const status = new Map([[0x0120, other.command.get(0x0110)]]);
      return { status: undefined, bytes: [naive.pData(changed(message, status))] };
    },
  });
  assert.equal(told.result.associations[0]?.failure?.code, 'protocol error');
  const { stored, unknown } = told.result.counts;
  assert.ok(unknown >= 1 && unknown <= 2, `${unknown}`);
  assert.equal(stored, FILES - unknown, 'the others are sent one at a time on another association');
});

test('F26: a data set behind a response is dropped up to a limit', async (t) => {
  const piece = Buffer.alloc(16_000);
  const pieces = Math.ceil(ANSWER_DATA_SET_MAX / piece.length) + 1;
  const folder = await folderOf(t, 1, 64);
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    const message = await connection.message();
    if (message === undefined) return;
    connection.send(naive.pData(changed(message, ANNOUNCED)));
    for (let count = 0; count < pieces && connection.socket.writable; count += 1) {
      connection.send(naive.pData(naive.pdv(message.presentationContextId, 0x00, piece)));
    }
    while ((await connection.pdu()) !== undefined);
  }, t);
  const job = { peer: peerAt(peer.port, { timeouts: { releaseMs: 60_000 } }), files: await scanned([folder]) };
  const result = await runSend(job, {}, new AbortController().signal);
  assert.deepEqual(verdicts(result), ['stored'], 'its answer was there before');
  assert.equal(result.associations[0]?.failure?.code, 'protocol error');
});

for (const [name, withData] of [
  ['announces a data set', false],
  ['announces a data set, and sends it', true],
] as const) {
  test(`F26: a C-ECHO-RSP that ${name} verifies the peer`, async (t) => {
    const peer = await startScriptedPeer(async (connection) => {
      await connection.accept();
      const message = await connection.message();
      if (message === undefined) return;
      const changes = new Map([...ANNOUNCED, [0x0100, uint16(0x8030)] as const]);
      const data = withData ? [naive.pdv(message.presentationContextId, 0x02, Buffer.alloc(10))] : [];
      connection.send(naive.pData(changed(message, changes), ...data));
      await connection.serve();
    }, t);
    const events: string[] = [];
    const result = await echo(
      peerAt(peer.port, { timeouts: SHORT }),
      ({ event }) => events.push(event.type),
      new AbortController().signal,
    );
    assert.equal(result.verified, true);
    assert.equal(result.failure, undefined);
    assert.equal(events.filter((type) => type === 'breach').length, withData ? 2 : 1);
  });
}

for (const [name, dataSet] of [
  ['never comes', undefined],
  ['comes', Buffer.alloc(10)],
] as const) {
  test(`F26: the receiver answers C-ECHO-RQs that announce a data set which ${name}`, async (t) => {
    const receiver = await startReceiver({ port: 0, directory: temporaryFolder(t) });
    t.after(() => receiver.stop());
    const items = naive.plainItems(naive.proposedContext(1, '1.2.840.10008.1.1', ['1.2.840.10008.1.2']));
    const request = commandSet([
      commandElement(0x0002, '1.2.840.10008.1.1\0'),
      commandElement(0x0100, us(0x0030)),
      commandElement(0x0110, us(1)),
      commandElement(0x0800, us(0x0001)),
    ]);
    const echoes = Array.from({ length: 3 }, () =>
      naive.pData(naive.pdv(1, 3, request), ...(dataSet === undefined ? [] : [naive.pdv(1, 2, dataSet)])),
    );
    const socket = new Socket();
    const received: Buffer[] = [];
    socket.on('data', (bytes) => received.push(bytes));
    // Nothing may be sent before the answer to the A-ASSOCIATE-RQ.
    socket.once('data', () => socket.write(Buffer.concat([...echoes, naive.releaseRq()])));
    socket.connect(receiver.port, '127.0.0.1', () => socket.write(naive.associateRq({ items })));
    await new Promise((resolve) => {
      socket.once('close', resolve);
    });
    // The types of the PDUs: A-ASSOCIATE-AC, three P-DATA-TF, A-RELEASE-RP.
    const types: number[] = [];
    const bytes = Buffer.concat(received);
    for (let at = 0; at < bytes.length; at += 6 + bytes.readUInt32BE(at + 2)) types.push(bytes.readUInt8(at));
    assert.deepEqual(types, [2, 4, 4, 4, 6]);
  });
}
