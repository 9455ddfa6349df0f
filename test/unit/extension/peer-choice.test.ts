// Which peer a command uses without asking, and what is offered where it asks.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { EchoResult } from '../../../src/net/echo-scu.ts';
import { type Receiver, startReceiver } from '../../../src/net/store-scp.ts';
import { writeInstances } from '../../support/jobs.ts';
import { RecordingEditor } from '../../support/recording-editor.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const ADD = 'Add Peer…';
const OWN = 'Built-in Receiver';

describe('the peer', () => {
  let editor: RecordingEditor;
  let study: string;
  const receivers: Receiver[] = [];
  const undos: (() => unknown)[] = [];
  /** What each list that opened offered. */
  const lists: { readonly title: string; readonly labels: readonly string[] }[] = [];
  let answer: string | undefined;

  before(async () => {
    const scope = { after: (undo: () => unknown) => undos.push(undo) };
    editor = new RecordingEditor(temporaryFolder(scope));
    await editor.activate();
    study = temporaryFolder(scope);
    await writeInstances(study, [{ pixelBytes: 2_000 }]);
    for (let count = 0; count < 3; count++)
      receivers.push(await startReceiver({ port: 0, directory: temporaryFolder(scope) }));
    editor.pick = (labels, title) => {
      lists.push({ title, labels: labels.filter((label) => label !== '') });
      return answer;
    };
  });
  after(async () => {
    await Promise.all(receivers.map((receiver) => receiver.stop()));
    for (const undo of undos) undo();
  });
  beforeEach(() => {
    lists.length = 0;
    answer = undefined;
    editor.shown.length = 0;
    editor.workspace = {};
  });

  const entry = (name: string, index: number): object => ({
    name,
    host: '127.0.0.1',
    port: receivers[index]?.port ?? 0,
  });
  const three = (): readonly object[] => [entry('A', 0), entry('B', 1), entry('C', 2)];

  async function peerOf(command: string): Promise<string | undefined> {
    const clicked = editor.file(study);
    const sent = (await editor.run(command, clicked, undefined)) as { peer: string } | undefined;
    // Writes what is still batched.
    await editor.run('sendToPacs.showTrace');
    return sent?.peer;
  }

  it('of Send to PACS is asked for once, and is the last one from then on', async () => {
    editor.user = { peers: three() };
    answer = 'B';
    assert.equal(await peerOf('sendToPacs.send'), 'B');
    assert.deepEqual(
      lists.map(({ labels }) => labels),
      [['A', 'B', 'C', OWN, ADD]],
    );
    answer = 'C';
    assert.equal(await peerOf('sendToPacs.send'), 'B');
    assert.equal(lists.length, 1, 'it asked again');
    assert.ok(editor.textsOf('channel').some((text) => /B \(127\.0\.0\.1.*last used/.test(text)));
  });

  it('of Send to… is always asked for, the last one first, and is the last one from then on', async () => {
    answer = 'C';
    assert.equal(await peerOf('sendToPacs.sendTo'), 'C');
    assert.deepEqual(lists[0]?.labels, ['B', 'A', 'C', OWN, ADD]);
    assert.equal(await peerOf('sendToPacs.send'), 'C');
    assert.equal(lists.length, 1);
    answer = undefined;
    assert.equal(await peerOf('sendToPacs.sendTo'), undefined);
    assert.equal(lists.length, 2);
  });

  it('of Verify is always asked for, and changes nothing for sends', async () => {
    answer = 'A';
    const result = (await editor.run('sendToPacs.verifyConnection')) as EchoResult;
    assert.equal(result.verified, true);
    assert.equal(lists.length, 1);
    // What is kept of it has neither name nor address.
    const kept = editor.textsOf('state').filter((text) => text.startsWith('verification:'));
    assert.equal(kept.length, 1);
    assert.match(
      kept[0] ?? '',
      /^verification:[0-9a-f]{64}=\{"atMs":\d+,"verifiedAtMs":\d+,"failures":0,"roundTripMs":[\d.]+\}$/,
    );
    answer = undefined;
    assert.equal(await peerOf('sendToPacs.sendTo'), undefined);
    assert.deepEqual(lists[1]?.labels, ['C', 'A', 'B', OWN, ADD]);
    assert.equal(await peerOf('sendToPacs.send'), 'C');
  });

  it('that was last is asked for again when its address or an AE title has changed', async () => {
    const [a, b] = three();
    editor.user = { peers: [a, b, entry('C', 1)] };
    assert.equal(await peerOf('sendToPacs.send'), undefined);
    assert.equal(lists.length, 1);
    editor.user = { peers: [a, b] };
    assert.equal(await peerOf('sendToPacs.send'), undefined);
    assert.equal(lists.length, 2);
  });

  it('of Send to PACS is the default one, but Send to… and Verify reach all the others', async () => {
    editor.user = { peers: three(), defaultPeer: 'B' };
    assert.equal(await peerOf('sendToPacs.send'), 'B');
    assert.equal(lists.length, 0);
    assert.ok(editor.textsOf('channel').some((text) => /B \(127\.0\.0\.1.*default/.test(text)));
    answer = 'A';
    assert.equal(await peerOf('sendToPacs.sendTo'), 'A');
    assert.deepEqual(lists[0]?.labels, ['B', 'A', 'C', OWN, ADD]);
    const result = (await editor.run('sendToPacs.verifyConnection')) as EchoResult;
    assert.equal(result.verified, true);
    assert.equal(lists.length, 2);
    assert.equal(await peerOf('sendToPacs.send'), 'B', 'a default that a person has set wins over the last one');
  });

  it('is asked for by Send to… and Verify even if there is one', async () => {
    editor.user = { peers: [entry('A', 0)] };
    assert.equal(await peerOf('sendToPacs.send'), 'A');
    assert.equal(lists.length, 0);
    assert.equal(await peerOf('sendToPacs.sendTo'), undefined);
    assert.equal(await editor.run('sendToPacs.verifyConnection'), undefined);
    assert.deepEqual(
      lists.map(({ title, labels }) => [title.replace(/^Send .* – /, 'Send – '), ...labels]),
      [
        ['Send – 1 DICOM (2.4 kB)', 'A', OWN, ADD],
        ['Verify Connection', 'A', OWN, ADD],
      ],
    );
  });

  it('of a workspace is never the last or the default one before a person has picked it', async () => {
    editor.user = { peers: [entry('A', 0)] };
    editor.workspace = { peers: [entry('SHARED', 1)], defaultPeer: 'SHARED' };
    assert.equal(await peerOf('sendToPacs.send'), undefined);
    assert.deepEqual(lists[0]?.labels, ['SHARED', 'A', OWN, ADD]);
  });

  it('whose question the person declined is not the last one', async () => {
    editor.user = {};
    editor.workspace = { peers: [entry('X', 0), entry('Y', 2)] };
    answer = 'X';
    for (let count = 1; count <= 2; count++) {
      assert.equal(await peerOf('sendToPacs.send'), undefined);
      assert.equal(editor.textsOf('modal').length, 2 * count, 'headline and details of the question');
      assert.equal(lists.length, count, 'it was not asked for');
    }
  });
});
