// Nothing is configured: the first send goes to the built-in receiver, and the first peer is added while sending.

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeSampleStudy } from '../../scripts/sample-study.ts';
import { dataSetOf } from '../support/peers.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { explorerRow, quickInput, runCommand, toast, toastButton, toastText } from '../support/testbed/workbench.ts';
import { useWorkbench, whyNoWorkbench } from './harness.ts';
import { assertSameDataSets, cliReceiver, expand, pick, sendFromExplorer, tidy, useServers } from './story.ts';

const skip = whyNoWorkbench() ?? false;
const SERIES = 'series-1-sphere';

const servers = useServers(async (scope) => {
  const received = temporaryFolder(scope);
  return { received, pacs: await cliReceiver(scope, received) };
});
const workbench = useWorkbench({ fill: (folder) => writeSampleStudy(folder) });

async function dataSetsIn(directory: string): Promise<Buffer[]> {
  const names = (await readdir(directory, { recursive: true })).filter((name) => name.endsWith('.dcm'));
  return Promise.all(names.map((name) => dataSetOf(join(directory, name))));
}

test('no peer yet: the message offers the built-in receiver, which stores the file at once', { skip }, async () => {
  const { page, folder, userDataDir, screenshot } = workbench();
  await expand(page, SERIES, 'IM1.dcm');
  await sendFromExplorer(page, 'IM1.dcm');
  const words = await toastText(page, /no peer/);
  await screenshot('no-peer');
  assert.equal(words, 'There is no peer to send to yet.');
  await toastButton(page, /no peer/, 'Use Built-in Receiver').click();
  await toastText(page, /Built-in Receiver: 1 stored/);
  await screenshot('no-peer-stored');
  await page.locator('.statusbar-item', { hasText: /RECEIVER:\d+ \(1\)/ }).waitFor();
  const received = join(userDataDir, 'User/globalStorage/send-to-pacs.send-to-pacs/received');
  await assertSameDataSets([join(folder, SERIES, 'IM1.dcm')], await dataSetsIn(received));
});

test('the built-in receiver stops and starts on command, and says where it listens', { skip }, async () => {
  const { page, screenshot } = workbench();
  await tidy(page);
  const status = page.locator('.statusbar-item', { hasText: /RECEIVER:\d+/ });
  await runCommand(page, 'DICOM: Stop Built-in Receiver');
  await status.waitFor({ state: 'hidden' });
  await runCommand(page, 'DICOM: Start Built-in Receiver');
  const words = await toastText(page, /built-in receiver/i);
  await screenshot('receiver-started');
  const port = /listens on 127\.0\.0\.1:(\d+), AE title RECEIVER/.exec(words)?.[1];
  assert.ok(port, words);
  await page.locator('.statusbar-item', { hasText: `RECEIVER:${port} (0)` }).waitFor();
  await toastButton(page, /built-in receiver/i, 'Stop').click();
  await status.waitFor({ state: 'hidden' });
});

test('the first peer is added while sending', { skip }, async () => {
  const { page, folder, screenshot } = workbench();
  const { pacs, received } = servers();
  await tidy(page);
  await sendFromExplorer(page, SERIES);
  await toastButton(page, /no peer/, 'Add Peer').click();
  const title = page.locator('.quick-input-title');
  const step = async (field: string, answer: string | undefined): Promise<void> => {
    await title.filter({ hasText: field }).waitFor();
    if (answer !== undefined) await quickInput(page).fill(answer);
    await screenshot(`add-peer-${field.toLowerCase().replaceAll(' ', '-')}`);
    await page.keyboard.press('Enter');
  };
  await step('Address', `http://127.0.0.1:${pacs.port}`);
  await page.locator('.quick-input-message', { hasText: 'That is a web address' }).waitFor();
  await screenshot('add-peer-web-address');
  await step('Address', `127.0.0.1:${pacs.port}`);
  await step('Called AE Title', 'NORTH');
  await title.filter({ hasText: /^Add Peer/ }).waitFor();
  await page.locator('.quick-input-titlebar .codicon-quick-input-back').click();
  await step('Called AE Title', undefined);
  await pick(page, 'User settings');
  await step('Name', undefined);
  await step('Calling AE Title', undefined);
  await toastText(page, /NORTH: 12 stored/);
  await screenshot('add-peer-stored');
  const slices = Array.from({ length: 12 }, (_, index) => join(folder, SERIES, `IM${index + 1}.dcm`));
  await assertSameDataSets(slices, await dataSetsIn(received));
  await explorerRow(page, SERIES).waitFor();
  assert.equal(await toast(page, /problem|error/i).count(), 0);
});
