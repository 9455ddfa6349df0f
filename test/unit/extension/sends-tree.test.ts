// The view Sends as VS Code is told of it: rows, badge, and how often something is drawn again.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { writeInstances } from '../../support/jobs.ts';
import { type RecordedRow, type RecordedView, RecordingEditor } from '../../support/recording-editor.ts';
import { type ScriptedPeer, startScriptedPeer } from '../../support/scripted-peer.ts';

/** 'label | description' of a row and, indented, of all below it. */
async function outline(view: RecordedView, element?: string, depth = 0): Promise<string[]> {
  const lines: string[] = [];
  for (const child of await view.provider.getChildren(element)) {
    const { label, description = '', collapsibleState } = await view.provider.getTreeItem(child);
    lines.push(`${'  '.repeat(depth)}${label}${description === '' ? '' : ` | ${description}`}`);
    if (collapsibleState === 1) lines.push(...(await outline(view, child, depth + 1)));
  }
  return lines;
}

describe('the view Sends', () => {
  let editor: RecordingEditor;
  let scratch: string;
  let moody: ScriptedPeer;
  let slow: ScriptedPeer;
  let mayGoOn: PromiseWithResolvers<void>;
  let arrived: PromiseWithResolvers<void>;

  const view = (): RecordedView => {
    const found = editor.views.get('sendToPacs.sends');
    assert.ok(found);
    return found;
  };
  const rows = async (): Promise<[string, RecordedRow][]> => {
    const elements = await view().provider.getChildren();
    return Promise.all(
      elements.map(async (element) => [element, await view().provider.getTreeItem(element)] as const),
    ) as Promise<[string, RecordedRow][]>;
  };
  async function study(files: number): Promise<string> {
    const folder = mkdtempSync(join(scratch, 'study-'));
    await writeInstances(folder, new Array(files).fill({ pixelBytes: 2_000 }));
    return folder;
  }
  const send = (folder: string): Promise<unknown> => editor.run('sendToPacs.send', editor.file(folder));

  before(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'sends-tree-'));
    editor = new RecordingEditor(join(scratch, 'storage'));
    await editor.activate();
    moody = await startScriptedPeer(async (connection) => {
      await connection.accept();
      await connection.serve((count) => (count % 2 === 0 ? 0xa700 : 0));
    });
    slow = await startScriptedPeer(async (connection) => {
      await connection.accept();
      arrived.resolve();
      await mayGoOn.promise;
      await connection.serve();
    });
  });

  afterEach(async () => {
    for (const [element, { contextValue = '' }] of await rows())
      if (contextValue.includes('ended')) await editor.run('sendToPacs.removeSend', element);
  });

  after(async () => {
    await Promise.all([moody.stop(), slow.stop()]);
    rmSync(scratch, { recursive: true, force: true });
  });

  it('has nothing to show before the first send, so that it shows its one next step', async () => {
    assert.deepEqual(await rows(), []);
    assert.equal(view().badge, undefined);
  });

  it('tells of an ended send: what went wrong first, then problems, files with those first, associations', async () => {
    editor.user = { peers: [{ name: 'MOODY', host: '127.0.0.1', port: moody.port }] };
    editor.consent = 'Remove';
    const folder = await study(4);
    writeFileSync(join(folder, 'notes.txt'), 'no image');
    await send(folder);
    const [[element, row] = ['', undefined], ...others] = await rows();
    assert.ok(row);
    assert.deepEqual(others, []);
    assert.match(row.label, /^study-\w+ → MOODY$/);
    assert.match(row.description ?? '', /^2 failed · 2\/4 · 1 skipped · \d?\d:\d\d/);
    assert.equal(row.iconPath?.id, 'error');
    assert.match(
      row.accessibilityInformation?.label ?? '',
      /^study-\w+ to MOODY, 2 failed, 2 of 4 files stored, 1 skipped$/,
    );
    assert.deepEqual(row.contextValue?.split(' '), ['send', 'ended', 'retryable', 'results']);
    assert.deepEqual(
      (await outline(view()))
        .slice(1)
        .map((line) =>
          line.replace(/study-\w+/g, 'study').replace(/Association \d+ \| released · .*/, 'Association | released'),
        ),
      [
        '  2 · A700 Out of Resources',
        '  1 · Not DICOM',
        '  Files | 5',
        '    2.dcm | A700 Out of Resources · study',
        '    4.dcm | A700 Out of Resources · study',
        '    notes.txt | Not DICOM · study',
        '    1.dcm | study',
        '    3.dcm | study',
        '  Associations | 1',
        '    Association | released',
      ],
    );
    assert.equal(view().badge, undefined);

    await editor.run('sendToPacs.retrySend', element);
    assert.equal((await rows()).length, 2, 'a retry is a send of its own');
  });

  it('tells of a running send, which its row can cancel and resume', async () => {
    arrived = Promise.withResolvers();
    mayGoOn = Promise.withResolvers();
    editor.user = { peers: [{ name: 'SLOW', host: '127.0.0.1', port: slow.port }] };
    editor.consent = 'Remove';
    const sending = send(await study(3));
    await arrived.promise;
    const [[element, row] = ['', undefined]] = await rows();
    assert.ok(row);
    assert.equal(row.description, '0/3');
    assert.equal(row.iconPath?.id, 'loading~spin');
    assert.match(row.accessibilityInformation?.label ?? '', /^study-\w+ to SLOW, sending, 0 of 3 files, none failed$/);
    assert.deepEqual(row.contextValue?.split(' '), ['send', 'running']);
    assert.deepEqual(view().badge, { value: 1, tooltip: '1 running' });

    await editor.run('sendToPacs.cancelSend', element);
    mayGoOn.resolve();
    await sending;
    await editor.views.get('sendToPacs.sends')?.provider.getChildren();
    const [[, cancelled] = ['', undefined]] = await rows();
    assert.match(cancelled?.description ?? '', /^cancelled · (?:1 unknown · )?0\/3 · /);
    assert.equal(view().badge, undefined);
    const summary = await editor.run('sendToPacs.resumeSend', element);
    assert.equal((summary as { counts: { stored: number } } | undefined)?.counts.stored, 3);
  });

  it('sends the same files again, and refuses what is no element of it', async () => {
    editor.user = { peers: [{ name: 'MOODY', host: '127.0.0.1', port: moody.port }] };
    editor.consent = 'Remove';
    await send(await study(1));
    const [[element] = ['']] = await rows();
    const again = (await editor.run('sendToPacs.sendAgain', element)) as { counts: { stored: number } };
    assert.equal(again.counts.stored, 1);
    for (const hostile of [undefined, null, 1, '', '../x', `${element}x`, {}, 'earlier', '__proto__'])
      for (const command of ['cancelSend', 'resumeSend', 'retrySend', 'showSendResults', 'sendAgain', 'removeSend'])
        assert.equal(await editor.run(`sendToPacs.${command}`, hostile), undefined);
    assert.equal((await rows()).length, 2);
  });

  it('draws one row once a second while 100,000 files are sent, and nothing while nobody looks', async (t) => {
    const [{ Sends }, { SendsView }, { ProblemCollector }] = await Promise.all([
      import('../../../src/extension/sends.ts'),
      import('../../../src/extension/sends-view.ts'),
      import('../../../src/report/problems.ts'),
    ]);
    const storage = join(scratch, 'other');
    const sends = new Sends({ storage, note: (text) => assert.fail(text) });
    const own = new SendsView(sends, editor.file(join(storage, 'journals')) as never);
    const drawn: unknown[] = [];
    await own.getChildren();
    own.onDidChangeTreeData((element) => drawn.push(element));
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.now() });
    const peer = { name: 'PEER', host: '127.0.0.1', port: 104, calledAETitle: 'A', callingAETitle: 'B' };
    const live = sends.begin({ peer, selection: ['/study'], roots: [], decided: [], arePathsHidden: false });
    const { outcome } = live.sending({ files: 100_000, problems: new ProblemCollector(peer, 'editor') });
    // That it is there, and that it sends.
    assert.deepEqual(drawn.splice(0), [undefined, undefined]);
    const startedMs = performance.now();
    const end = (index: number): void => {
      outcome(index, { path: `/study/${index}`, outcome: 'stored', bytesSent: 1, status: 0 });
      // A thousand files a second.
      t.mock.timers.tick(1);
    };
    for (let index = 0; index < 50_000; index += 1) end(index);
    assert.ok(drawn.length > 30 && drawn.length <= 50, `${drawn.length} times`);
    assert.deepEqual(new Set(drawn.splice(0)), new Set([live.id]));
    const shown = editor.views.get('sendToPacs.sends');
    assert.ok(shown);
    shown.visible = false;
    for (let index = 50_000; index < 100_000; index += 1) end(index);
    assert.deepEqual(drawn, []);
    const ms = performance.now() - startedMs;
    t.diagnostic(`100,000 files: ${Math.round(ms)} ms with all timers`);
    assert.ok(ms < 5_000, `${ms} ms`);
    own.dispose();
  });
});
