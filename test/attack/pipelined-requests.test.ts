// A PDU of 128 KiB full of verifications, again and again, on one association and on all at once. Whatever the trace shows, the
// event loop of the receiver goes on turning: what arrives is read in turns.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startReceiver } from '../../src/net/store-scp.ts';
import { RECEIVER_ASSOCIATIONS_MAX } from '../../src/protocol/limits.ts';
import { TextTrace, type TraceLevel } from '../../src/trace/text.ts';
import { attackSize, measured } from '../support/attack.ts';
import { echoRequestSet } from '../support/naive-command-set.ts';
import * as naive from '../support/naive-pdu.ts';
import { leastLongestTurnMs, STALL_MS } from '../support/stall.ts';
import { connectClient, release } from '../support/store-client.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PDU_LENGTH = 131_072;
const echo = naive.pdv(1, 3, echoRequestSet());
const ECHOES = Math.floor(PDU_LENGTH / echo.length);
const full = naive.pdu(0x04, Buffer.alloc(echo.length * ECHOES, echo));

/** Resolves when every request is answered. */
async function flood(port: number, pdus: number): Promise<void> {
  const client = await connectClient(port);
  for (let count = 0; count < pdus; count += 1) client.send(full);
  for (let count = 0; count < pdus * ECHOES; count += 1) assert.ok((await client.message()) !== undefined);
  await release(client);
}

async function longestTurn(t: TestContext, level: TraceLevel | 'off', associations: number): Promise<number> {
  const trace = new TextTrace({ level: () => level, write: () => undefined });
  const sink = level === 'off' ? {} : { trace: (record: Parameters<TextTrace['record']>[0]) => trace.record(record) };
  const receiver = await startReceiver({ port: 0, directory: temporaryFolder(t), maxPduLength: PDU_LENGTH, ...sink });
  t.after(() => receiver.stop());
  return leastLongestTurnMs(async () => {
    await Promise.all(Array.from({ length: associations }, () => flood(receiver.port, attackSize(1, 5))));
  });
}

for (const level of ['off', 'info', 'debug', 'trace'] as const) {
  test(`a PDU full of verifications holds the event loop for at most 50 ms, at level ${level}`, async (t) => {
    const heldMs = await longestTurn(t, level, 1);
    measured(`level ${level}`, heldMs, 'ms in one go');
    assert.ok(heldMs <= STALL_MS, `${heldMs} ms`);
  });
}

test('such PDUs on many associations at once hold it for no longer', async (t) => {
  const heldMs = await longestTurn(t, 'info', attackSize(4, RECEIVER_ASSOCIATIONS_MAX));
  measured('many associations', heldMs, 'ms in one go');
  assert.ok(heldMs <= STALL_MS, `${heldMs} ms`);
});
