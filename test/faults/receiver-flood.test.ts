// A PDU of nothing but PDV headers, sent to the built-in receiver. Each header costs the sender six bytes. It must not block the
// receiver's event loop or end its process.

import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { echo } from '../../src/net/echo-scu.ts';
import { startReceiver } from '../../src/net/store-scp.ts';
import { CT_IMAGE, EXPLICIT_LE } from '../support/dicom-builder.ts';
import { peerAt } from '../support/jobs.ts';
import { commandSet, storeRequestElements } from '../support/naive-command-set.ts';
import * as naive from '../support/naive-pdu.ts';
import { leastLongestTurnMs, STALL_MS } from '../support/stall.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Says it all, and resolves when the receiver has closed. */
async function flood(port: number, maxPduLength: number): Promise<void> {
  const socket = new Socket();
  socket.on('error', () => undefined);
  socket.resume();
  await new Promise<void>((resolve) => {
    socket.connect(port, '127.0.0.1', resolve);
  });
  const context = naive.proposedContext(1, CT_IMAGE, [EXPLICIT_LE]);
  const body = Buffer.alloc(6 * Math.floor((maxPduLength || 16_777_216) / 6), naive.pdv(1, 0, ''));
  socket.write(naive.associateRq({ items: naive.plainItems(context) }));
  socket.write(naive.pData(naive.pdv(1, 3, commandSet([...storeRequestElements().values()]))));
  socket.end(naive.pdu(0x04, body));
  await new Promise((resolve) => {
    socket.once('close', resolve);
  });
}

for (const maxPduLength of [131_072, 1_048_576, 0]) {
  test(`a flood of empty PDVs, with a maximum length of ${maxPduLength}`, async (t) => {
    const receiver = await startReceiver({ port: 0, directory: temporaryFolder(t), maxPduLength });
    t.after(() => receiver.stop());
    const heldMs = await leastLongestTurnMs(() => flood(receiver.port, maxPduLength));
    assert.ok(heldMs <= STALL_MS, `the event loop was held for ${heldMs} ms`);
    const { verified } = await echo(peerAt(receiver.port), undefined, new AbortController().signal);
    assert.equal(verified, true);
  });
}
