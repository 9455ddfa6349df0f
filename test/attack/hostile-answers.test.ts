// A peer that we send to answers in the smallest pieces, without end. Each piece costs it a few bytes; memory of the sender
// stays bounded, and a person who cancels waits less than a second. Memory is that of a `store` process of its own.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { attackSize, measured, peakMemory } from '../support/attack.ts';
import { startCli } from '../support/cli-process.ts';
import { folderOf } from '../support/jobs.ts';
import { commandElement, commandSet, storeResponseElements, us } from '../support/naive-command-set.ts';
import * as naive from '../support/naive-pdu.ts';
import { startScriptedPeer } from '../support/scripted-peer.ts';

const CANCEL_MS = 1_000;
/** MiB resident: a send of a few files has about 120. */
const RESIDENT_MAX = 200;
const PDVS_PER_PDU = 2_000;

const withDataSet = storeResponseElements();
withDataSet.set(0x0800, commandElement(0x0800, us(0x0001)));
withDataSet.set(0x0120, commandElement(0x0120, us(1)));
withDataSet.set(0x0900, commandElement(0x0900, us(0)));

const FLOODS = [
  {
    name: 'command fragments of no byte',
    before: Buffer.alloc(0),
    piece: naive.pdu(0x04, Buffer.alloc(6 * PDVS_PER_PDU, naive.pdv(1, 1, ''))),
  },
  {
    name: 'a data set in fragments of one byte behind its answer',
    before: naive.pData(naive.pdv(1, 3, commandSet([...withDataSet.values()]))),
    piece: naive.pdu(0x04, Buffer.alloc(7 * PDVS_PER_PDU, naive.pdv(1, 0, '00'))),
  },
  {
    name: 'a command set that is none and never closes',
    before: naive.pData(naive.pdv(1, 3, '00')),
    piece: naive.pdu(0x04, Buffer.alloc(7 * PDVS_PER_PDU, naive.pdv(1, 0, '00'))),
  },
  {
    name: 'such fragments, each in a PDU',
    before: naive.pData(naive.pdv(1, 3, commandSet([...withDataSet.values()]))),
    piece: Buffer.alloc(13 * PDVS_PER_PDU, naive.pData(naive.pdv(1, 0, '00'))),
  },
];

for (const { name, before, piece } of FLOODS) {
  const linux = { skip: process.platform !== 'linux' && 'memory is read from /proc' };
  test(
    `a peer that answers with ${name} costs a send little memory, and is cancelled within a second`,
    linux,
    async (t) => {
      const flooded = Promise.withResolvers<void>();
      const lengthMax = attackSize(1_000_000, 30_000_000);
      const hostile = await startScriptedPeer(async (connection, number) => {
        // The send may try again, and be cancelled meanwhile.
        if (number > 1) return;
        await connection.accept();
        await connection.message();
        connection.send(before);
        for (let length = 0; !connection.socket.destroyed; length += piece.length) {
          if (length >= lengthMax) flooded.resolve();
          // Ends with an error where the sender has closed.
          await new Promise<unknown>((taken) => connection.socket.write(piece, taken));
        }
      });
      t.after(() => hostile.stop());
      const cli = startCli(['store', '127.0.0.1', String(hostile.port), await folderOf(t, 3), '-ll', 'trace']);
      await flooded.promise;
      const peak = peakMemory(cli.child.pid);
      const ended = once(cli.child, 'exit');
      const beganMs = performance.now();
      cli.child.kill('SIGINT');
      await ended;
      const tookMs = performance.now() - beganMs;
      measured(name, peak, 'MiB resident at most');
      measured(name, Math.round(tookMs), 'ms to cancel');
      assert.ok(peak <= RESIDENT_MAX, `${peak} MiB`);
      assert.ok(tookMs < CANCEL_MS, `${tookMs} ms`);
    },
  );
}
