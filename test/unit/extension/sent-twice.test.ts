import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { writeInstances } from '../../support/jobs.ts';
import { RecordingEditor } from '../../support/recording-editor.ts';
import { type ScriptedPeer, startScriptedPeer } from '../../support/scripted-peer.ts';

const FILES = 3;

describe('files that are being sent already', () => {
  let editor: RecordingEditor;
  let peer: ScriptedPeer;
  let scratch: string;
  let folder: string;
  let arrived: PromiseWithResolvers<void>;
  let mayGoOn: PromiseWithResolvers<void>;

  const send = (path: string): Promise<unknown> => editor.run('sendToPacs.send', editor.file(path));
  const questions = (): string[] => editor.textsOf('modal').filter((text) => text.includes('already'));
  const storedOf = (summary: unknown): number | undefined =>
    (summary as { counts: { stored: number } } | undefined)?.counts.stored;

  before(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'sent-twice-'));
    editor = new RecordingEditor(join(scratch, 'storage'));
    await editor.activate();
    // The first association waits for the test.
    peer = await startScriptedPeer(async (connection) => {
      await connection.accept();
      arrived.resolve();
      await mayGoOn.promise;
      await connection.serve();
    });
  });

  after(async () => {
    await peer.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  beforeEach(async () => {
    arrived = Promise.withResolvers();
    mayGoOn = Promise.withResolvers();
    editor.shown.length = 0;
    editor.consent = undefined;
    folder = mkdtempSync(join(scratch, 'study-'));
    await writeInstances(folder, new Array(FILES).fill({ pixelBytes: 2_000 }));
    editor.user = { peers: [{ name: 'ARCHIVE', host: '127.0.0.1', port: peer.port }] };
  });

  it('are asked about, whether the folder, what is in it, or what it is in; without a yes they are sent once', async () => {
    const first = send(folder);
    await arrived.promise;
    for (const again of [folder, join(folder, '..'), join(folder, 'IM1.dcm')])
      assert.equal(await send(again), undefined);
    mayGoOn.resolve();
    assert.equal(storedOf(await first), FILES);
    assert.equal(questions().length, 3);
    assert.match(questions()[0] ?? '', /^.+ is being sent to ARCHIVE already(, 0 of 3 files so far)?\.$/);
  });

  it('are sent a second time if the person says so', async () => {
    editor.consent = 'Send a Second Time';
    const first = send(folder);
    await arrived.promise;
    const second = send(folder);
    mayGoOn.resolve();
    assert.deepEqual((await Promise.all([first, second])).map(storedOf), [FILES, FILES]);
  });

  it('are asked about from the click on, and not when they are done', async () => {
    mayGoOn.resolve();
    const [first, second] = await Promise.all([send(folder), send(folder)]);
    assert.deepEqual(new Set([storedOf(first), storedOf(second)]), new Set([FILES, undefined]));
    assert.equal(questions().length, 1);
    assert.equal(storedOf(await send(folder)), FILES);
    assert.equal(questions().length, 1);
  });

  it('are sent without a question to another peer, and so are other files to the same', async () => {
    const second = await startScriptedPeer(async (connection) => {
      await connection.accept();
      await connection.serve();
    });
    const others = mkdtempSync(join(scratch, 'study-'));
    await writeInstances(others, [{ pixelBytes: 2_000, seed: 77 }]);
    const first = send(folder);
    await arrived.promise;
    const more = send(others);
    editor.user = { peers: [{ name: 'OTHER', host: '127.0.0.1', port: second.port }] };
    assert.equal(storedOf(await send(folder)), FILES);
    mayGoOn.resolve();
    assert.deepEqual((await Promise.all([first, more])).map(storedOf), [FILES, 1]);
    assert.deepEqual(questions(), []);
    await second.stop();
  });
});
