// A running send is not affected by changed settings, a deleted peer, or storage that cannot be written.

import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { writeInstances } from '../../support/jobs.ts';
import { NO_OUTCOMES } from '../../support/outcome-counts.ts';
import { RecordingEditor } from '../../support/recording-editor.ts';
import { startScriptedPeer } from '../../support/scripted-peer.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const FILES = 3;

/** Called and calling AE title, PS3.8 Table 9-11. */
const titles = (request: Buffer): string =>
  [request.toString('latin1', 4, 20), request.toString('latin1', 20, 36)].map((title) => title.trim()).join(' from ');

interface Archive {
  readonly port: number;
  /** AE titles of each association, in order. */
  readonly asked: readonly string[];
  /** How many instances it has answered. */
  readonly stored: () => number;
}

/** @param meanwhile done when its first instance has come; then the association is lost */
async function archive(t: { after(undo: () => unknown): void }, meanwhile: () => void): Promise<Archive> {
  const asked: string[] = [];
  let stored = 0;
  const peer = await startScriptedPeer(async (connection, number) => {
    connection.peekRequest = (body) => asked.push(titles(body));
    await connection.accept();
    if (number === 1) {
      await connection.message();
      meanwhile();
      connection.socket.resetAndDestroy();
      return;
    }
    stored += (await connection.serve()).length;
  });
  t.after(() => peer.stop());
  return { port: peer.port, asked, stored: () => stored };
}

describe('during a send', () => {
  let editor: RecordingEditor;
  let storage: string;

  before(async () => {
    storage = temporaryFolder({ after });
    editor = new RecordingEditor(storage);
    await editor.activate();
  });

  async function send(t: { after(undo: () => unknown): void }): Promise<unknown> {
    const folder = temporaryFolder(t);
    await writeInstances(folder, new Array(FILES).fill({ pixelBytes: 2_000 }));
    return editor.run('sendToPacs.send', editor.file(folder));
  }

  const counts = (stored: number) => ({ ...NO_OUTCOMES, stored });

  it('F74: other settings count from the next send on', async (t) => {
    const next = await archive(t, () => undefined);
    const first = await archive(t, () => {
      editor.user = {
        peers: [{ name: 'ARCHIVE', host: '127.0.0.1', port: next.port, calledAETitle: 'NEW', callingAETitle: 'OTHER' }],
      };
    });
    editor.user = {
      peers: [{ name: 'ARCHIVE', host: '127.0.0.1', port: first.port, calledAETitle: 'OLD', callingAETitle: 'ME' }],
    };
    const summary = await send(t);
    assert.deepEqual((summary as { counts: object }).counts, counts(FILES));
    assert.deepEqual(
      first.asked,
      ['OLD from ME', 'OLD from ME'],
      'also on the association after the one that was lost',
    );
    assert.equal(first.stored(), FILES);
    assert.deepEqual(next.asked, []);

    await send(t);
    assert.deepEqual(next.asked, ['NEW from OTHER', 'NEW from OTHER']);
    assert.equal(next.stored(), FILES);
    assert.equal(first.asked.length, 2);
  });

  it('F74: a peer that is deleted meanwhile gets the rest of its files, and no others', async (t) => {
    const peer = await archive(t, () => {
      editor.user = {};
    });
    editor.user = { peers: [{ name: 'ARCHIVE', host: '127.0.0.1', port: peer.port }] };
    assert.deepEqual(((await send(t)) as { counts: object }).counts, counts(FILES));
    assert.equal(peer.stored(), FILES);
  });

  it('F37: a journal that cannot be written is said, and the send is as ever', async (t) => {
    // A file is in place of the folder.
    rmSync(join(storage, 'journals'), { recursive: true, force: true });
    writeFileSync(join(storage, 'journals'), '');
    const peer = await archive(t, () => undefined);
    editor.user = { peers: [{ name: 'ARCHIVE', host: '127.0.0.1', port: peer.port }] };
    editor.shown.length = 0;
    assert.deepEqual(((await send(t)) as { counts: object }).counts, counts(FILES));
    assert.equal(peer.stored(), FILES);
    await editor.run('sendToPacs.showTrace');
    const said = editor.textsOf('channel').filter((text) => text.includes('journal'));
    assert.equal(said.length, 1, said.join('\n'));
    assert.match(said[0] ?? '', /The journal of this send cannot be written \(E[A-Z]+\): .* cannot be resumed\./);
  });
});
