// The list of sends, without an editor: which events fire and when, what is there after a reload, what is never lost.

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { LiveSend } from '../../../src/extension/send-entries.ts';
import { Sends } from '../../../src/extension/sends.ts';
import { ProblemCollector } from '../../../src/report/problems.ts';
import type { SendResult } from '../../../src/send/job.ts';
import { forget, type Journal, openJournal } from '../../../src/send/journal.ts';
import type { FileOutcome } from '../../../src/send/outcome.ts';
import { runSend } from '../../../src/send/run.ts';
import type { ScannedFiles } from '../../../src/send/scanned-files.ts';
import { folderOf, peerAt, scanned } from '../../support/jobs.ts';
import { startPeer } from '../../support/peer-modes.ts';
import { startScriptedPeer } from '../../support/scripted-peer.ts';
import { sendFileFor, sendIdFor } from '../../support/send-ids.ts';
import { type Scope, temporaryFolder } from '../../support/temporary-folder.ts';

const FILES = 4;
/** Answers failure to every second instance. */
async function moodyPeer(t: Scope): Promise<number> {
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    await connection.serve((count) => (count % 2 === 0 ? 0xa700 : 0));
  });
  t.after(() => peer.stop());
  return peer.port;
}

interface Window {
  readonly sends: Sends;
  readonly notes: string[];
  /** The states of the sends that changed, one entry for each event. */
  readonly heard: string[];
}

function openWindow(storage: string): Window {
  const notes: string[] = [];
  const heard: string[] = [];
  const sends = new Sends({ storage, note: (text) => notes.push(text) });
  sends.onDidChange((changed) => heard.push([...changed].map((id) => sends.find(id)?.state ?? 'gone').join()));
  return { sends, notes, heard };
}

const begin = (sends: Sends, port = 104): LiveSend =>
  sends.begin({
    peer: peerAt(port),
    selection: ['/study'],
    roots: [{ path: '/' }],
    decided: [],
    arePathsHidden: false,
  });

/** A send as the editor runs it, with a journal. */
async function sendAll(t: Scope, { sends }: Window, storage: string): Promise<{ send: LiveSend; result: SendResult }> {
  const peer = peerAt(await moodyPeer(t));
  const send = begin(sends, peer.port);
  const files = await scanned([await folderOf(t, FILES)]);
  send.asking();
  const journal = openJournal(join(storage, 'journals'), { peer, files });
  const listeners = send.sending({
    files: files.load.files,
    journal,
    problems: new ProblemCollector({ name: 'TEST' }, 'editor'),
  });
  const result = await runSend({ peer, files, options: { associations: 1 } }, listeners, send.controller.signal);
  send.end(result);
  return { send, result };
}

const stored = (path: string): FileOutcome => ({ path, outcome: 'stored', bytesSent: 1 });

describe('the list of sends', () => {
  it('fires at once for each new state, with counts, problems and results', async (t) => {
    const storage = temporaryFolder(t);
    const window = openWindow(storage);
    const { send, result } = await sendAll(t, window, storage);
    assert.deepEqual(
      window.heard.filter((state, place) => state !== window.heard[place - 1]),
      ['scanning', 'asking', 'sending', 'done'],
    );
    const [past, ...others] = window.sends.list();
    assert.ok(past !== undefined && others.length === 0);
    assert.equal(past.id, send.id);
    assert.deepEqual(past.counts, result.counts);
    assert.deepEqual([past.counts.stored, past.counts.failed, past.files], [2, 2, FILES]);
    assert.equal(past.problems.length, 1);
    assert.deepEqual([past.problems[0]?.outcome, past.problems[0]?.count], ['failed', 2]);
    assert.match(past.problems[0]?.text ?? '', /A700H Out of Resources/);
    assert.equal(await window.sends.resultOf(past.id), result);
    await window.sends.written();
    assert.deepEqual(window.notes, []);
  });

  it('fires once for thousands of outcomes, the last one included', async (t) => {
    const window = openWindow(temporaryFolder(t));
    const send = begin(window.sends);
    const { outcome } = send.sending({ files: 10_000, problems: new ProblemCollector({ name: 'TEST' }, 'editor') });
    const told = new Promise<number>((resolve) => {
      window.sends.onDidChange(() => resolve(window.sends.find(send.id)?.counts.stored ?? 0));
    });
    const before = window.heard.length;
    for (let index = 0; index < 10_000; index++) outcome(index, stored(`/study/${index}`));
    assert.equal(window.heard.length, before);
    assert.equal(await told, 10_000);
    assert.equal(window.heard.length, before + 1);
    send.drop();
  });

  it('has the outcome of a file while the others are still being sent', async (t) => {
    const { sends } = openWindow(temporaryFolder(t));
    let isSeen: (status: number) => void = () => undefined;
    const seen = new Promise<number>((resolve) => {
      isSeen = resolve;
    });
    // Answers the second instance when the test has seen the outcome of the first.
    const target = await startPeer(t, { answer: ({ count }) => (count === 2 ? seen : 0) });
    const peer = peerAt(target.port);
    const send = begin(sends, peer.port);
    const folder = await folderOf(t, FILES);
    writeFileSync(join(folder, 'notes.txt'), 'no DICOM');
    const files = await scanned([folder]);
    const listeners = send.sending({ files: FILES, problems: new ProblemCollector({ name: 'TEST' }, 'editor') });
    const outcomes: (string | undefined)[] = [];
    sends.onDidChange(() => {
      const soFar = send.outcomes;
      if (soFar?.at(0) === undefined || outcomes.length > 0) return;
      for (let index = 0; index < soFar.length; index += 1) outcomes.push(soFar.at(index)?.outcome);
      isSeen(0);
    });
    const result = await runSend({ peer, files, options: { associations: 1 } }, listeners, send.controller.signal);
    assert.deepEqual(outcomes, ['stored', undefined, undefined, undefined, 'skipped']);
    assert.equal(result.counts.stored, FILES);
    send.drop();
  });

  it('writes an outcome to the journal before it counts it', (t) => {
    const { sends } = openWindow(temporaryFolder(t));
    const send = begin(sends);
    const counted: number[] = [];
    const journal: Journal = {
      id: sendIdFor('a'),
      isWhole: true,
      record: () => counted.push(send.counts.stored),
      close: () => undefined,
    };
    const { outcome } = send.sending({ files: 2, journal, problems: new ProblemCollector({ name: 'TEST' }, 'editor') });
    outcome(0, stored('/study/1'));
    outcome(1, stored('/study/2'));
    assert.deepEqual(counted, [0, 1]);
    send.drop();
  });

  it('drops a send that never began, and ignores a drop after the end', async (t) => {
    const storage = temporaryFolder(t);
    const window = openWindow(storage);
    begin(window.sends).drop();
    assert.deepEqual(window.heard, ['scanning', 'gone']);
    assert.deepEqual(window.sends.list(), []);
    const { send } = await sendAll(t, window, storage);
    send.drop();
    assert.equal(window.sends.list().length, 1);
    await window.sends.written();
  });

  it('goes on when a subscriber throws, and says so', (t) => {
    const window = openWindow(temporaryFolder(t));
    window.sends.onDidChange(() => {
      throw new Error('no room to draw');
    });
    let isHeard = false;
    window.sends.onDidChange(() => {
      isHeard = true;
    });
    begin(window.sends).drop();
    assert.ok(isHeard);
    assert.match(window.notes[0] ?? '', /no room to draw/);
  });

  it('cancels the send that it is asked to cancel', (t) => {
    const { sends } = openWindow(temporaryFolder(t));
    const [one, other] = [begin(sends), begin(sends)];
    sends.find(one.id)?.cancel();
    assert.deepEqual([one.controller.signal.aborted, other.controller.signal.aborted], [true, false]);
  });
});

describe('after a reload', () => {
  it('the list has the results of a send, and how many files its journal owes', async (t) => {
    const storage = temporaryFolder(t);
    const before = openWindow(storage);
    const { send, result } = await sendAll(t, before, storage);
    await before.sends.written();

    const { sends, heard } = openWindow(storage);
    assert.deepEqual(sends.list(), []);
    await sends.refresh();
    assert.deepEqual(heard, ['done']);
    const [past] = sends.list();
    assert.ok(past !== undefined);
    const { peer, selection, roots, startedAtMs, journalId } = send;
    for (const [name, value] of Object.entries({
      peer,
      selection,
      roots,
      startedAtMs,
      journalId,
      counts: result.counts,
    }))
      assert.deepEqual(past[name as keyof typeof past], value, name);
    assert.deepEqual([past.state, past.owed, past.hasResults], ['done', 2, true]);
    const read = await sends.resultOf(past.id);
    assert.ok(read !== undefined);
    assert.deepEqual([...read.outcomes], [...result.outcomes]);
    await sends.refresh();
    assert.equal(heard.length, 1, 'nothing new, nothing told');
  });

  it('results are read from disk once for all who ask at the same time, and not kept if forgotten meanwhile', async (t) => {
    const storage = temporaryFolder(t);
    const first = openWindow(storage);
    const { send } = await sendAll(t, first, storage);
    await first.sends.written();
    const { sends } = openWindow(storage);
    await sends.refresh();
    const [one, other] = await Promise.all([sends.resultOf(send.id), sends.resultOf(send.id)]);
    assert.ok(one !== undefined && one === other);
    const third = openWindow(storage);
    await third.sends.refresh();
    const late = third.sends.resultOf(send.id);
    await third.sends.forget(send.id);
    await late;
    assert.equal(await third.sends.resultOf(send.id), undefined);
  });

  it('a forgotten send is gone from the list and the disk, also in another window', async (t) => {
    const storage = temporaryFolder(t);
    const first = openWindow(storage);
    const { send } = await sendAll(t, first, storage);
    const second = openWindow(storage);
    await first.sends.written();
    await second.sends.refresh();
    // Waits for a write that is still running.
    await first.sends.forget(send.id);
    assert.equal(first.heard.at(-1), 'gone');
    assert.deepEqual(readdirSync(join(storage, 'sends')), []);
    assert.equal(await first.sends.resultOf(send.id), undefined);
    await second.sends.refresh();
    assert.deepEqual([second.sends.find(send.id)?.hasResults, second.heard.at(-1)], [undefined, 'done,gone']);
  });

  it('a send that is forgotten while the list reads the disk stays forgotten', async (t) => {
    const storage = temporaryFolder(t);
    const first = openWindow(storage);
    const sent = await Promise.all(Array.from({ length: 8 }, () => sendAll(t, first, storage)));
    await first.sends.written();
    // Loads what reads the disk.
    await openWindow(storage).sends.refresh();
    const { sends } = openWindow(storage);
    // At each turn of the event loop one, so that one of them falls between reading and listing.
    const reading = sends.refresh();
    const forgetting: Promise<void>[] = [];
    for (const { send } of sent) {
      await setImmediate();
      await setImmediate();
      forgetting.push(sends.forget(send.id));
    }
    await Promise.all([reading, ...forgetting]);
    assert.deepEqual(
      sends.list().filter(({ hasResults }) => hasResults),
      [],
    );
  });

  it('a send that a shutdown stopped is interrupted, and its journal owes the rest', async (t) => {
    const storage = temporaryFolder(t);
    const window = openWindow(storage);
    window.sends.goDown();
    const { send } = await sendAll(t, window, storage);
    assert.equal(window.sends.find(send.id)?.state, 'interrupted');
    await window.sends.written();
    const later = openWindow(storage);
    await later.sends.refresh();
    assert.deepEqual(
      later.sends.list().map(({ state, owed }) => [state, owed]),
      [['interrupted', 2]],
    );
  });

  async function journaled(t: Scope, storage: string): Promise<{ files: ScannedFiles; journal: Journal }> {
    const files = await scanned([await folderOf(t, FILES)]);
    const journal = openJournal(join(storage, 'journals'), { peer: peerAt(104), files }, { selection: ['/study'] });
    journal.record(0, stored(files.at(0)?.path ?? ''));
    return { files, journal };
  }

  it('a send whose process died is listed by its journal until that is gone', async (t) => {
    const storage = temporaryFolder(t);
    const { journal } = await journaled(t, storage);
    const { sends, heard } = openWindow(storage);
    await sends.refresh();
    assert.deepEqual(sends.list(), [], 'it is held: its process runs');
    journal.close('interrupted');
    await sends.refresh();
    const [send, ...others] = sends.list();
    assert.ok(send !== undefined && others.length === 0);
    assert.deepEqual([send.state, send.files, send.owed, send.counts.stored], ['interrupted', FILES, FILES - 1, 1]);
    assert.equal(await sends.resultOf(send.id), undefined);
    assert.ok(forget(join(storage, 'journals'), journal.id));
    await sends.refresh();
    assert.deepEqual(sends.list(), []);
    assert.deepEqual(heard, ['interrupted', 'gone']);
  });

  it('damaged and foreign files in the folder are passed over', async (t) => {
    const storage = temporaryFolder(t);
    const window = openWindow(storage);
    const { send } = await sendAll(t, window, storage);
    await window.sends.written();
    const folder = join(storage, 'sends');
    const text = readFileSync(join(folder, `send-${send.id}.jsonl`));
    writeFileSync(join(folder, sendFileFor('copied under another name')), text);
    writeFileSync(join(folder, sendFileFor('empty')), '');
    writeFileSync(join(folder, 'notes.txt'), 'x');
    mkdirSync(join(folder, sendFileFor('folder')));
    writeFileSync(join(folder, `send-${send.id}.jsonl`), text.subarray(0, -100));
    const { sends } = openWindow(storage);
    await sends.refresh();
    // Its head is whole: it is listed, and its results are not there.
    assert.deepEqual(
      sends.list().map(({ id }) => id),
      [send.id],
    );
    assert.equal(await sends.resultOf(send.id), undefined);
  });
});

describe('if the disk cannot be written', () => {
  it('a send works, its results stay in memory, and the person is told once', async (t) => {
    const storage = temporaryFolder(t);
    const window = openWindow(storage);
    writeFileSync(join(storage, 'sends'), '');
    const { send, result } = await sendAll(t, window, storage);
    await window.sends.written();
    assert.equal(window.notes.length, 1);
    assert.match(window.notes[0] ?? '', /^The results of this send cannot be kept \(E[A-Z]+\)/);
    await window.sends.refresh();
    assert.equal(await window.sends.resultOf(send.id), result);
    rmSync(join(storage, 'sends'));
  });
});
