import * as assert from 'node:assert/strict';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { ReceiverSummary } from '../../../src/extension/commands/start-receiver.ts';
import type { SendSummary } from '../../../src/extension/sending.ts';
import { DEFAULT_MAX_PDU_LENGTH, DEFAULT_TIMEOUTS } from '../../../src/net/peer.ts';
import { type Journal, openJournal } from '../../../src/send/journal.ts';
import { readJournals } from '../../../src/send/journal-shelf.ts';
import { scan } from '../../../src/send/scan.ts';
import { ScannedFiles } from '../../../src/send/scanned-files.ts';
import { EXPLICIT_LE, type SampleInstance } from '../../support/dicom-builder.ts';
import { NO_OUTCOMES } from '../../support/outcome-counts.ts';
import { startScriptedPeer } from '../../support/scripted-peer.ts';
import { filesBelow, listen, makeFolder, PEER, peerEntry, resetSettings, setUser, writeInstances } from './support.ts';

type Answer = SendSummary | undefined;

describe('An interrupted or failed send', () => {
  let receiver: ReceiverSummary;
  let journals: string;
  let study: Awaited<ReturnType<typeof makeFolder>>;
  let instances: SampleInstance[];
  let seed = 1_000;

  const resume = (...args: unknown[]): Thenable<Answer> => vscode.commands.executeCommand('sendToPacs.resume', ...args);
  const retry = (...args: unknown[]): Thenable<Answer> => vscode.commands.executeCommand('sendToPacs.retry', ...args);
  const ids = async (): Promise<string[]> => (await readJournals(journals, Date.now())).map(({ id }) => id);
  const received = async (): Promise<string[]> => {
    const names = filesBelow(receiver.directory).map((path) => basename(path));
    return instances.map(({ sopInstance }) => sopInstance).filter((uid) => names.includes(`${uid}.dcm`));
  };

  /** The journal of a send to the receiver whose window closed after `stored` files. */
  async function interrupted(stored: number, changes: object = {}): Promise<Journal> {
    const peer = {
      name: PEER,
      host: '127.0.0.1',
      port: receiver.port,
      calledAETitle: 'RECEIVER',
      callingAETitle: 'SENDTOPACS',
      maxPduLength: DEFAULT_MAX_PDU_LENGTH,
      timeouts: DEFAULT_TIMEOUTS,
      ...changes,
    };
    const files = new ScannedFiles();
    for await (const file of scan([study.path], { recurse: true }, new AbortController().signal)) files.push(file);
    const journal = openJournal(journals, { peer, files }, { selection: [study.path] });
    [...files].slice(0, stored).forEach(({ path }, index) => {
      journal.record(index, { path, outcome: 'stored', bytesSent: 1, status: 0 });
    });
    journal.close('interrupted');
    return journal;
  }

  before(async () => {
    receiver = await vscode.commands.executeCommand<ReceiverSummary>('sendToPacs.startReceiver');
    journals = join(dirname(receiver.directory), 'journals');
    await setUser({ peers: [peerEntry(receiver.port)], defaultPeer: PEER });
  });

  beforeEach(async () => {
    await rm(journals, { recursive: true, force: true });
    study = await makeFolder();
    instances = await writeInstances(
      study.path,
      Array.from({ length: 5 }, () => EXPLICIT_LE),
      seed,
    );
    seed += 10;
  });

  afterEach(() => study.remove());

  after(async () => {
    await vscode.commands.executeCommand('sendToPacs.stopReceiver');
    await resetSettings();
  });

  it('is resumed with exactly the files that are not known to be stored, and then forgotten', async () => {
    const { id } = await interrupted(2);
    const summary = await resume(id);
    assert.deepEqual(summary?.counts, { ...NO_OUTCOMES, stored: 3 });
    assert.deepEqual(
      await received(),
      instances.slice(2).map(({ sopInstance }) => sopInstance),
    );
    assert.deepEqual(await ids(), []);
    assert.equal(await resume(id), undefined);
    assert.equal(await resume(), undefined);
  });

  it('is sent once if two Resume commands run at the same time', async () => {
    const { id } = await interrupted(2);
    const summaries = await Promise.all([resume(id), resume(id)]);
    const done = summaries.filter((summary) => summary !== undefined);
    assert.deepEqual(
      done.map(({ counts }) => counts.stored),
      [3],
    );
    assert.deepEqual(await ids(), []);
  });

  it('still owes a file that cannot be read now, and no other', async () => {
    const { id } = await interrupted(0);
    await rename(join(study.path, `IM${seed - 10}.dcm`), join(study.path, 'hidden'));
    const summary = await resume(id);
    assert.deepEqual(summary?.counts, { ...NO_OUTCOMES, stored: 4, skipped: 1 });
    const [left, ...others] = await ids();
    assert.deepEqual(others, []);
    assert.notEqual(left, id);
    await rename(join(study.path, 'hidden'), join(study.path, `IM${seed - 10}.dcm`));
    assert.deepEqual((await resume(left))?.counts, { ...NO_OUTCOMES, stored: 1 });
    assert.deepEqual(await ids(), []);
    assert.equal((await received()).length, 5);
  });

  it('keeps its journal if Resume finds none of its files', async () => {
    const { id } = await interrupted(0);
    await study.remove();
    await mkdir(study.path);
    assert.deepEqual((await resume(id))?.counts, { ...NO_OUTCOMES, skipped: 5 });
    assert.deepEqual(await ids(), [id]);
  });

  it('is not resumed to another address unless the person agrees', async () => {
    const elsewhere = await listen();
    try {
      const { id } = await interrupted(2, { port: elsewhere.port });
      // In a test host nobody can agree to a dialog.
      await assert.rejects(Promise.resolve(resume(id)), /dialog/i);
      assert.deepEqual(await received(), []);
      assert.deepEqual(elsewhere.seen, { connections: 0, bytes: 0 });
      assert.deepEqual(await ids(), [id]);
    } finally {
      await elsewhere.close();
    }
  });

  it('is not resumed to a peer that the settings do not define any more', async () => {
    const { id } = await interrupted(2, { name: 'GONE' });
    await assert.rejects(Promise.resolve(resume(id)), /no peer named "GONE"/);
    assert.deepEqual(await ids(), [id]);
  });

  it('is retried with the files that failed, and not to another address unasked', async () => {
    const closed = await listen();
    await closed.close();
    await setUser({ peers: [peerEntry(closed.port)] });
    const [first] = instances;
    const failed = await vscode.commands.executeCommand<Answer>('sendToPacs.send', vscode.Uri.file(study.path));
    assert.deepEqual(failed?.counts, { ...NO_OUTCOMES, failed: 5 });
    const kept = await ids();
    assert.equal(kept.length, 1);
    const text = await readFile(join(journals, `send-${kept[0]}.jsonl`), 'utf8');
    assert.ok(!text.includes('TEST^BUILDER') && first !== undefined);
    // The peer is still down: the retry fails, and its journal replaces the first.
    const again = await retry();
    assert.deepEqual(again?.counts, { ...NO_OUTCOMES, failed: 5 });
    assert.equal((await ids()).length, 1);
    assert.notDeepEqual(await ids(), kept);
    // Retry goes by the results, not by the folder: one file is gone meanwhile.
    await rm(join(study.path, `IM${seed - 10}.dcm`));
    await setUser({ peers: [peerEntry(receiver.port)] });
    await assert.rejects(Promise.resolve(retry()), /dialog/i);
    assert.deepEqual(await received(), []);
  });

  it('is retried with the failed files only, and leaves no journal when they are stored', async () => {
    const sent: number[] = [];
    const peer = await startScriptedPeer(async (connection, number) => {
      await connection.accept();
      const messages = await connection.serve((count) => (number === 1 && count % 2 === 0 ? 0xa700 : 0));
      sent.push(messages.length);
    });
    try {
      await setUser({ peers: [peerEntry(peer.port, { associations: 1 })] });
      const failed = await vscode.commands.executeCommand<Answer>('sendToPacs.send', vscode.Uri.file(study.path));
      assert.deepEqual(failed?.counts, { ...NO_OUTCOMES, stored: 3, failed: 2 });
      assert.equal((await ids()).length, 1);
      const again = await retry();
      assert.deepEqual(again?.counts, { ...NO_OUTCOMES, stored: 2 });
      assert.deepEqual(await ids(), []);
      assert.equal(await retry(), undefined);
    } finally {
      await setUser({ peers: [peerEntry(receiver.port)] });
      await peer.stop();
    }
    assert.deepEqual(sent, [5, 2]);
  });

  it('is not retried if everything was stored, nor for arguments that no notification passes', async () => {
    await vscode.commands.executeCommand('sendToPacs.send', vscode.Uri.file(study.path));
    assert.equal((await received()).length, 5);
    assert.equal(await retry(), undefined, 'nothing failed');
    for (const hostile of ['x', 42, vscode.Uri.file(study.path)]) assert.equal(await retry(hostile), undefined);
    assert.deepEqual(await ids(), [], 'nothing is left of a send whose files are all stored');
  });
});
