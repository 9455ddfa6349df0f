import assert from 'node:assert/strict';
import { test } from 'node:test';
import manifest from '../../package.json' with { type: 'json' };
import { writeSampleStudy } from '../../scripts/sample-study.ts';
import { runServerCommand } from '../support/testbed/host.ts';
import { eventually, explorerMenu, explorerRow, runCommand, webview } from '../support/testbed/workbench.ts';
import { useWorkbench, whyNoWorkbench } from './harness.ts';

const skip = whyNoWorkbench() ?? false;
const workbench = useWorkbench({ fill: (folder) => writeSampleStudy(folder) });

test('the packaged extension is installed, in the version of the manifest', { skip }, async () => {
  const { code, output } = await runServerCommand(['--list-extensions', '--show-versions'], workbench());
  assert.equal(code, 0, output);
  assert.ok(output.split('\n').includes(`send-to-pacs.send-to-pacs@${manifest.version}`), output);
});

test('a folder has Send to PACS in its context menu', { skip }, async () => {
  const { page, screenshot } = workbench();
  const item = await explorerMenu(page, 'series-1-sphere', 'Send to PACS');
  await item.hover();
  await screenshot('context-menu-folder');
  assert.equal((await item.innerText()).trim(), 'Send to PACS');
  await page.keyboard.press('Escape');
});

test('a DICOM file has it, a text file has not', { skip }, async () => {
  const { page, screenshot } = workbench();
  await explorerRow(page, 'series-1-sphere').click();
  await explorerRow(page, 'IM1.dcm').waitFor();
  const item = await explorerMenu(page, 'IM1.dcm', 'Send to PACS');
  await item.hover();
  await screenshot('context-menu-file');
  await page.keyboard.press('Escape');
  await item.waitFor({ state: 'hidden' });

  await explorerRow(page, 'README.txt').click({ button: 'right' });
  const labels = page.locator('.monaco-menu .action-label');
  await labels.filter({ hasText: 'Rename' }).first().waitFor();
  const texts = await labels.allInnerTexts();
  await page.keyboard.press('Escape');
  assert.deepEqual(
    texts.filter((text) => text.includes('Send to PACS')),
    [],
  );
});

test('Show Trace opens the output channel', { skip }, async () => {
  const { page, screenshot } = workbench();
  await runCommand(page, 'DICOM: Show Trace');
  const channel = page.locator('.part.panel .action-item select, .part.panel .monaco-select-box').first();
  await channel.waitFor();
  await eventually(
    page,
    async () => /Send to PACS/.test(await channel.inputValue().catch(() => channel.innerText())),
    async () => `the panel does not show our channel, but ${await page.locator('.part.panel').innerText()}`,
  );
  await screenshot('show-trace');
});

test("the extension's page shows the README, without a dead picture or link", { skip }, async () => {
  const { page, screenshot } = workbench();
  await runCommand(page, 'Extensions: Show Installed Extensions');
  await page.locator('.extension-list-item', { hasText: 'Send to PACS' }).first().click();
  const readme = webview(page);
  await readme.locator('h2', { hasText: 'Connect your PACS' }).waitFor();
  await screenshot('extension-page');
  // What is left after VS Code has removed what it does not trust.
  const pictures = await readme
    .locator('img')
    .evaluateAll((all) => all.map((image) => image.getAttribute('src') ?? ''));
  const links = await readme.locator('a').evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
  assert.deepEqual(
    [...pictures, ...links].filter((target) => !/^(?:https:|#)/.test(target)),
    [],
  );
});
