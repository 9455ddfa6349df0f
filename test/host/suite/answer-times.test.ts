// Lines of the trace that the channel gets together have the times at which they happened, and the number of their
// association.

import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { EXPLICIT_LE } from '../../support/dicom-builder.ts';
import { type ModalPeer, startPeer } from '../../support/peer-modes.ts';
import { makeFolder, PEER, peerEntry, resetSettings, setUser, traceThat, writeInstances } from './support.ts';

/** Less than the channel waits for more lines: most answers are written together with their requests. */
const ANSWER_MS = 68;
const FILES = 4;

const LINE = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) \[(\w+)\] (.*)$/;

describe('The trace of a peer that takes 68 ms to answer', () => {
  let study: Awaited<ReturnType<typeof makeFolder>>;
  let peer: ModalPeer;
  const undo: (() => unknown)[] = [];

  before(async () => {
    study = await makeFolder();
    await writeInstances(
      study.path,
      Array.from({ length: FILES }, () => EXPLICIT_LE),
      800,
    );
    peer = await startPeer(
      { after: (work) => undo.push(work) },
      { keeps: 'lengths', answer: () => new Promise((resolve) => setTimeout(() => resolve(0), ANSWER_MS)) },
    );
    await setUser({ peers: [peerEntry(peer.port, { associations: 1 })], defaultPeer: PEER });
  });

  after(async () => {
    for (const work of undo) await work();
    await study.remove();
    await resetSettings();
  });

  it('has the time of each line itself', async () => {
    const beganMs = Date.now();
    await vscode.commands.executeCommand('sendToPacs.send', vscode.Uri.file(study.path));
    const text = await traceThat(new RegExp(`IM${800 + FILES - 1}\\.dcm[^]*Received Store Response`));
    const lines = text.split('\n').flatMap((line) => {
      const [, time, , words] = LINE.exec(line) ?? [];
      return time === undefined || words === undefined ? [] : [{ timeMs: new Date(time).getTime(), words }];
    });
    // Of this send alone.
    const own = lines.filter(({ timeMs }) => timeMs >= beganMs);
    const timesOf = (words: RegExp): number[] =>
      own.filter((line) => words.test(line.words)).map(({ timeMs }) => timeMs);
    const requests = timesOf(/Sending Store Request/);
    const answers = timesOf(/Received Store Response/);
    assert.equal(requests.length, FILES);
    assert.equal(answers.length, FILES);
    for (const [index, requestMs] of requests.entries()) {
      const waitedMs = (answers[index] ?? 0) - requestMs;
      // A timer of Node may be a millisecond early.
      assert.ok(waitedMs >= ANSWER_MS - 2, `answer ${index} came ${waitedMs} ms after its request`);
    }
    const batched = text.split(/^.*-- \d+ lines?$/m).filter((entry) => /Store Request[^]*Store Response/.test(entry));
    assert.ok(batched.length > 0, 'a request and its answer were written together');
    const withoutNumber = own.filter(({ words }) => /Store|Association/.test(words) && !/^\[\d+\] /.test(words));
    assert.deepEqual(withoutNumber, []);
  });
});
