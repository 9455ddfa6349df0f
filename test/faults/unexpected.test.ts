// Messages at the wrong time: every PDU in each phase of a send, aborts at every point, rejections of every kind, and data that
// comes after our A-ABORT. F numbers are those of docs/faults.md.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SendResult } from '../../src/send/job.ts';
import { peerAt, send, verdicts, writeInstances } from '../support/jobs.ts';
import { LoopClock } from '../support/loop-clock.ts';
import * as naive from '../support/naive-pdu.ts';
import { type PeerConnection, startScriptedPeer } from '../support/scripted-peer.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const clock = new LoopClock();
const SHORT = { connectMs: 400, associationMs: 400, responseMs: 400, writeStallMs: 400, releaseMs: 400 };
const CT = '1.2.840.10008.5.1.4.1.1.2';
const EXPLICIT = '1.2.840.10008.1.2.1';

/** One instance to a peer whose first connection follows the script; later ones are good. */
async function sendTo(
  t: TestContext,
  script: (connection: PeerConnection, number: number) => Promise<void>,
  pixelBytes = 500,
): Promise<{ result: SendResult; connections: number }> {
  const folder = temporaryFolder(t);
  await writeInstances(folder, [{ pixelBytes }]);
  const peer = await startScriptedPeer(script);
  t.after(() => peer.stop());
  const { result } = await send([folder], peerAt(peer.port, { timeouts: SHORT }));
  return { result, connections: peer.connections };
}

async function beGood(connection: PeerConnection): Promise<void> {
  await connection.accept();
  await connection.serve();
}

const PDUS: readonly (readonly [string, Buffer])[] = [
  ['A-ASSOCIATE-RQ', naive.associateRq({ items: naive.plainItems(naive.proposedContext(1, CT, [EXPLICIT])) })],
  ['A-ASSOCIATE-AC', naive.associateAc({ items: naive.plainItems(naive.contextResult(1, 0, EXPLICIT)) })],
  ['A-ASSOCIATE-RJ', naive.associateRj(1, 1, 1)],
  ['P-DATA-TF', naive.pData(naive.pdv(1, 1, '0000'))],
  ['A-RELEASE-RQ', naive.releaseRq()],
  ['A-RELEASE-RP', naive.releaseRp()],
  ['an unknown type', naive.pdu(0x99, '00000000')],
];

const PHASES: readonly (readonly [string, (connection: PeerConnection) => Promise<void>, readonly string[]])[] = [
  [
    'instead of the answer to the association',
    async (connection) => {
      await connection.expect(0x01);
    },
    ['A-ASSOCIATE-AC', 'A-ASSOCIATE-RJ'],
  ],
  [
    'instead of a response',
    async (connection) => {
      await connection.accept();
      await connection.message();
    },
    ['P-DATA-TF', 'A-RELEASE-RQ'],
  ],
  [
    'instead of the answer to the release',
    async (connection) => {
      await connection.accept();
      const message = await connection.message();
      assert.ok(message !== undefined);
      connection.respond(message, 0);
      await connection.expect(0x05);
    },
    ['P-DATA-TF', 'A-RELEASE-RQ', 'A-RELEASE-RP'],
  ],
];

for (const [phase, lead, expected] of PHASES) {
  test(`F19, F27: every unexpected PDU, ${phase}`, async (t) => {
    for (const [name, bytes] of PDUS) {
      if (expected.includes(name)) continue;
      let abort: Buffer | undefined;
      const { result } = await sendTo(t, async (connection, number) => {
        if (number > 1) {
          await beGood(connection);
          return;
        }
        await lead(connection);
        connection.send(bytes);
        const pdu = await connection.pdu();
        if (pdu?.type === 0x07) abort = pdu.body;
      });
      const reason = name === 'an unknown type' ? 1 : 2;
      assert.deepEqual(abort && [...abort], [0, 0, 2, reason], `${name} ${phase}`);
      assert.equal(result.associations[0]?.failure?.code, 'protocol error', name);
      const isBeforeAnything = phase === PHASES[0]?.[0];
      assert.deepEqual(result.outcomes.at(0)?.outcome, isBeforeAnything ? 'failed' : 'stored', `${name} ${phase}`);
    }
  });
}

test('F12, F13, F14, F15: every defined rejection is reported; only transient ones are tried again', async (t) => {
  const reasons: Readonly<Record<number, readonly number[]>> = { 1: [1, 2, 3, 7], 2: [1, 2], 3: [1, 2] };
  const all = [1, 2].flatMap((result) =>
    Object.entries(reasons).flatMap(([source, list]) =>
      list.map((reason) => ({ code: 'association rejected', result, source: Number(source), reason }) as const),
    ),
  );
  assert.equal(all.length, 16);
  await Promise.all(
    all.map(async (rejection) => {
      const { result, connections } = await sendTo(t, async (connection) => {
        await connection.expect(0x01);
        connection.send(naive.associateRj(rejection.result, rejection.source, rejection.reason));
      });
      const mayPass = rejection.result === 2 || rejection.source === 3;
      assert.equal(connections, mayPass ? 3 : 1, JSON.stringify(rejection));
      const reason = result.outcomes.at(0)?.reason;
      assert.deepEqual(reason?.code === 'given up' ? reason.last : reason, rejection);
    }),
  );
});

for (const [name, source, reason] of [
  ['by its user', 0, 0],
  ['by its provider', 2, 6],
  ['with reserved codes', 3, 99],
] as const) {
  test(`F10, F16: the peer aborts ${name}, in the middle of a file, after it, and on release`, async (t) => {
    for (const place of ['middle', 'after', 'release'] as const) {
      const { result } = await sendTo(
        t,
        async (connection, number) => {
          if (number > 1) {
            await beGood(connection);
            return;
          }
          await connection.accept();
          if (place === 'middle') await connection.pdu();
          else {
            const message = await connection.message();
            assert.ok(message !== undefined);
            if (place === 'release') {
              connection.respond(message, 0);
              await connection.expect(0x05);
            }
          }
          connection.send(naive.abort(source, reason));
          connection.socket.end();
        },
        200_000,
      );
      assert.deepEqual(verdicts(result), ['stored'], place);
      const failure = result.associations[0]?.failure;
      // In the middle of a file, systems other than Linux may drop the A-ABORT for a reset.
      const mayBeLost = process.platform !== 'linux' && place === 'middle';
      assert.ok(failure?.code === 'association aborted' || (mayBeLost && failure?.code === 'connection lost'));
      if (failure.code === 'association aborted') assert.deepEqual([failure.source, failure.reason], [source, reason]);
    }
  });
}

test('F22: each context result counts by itself: unknown, even, doubled and missing ones do not affect others', async (t) => {
  let usedId: number | undefined;
  const { result } = await sendTo(t, async (connection) => {
    await connection.expect(0x01);
    connection.send(
      naive.associateAc({
        calledAETitle: '\x01\xff',
        callingAETitle: '',
        items: naive.plainItems(
          naive.contextResult(99, 0, EXPLICIT),
          naive.contextResult(2, 0, EXPLICIT),
          naive.contextResult(1, 0, EXPLICIT),
          naive.contextResult(1, 3),
        ),
      }),
    );
    const message = await connection.message();
    assert.ok(message !== undefined);
    usedId = message.presentationContextId;
    connection.respond(message, 0);
    await connection.serve();
  });
  assert.deepEqual(verdicts(result), ['stored']);
  assert.equal(usedId, 1);
});

test('F24: PDVs with wrong lengths end the association, and the file is sent again', async (t) => {
  for (const length of [0, 1, 3, 0x7fff_ffff, 2 ** 31, 2 ** 32 - 1]) {
    const { result } = await sendTo(t, async (connection, number) => {
      await connection.accept();
      if (number > 1) {
        await connection.serve();
        return;
      }
      await connection.message();
      connection.send(naive.pData(naive.pdv(1, 3, '', length)));
      assert.deepEqual([...(await connection.expect(0x07))], [0, 0, 2, 6], `${length}`);
    });
    assert.deepEqual(verdicts(result), ['stored']);
  }
});

test('F29: bytes after our A-ABORT are not answered, and do not keep the connection open', async (t) => {
  let abortsSeen = 0;
  let closedAfterMs = Number.POSITIVE_INFINITY;
  const beganMs = clock.ms;
  const { result } = await sendTo(t, async ({ socket }) => {
    let requested = false;
    await new Promise<void>((resolve) => {
      const junk = setInterval(() => {
        if (requested && socket.writable) socket.write(Buffer.alloc(10_000, 0x99));
      }, 20);
      socket.on('data', (bytes: Buffer) => {
        if (requested) abortsSeen += bytes.toString('hex').split('070000000004').length - 1;
        requested = true;
      });
      socket.on('close', () => {
        clearInterval(junk);
        closedAfterMs = clock.ms - beganMs;
        resolve();
      });
    });
  });
  assert.equal(result.outcomes.at(0)?.reason?.code, 'protocol error');
  assert.equal(abortsSeen, 1);
  assert.ok(closedAfterMs < 3_500, `${closedAfterMs} ms`);
});
