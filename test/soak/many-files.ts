// More files than there are Message IDs (16 bits, PS3.7 9.3.1.1) over one association: the IDs begin again at 1, and every
// instance is stored once. A minute or two: `npm run soak`, not part of `npm test`.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runSend } from '../../src/send/run.ts';
import { buildFile, CT_IMAGE, EXPLICIT_LE, element, encodeDataSet } from '../support/dicom-builder.ts';
import { peerAt, scanned } from '../support/jobs.ts';
import * as naive from '../support/naive-pdu.ts';
import { startScriptedPeer } from '../support/scripted-peer.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** More than there are Message IDs; SOAK_FILES says otherwise. */
const FILES = Number(process.env['SOAK_FILES'] ?? 65_600);
const FILES_PER_FOLDER = 4_000;

/** The smallest instances that there are: two UIDs each. */
function writeTinyFiles(folder: string): void {
  for (let index = 0; index < FILES; index++) {
    const inner = join(folder, String(Math.floor(index / FILES_PER_FOLDER)));
    if (index % FILES_PER_FOLDER === 0) mkdirSync(inner);
    const sopInstance = `2.25.${1_000_000 + index}`;
    const elements = [element(0x00080016, 'UI', CT_IMAGE), element(0x00080018, 'UI', sopInstance)];
    const dataSet = encodeDataSet(elements, EXPLICIT_LE);
    const file = buildFile({ transferSyntax: EXPLICIT_LE, sopClass: CT_IMAGE, sopInstance, dataSet });
    writeFileSync(join(inner, `${index}.dcm`), file);
  }
}

test(`${FILES} files go over one association: Message IDs begin again at 1 and are never 0`, async (t) => {
  const folder = temporaryFolder(t);
  writeTinyFiles(folder);
  const instances = new Set<string>();
  const outOfOrder: number[] = [];
  let count = 0;
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept({ userInformation: [naive.asynchronousOperationsWindow(16, 1)] });
    for (;;) {
      const message = await connection.message();
      if (message === undefined) break;
      const id = message.command.get(0x0110)?.readUInt16LE(0);
      if (id !== (count % 65_535) + 1) outOfOrder.push(count);
      count += 1;
      instances.add(String(message.command.get(0x1000)));
      connection.respond(message, 0);
    }
    if (connection.lastPdu?.type === 0x05) connection.send(naive.releaseRp());
  });
  const files = await scanned([folder]);
  const options = { associations: 1, operationsInvoked: 16 };
  const result = await runSend({ peer: peerAt(peer.port), files, options }, {}, new AbortController().signal);
  await peer.stop();
  t.diagnostic(
    `${((Date.now() - result.startedAtMs) / 1_000).toFixed(0)} s, RSS at the end ${Math.round(process.memoryUsage().rss / 1e6)} MB`,
  );
  assert.equal(result.counts.stored, FILES);
  assert.equal(result.associations.length, 1);
  assert.equal(result.associations[0]?.failure, undefined);
  assert.equal(instances.size, FILES);
  assert.deepEqual(outOfOrder, []);
});
