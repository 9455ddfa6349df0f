// Several associations at a time, and several requests on one: what peers grant, refuse, and where they break.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { TraceSink } from '../../src/net/trace-record.ts';
import { associationsText } from '../../src/report/negotiation.ts';
import type { SendResult } from '../../src/send/job.ts';
import type { SendOptions } from '../../src/send/options.ts';
import { runSend } from '../../src/send/run.ts';
import { TextTrace } from '../../src/trace/text.ts';
import { EXPLICIT_LE, sampleInstance } from '../support/dicom-builder.ts';
import { peerAt, scanned, verdicts, writeInstances } from '../support/jobs.ts';
import * as naive from '../support/naive-pdu.ts';
import { type PeerConnection, type RawMessage, startScriptedPeer } from '../support/scripted-peer.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function sendWith(
  t: TestContext,
  count: number,
  options: Partial<SendOptions>,
  script: (connection: PeerConnection, number: number) => Promise<void>,
  trace: TraceSink = () => undefined,
): Promise<{ result: SendResult; connections: number }> {
  const folder = temporaryFolder(t);
  await writeInstances(
    folder,
    Array.from({ length: count }, () => ({ pixelBytes: 1_000 })),
  );
  const peer = await startScriptedPeer(script);
  const files = await scanned([folder]);
  const result = await runSend(
    { peer: peerAt(peer.port, { timeouts: { responseMs: 1_000, associationMs: 500 } }), files, options },
    { trace },
    new AbortController().signal,
  );
  await peer.stop();
  return { result, connections: peer.connections };
}

function grantedWindow(rq: Buffer): number | undefined {
  const at = rq.indexOf(Buffer.from('53000004', 'hex'));
  return at < 0 ? undefined : rq.readUInt16BE(at + 4);
}

/** Accepts everything and grants a window of this many operations. */
async function acceptWithWindow(connection: PeerConnection, window: number): Promise<void> {
  await connection.accept({ userInformation: [naive.asynchronousOperationsWindow(window, 1)] });
}

test('a granted window: the requests leave before the first answer, and answers in any order are matched', async (t) => {
  let open = 0;
  const { result } = await sendWith(t, 8, { operationsInvoked: 4 }, async (connection) => {
    await acceptWithWindow(connection, 4);
    for (let round = 0; round < 2; round += 1) {
      const messages: RawMessage[] = [];
      for (let index = 0; index < 4; index += 1) {
        const message = await connection.message();
        assert.ok(message !== undefined);
        messages.push(message);
      }
      open = Math.max(open, messages.length);
      // The last first; every odd one is refused.
      for (const message of messages.reverse()) {
        const id = message.command.get(0x0110)?.readUInt16LE(0) ?? 0;
        connection.respond(message, id % 2 === 1 ? 0xa700 : 0);
      }
    }
    await connection.serve();
  });
  assert.equal(open, 4);
  const byName = (outcome: string) => (outcome === 'stored' ? 'stored' : 'failed');
  assert.deepEqual(verdicts(result).map(byName), Array.from({ length: 4 }, () => ['failed', 'stored']).flat());
  assert.equal(result.associations[0]?.operationsInvoked, 4);
});

test('a window that the peer does not grant is not used', async (t) => {
  const { result } = await sendWith(t, 3, { operationsInvoked: 8 }, async (connection) => {
    await connection.accept();
    for (let index = 0; index < 3; index += 1) {
      const message = await connection.message();
      assert.ok(message !== undefined);
      assert.equal(connection.bufferedLength, 0, 'nothing more came before the answer');
      connection.respond(message, 0);
    }
    await connection.serve();
  });
  assert.equal(result.counts.stored, 3);
  assert.equal(result.associations[0]?.operationsInvoked, 1);
});

test('the window is not proposed by default', async (t) => {
  let window: number | undefined = -1;
  await sendWith(t, 1, {}, async (connection) => {
    connection.peekRequest = (rq) => {
      window = grantedWindow(rq);
    };
    await connection.accept();
    await connection.serve();
  });
  assert.equal(window, undefined);
});

test('a peer that grants a window and breaks on it gets one request at a time from then on', async (t) => {
  const windows: (number | undefined)[] = [];
  const { result } = await sendWith(t, 6, { operationsInvoked: 4 }, async (connection, number) => {
    connection.peekRequest = (rq) => windows.push(grantedWindow(rq));
    if (number === 1) {
      await acceptWithWindow(connection, 4);
      await connection.message();
      await connection.message();
      connection.socket.resetAndDestroy();
      return;
    }
    await connection.accept();
    await connection.serve();
  });
  assert.equal(result.counts.stored, 6);
  assert.deepEqual(windows, [4, undefined]);
});

test('an answer without a request, while several are open, ends the association', async (t) => {
  const { result } = await sendWith(t, 2, { operationsInvoked: 2 }, async (connection, number) => {
    if (number === 1) {
      await acceptWithWindow(connection, 2);
      const first = await connection.message();
      await connection.message();
      assert.ok(first !== undefined);
      connection.respond(first, 0, new Map([[0x0120, Buffer.from('ff7f', 'hex')]]));
      await connection.pdu();
      return;
    }
    await connection.accept();
    await connection.serve();
  });
  assert.equal(result.associations[0]?.failure?.code, 'protocol error');
  assert.equal(result.counts.stored, 2);
});

test('four associations share one queue: every file is sent once', async (t) => {
  const held: string[] = [];
  let openNow = 0;
  let openMost = 0;
  const { result, connections } = await sendWith(t, 40, { associations: 4 }, async (connection) => {
    await connection.accept();
    openNow += 1;
    openMost = Math.max(openMost, openNow);
    for (const message of await connection.serve()) held.push(String(message.command.get(0x1000)));
    openNow -= 1;
  });
  assert.equal(result.counts.stored, 40);
  assert.equal(connections, 4);
  assert.equal(openMost, 4);
  assert.equal(new Set(held).size, 40);
  assert.equal(held.length, 40);
});

test('F41: a peer that takes one association only gets everything through that one', async (t) => {
  const { result } = await sendWith(t, 20, { associations: 4 }, async (connection, number) => {
    if (number > 1) {
      await connection.expect(0x01);
      connection.send(naive.associateRj(2, 3, 2));
      connection.socket.end();
      return;
    }
    await connection.accept();
    await connection.serve();
  });
  assert.equal(result.counts.stored, 20);
});

test('a further association that never opens is no error of a send that goes on', async (t) => {
  const warnings: string[] = [];
  let isGivenUp = (): void => undefined;
  const givenUp = new Promise<void>((resolve) => {
    isGivenUp = resolve;
  });
  const trace = new TextTrace({
    level: () => 'warn',
    write: (lines) => warnings.push(...lines.map(({ text }) => text)),
  });
  const { result } = await sendWith(
    t,
    20,
    { associations: 2 },
    async (connection, number) => {
      if (number > 1) {
        // Never answered.
        await connection.expect(0x01);
        await connection.pdu();
        return;
      }
      await connection.accept();
      // The first answer comes when the further association has been given up.
      const first = await connection.message();
      assert.ok(first !== undefined);
      await givenUp;
      connection.respond(first, 0);
      await connection.serve();
    },
    (record) => {
      trace.record(record);
      if (record.event.type === 'timeout') isGivenUp();
    },
  );
  trace.flush();
  assert.equal(result.counts.stored, 20);
  assert.deepEqual(warnings, []);
  assert.equal(associationsText(result.associations), '1, and 1 more that was not opened');
});

test('files of an association that is lost beside others go through the others', async (t) => {
  const { result } = await sendWith(t, 30, { associations: 3 }, async (connection, number) => {
    await connection.accept();
    if (number === 2) {
      await connection.pdu();
      connection.socket.resetAndDestroy();
      return;
    }
    await connection.serve();
  });
  assert.equal(result.counts.stored, 30);
  assert.equal(result.associations.filter(({ failure }) => failure !== undefined).length, 1);
});

test('F40: 130 SOP classes and 200 private transfer syntaxes in one send, in the fewest associations', async (t) => {
  const folder = temporaryFolder(t);
  for (let index = 0; index < 330; index += 1) {
    const isClass = index < 130;
    const { file } = sampleInstance({
      seed: index + 1,
      pixelBytes: 16,
      sopClass: isClass ? `2.25.1.${index}` : '2.25.2',
      transferSyntax: EXPLICIT_LE,
    });
    // The private syntaxes are Explicit VR Little Endian by another name of the same length.
    const named = isClass
      ? file
      : Buffer.from(
          file.toString('latin1').replace('1.2.840.10008.1.2.1\0', `2.25.3.4.5.6.7.8.${100 + index - 130}`),
          'latin1',
        );
    await writeFile(join(folder, `${String(index).padStart(3, '0')}.dcm`), named);
  }
  const peer = await startScriptedPeer(async (connection) => {
    const proposed = await connection.accept();
    assert.ok(proposed.length <= 128);
    await connection.serve();
  });
  const files = await scanned([folder]);
  const result = await runSend(
    { peer: peerAt(peer.port), files, options: { associations: 1 } },
    {},
    new AbortController().signal,
  );
  await peer.stop();
  assert.equal(result.counts.stored, 330);
  // 130 classes with a fallback context each make 260 contexts, and 200 more for the private syntaxes.
  assert.equal(peer.connections, Math.ceil((130 * 2 + 200) / 128));
});
