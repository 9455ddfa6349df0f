// What the commands about peers do that ask nothing: the others are stories of test/e2e.

import * as assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { PEER, peerEntry, resetSettings, setUser, setWorkspace } from './support.ts';

const run = <T>(command: string, ...args: unknown[]): Promise<T | undefined> =>
  Promise.resolve(vscode.commands.executeCommand<T>(`sendToPacs.${command}`, ...args));

describe('A peer of the settings', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'peers-'));
    await setUser({ peers: [peerEntry(4242, { timeouts: { response: 5 } }), { name: 'BROKEN' }] });
    await setWorkspace({ peers: [{ ...peerEntry(4243), name: 'SHARED' }] });
  });
  after(async () => {
    await resetSettings();
    await rm(folder, { recursive: true, force: true });
  });

  it('is copied as a command', async () => {
    assert.equal(await run('copyAsEchoscu', PEER), 'echoscu -v -aet SENDTOPACS -aec RECEIVER 127.0.0.1 4242');
    assert.equal(await vscode.env.clipboard.readText(), 'echoscu -v -aet SENDTOPACS -aec RECEIVER 127.0.0.1 4242');
    assert.match((await run<string>('copyAsStorescu', 'SHARED')) ?? '', /^storescu .* 127\.0\.0\.1 4243 \.$/);
    assert.match((await run<string>('copyAsSendToPacs', PEER)) ?? '', /^send-to-pacs store 127\.0\.0\.1 4242 /);
  });

  it('is exported with all its fields, and only those that are known', async () => {
    const file = join(folder, 'peers.json');
    assert.equal(await run('exportPeers', vscode.Uri.file(file)), 2);
    const written = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    assert.deepEqual(written, {
      'sendToPacs.peers': [peerEntry(4242, { timeouts: { response: 5 } }), { ...peerEntry(4243), name: 'SHARED' }],
    });
  });

  it('opens in its settings file with the cursor on its entry, and nothing is written', async () => {
    await run('openPeerSettings', 'SHARED');
    const editor = vscode.window.activeTextEditor;
    assert.match(editor?.document.uri.path ?? '', /\/\.vscode\/settings\.json$/);
    const behind = editor?.document.getText().slice(editor.document.offsetAt(editor.selection.active));
    assert.match(behind ?? '', /^\{\s*"name": "SHARED"/);
    assert.equal(editor?.document.isDirty, false);
  });

  it('is a name, and nothing else that another extension passes', async () => {
    for (const command of ['editPeer', 'removePeer', 'setDefaultPeer', 'duplicatePeer', 'sendToPeer', 'copyAsStorescu'])
      for (const argument of ['no such peer', 42, ['x'], () => 'x', Symbol('s')])
        await assert.rejects(run(command, argument), `${command} ${String(argument)}`);
    assert.equal(await run('removePeer', { selected: true }), false, 'nothing is selected');
  });
});
