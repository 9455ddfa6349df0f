// All text that a person is shown and all that is stored, for sends to good and to hostile peers.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { before, describe, it } from 'node:test';
import { canariesIn, PATH_WORD, writeCanaries } from '../../support/canary.ts';
import * as naive from '../../support/naive-pdu.ts';
import { RecordingEditor } from '../../support/recording-editor.ts';
import { startScriptedPeer } from '../../support/scripted-peer.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const LINK = '[Renew licence](command:workbench.action.quit)';
const STEERING = '\x1b[2J\u0007\x9b1m';
// oxlint-disable-next-line no-control-regex -- what nobody may be shown
const UNSEEN = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]/;
const PEOPLE_SEE = ['notification', 'modal', 'progress', 'status bar'] as const;

type Scope = { after(undo: () => unknown): void };

async function peerSaying(t: Scope, comment: string): Promise<number> {
  let count = 0;
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    for (let message = await connection.message(); message !== undefined; message = await connection.message()) {
      count += 1;
      const said: [number, Buffer][] = count % 2 === 0 ? [] : [[0x0902, Buffer.from(comment, 'latin1')]];
      connection.respond(message, count % 2 === 0 ? 0 : 0xa700, new Map(said));
    }
    if (connection.lastPdu?.type === 0x05) connection.send(naive.releaseRp());
  });
  t.after(() => peer.stop());
  return peer.port;
}

describe('around a send', () => {
  let editor: RecordingEditor;
  let storage: string;
  const undo: (() => unknown)[] = [];

  before(async (t) => {
    storage = temporaryFolder({ after: (work) => undo.push(work) });
    editor = new RecordingEditor(storage);
    await editor.activate();
    return t;
  });

  async function send(t: Scope, settings: { user?: object; workspace?: object }): Promise<string> {
    const home = temporaryFolder(t);
    const folder = writeCanaries(home, 6);
    editor.shown.length = 0;
    editor.user = { ...settings.user };
    editor.workspace = { ...settings.workspace };
    editor.consent = 'Send';
    await editor.run('sendToPacs.send', editor.file(folder));
    // Show Trace writes what is still batched.
    await editor.run('sendToPacs.showTrace');
    return home;
  }

  it('nothing of the patient is in a notification, a question, the status bar, the log, the state or the storage', async (t) => {
    const port = await peerSaying(t, 'disk is full');
    const peers = [{ name: 'ARCHIVE', host: '127.0.0.1', port }];
    const home = await send(t, { workspace: { peers } });
    const sinks = new Set(editor.shown.map(({ sink }) => sink));
    for (const sink of ['notification', 'modal', 'status bar', 'channel', 'state'] as const)
      assert.ok(sinks.has(sink), `${sink} was not written to`);
    for (const { sink, text } of editor.shown) {
      const also: Record<string, string> = { 'a path above what was selected': home };
      // Only the log may name files.
      if (sink !== 'channel') also['a path'] = PATH_WORD;
      assert.deepEqual(canariesIn(text, also), [], `${sink}: ${text}`);
    }
    for (const entry of readdirSync(storage, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const found = canariesIn(readFileSync(join(entry.parentPath, entry.name)));
      // Kept results have SOP Instance UIDs, as the JSON report has; nothing else of a patient.
      const allowed = basename(entry.parentPath) === 'sends' ? ['instance UID'] : [];
      assert.deepEqual(found, allowed, entry.name);
    }
  });

  it('a peer’s words make no link, no icon and no control character', async (t) => {
    for (const comment of [LINK, '$(verified) ok', STEERING, '`x` **y** <img src=x>']) {
      const port = await peerSaying(t, comment);
      await send(t, { user: { peers: [{ name: 'ARCHIVE', host: '127.0.0.1', port }] } });
      const texts = editor.textsOf(...PEOPLE_SEE, 'channel');
      assert.ok(texts.some((text) => /A700/.test(text)));
      for (const text of texts) assert.doesNotMatch(text, UNSEEN);
      for (const text of editor.textsOf('notification', 'modal', 'progress')) assert.doesNotMatch(text, /\]\(\w+:/);
    }
  });

  it('a folder’s settings make no link, no icon and no control character', async (t) => {
    const port = await peerSaying(t, '');
    await send(t, { workspace: { peers: [{ name: `${LINK} $(pass)`, host: '127.0.0.1', port }] } });
    await send(t, { workspace: { peers: [{ name: LINK, host: STEERING, port: LINK, [LINK]: LINK }] } });
    const texts = editor.textsOf(...PEOPLE_SEE);
    assert.ok(texts.length > 0);
    for (const text of texts) {
      assert.doesNotMatch(text, /\]\(\w+:/);
      assert.doesNotMatch(text, UNSEEN);
    }
    for (const text of editor.textsOf('status bar')) assert.doesNotMatch(text, /\$\((?!sync~spin\)|inbox\))/);
  });

  it('an internal error is logged without paths and names', async (t) => {
    const home = temporaryFolder(t);
    const folder = writeCanaries(home, 1);
    editor.shown.length = 0;
    editor.user = {};
    editor.workspace = { peers: [{ name: 'ARCHIVE', host: '127.0.0.1', port: 1 }] };
    await assert.rejects(
      editor.run('sendToPacs.send', editor.file(folder), undefined, `a '${folder}/O'Brien' b`) as Promise<unknown>,
    );
    await editor.run('sendToPacs.showTrace');
    assert.ok(editor.textsOf('channel').some((text) => /ended with an error/.test(text)));
    for (const text of editor.textsOf('channel')) assert.deepEqual(canariesIn(text, { path: PATH_WORD }), [], text);
    for (const work of undo) work();
  });
});
