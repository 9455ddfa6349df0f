// What pre-flight holds back stays held back: no retry, no resume and no second send replaces what a peer has stored,
// unless a person decides so for that very file. And a duplicate ends as the file that is sent in its place.

import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Deferred } from '../../src/net/deferred.ts';
import type { SendJob, SendResult } from '../../src/send/job.ts';
import { openJournal } from '../../src/send/journal.ts';
import { readJournals, remaining } from '../../src/send/journal-shelf.ts';
import { runSend } from '../../src/send/run.ts';
import { StoredInstances } from '../../src/send/stored-instances.ts';
import { buildFile, sampleInstance } from '../support/dicom-builder.ts';
import { peerAt, scanned, verdicts } from '../support/jobs.ts';
import * as naive from '../support/naive-pdu.ts';
import { startPeer } from '../support/peer-modes.ts';
import { startScriptedPeer } from '../support/scripted-peer.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const CT = sampleInstance({ seed: 1 });
const OTHER = buildFile({ ...CT, dataSet: withLastByte(CT.dataSet, 0x55) });

function withLastByte(dataSet: Uint8Array, value: number): Buffer {
  const copy = Buffer.from(dataSet);
  copy[copy.length - 1] = value;
  return copy;
}

interface Archive {
  readonly port: number;
  /** The data set that it holds under the UID of CT, as it came last. */
  readonly held: () => Buffer | undefined;
  /** How many instances came. */
  readonly count: () => number;
}

async function startArchive(t: TestContext, status: (count: number) => number = () => 0): Promise<Archive> {
  let held: Buffer | undefined;
  let count = 0;
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    for (;;) {
      const message = await connection.message();
      if (message === undefined) break;
      count += 1;
      const answer = status(count);
      if (answer === 0) held = message.dataSet;
      connection.respond(message, answer);
    }
    if (connection.lastPdu?.type === 0x05) connection.send(naive.releaseRp());
  });
  t.after(() => peer.stop());
  return { port: peer.port, held: () => held, count: () => count };
}

async function send(port: number, paths: readonly string[], more: Partial<SendJob> = {}): Promise<SendResult> {
  const job = { peer: peerAt(port), files: await scanned(paths), ...more };
  return runSend(job, {}, new AbortController().signal);
}

/** 1.dcm is CT, 2.dcm another data set under its UID. */
function conflictingFolder(t: TestContext): { folder: string; first: string; second: string } {
  const folder = temporaryFolder(t);
  const [first, second] = [join(folder, '1.dcm'), join(folder, '2.dcm')];
  writeFileSync(first, CT.file);
  writeFileSync(second, OTHER);
  return { folder, first, second };
}

test('of two data sets with one UID the second is held back, and its journal owes nothing', async (t) => {
  const archive = await startArchive(t);
  const { folder, first } = conflictingFolder(t);
  const journals = temporaryFolder(t);
  const job = { peer: peerAt(archive.port), files: await scanned([folder]) };
  const journal = openJournal(journals, job);
  const outcome = journal.record.bind(journal);
  const result = await runSend(job, { outcome }, new AbortController().signal);
  // While it is open: it offers nothing.
  const [open] = await readJournals(journals, Date.now());
  assert.deepEqual(open === undefined ? undefined : remaining(open), []);
  journal.close('done');
  assert.deepEqual(await readJournals(journals, Date.now()), []);
  assert.deepEqual(verdicts(result), ['stored', 'held back: pre-flight']);
  assert.equal(result.counts['held back'], 1);
  const reason = result.outcomes.at(1)?.reason;
  assert.ok(reason?.code === 'pre-flight' && reason.finding.code === 'conflicting instance');
  assert.equal(reason.finding.firstPath, first);
  assert.deepEqual(archive.held(), CT.dataSet);
});

test('a second send replaces what the first has stored only after a decision for that file', async (t) => {
  const archive = await startArchive(t);
  const { folder, first, second } = conflictingFolder(t);
  const earlier = new StoredInstances();
  await send(archive.port, [folder], { earlier });
  const again = await send(archive.port, [second], { earlier });
  assert.deepEqual(verdicts(again), ['held back: pre-flight']);
  assert.deepEqual(again.outcomes.at(0)?.reason, {
    code: 'pre-flight',
    finding: { code: 'conflicting instance', sopInstanceUID: CT.sopInstance, firstPath: first, isStored: true },
  });
  assert.deepEqual(archive.held(), CT.dataSet);
  const decided = await send(archive.port, [second], { earlier, decided: new Set([second]) });
  assert.deepEqual(verdicts(decided), ['stored']);
  assert.notDeepEqual(archive.held(), CT.dataSet);
  // From now on it is the first file that would replace the decided one.
  assert.deepEqual(verdicts(await send(archive.port, [first], { earlier })), ['held back: pre-flight']);
  assert.deepEqual(verdicts(await send(archive.port, [folder], { earlier })), ['held back: pre-flight', 'stored']);
  // Another archive has nothing of this.
  const elsewhere = await startArchive(t);
  assert.deepEqual(verdicts(await send(elsewhere.port, [first], { earlier })), ['stored']);
});

test('a retry does not replace what was stored meanwhile from another file', async (t) => {
  const archive = await startArchive(t, (count) => (count === 1 ? 0xa700 : 0));
  const { folder, first, second } = conflictingFolder(t);
  const earlier = new StoredInstances();
  assert.deepEqual(verdicts(await send(archive.port, [folder], { earlier })), [
    'failed: status',
    'held back: pre-flight',
  ]);
  assert.deepEqual(verdicts(await send(archive.port, [second], { earlier })), ['stored']);
  assert.deepEqual(verdicts(await send(archive.port, [first], { earlier })), ['held back: pre-flight']);
});

test('after an instance without an answer, another file with its UID is held back', async (t) => {
  const { first, second } = conflictingFolder(t);
  const earlier = new StoredInstances();
  const silent = await startScriptedPeer(async (connection) => {
    await connection.accept();
    await connection.message();
    connection.socket.resetAndDestroy();
  });
  t.after(() => silent.stop());
  assert.equal((await send(silent.port, [first], { earlier })).outcomes.at(0)?.outcome, 'unknown');
  assert.deepEqual(verdicts(await send(silent.port, [second], { earlier })), ['held back: pre-flight']);
});

test('the same file is sent again when it was changed, moved or copied', async (t) => {
  const archive = await startArchive(t);
  const { folder, first, second } = conflictingFolder(t);
  rmSync(second);
  const earlier = new StoredInstances();
  await send(archive.port, [first], { earlier });
  writeFileSync(first, OTHER);
  assert.deepEqual(verdicts(await send(archive.port, [first], { earlier })), ['stored'], 'a newer version');
  assert.notDeepEqual(archive.held(), CT.dataSet);
  const moved = join(folder, 'moved.dcm');
  renameSync(first, moved);
  assert.deepEqual(verdicts(await send(archive.port, [moved], { earlier })), ['stored'], 'moved');
  mkdirSync(join(folder, 'copy'));
  const copy = join(folder, 'copy', '1.dcm');
  writeFileSync(copy, await readFile(moved));
  assert.deepEqual(verdicts(await send(archive.port, [copy], { earlier })), ['stored'], 'copied');
  rmSync(copy);
  // Of the file that was stored last nothing is left: nobody can tell whether this is the same.
  assert.deepEqual(verdicts(await send(archive.port, [moved], { earlier })), ['held back: pre-flight']);
  assert.equal(archive.count(), 4);
});

test('a decided file is sent despite its findings, and others with its UID are held back', async (t) => {
  const archive = await startArchive(t);
  const { folder, first, second } = conflictingFolder(t);
  writeFileSync(second, Buffer.concat([OTHER, Buffer.from('xx')]));
  assert.deepEqual(verdicts(await send(archive.port, [second])), ['held back: pre-flight']);
  const result = await send(archive.port, [folder], { decided: new Set([second]) });
  assert.deepEqual(verdicts(result), ['held back: pre-flight', 'stored']);
  const reason = result.outcomes.at(0)?.reason;
  assert.ok(reason?.code === 'pre-flight' && reason.finding.code === 'conflicting instance');
  assert.equal(basename(reason.finding.firstPath), '2.dcm');
  const both = await send(archive.port, [folder], { decided: new Set([first, second]) });
  assert.deepEqual(verdicts(both), ['stored', 'held back: pre-flight']);
});

test('of two sends at the same time the second holds back what the first has under way', async (t) => {
  const { first, second } = conflictingFolder(t);
  const earlier = new StoredInstances();
  const begun = new Deferred<void>();
  const gate = new Deferred<number>();
  const slow = await startPeer(t, (number) => ({
    answer: () => {
      if (number > 1) return 0xa700;
      begun.resolve(undefined);
      return gate.promise;
    },
  }));
  const one = send(slow.port, [first], { earlier });
  await begun.promise;
  assert.deepEqual(verdicts(await send(slow.port, [second], { earlier })), ['held back: pre-flight']);
  gate.resolve(0xa700);
  assert.deepEqual(verdicts(await one), ['failed: status']);
  // Nothing of the first one was stored.
  assert.deepEqual(verdicts(await send(slow.port, [second], { earlier })), ['failed: status']);
  assert.equal(slow.instances.length, 2);
});

test('of two sends at the same time the first holds back what the second has stored meanwhile', async (t) => {
  const { folder, first, second } = conflictingFolder(t);
  const earlier = new StoredInstances();
  const begun = new Deferred<void>();
  const gate = new Deferred<number>();
  const archive = await startPeer(t, (number) => ({
    answer: ({ count }) => {
      if (number > 1 || count > 1) return 0;
      begun.resolve(undefined);
      return gate.promise;
    },
  }));
  const [before, copy] = [join(folder, '0.dcm'), join(folder, '3.dcm')];
  writeFileSync(before, sampleInstance({ seed: 2 }).file);
  writeFileSync(copy, sampleInstance({ seed: 3 }).file);
  const same = join(temporaryFolder(t), 'same.dcm');
  writeFileSync(same, sampleInstance({ seed: 3 }).file);
  const one = send(archive.port, [before, first, copy], { earlier, options: { associations: 1 } });
  await begun.promise;
  assert.deepEqual(verdicts(await send(archive.port, [second, same], { earlier })), ['stored', 'stored']);
  gate.resolve(0);
  const result = await one;
  assert.deepEqual(verdicts(result), ['stored', 'held back: pre-flight', 'stored']);
  const reason = result.outcomes.at(1)?.reason;
  assert.ok(reason?.code === 'pre-flight' && reason.finding.code === 'conflicting instance');
  assert.equal(reason.finding.firstPath, second);
});

const FATES: readonly (readonly [string, (count: number) => number, readonly string[]])[] = [
  ['stored', () => 0, ['stored', 'skipped: pre-flight', 'skipped: pre-flight']],
  [
    'stored with a warning',
    () => 0xb000,
    ['stored with warning: status', 'skipped: pre-flight', 'skipped: pre-flight'],
  ],
  ['refused', () => 0xa700, ['failed: status', 'failed: status', 'failed: status']],
];

for (const [name, status, expected] of FATES) {
  test(`duplicates of a file that is ${name}`, async (t) => {
    const archive = await startArchive(t, status);
    const folder = temporaryFolder(t);
    for (const file of ['1.dcm', '2.dcm', '3.dcm']) writeFileSync(join(folder, file), CT.file);
    const told: number[] = [];
    const job = { peer: peerAt(archive.port), files: await scanned([folder]) };
    const result = await runSend(job, { outcome: (index) => told.push(index) }, new AbortController().signal);
    assert.deepEqual(verdicts(result), expected);
    assert.deepEqual(told, [0, 1, 2]);
    assert.equal(archive.count(), status(1) === 0xa700 ? 3 : 1);
  });
}

test('duplicates of a file that is cancelled, without an answer, or not sendable', async (t) => {
  const folder = temporaryFolder(t);
  for (const file of ['1.dcm', '2.dcm']) writeFileSync(join(folder, file), CT.file);
  const files = await scanned([folder]);
  const silent = await startScriptedPeer(async (connection) => {
    await connection.accept();
    await connection.message();
    connection.socket.resetAndDestroy();
  });
  t.after(() => silent.stop());
  const job = { peer: peerAt(silent.port), files };
  const cancelled = await runSend(job, {}, AbortSignal.abort());
  assert.deepEqual(
    [...cancelled.outcomes].map(({ outcome }) => outcome),
    ['cancelled', 'cancelled'],
    'not compared',
  );
  const unknown = await runSend(job, {}, new AbortController().signal);
  assert.deepEqual(verdicts(unknown), ['unknown: connection lost', 'unknown: same as another file']);
  const options = { conversion: 'never', requestOnly: '1.2.840.10008.1.2' } as const;
  const unsent = await runSend({ ...job, options }, {}, new AbortController().signal);
  assert.deepEqual(verdicts(unsent), ['failed: cannot convert', 'failed: same as another file']);
});
