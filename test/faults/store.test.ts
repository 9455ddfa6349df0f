// What a peer can do wrong while instances are on their way: no file is called stored that the peer did not confirm, the
// rest of the files is sent, and nothing hangs. Numbers are those of the fault catalogue.

import assert from 'node:assert/strict';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Timeouts } from '../../src/net/peer.ts';
import type { Outcome } from '../../src/send/outcome.ts';
import { runSend } from '../../src/send/run.ts';
import { JPEG_BASELINE, MR_IMAGE } from '../support/dicom-builder.ts';
import { folderOf, peerAt, scanned, send, verdicts, writeInstances } from '../support/jobs.ts';
import { LoopClock } from '../support/loop-clock.ts';
import * as naive from '../support/naive-pdu.ts';
import { type RawMessage, startScriptedPeer, storeResponse, uint16 } from '../support/scripted-peer.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const clock = new LoopClock();
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

test('F36: every status is kept and decides the outcome; the others are sent all the same', async (t) => {
  const folder = await folderOf(t, STATUSES.length, 64);
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    await connection.serve((count) => STATUSES[count - 1]?.[0] ?? 0);
  });
  const { result } = await send([folder], peerAt(peer.port));
  await peer.stop();
  assert.deepEqual(
    [...result.outcomes].map(({ outcome, status }) => [status, outcome]),
    STATUSES,
  );
});

test('F36: Error Comment and Offending Element reach the outcome', async (t) => {
  const folder = await folderOf(t, 1);
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    const message = await connection.message();
    assert.ok(message !== undefined);
    connection.respond(
      message,
      0xa900,
      new Map([
        [0x0901, Buffer.from('10002000', 'hex')],
        [0x0902, Buffer.from('Patient ID is empty ')],
      ]),
    );
    await connection.serve();
  });
  const { result } = await send([folder], peerAt(peer.port));
  await peer.stop();
  assert.deepEqual(result.outcomes.at(0)?.reason, {
    code: 'status',
    status: 0xa900,
    errorComment: 'Patient ID is empty',
    offendingElement: [0x00100020],
  });
});

for (const maximumLength of [8, 9, 128, 4_096, 2 ** 32 - 1, 0, 'absent'] as const) {
  test(`F33: a maximum length of ${maximumLength} is obeyed with even fragments and one last`, async (t) => {
    const folder = temporaryFolder(t);
    const [instance] = await writeInstances(folder, [{ pixelBytes: 3_000 }]);
    let message: RawMessage | undefined;
    const peer = await startScriptedPeer(async (connection) => {
      await connection.accept({ maximumLength });
      message = await connection.message();
      assert.ok(message !== undefined);
      connection.respond(message, 0);
      await connection.serve();
    });
    const { result } = await send([folder], peerAt(peer.port));
    await peer.stop();
    assert.deepEqual(verdicts(result), ['stored']);
    assert.ok(message?.dataSet !== undefined && instance !== undefined);
    assert.deepEqual(message.dataSet, instance.dataSet);
    const limit = maximumLength === 0 || maximumLength === 'absent' ? 131_072 : Math.min(maximumLength, 131_072);
    assert.ok(message.fragments.every((length) => length % 2 === 0 && length > 0 && length <= limit - 6));
  });
}

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
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    for (;;) {
      const message = await connection.message();
      if (message === undefined) break;
      if (
        message.command
          .get(0x1000)
          ?.toString('latin1')
          .startsWith(poison ?? '-') === true
      ) {
        connection.send(naive.abort(2, 6));
        connection.socket.end();
        return;
      }
      connection.respond(message, 0);
    }
    if (connection.lastPdu?.type === 0x05) connection.send(naive.releaseRp());
  });
  const { result } = await send([folder], peerAt(peer.port));
  await peer.stop();
  assert.deepEqual(verdicts(result), ['unknown: association aborted', 'stored', 'stored']);
});

test('an answer that never comes: the file is unknown, not failed and not stored', async (t) => {
  const folder = await folderOf(t, 1);
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    await connection.message();
    await connection.pdu();
  });
  const { result } = await send([folder], peerAt(peer.port, { timeouts: SHORT }));
  await peer.stop();
  assert.deepEqual(verdicts(result), ['unknown: timeout']);
});

test('a peer that loses every association is given up, and every file says so', async (t) => {
  const folder = await folderOf(t, 6);
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    await connection.pdu();
    connection.socket.resetAndDestroy();
  });
  const { result } = await send([folder], peerAt(peer.port));
  await peer.stop();
  assert.equal(peer.connections, 3);
  assert.equal(result.counts.stored, 0);
  assert.equal(result.counts.failed + result.counts.unknown, 6);
});

const INVALID: readonly (readonly [string, (message: RawMessage) => Buffer])[] = [
  ['another Message ID', (m) => storeResponse(m, 0, new Map([[0x0120, uint16(4711)]]))],
  ['a C-ECHO-RSP', (m) => storeResponse(m, 0, new Map([[0x0100, uint16(0x8030)]]))],
  ['another SOP Instance UID', (m) => storeResponse(m, 0, new Map([[0x1000, Buffer.from('1.2.3.4.')]]))],
  ['no Status', (m) => storeResponse(m, 0, new Map([[0x0900, undefined]]))],
  ['a Status of four bytes', (m) => storeResponse(m, 0, new Map([[0x0900, Buffer.alloc(4)]]))],
  ['no Message ID', (m) => storeResponse(m, 0, new Map([[0x0120, undefined]]))],
  ['a request', (m) => storeResponse(m, 0, new Map([[0x0100, uint16(1)]]))],
];

for (const [name, respond] of INVALID) {
  test(`F26, F28: a response with ${name} never makes a file stored`, async (t) => {
    const folder = await folderOf(t, 1);
    const peer = await startScriptedPeer(async (connection) => {
      await connection.accept();
      const message = await connection.message();
      assert.ok(message !== undefined);
      connection.send(naive.pData(naive.pdv(message.presentationContextId, 0x03, respond(message))));
      await connection.pdu();
    });
    const { result } = await send([folder], peerAt(peer.port, { timeouts: SHORT }));
    await peer.stop();
    assert.equal(result.counts.stored, 0);
    assert.notEqual(result.outcomes.at(0)?.reason, undefined);
  });
}

test('F28: a response in a presentation context that was not accepted ends the association', async (t) => {
  const folder = await folderOf(t, 1);
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    const message = await connection.message();
    assert.ok(message !== undefined);
    connection.send(naive.pData(naive.pdv(99, 0x03, storeResponse(message, 0))));
    await connection.pdu();
  });
  const { result } = await send([folder], peerAt(peer.port));
  await peer.stop();
  assert.equal(result.counts.stored, 0);
  assert.equal(result.associations[0]?.failure?.code, 'protocol error');
});

test('F28: a second answer to the same request is ignored and traced', async (t) => {
  const folder = await folderOf(t, 2);
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    const message = await connection.message();
    assert.ok(message !== undefined);
    const response = naive.pdv(message.presentationContextId, 0x03, storeResponse(message, 0));
    connection.send(naive.pData(response, response));
    await connection.serve(() => 0xa700);
  });
  const { result, trace } = await send([folder], peerAt(peer.port));
  await peer.stop();
  assert.deepEqual(verdicts(result), ['stored', 'failed: status']);
  assert.equal(trace.filter(({ event }) => event.type === 'unexpected message').length, 1);
});

test('F28: a failure that comes before the whole data set is out is the outcome', async (t) => {
  const folder = await folderOf(t, 2, 1_000_000);
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
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
    connection.respond(early, 0xa700);
    // The rest of the data set, and then the second instance.
    for (let last = false; !last; ) last = (((await connection.pdu())?.body.readUInt8(5) ?? 2) & 2) === 2;
    await connection.serve();
  });
  const { result } = await send([folder], peerAt(peer.port));
  await peer.stop();
  assert.deepEqual(verdicts(result), ['failed: status', 'stored']);
});

test('F25: a response in fragments of one byte, several PDVs to a PDU', async (t) => {
  const folder = await folderOf(t, 1);
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    const message = await connection.message();
    assert.ok(message !== undefined);
    const command = storeResponse(message, 0);
    const pdvs = [...command].map((byte, index) =>
      naive.pdv(message.presentationContextId, index === command.length - 1 ? 3 : 1, Buffer.from([byte])),
    );
    connection.send(naive.pData(...pdvs.slice(0, 10)), naive.pData(...pdvs.slice(10)));
    await connection.serve();
  });
  const { result } = await send([folder], peerAt(peer.port));
  await peer.stop();
  assert.deepEqual(verdicts(result), ['stored']);
});

test('F34: everything from the peer comes byte by byte', async (t) => {
  const folder = await folderOf(t, 2);
  const peer = await startScriptedPeer(async (connection) => {
    const write = connection.socket.write.bind(connection.socket);
    connection.socket.write = ((bytes: Buffer) => {
      for (const byte of bytes) write(Buffer.from([byte]));
      return true;
    }) as typeof connection.socket.write;
    await connection.accept();
    await connection.serve();
  });
  const { result } = await send([folder], peerAt(peer.port));
  await peer.stop();
  assert.deepEqual(verdicts(result), ['stored', 'stored']);
});

test('F31: a peer that stops reading is left after the stall deadline, and nothing is called stored', async (t) => {
  const folder = await folderOf(t, 1, 30_000_000);
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    connection.socket.pause();
  });
  const { result } = await send([folder], peerAt(peer.port, { timeouts: SHORT }));
  await peer.stop();
  assert.equal(result.counts.stored, 0);
  for (const { failure } of result.associations)
    assert.deepEqual(failure, { code: 'timeout', phase: 'write', afterMs: SHORT.writeStallMs });
});

test('F35: what is stored stays stored when the peer does not answer the release', async (t) => {
  const folder = await folderOf(t, 1);
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    const message = await connection.message();
    assert.ok(message !== undefined);
    connection.respond(message, 0);
    await connection.expect(0x05);
    await connection.pdu();
  });
  const { result } = await send([folder], peerAt(peer.port, { timeouts: SHORT }));
  await peer.stop();
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

test('F38: bad files among good ones: each has its reason, the good ones are stored', async (t) => {
  const folder = temporaryFolder(t);
  await writeInstances(folder, [{}, { sopClass: MR_IMAGE }, { transferSyntax: JPEG_BASELINE }, {}]);
  await writeFile(join(folder, 'a.txt'), 'not DICOM at all');
  await writeFile(join(folder, 'b.dcm'), '');
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept({
      answer: ({ transferSyntaxes, abstractSyntax }) => {
        if (abstractSyntax === MR_IMAGE) return { result: 3 };
        if (transferSyntaxes[0] === JPEG_BASELINE) return { result: 4 };
        return { result: 0, transferSyntax: transferSyntaxes[0] ?? '' };
      },
    });
    await connection.serve();
  });
  const { result } = await send([folder], peerAt(peer.port));
  await peer.stop();
  assert.deepEqual(verdicts(result), [
    'stored',
    'failed: presentation context refused',
    'failed: presentation context refused',
    'stored',
    'skipped: not DICOM',
    'skipped: empty file',
  ]);
  const refused = result.outcomes.at(2)?.reason;
  assert.ok(refused?.code === 'presentation context refused');
  assert.deepEqual(refused.refused, [{ transferSyntaxUID: JPEG_BASELINE, result: 4 }]);
  assert.ok(refused.accepted.includes('1.2.840.10008.1.2.1'));
});

test('F50: a file that changed after the scan fails; the rest is stored on the same association', async (t) => {
  const folder = temporaryFolder(t);
  const [first] = await writeInstances(folder, [{}, {}]);
  assert.ok(first !== undefined);
  const files = await scanned([folder]);
  await truncate(first.path, first.file.length - 100);
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    await connection.serve();
  });
  const result = await runSend({ peer: peerAt(peer.port), files }, {}, new AbortController().signal);
  await peer.stop();
  assert.deepEqual(verdicts(result), ['failed: file changed', 'stored']);
  assert.equal(peer.connections, 1);
});

test('F50: a file that shrinks while it is sent is abandoned with A-ABORT, and the rest is stored', async (t) => {
  const folder = temporaryFolder(t);
  const [first] = await writeInstances(folder, [{ pixelBytes: 20_000_000 }, {}]);
  assert.ok(first !== undefined);
  let aborted = false;
  const peer = await startScriptedPeer(async (connection, number) => {
    await connection.accept();
    if (number === 1) {
      await connection.pdu();
      await connection.pdu();
      await truncate(first.path, 1_000_000);
      for (let pdu = await connection.pdu(); pdu !== undefined; pdu = await connection.pdu())
        aborted ||= pdu.type === 0x07;
      return;
    }
    await connection.serve();
  });
  const { result } = await send([folder], peerAt(peer.port));
  await peer.stop();
  assert.deepEqual(verdicts(result), ['failed: file changed', 'stored']);
  assert.ok(aborted);
});

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
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    await connection.message();
    controller.abort();
    await connection.pdu();
  });
  const { result } = await send([folder], peerAt(peer.port), {}, controller.signal);
  await peer.stop();
  assert.deepEqual(verdicts(result), ['unknown: cancelled', 'cancelled: cancelled']);
});

test('F70: cancelling before the peer has answered the association', async (t) => {
  const folder = await folderOf(t, 1);
  const controller = new AbortController();
  const peer = await startScriptedPeer(async (connection) => {
    await connection.expect(0x01);
    controller.abort();
    await connection.pdu();
  });
  const { result } = await send([folder], peerAt(peer.port), {}, controller.signal);
  await peer.stop();
  assert.deepEqual(verdicts(result), ['cancelled: cancelled']);
});
