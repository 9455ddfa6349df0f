// A held-back file goes out by the person's own decision for that very file, and by nothing else.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { sampleInstance } from '../../support/dicom-builder.ts';
import { RecordingEditor } from '../../support/recording-editor.ts';
import { startScriptedPeer } from '../../support/scripted-peer.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

type Counts = Readonly<Record<string, number>>;
interface Answer {
  readonly counts: Counts;
}

const OUT_OF_RESOURCES = 0xa700;
const some = (answer: unknown): Counts =>
  Object.fromEntries(Object.entries((answer as Answer).counts).filter(([, count]) => count > 0));

describe('a held-back file', () => {
  let editor: RecordingEditor;

  before(async (t) => {
    const undo: (() => unknown)[] = [];
    editor = new RecordingEditor(temporaryFolder({ after: (work) => undo.push(work) }));
    await editor.activate();
    return t;
  });

  it('is sent when the person agrees to the question that names both files, and not before', async (t) => {
    const folder = temporaryFolder(t);
    // The same UIDs, other pixels.
    const [first, second] = [2_000, 4_000].map((pixelBytes) => sampleInstance({ seed: 1, pixelBytes }));
    const other = join(folder, 'SECOND.dcm');
    writeFileSync(join(folder, 'FIRST.dcm'), first?.file ?? '');
    writeFileSync(other, second?.file ?? '');
    const lengths: (number | undefined)[] = [];
    let status = 0;
    const peer = await startScriptedPeer(async (connection) => {
      await connection.accept();
      for (const { dataSet } of await connection.serve(() => status)) lengths.push(dataSet?.length);
    });
    t.after(() => peer.stop());
    editor.user = { peers: [{ name: 'ARCHIVE', host: '127.0.0.1', port: peer.port }] };

    assert.deepEqual(some(await editor.run('sendToPacs.send', editor.file(folder))), { stored: 1, 'held back': 1 });
    // Nobody answers the question: that is a no.
    editor.consent = undefined;
    assert.equal(await editor.run('sendToPacs.sendHeldBack', undefined, other), undefined);
    const [question] = editor.shown.filter(({ sink, text }) => sink === 'modal' && text.startsWith('Send '));
    assert.equal(question?.text.split('\n')[0], 'Send SECOND.dcm to ARCHIVE?');
    const detail = editor.textsOf('modal').join('\n');
    for (const words of [
      /This file: \S*SECOND\.dcm/,
      /Other file: \S*FIRST\.dcm/,
      /SOP Instance UID 2\.25\./,
      /will replace it/,
    ])
      assert.match(detail, words);
    assert.deepEqual(lengths, [first?.dataSet.length]);

    // It fails: Retry keeps the decision, because it is about the same file.
    editor.consent = 'Send This One';
    status = OUT_OF_RESOURCES;
    assert.deepEqual(some(await editor.run('sendToPacs.sendHeldBack', undefined, other)), { failed: 1 });
    status = 0;
    assert.deepEqual(some(await editor.run('sendToPacs.retry')), { stored: 1 });
    assert.deepEqual(
      lengths,
      [first, second, second].map((instance) => instance?.dataSet.length),
    );

    // The decision was for that file alone: the other one would replace it again.
    const again = await editor.run('sendToPacs.send', editor.file(join(folder, 'FIRST.dcm')));
    assert.deepEqual(some(again), { 'held back': 1 });
    assert.equal(lengths.length, 3);
  });

  it('names the stored file that a damaged one with the same UID would replace', async (t) => {
    const folder = temporaryFolder(t);
    const { file } = sampleInstance({ seed: 2 });
    const damaged = join(folder, 'A-DAMAGED.dcm');
    writeFileSync(damaged, file.subarray(0, -10));
    writeFileSync(join(folder, 'B-WHOLE.dcm'), file);
    const peer = await startScriptedPeer(async (connection) => {
      await connection.accept();
      await connection.serve(() => 0);
    });
    t.after(() => peer.stop());
    editor.user = { peers: [{ name: 'OTHER', host: '127.0.0.1', port: peer.port }] };
    assert.deepEqual(some(await editor.run('sendToPacs.send', editor.file(folder))), { stored: 1, 'held back': 1 });
    editor.consent = undefined;
    editor.shown.length = 0;
    assert.equal(await editor.run('sendToPacs.sendHeldBack', undefined, damaged), undefined);
    const detail = editor.textsOf('modal').join('\n');
    for (const words of [/10 bytes are missing/, /Other file: \S*B-WHOLE\.dcm/, /will replace it/])
      assert.match(detail, words);
  });
});
