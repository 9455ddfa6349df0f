// Peers in a folder's settings: ignored in Restricted Mode, and used only after consent if the folder is trusted. Whoever
// wrote the folder's settings file must not decide where patients' data go.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeSampleStudy } from '../../scripts/sample-study.ts';
import { dialog, dialogButton, toastButton, toastText } from '../support/testbed/workbench.ts';
import { useWorkbench, whyNoWorkbench } from './harness.ts';
import {
  expand,
  peerEntry,
  scriptedPeer,
  sendFromExplorer,
  tidy,
  useServers,
  writeWorkspaceSettings,
} from './story.ts';

const skip = whyNoWorkbench() ?? false;
const SERIES = 'series-1-sphere';

const servers = useServers(async (scope) => {
  const serve = () =>
    scriptedPeer(scope, async (connection) => {
      await connection.accept();
      await connection.serve();
    });
  return { first: await serve(), moved: await serve() };
});

const settings = (port: number): Readonly<Record<string, unknown>> => ({
  'sendToPacs.peers': [peerEntry('SHARED', port)],
});

const workbench = useWorkbench({
  workspaceTrust: true,
  fill: async (folder) => {
    await writeSampleStudy(folder);
    await writeWorkspaceSettings(undefined, folder, settings(servers().first.port), 'as it came');
  },
});

test('Restricted Mode: the peers of the folder are ignored', { skip }, async () => {
  const { page, screenshot } = workbench();
  await expand(page, SERIES, 'IM1.dcm');
  await sendFromExplorer(page, 'IM1.dcm');
  const words = await toastText(page, /no peer/i);
  await screenshot('restricted');
  assert.match(words, /Restricted Mode/);
  assert.equal(servers().first.connections, 0);

  await toastButton(page, /no peer/i, 'Manage Workspace Trust').click();
  await page
    .locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust$/ })
    .first()
    .click();
  await page.locator('.workspace-trust-editor', { hasText: 'You trust this folder' }).waitFor();
  await screenshot('restricted-trusted');
});

test('a peer of the folder: asks first, and sends nothing on Cancel', { skip }, async () => {
  const { page, screenshot } = workbench();
  const { port } = servers().first;
  await tidy(page);
  await expand(page, SERIES, 'IM1.dcm');
  await sendFromExplorer(page, 'IM1.dcm');
  await dialog(page).waitFor();
  await screenshot('consent');
  const words = await dialog(page).innerText();
  assert.match(words, /Send 1 DICOM file \(\d+\.\d kB\) to a local address\?/);
  assert.ok(words.includes(`127.0.0.1:${port}`), words);
  assert.match(words, /workspace settings, not your own/);
  assert.match(words, /Peer: "SHARED"/);
  assert.match(words, /Unencrypted/);
  await dialogButton(page, 'Cancel').click();
  await dialog(page).waitFor({ state: 'hidden' });
  assert.equal(servers().first.connections, 0);
});

test('after consent: does not ask again', { skip }, async () => {
  const { page } = workbench();
  await tidy(page);
  await sendFromExplorer(page, 'IM1.dcm');
  await dialogButton(page, 'Send').click();
  await toastText(page, /SHARED: 1 stored/);
  assert.equal(servers().first.connections, 1);

  await tidy(page);
  await sendFromExplorer(page, SERIES);
  await toastText(page, /SHARED: 12 stored/);
  assert.equal(await dialog(page).count(), 0);
  assert.equal(servers().first.connections, 2);
});

test('the peer has another port: asks again', { skip }, async () => {
  const { page, folder, screenshot } = workbench();
  const { first, moved } = servers();
  await tidy(page);
  await writeWorkspaceSettings(page, folder, settings(moved.port), 'moved');
  await sendFromExplorer(page, 'IM1.dcm');
  await dialog(page).waitFor();
  await screenshot('consent-moved');
  assert.ok((await dialog(page).innerText()).includes(`127.0.0.1:${moved.port}`));
  assert.equal(moved.connections, 0);
  await dialogButton(page, 'Send').click();
  await toastText(page, /SHARED: 1 stored/);
  assert.equal(moved.connections, 1);
  assert.equal(first.connections, 2, 'nothing more at the old port');
});
