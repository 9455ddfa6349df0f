// Files that change while they are sent, and files with the same bytes of which one changes. What must hold: nothing that
// changed counts as stored, and a good copy of a file that failed is sent.

import assert from 'node:assert/strict';
import { chmodSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { SendJob } from '../../src/send/job.ts';
import { runSend } from '../../src/send/run.ts';
import { StoredInstances } from '../../src/send/stored-instances.ts';
import { sampleInstance } from '../support/dicom-builder.ts';
import { peerAt, scanned, verdicts } from '../support/jobs.ts';
import * as naive from '../support/naive-pdu.ts';
import { startScriptedPeer } from '../support/scripted-peer.ts';
import { type Scope, temporaryFolder } from '../support/temporary-folder.ts';

/** More than is read ahead in one piece: such a file is opened when its turn comes. In bytes. */
const STREAMED = 1_200_000;

/** @param answer the status for the instance with this number, from 1; called when the whole instance is there */
async function startArchive(t: Scope, answer: (count: number) => number = () => 0) {
  const arrived: (Buffer | undefined)[] = [];
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    for (;;) {
      const message = await connection.message();
      if (message === undefined) break;
      arrived.push(message.dataSet);
      connection.respond(message, answer(arrived.length));
    }
    if (connection.lastPdu?.type === 0x05) connection.send(naive.releaseRp());
  });
  t.after(() => peer.stop());
  return { port: peer.port, arrived };
}

async function send(port: number, paths: readonly string[], more: Partial<SendJob> = {}, changed?: () => void) {
  const files = await scanned(paths);
  changed?.();
  const job = { peer: peerAt(port), files, options: { associations: 1 }, ...more };
  return runSend(job, {}, new AbortController().signal);
}

const WRITTEN_AT = new Date('2020-02-02T02:02:02Z');

function put(path: string, bytes: Uint8Array): void {
  writeFileSync(path, bytes);
  utimesSync(path, WRITTEN_AT, WRITTEN_AT);
}

/** Another content of the same length, written in place, with the time put back. */
function rewriteUnnoticed(path: string): void {
  const before = statSync(path);
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  // Systems count the time of a change in steps of some milliseconds.
  do put(path, bytes);
  while (statSync(path).ctimeMs === before.ctimeMs);
  const { size, mtimeMs, ino } = statSync(path);
  assert.deepEqual({ size, mtimeMs, ino }, { size: before.size, mtimeMs: before.mtimeMs, ino: before.ino });
}

/** 1.dcm and 2.dcm are others; a.dcm, b.dcm and c.dcm have the same bytes. */
function folderWithCopies(t: Scope): { folder: string; a: string; b: string; dataSet: Buffer } {
  const folder = temporaryFolder(t);
  for (const seed of [1, 2]) {
    put(join(folder, `${seed}.dcm`), sampleInstance({ seed, pixelBytes: STREAMED }).file);
  }
  const { file, dataSet } = sampleInstance({ seed: 3, pixelBytes: STREAMED });
  for (const name of ['a', 'b', 'c']) put(join(folder, `${name}.dcm`), file);
  return { folder, a: join(folder, 'a.dcm'), b: join(folder, 'b.dcm'), dataSet: Buffer.from(dataSet) };
}

const VANISHINGS: readonly (readonly [string, string, (path: string) => void])[] = [
  ['is deleted', 'read error', (path) => rmSync(path)],
  ['is written to', 'file changed', (path) => writeFileSync(path, 'another one')],
  ['is rewritten with size and time put back', 'file changed', rewriteUnnoticed],
];

for (const [what, code, change] of VANISHINGS) {
  test(`of three equal files the first ${what} before it is compared: the second is sent`, async (t) => {
    const archive = await startArchive(t);
    const { folder, a, b, dataSet } = folderWithCopies(t);
    const result = await send(archive.port, [folder], {}, () => change(a));
    assert.deepEqual(verdicts(result), ['stored', 'stored', `failed: ${code}`, 'stored', 'skipped: pre-flight']);
    const reason = result.outcomes.at(4)?.reason;
    assert.ok(reason?.code === 'pre-flight' && reason.finding.code === 'duplicate instance');
    assert.equal(reason.finding.firstPath, b);
    assert.deepEqual(archive.arrived.at(-1), dataSet);
  });

  test(`of three equal files the first ${what} after they were compared: the second is sent`, async (t) => {
    const { folder, a, b, dataSet } = folderWithCopies(t);
    const archive = await startArchive(t, (count) => {
      if (count === 1) change(a);
      return 0;
    });
    const result = await send(archive.port, [folder]);
    assert.deepEqual(verdicts(result), ['stored', 'stored', `failed: ${code}`, 'stored', 'skipped: pre-flight']);
    const reason = result.outcomes.at(4)?.reason;
    assert.ok(reason?.code === 'pre-flight' && reason.finding.code === 'duplicate instance');
    assert.equal(reason.finding.firstPath, b);
    assert.deepEqual(archive.arrived.at(-1), dataSet);
  });
}

test('of three equal files the first two change: the third is sent', async (t) => {
  const { folder, a, b, dataSet } = folderWithCopies(t);
  const archive = await startArchive(t, (count) => {
    if (count === 1) for (const path of [a, b]) rewriteUnnoticed(path);
    return 0;
  });
  const result = await send(archive.port, [folder]);
  assert.deepEqual(verdicts(result).slice(2), ['failed: file changed', 'failed: file changed', 'stored']);
  assert.deepEqual(archive.arrived.at(-1), dataSet);
});

test('of three equal files the peer refuses the first: the second is sent, then the third is not', async (t) => {
  const { folder } = folderWithCopies(t);
  const archive = await startArchive(t, (count) => (count === 3 ? 0xa700 : 0));
  const result = await send(archive.port, [folder]);
  assert.deepEqual(verdicts(result).slice(2), ['failed: status', 'stored', 'skipped: pre-flight']);
  assert.equal(archive.arrived.length, 4);
});

for (const [size, pixelBytes] of [
  ['read ahead', 2_000],
  ['streamed', STREAMED],
] as const) {
  test(`a file that is rewritten with size and time put back is not stored: ${size}`, async (t) => {
    const archive = await startArchive(t);
    const path = join(temporaryFolder(t), '1.dcm');
    put(path, sampleInstance({ pixelBytes }).file);
    const result = await send(archive.port, [path], {}, () => rewriteUnnoticed(path));
    assert.deepEqual(verdicts(result), ['failed: file changed']);
    assert.deepEqual(archive.arrived, []);
    // It was only not the file that was looked at: looked at again, it is sent.
    assert.deepEqual(verdicts(await send(archive.port, [path])), ['stored']);
  });
}

test('a file that is rewritten with size and time put back while it goes out is not stored', async (t) => {
  const path = join(temporaryFolder(t), '1.dcm');
  // The peer reads nothing until the file is rewritten: more than all buffers on the way is still in the file.
  put(path, sampleInstance({ pixelBytes: 60_000_000 }).file);
  const dataSets: unknown[] = [];
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    await connection.pdu();
    rewriteUnnoticed(path);
    const message = await connection.message();
    if (message !== undefined) dataSets.push(message.dataSet);
  });
  t.after(() => peer.stop());
  assert.deepEqual(verdicts(await send(peer.port, [path])), ['failed: file changed']);
  assert.deepEqual(dataSets, []);
});

test('what changes only the attributes of a file fails it alone, and the next send stores it', async (t) => {
  const archive = await startArchive(t);
  const folder = temporaryFolder(t);
  for (const seed of [1, 2]) put(join(folder, `${seed}.dcm`), sampleInstance({ seed }).file);
  const path = join(folder, '1.dcm');
  const result = await send(archive.port, [folder], {}, () => chmodSync(path, 0o600));
  assert.deepEqual(verdicts(result), ['failed: file changed', 'stored']);
  assert.deepEqual(verdicts(await send(archive.port, [path])), ['stored']);
});

test('a stored file that was rewritten with size and time put back does not vouch for another one', async (t) => {
  const archive = await startArchive(t);
  const folder = temporaryFolder(t);
  const [one, two] = [join(folder, '1.dcm'), join(folder, '2.dcm')];
  put(one, sampleInstance({ seed: 1 }).file);
  const earlier = new StoredInstances();
  assert.deepEqual(verdicts(await send(archive.port, [one], { earlier })), ['stored']);
  rewriteUnnoticed(one);
  put(two, readFileSync(one));
  assert.deepEqual(verdicts(await send(archive.port, [two], { earlier })), ['held back: pre-flight']);
});
