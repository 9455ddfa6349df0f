// More files than Message IDs (16 bits, PS3.7 9.3.1.1) on one association: the IDs start again at 1, and every instance is stored
// once. A minute or two: part of `npm run soak`, not of `npm test`.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { runSend } from '../../src/send/run.ts';
import { buildFile, CT_IMAGE, EXPLICIT_LE, element, encodeDataSet } from '../support/dicom-builder.ts';
import { peerAt, scanned } from '../support/jobs.ts';
import * as naive from '../support/naive-pdu.ts';
import { startScriptedPeer } from '../support/scripted-peer.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** More than there are Message IDs; SOAK_FILES says otherwise. */
const FILES = Number(process.env['SOAK_FILES'] ?? 65_600);
const FILES_PER_FOLDER = 4_000;
const CLI = join(import.meta.dirname, '../../dist/cli.cjs');

/** Takes every instance that it is sent, and knows which. */
async function startCountingPeer(t: TestContext): Promise<{ port: number; instances: Set<string> }> {
  const instances = new Set<string>();
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept({});
    for (let message = await connection.message(); message !== undefined; message = await connection.message()) {
      instances.add(String(message.command.get(0x1000)));
      connection.respond(message, 0);
    }
    if (connection.lastPdu?.type === 0x05) connection.send(naive.releaseRp());
  });
  t.after(() => peer.stop());
  return { port: peer.port, instances };
}

/** The smallest instances that there are: two UIDs each. */
function writeTinyFiles(folder: string, files = FILES): void {
  for (let index = 0; index < files; index++) {
    const inner = join(folder, String(Math.floor(index / FILES_PER_FOLDER)));
    if (index % FILES_PER_FOLDER === 0) mkdirSync(inner);
    const sopInstance = `2.25.${1_000_000 + index}`;
    const elements = [element(0x00080016, 'UI', CT_IMAGE), element(0x00080018, 'UI', sopInstance)];
    const dataSet = encodeDataSet(elements, EXPLICIT_LE);
    const file = buildFile({ transferSyntax: EXPLICIT_LE, sopClass: CT_IMAGE, sopInstance, dataSet });
    writeFileSync(join(inner, `${index}.dcm`), file);
  }
}

/** The most that the process had in memory so far, in bytes, as Linux counts it; undefined when it has ended. */
function peakMemory(pid: number): number | undefined {
  try {
    const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : 1_024 * Number(kilobytes);
  } catch {
    return undefined;
  }
}

test('100,000 files are sent by a process that never has 200 MB', { skip: process.platform !== 'linux' }, async (t) => {
  const folder = temporaryFolder(t);
  writeTinyFiles(folder, 100_000);
  const sink = await startCountingPeer(t);
  const args = [CLI, 'store', '-r', '127.0.0.1', String(sink.port), folder];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, peakMemory(child.pid ?? 0) ?? 0);
  }, 50);
  const said = await text(child.stdout);
  clearInterval(watch);
  t.diagnostic(`at most ${Math.round(peak / 1e6)} MB`);
  assert.match(said, /^All 100,000 files stored\./);
  assert.equal(sink.instances.size, 100_000);
  assert.ok(peak > 50e6 && peak < 200e6, `${peak} bytes`);
});

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
