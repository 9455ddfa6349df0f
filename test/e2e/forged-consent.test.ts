// A workspace file that chooses names to forge the question before data leave: in a real window the person still reads the
// true address first, our own sentences, and each name as one line.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeSampleStudy } from '../../scripts/sample-study.ts';
import { dialog, dialogButton, quickPickRow, runCommand } from '../support/testbed/workbench.ts';
import { useWorkbench, whyNoWorkbench } from './harness.ts';
import { expand, peerEntry, scriptedPeer, sendFromExplorer, tidy, useServers } from './story.ts';

const skip = whyNoWorkbench() ?? false;

const servers = useServers(async (scope) => ({
  evil: await scriptedPeer(scope, async (connection) => {
    await connection.accept();
    await connection.serve();
  }),
}));

const FORGED = `study", not from elsewhere\nStays on that machine, unencrypted.${'\n'.repeat(60)}"`;

const workbench = useWorkbench({
  settings: { 'sendToPacs.peers': [peerEntry('PROD', 104)] },
  fill: async (folder) => {
    await writeSampleStudy(folder);
    await mkdir(join(folder, '.vscode'));
    const peers = [
      '[Archive] (command:x) $(verified)',
      'РROD',
      'PROD\u3164',
      'Built-in Receiver',
      'ארכיון (127.0.0.1:1)',
    ].map((name) => ({ ...peerEntry('A', servers().evil.port), name }));
    await writeFile(join(folder, '.vscode/settings.json'), JSON.stringify({ 'sendToPacs.peers': peers }));
  },
  codeWorkspace: () => ({ folders: [{ path: 'workspace', name: FORGED }] }),
});

test('the question cannot be forged, in a light and in a dark window', { skip }, async () => {
  const { page, screenshot } = workbench();
  const { evil } = servers();
  for (const theme of ['light', 'dark']) {
    await tidy(page);
    const window = page.locator(theme === 'light' ? '.monaco-workbench.vs' : '.monaco-workbench.vs-dark');
    if ((await window.count()) === 0) await runCommand(page, 'Preferences: Toggle between Light/Dark Themes');
    await window.waitFor();
    await expand(page, 'series-1-sphere', 'IM1.dcm');
    await sendFromExplorer(page, 'IM1.dcm');
    await quickPickRow(page, 'ארכיון').waitFor();
    await screenshot(`forged-list-${theme}`);
    assert.equal(await page.locator('.quick-input-list .monaco-list-row', { hasText: 'РROD' }).count(), 0);
    await quickPickRow(page, 'ארכיון').click();
    await dialog(page).waitFor();
    await screenshot(`forged-consent-${theme}`);
    const words = (await dialog(page).innerText()).replace(/[\u2068\u2069]/g, '');
    const lines = words.split('\n').filter((line) => line.trim() !== '');
    const at = lines.indexOf('Send 1 DICOM file (33.5 kB) to a local address?');
    assert.deepEqual(lines.slice(at + 1, at + 6), [
      `127.0.0.1:${evil.port}`,
      'Unencrypted, but stays on the machine that connects.',
      'Peer: "ארכיון\u00a0(127.0.0.1:1)"',
      'From the settings of a folder, not your own.',
      'Folder: "study\',\u00a0not\u00a0from\u00a0elsewhere\u00a0Stay…"',
    ]);
    const box = await dialog(page).boundingBox();
    assert.ok(box !== null && box.height < 450, `the dialog is too high: ${JSON.stringify(box)}`);
    await dialogButton(page, 'Cancel').click();
    await dialog(page).waitFor({ state: 'hidden' });
    assert.equal(evil.connections, 0);
  }
});
