// Right and wrong responses of a peer. A file is called stored only if its own response says so. F numbers are those of
// docs/faults.md.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Timeouts } from '../../src/net/peer.ts';
import type { Outcome } from '../../src/send/outcome.ts';
import { runSend } from '../../src/send/run.ts';
import { folderOf, peerAt, scanned, send, verdicts } from '../support/jobs.ts';
import { commandElement, commandSet, us } from '../support/naive-command-set.ts';
import * as naive from '../support/naive-pdu.ts';
import { startPeer } from '../support/peer-modes.ts';
import { type RawMessage, startScriptedPeer, storeResponse, uint16 } from '../support/scripted-peer.ts';

const SHORT: Partial<Timeouts> = { associationMs: 500, responseMs: 300, writeStallMs: 400, releaseMs: 300 };

const STATUSES: readonly (readonly [number, Outcome])[] = [
  [0x0000, 'stored'],
  [0xb000, 'stored with warning'],
  [0xb006, 'stored with warning'],
  [0xb007, 'stored with warning'],
  [0x0001, 'stored with warning'],
  [0x0107, 'stored with warning'],
  [0x0116, 'stored with warning'],
  [0xa700, 'failed'],
  [0xa7ff, 'failed'],
  [0xa900, 'failed'],
  [0xc000, 'failed'],
  [0xcfff, 'failed'],
  [0x0110, 'failed'],
  [0x0111, 'failed'],
  [0x0117, 'failed'],
  [0x0122, 'failed'],
  [0x0124, 'failed'],
  [0x0210, 'failed'],
  [0x0213, 'failed'],
  [0xfe00, 'failed'],
  [0xff00, 'failed'],
  [0xffff, 'failed'],
  [0x1234, 'failed'],
];

test('F36: every status is reported and decides the outcome; the other files are still sent', async (t) => {
  const folder = await folderOf(t, STATUSES.length, 64);
  const peer = await startPeer(t, { answer: ({ count }) => STATUSES[count - 1]?.[0] ?? 0 });
  // The peer counts: in the order of the files only if one association has them all.
  const job = { peer: peerAt(peer.port), files: await scanned([folder]), options: { associations: 1 } };
  const result = await runSend(job, {}, new AbortController().signal);
  assert.deepEqual(
    [...result.outcomes].map(({ outcome, status }) => [status, outcome]),
    STATUSES,
  );
});

test('F36: Error Comment and Offending Element reach the outcome', async (t) => {
  const folder = await folderOf(t, 1);
  const peer = await startPeer(t, {
    answer: () => 0xa900,
    elements: new Map([
      [0x0901, Buffer.from('10002000', 'hex')],
      [0x0902, Buffer.from('Patient ID is empty ')],
    ]),
  });
  const { result } = await send([folder], peerAt(peer.port));
  assert.deepEqual(result.outcomes.at(0)?.reason, {
    code: 'status',
    status: 0xa900,
    errorComment: 'Patient ID is empty',
    offendingElement: [0x00100020],
  });
});

const INVALID: readonly (readonly [string, (message: RawMessage) => Buffer])[] = [
  ['another Message ID', (m) => storeResponse(m, 0, new Map([[0x0120, uint16(4711)]]))],
  ['a C-ECHO-RSP', (m) => storeResponse(m, 0, new Map([[0x0100, uint16(0x8030)]]))],
  ['no Status', (m) => storeResponse(m, 0, new Map([[0x0900, undefined]]))],
  ['a Status of one byte', (m) => storeResponse(m, 0, new Map([[0x0900, Buffer.alloc(1)]]))],
  ['a Status of six bytes', (m) => storeResponse(m, 0, new Map([[0x0900, Buffer.alloc(6)]]))],
  ['a Status whose high half is not 0', (m) => storeResponse(m, 0, new Map([[0x0900, Buffer.from([0, 0, 0, 1])]]))],
  ['no Message ID', (m) => storeResponse(m, 0, new Map([[0x0120, undefined]]))],
  ['a request', (m) => storeResponse(m, 0, new Map([[0x0100, uint16(1)]]))],
];

for (const [name, respond] of INVALID) {
  test(`F26, F28: a response with ${name} never makes a file stored`, async (t) => {
    const folder = await folderOf(t, 1);
    const peer = await startPeer(t, {
      answer: (_instance, message) => ({
        status: undefined,
        bytes: [naive.pData(naive.pdv(message.presentationContextId, 0x03, respond(message)))],
      }),
    });
    const { result } = await send([folder], peerAt(peer.port, { timeouts: SHORT }));
    assert.equal(result.counts.stored, 0);
    assert.notEqual(result.outcomes.at(0)?.reason, undefined);
  });
}

test('F28: a response in a presentation context that was not accepted ends the association', async (t) => {
  const folder = await folderOf(t, 1);
  const peer = await startPeer(t, {
    answer: (_instance, message) => ({
      status: undefined,
      bytes: [naive.pData(naive.pdv(99, 0x03, storeResponse(message, 0)))],
    }),
  });
  const { result } = await send([folder], peerAt(peer.port));
  assert.equal(result.counts.stored, 0);
  assert.equal(result.associations[0]?.failure?.code, 'protocol error');
});

test('F28: a second answer to the same request is ignored and traced', async (t) => {
  const folder = await folderOf(t, 2);
  const peer = await startPeer(t, {
    answer: ({ count }, message) => {
      if (count > 1) return 0xa700;
      const response = naive.pdv(message.presentationContextId, 0x03, storeResponse(message, 0));
      return { status: 0, bytes: [naive.pData(response, response)] };
    },
  });
  const { result, trace } = await send([folder], peerAt(peer.port));
  assert.deepEqual(verdicts(result), ['stored', 'failed: status']);
  assert.equal(trace.filter(({ event }) => event.type === 'unexpected message').length, 1);
});

/** Command Field, Message ID and Command Data Set Type. */
const header = (field: number, dataSetType: number): Buffer[] => [
  commandElement(0x0100, us(field)),
  commandElement(0x0110, us(1)),
  commandElement(0x0800, us(dataSetType)),
];

for (const [name, elements] of [
  ['C-ECHO-RQ', [commandElement(0x0002, '1.2.840.10008.1.1\0'), ...header(0x0030, 0x0101)]],
  ['C-FIND-RQ with a data set', [commandElement(0x0002, '1.2.3\0'), ...header(0x0020, 0x0000)]],
] as const) {
  for (const operationsInvoked of [1, 4]) {
    test(`F28: a ${name} of the peer is no answer to ours, window ${operationsInvoked}`, async (t) => {
      const folder = await folderOf(t, 6);
      const request = commandSet(elements);
      const peer = await startPeer(t, {
        window: 4,
        answer: (_instance, message) => {
          const id = message.presentationContextId;
          const dataSet = name.endsWith('data set') ? [naive.pdv(id, 0x02, Buffer.alloc(100))] : [];
          const answer = naive.pdv(id, 0x03, storeResponse(message, 0));
          return { status: 0, bytes: [naive.pData(naive.pdv(id, 0x03, request), ...dataSet, answer)] };
        },
      });
      const files = await scanned([folder]);
      const events: string[] = [];
      const job = { peer: peerAt(peer.port, { timeouts: SHORT }), files, options: { operationsInvoked } };
      const result = await runSend(
        job,
        { trace: ({ event }) => events.push(event.type) },
        new AbortController().signal,
      );
      assert.deepEqual(
        verdicts(result),
        Array.from({ length: 6 }, () => 'stored'),
      );
      assert.equal(events.filter((type) => type === 'unexpected message').length, 6);
    });
  }
}

for (const [name, status, verdict] of [
  ['failure', 0xa700, 'failed: status'],
  ['success', 0x0000, 'unknown: invalid response'],
  ['warning', 0xb000, 'unknown: invalid response'],
] as const) {
  const becomes = status === 0xa700 ? 'is the outcome' : 'does not make the file stored';
  test(`F28: a ${name} response before the end of the data set ${becomes}`, async (t) => {
    const folder = await folderOf(t, 2, 8_000_000);
    const peer = await startScriptedPeer(async (connection, number) => {
      await connection.accept();
      if (number === 1) {
        const command = await connection.pdu();
        const early: RawMessage = {
          presentationContextId: command?.body.readUInt8(4) ?? 0,
          command: new Map([
            [0x0002, Buffer.from('1.2.840.10008.5.1.4.1.1.2\0')],
            [0x0110, uint16(1)],
          ]),
          dataSet: undefined,
          fragments: [],
        };
        connection.respond(early, status);
        // The rest of the data set, and then, on this association or the next, the second instance.
        for (let last = false; !last; ) last = (((await connection.pdu())?.body.readUInt8(5) ?? 2) & 2) === 2;
      }
      await connection.serve();
    });
    const { result } = await send([folder], peerAt(peer.port));
    await peer.stop();
    assert.deepEqual(verdicts(result), [verdict, 'stored']);
  });
}

test('F25: a response in fragments of one byte, several PDVs to a PDU', async (t) => {
  const folder = await folderOf(t, 1);
  const peer = await startPeer(t, {
    answer: (_instance, message) => {
      const command = storeResponse(message, 0);
      const pdvs = [...command].map((byte, index) =>
        naive.pdv(message.presentationContextId, index === command.length - 1 ? 3 : 1, Buffer.from([byte])),
      );
      return { status: 0, bytes: [naive.bytes(naive.pData(...pdvs.slice(0, 10)), naive.pData(...pdvs.slice(10)))] };
    },
  });
  const { result } = await send([folder], peerAt(peer.port));
  assert.deepEqual(verdicts(result), ['stored']);
});

test('an answer that never comes: the file is unknown, not failed and not stored', async (t) => {
  const folder = await folderOf(t, 1);
  const peer = await startPeer(t, { answer: () => undefined });
  const { result } = await send([folder], peerAt(peer.port, { timeouts: SHORT }));
  assert.deepEqual(verdicts(result), ['unknown: timeout']);
});
