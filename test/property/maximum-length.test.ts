// Whatever maximum length a peer announces (PS3.8 D.1), in either role, it gets a clear answer that keeps within it: what it
// asked for, or a refusal with the reason in the trace. 0 and none are no limit; 1-7 leave no room for two bytes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { startReceiver } from '../../src/net/store-scp.ts';
import type { TraceRecord } from '../../src/net/trace-record.ts';
import { TextTrace } from '../../src/trace/text.ts';
import { folderOf, peerAt, send } from '../support/jobs.ts';
import * as naive from '../support/naive-pdu.ts';
import { commandElements, startScriptedPeer } from '../support/scripted-peer.ts';
import { CT, connectClient, dataSet, release, storeCommand } from '../support/store-client.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type Announced = number | 'absent';

const EDGES: readonly Announced[] = [...Array(10).keys(), 11, 13, 16_383, 16_385, 0xffffffff, 'absent'];
const announced = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...EDGES) },
  { weight: 1, arbitrary: fc.integer({ min: 10, max: 0xffffffff }) },
);
/** Each of EDGES, and some others. */
const RUNS = { examples: EDGES.map((edge): [Announced] => [edge]), numRuns: EDGES.length + 12 };

const isTooShort = (length: Announced): length is number => length !== 'absent' && length >= 1 && length <= 7;
const limitOf = (length: Announced): number => (length === 'absent' || length === 0 ? 131_072 : length);
const itemsFor = (length: Announced): naive.Piece[] => [
  naive.applicationContext(),
  naive.proposedContext(1, CT, ['1.2.840.10008.1.2.1']),
  naive.userInformation(
    ...(length === 'absent' ? [] : [naive.maximumLength(length)]),
    naive.implementationClassUID('1.2.3'),
  ),
];

test('the receiver answers every request within the maximum length that it announces, or rejects it', async (t) => {
  const lines: string[] = [];
  const trace = new TextTrace({ level: () => 'warn', write: (more) => lines.push(...more.map(({ text }) => text)) });
  const receiver = await startReceiver({
    port: 0,
    directory: temporaryFolder(t),
    trace: (record: TraceRecord) => trace.record(record),
  });
  t.after(() => receiver.stop());
  await fc.assert(
    fc.asyncProperty(announced, async (length) => {
      lines.length = 0;
      const client = await connectClient(receiver.port, 'SMALL', undefined, itemsFor(length));
      if (isTooShort(length)) {
        assert.equal(client.answer, 3, 'A-ASSOCIATE-RJ');
        client.socket.destroy();
        const [line = '', ...others] = lines;
        assert.deepEqual(others, []);
        assert.match(
          line,
          /^(?:\[\d+\] )?Rejecting Association SMALL -> ANY-SCP: its maximum length of \d bytes leaves no room/,
        );
        assert.ok(line.includes(` ${length} bytes`), line);
        return;
      }
      assert.equal(client.answer, 2, 'A-ASSOCIATE-AC');
      client.send(storeCommand('1.2.3'), dataSet(Buffer.from('08000500', 'hex')));
      const pieces: Buffer[] = [];
      for (let isLast = false; !isLast; ) {
        const body = await client.expect(4);
        assert.ok(body.length <= limitOf(length), `${body.length} bytes where ${length} were announced`);
        pieces.push(body.subarray(6));
        isLast = (body.readUInt8(5) & 2) !== 0;
      }
      assert.ok(commandElements(Buffer.concat(pieces)).has(0x0900));
      await release(client);
      assert.deepEqual(
        lines.filter((line) => /maximum length/.test(line)),
        [],
      );
    }),
    RUNS,
  );
});

test('a send keeps within the maximum length that the peer announces, or says that it leaves no room', async (t) => {
  const folder = await folderOf(t, 1, 40);
  await fc.assert(
    fc.asyncProperty(announced, async (length) => {
      const longest = { body: 0 };
      const peer = await startScriptedPeer(async (connection) => {
        await connection.accept({ maximumLength: length });
        await connection.serve();
        longest.body = connection.longestPdu;
      });
      const { result } = await send([folder], peerAt(peer.port));
      await peer.stop();
      const [file] = result.outcomes;
      if (isTooShort(length)) {
        assert.deepEqual(file?.reason, { code: 'unusable maximum length', maximumLength: length });
        assert.equal(file.outcome, 'failed');
      } else {
        assert.equal(file?.outcome, 'stored');
        assert.ok(
          longest.body > 0 && longest.body <= limitOf(length),
          `${longest.body} where ${length} were announced`,
        );
      }
    }),
    RUNS,
  );
});
