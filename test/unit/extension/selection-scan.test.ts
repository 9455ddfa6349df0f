// What a person reads of a selection before they choose a peer, and which peers they are offered.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { type Receiver, startReceiver } from '../../../src/net/store-scp.ts';
import { writeInstances } from '../../support/jobs.ts';
import { RecordingEditor } from '../../support/recording-editor.ts';

describe('what was clicked', () => {
  let editor: RecordingEditor;
  let scratch: string;
  let receiver: Receiver;
  const lists: { readonly title: string; readonly labels: readonly string[] }[] = [];
  let answer: string | undefined;

  const entry = (name: string, port = receiver.port): object => ({ name, host: '127.0.0.1', port });
  const sendTo = (...paths: string[]): Promise<unknown> => {
    const uris = paths.map((path) => editor.file(path));
    return editor.run('sendToPacs.sendTo', uris[0], uris);
  };
  async function folder(name: string, instances: number): Promise<string> {
    const path = join(scratch, name);
    mkdirSync(path);
    await writeInstances(path, new Array(instances).fill({ pixelBytes: 2_000 }));
    return path;
  }

  before(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'selection-'));
    receiver = await startReceiver({ port: 0, directory: join(scratch, 'received') });
    editor = new RecordingEditor(join(scratch, 'storage'));
    await editor.activate();
    // The person chooses once the title says what was found.
    let title = '';
    let known: () => void = () => undefined;
    editor.titled = (text) => {
      title = text;
      if (!text.includes('scanning')) known();
    };
    editor.pick = async (labels) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      known = resolve;
      if (!title.includes('scanning')) resolve();
      await promise;
      lists.push({ title, labels });
      return answer;
    };
  });

  beforeEach(() => {
    lists.length = 0;
    answer = undefined;
    editor.shown.length = 0;
    editor.folders = {};
    editor.user = { peers: [entry('A'), entry('B')] };
  });

  after(async () => {
    await receiver.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  it('is counted in the title of the list of peers', async () => {
    const path = await folder('phantom', 3);
    writeFileSync(join(path, 'notes.txt'), 'no image');
    await sendTo(path);
    assert.match(lists[0]?.title ?? '', /^Send phantom – 3 DICOM, 1 skipped \(\d+\.\d kB\)$/);
    await sendTo(path, join(scratch, 'storage'));
    assert.match(lists[1]?.title ?? '', /^Send phantom and 1 more – 3 DICOM/);
    assert.deepEqual(
      editor.textsOf('notification').filter((text) => !text.startsWith('Send ')),
      [],
    );
  });

  it('is not asked a peer for where there is no DICOM in it, with a peer and without one', async () => {
    const path = await folder('notes', 0);
    for (const name of ['a.txt', 'b.txt']) writeFileSync(join(path, name), 'no image');
    writeFileSync(join(path, 'c.pdf'), '%PDF-1.4\n');
    await sendTo(path);
    editor.user = {};
    await editor.run('sendToPacs.send', editor.file(path));
    const words = 'There is no DICOM file in notes: 2 × text, 1 × PDF.';
    const said = editor.textsOf('notification').filter((text) => !text.startsWith('Send notes – '));
    assert.deepEqual(said, [words, words]);
    assert.ok(lists.every(({ title }) => title.includes('0 DICOM')));
    const empty = await folder('empty', 0);
    await sendTo(empty);
    assert.equal(editor.textsOf('notification').at(-1), 'There is no DICOM file in empty: it is empty.');
  });

  it('is told without links, icons and line breaks that a name could bring along', async () => {
    const path = await folder('[a](command:x) $(zap)\nb', 1);
    await sendTo(path);
    assert.match(lists[0]?.title ?? '', /^Send \[a\] \(command:x\) \$ \(zap\) b – 1 DICOM/);
  });

  it('is sent after a question if it is in two folders with peers of their own, each of which is offered', async () => {
    const [one, two] = [await folder('one', 1), await folder('two', 1)];
    editor.user = {};
    editor.folders = {
      [one]: { peers: [entry('ARCHIVE'), entry('ONLY-ONE')], defaultPeer: 'ARCHIVE' },
      [two]: { peers: [entry('ARCHIVE', 1), entry('ONLY-TWO')], defaultPeer: 'ARCHIVE' },
    };
    const uris = [editor.file(one), editor.file(two)];
    assert.equal(await editor.run('sendToPacs.send', uris[0], uris), undefined);
    const offered = lists[0]?.labels.slice(0, 4) ?? [];
    assert.deepEqual(offered.toSorted(), ['ARCHIVE', 'ARCHIVE', 'ONLY-ONE', 'ONLY-TWO']);
    lists.length = 0;
    // In one of them nothing has changed: the peers of that folder.
    await sendTo(two);
    assert.deepEqual(lists[0]?.labels.slice(0, 2), ['ARCHIVE', 'ONLY-TWO']);
  });
});
