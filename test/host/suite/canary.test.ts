import * as assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import * as vscode from 'vscode';
import type { SendSummary } from '../../../src/extension/sending.ts';
import { canariesIn, PATH_WORD, writeCanaries } from '../../support/canary.ts';
import { startScriptedPeer } from '../../support/scripted-peer.ts';
import {
  documentThat,
  filesBelow,
  makeFolder,
  PEER,
  peerEntry,
  resetSettings,
  setUser,
  traceThat,
  userData,
} from './support.ts';

async function isOnDisk(marker: string): Promise<boolean> {
  const began = performance.now();
  while (performance.now() - began < 10_000) {
    const logs = filesBelow(userData()).filter((path) => path.endsWith('.log'));
    if (logs.some((path) => readFileSync(path, 'utf8').includes(marker))) return true;
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
  return false;
}

/** Waits for files whose path matches and that contain the marker. */
async function eventualFiles(pattern: RegExp, marker: string): Promise<string[]> {
  for (const began = performance.now(); performance.now() - began < 10_000; ) {
    const paths = filesBelow(userData()).filter((path) => pattern.test(path));
    const found = paths.filter((path) => readFileSync(path, 'utf8').includes(marker));
    if (found.length > 0) return found;
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
  throw new Error(`no file ${pattern} holds ${marker}`);
}

describe('Of a patient whose images are sent, with successes and failures,', () => {
  let home: Awaited<ReturnType<typeof makeFolder>>;
  let peer: Awaited<ReturnType<typeof startScriptedPeer>>;
  let selected: string;
  let since: number;

  beforeEach(async () => {
    since = Date.now();
    home = await makeFolder();
    selected = writeCanaries(home.path, 6);
    let count = 0;
    peer = await startScriptedPeer(async (connection) => {
      await connection.accept();
      await connection.serve(() => {
        count += 1;
        return [0, 0xa700, 0xb000, 0xc000, 0, 0x0111][count - 1] ?? 0;
      });
    });
  });

  afterEach(async () => {
    await peer.stop();
    await home.remove();
    await setUser({ 'trace.hidePaths': undefined });
    await resetSettings();
  });

  async function sendAll(name: string): Promise<SendSummary | undefined> {
    await setUser({ peers: [peerEntry(peer.port, { name })], defaultPeer: name });
    const summary = await vscode.commands.executeCommand<SendSummary>('sendToPacs.send', vscode.Uri.file(selected));
    assert.ok(summary !== undefined && summary.counts.failed > 0 && summary.counts.stored > 0);
    assert.ok(summary.counts.skipped > 0);
    return summary;
  }

  /** What is written at the default level. Received instances are instances; journals and kept results name files. */
  function written(): string[] {
    return filesBelow(userData()).filter(
      (path) => statSync(path).mtimeMs >= since - 2_000 && !/[\\/](received|journals|sends)[\\/]/.test(path),
    );
  }

  it('nothing is in the log, in what the extension stores, or in any file of the editor', async () => {
    const summary = await sendAll(`${PEER}-CANARY`);
    const shown = await traceThat('-CANARY: ');
    assert.deepEqual(canariesIn(shown, { 'a path above what was selected': home.path }), []);
    assert.ok(await isOnDisk(`${PEER}-CANARY: `), 'the log is on disk');
    const paths = written();
    assert.ok(paths.length > 0);
    for (const path of paths) assert.deepEqual(canariesIn(readFileSync(path)), [], path);
    assert.deepEqual(canariesIn(JSON.stringify(summary), { path: PATH_WORD }), [], 'what the command resolves to');
  });

  it('nothing but the paths is in the journal, which only its owner can read', async () => {
    await sendAll(`${PEER}-JOURNAL`);
    const journals = filesBelow(userData()).filter((path) => /[\\/]journals[\\/]/.test(path));
    assert.ok(journals.length > 0);
    for (const path of journals) {
      assert.deepEqual(canariesIn(readFileSync(path)), [], path);
      assert.equal(statSync(path).mode & 0o077, 0, path);
    }
  });

  it('nothing but the paths and instance UIDs is in the results on disk, which only their owner can read', async () => {
    await sendAll(`${PEER}-KEPT`);
    const kept = await eventualFiles(/[\\/]sends[\\/]send-[^\\/]*\.jsonl$/, `${PEER}-KEPT`);
    for (const path of kept) {
      assert.deepEqual(canariesIn(readFileSync(path)), ['instance UID'], path);
      assert.equal(statSync(path).mode & 0o077, 0, path);
    }
  });

  it('nothing but the paths is in the results', async () => {
    await sendAll(`${PEER}-RESULTS`);
    await vscode.commands.executeCommand('sendToPacs.showResultsDocument');
    const results = await documentThat(
      ({ uri, getText }) => uri.scheme === 'sendtopacs-results' && getText().includes(`${PEER}-RESULTS`),
    );
    assert.deepEqual(canariesIn(results.getText(), { 'a path above what was selected': home.path }), []);
    assert.ok(results.getText().includes(PATH_WORD), 'people must see which file it was');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('not even the paths are in the log where a person hides them', async () => {
    await setUser({ 'trace.hidePaths': true });
    const name = `${PEER}-HIDDEN`;
    await sendAll(name);
    const shown = await traceThat(`${name}: `);
    const own = shown.slice(shown.indexOf(`to ${name}`));
    assert.match(own, /Store failed: file \d/);
    assert.deepEqual(canariesIn(own, { path: PATH_WORD, folder: home.path }), []);
  });
});
