// The results as Markdown text, for a ticket: commands above it, a link at each file that is not stored, the same after a
// reload. And as a file.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeSampleStudy } from '../../scripts/sample-study.ts';
import { csvRecords } from '../support/naive-documents.ts';
import { releaseRp } from '../support/naive-pdu.ts';
import { eventually, quickInput, runCommand, toastText } from '../support/testbed/workbench.ts';
import { useWorkbench, whyNoWorkbench } from './harness.ts';
import { editorText, peerEntry, pick, scriptedPeer, sendFromExplorer, tidy, useServers } from './story.ts';

const skip = whyNoWorkbench();

const OUT_OF_RESOURCES = 0xa700;
const SUCCESS = 0x0000;
const RELEASE = 0x05;
const STUDY = 'phantom-study';

const servers = useServers(async (scope) => {
  if (skip) return undefined;
  const flaky = await scriptedPeer(scope, async (connection) => {
    await connection.accept();
    for (let answers = 0; ; answers += 1) {
      const message = await connection.message();
      if (message === undefined) break;
      connection.respond(message, answers % 3 === 0 ? OUT_OF_RESOURCES : SUCCESS);
    }
    if (connection.lastPdu?.type === RELEASE) connection.send(releaseRp());
  });
  return { flaky };
});

const workbench = useWorkbench({
  fill: (folder) => writeSampleStudy(join(folder, STUDY)),
  settings: () => {
    const port = servers()?.flaky.port ?? 0;
    return { 'sendToPacs.peers': [{ ...peerEntry('FLAKY', port), associations: 1 }], 'editor.minimap.enabled': false };
  },
});

test('the document names what failed, offers commands, and is the same after a reload', { skip }, async () => {
  const { page, screenshot } = workbench();
  await sendFromExplorer(page, STUDY);
  await toastText(page, /FLAKY.*8 failed/);
  await tidy(page);
  await runCommand(page, 'DICOM: Show Results of Last Send as Markdown');
  await editorText(page, /16 of 26 files stored, 8 failed/);
  const lens = page.locator('.codelens-decoration a', { hasText: 'Retry 8 Not Stored' });
  await lens.waitFor();
  await page.locator('.tab', { hasText: 'FLAKY: 8 failed' }).waitFor();
  await screenshot('results-document');
  await Promise.all([page.waitForEvent('load'), runCommand(page, 'Developer: Reload Window')]);
  await editorText(page, /16 of 26 files stored, 8 failed/);
  await lens.waitFor();
  await screenshot('results-document-reloaded');
});

test('Export Results writes every file of the send', { skip }, async () => {
  const { page, screenshot, folder } = workbench();
  await tidy(page);
  await runCommand(page, 'DICOM: Export Results of Last Send');
  await quickInput(page).waitFor();
  await screenshot('export-format');
  await pick(page, 'CSV');
  const path = join(folder, 'results.csv');
  const input = quickInput(page);
  await eventually(
    page,
    async () => ((await input.inputValue().catch(() => '')).endsWith('.csv') ? true : undefined),
    () => 'no dialog asks for a file',
  );
  await input.fill(path);
  await screenshot('export-file');
  await page.keyboard.press('Enter');
  await toastText(page, /The results of 26 files were exported/);
  await screenshot('export-done');
  const [head = [], ...records] = csvRecords(await readFile(path, 'utf8'));
  assert.equal(records.length, 26);
  const outcome = head.indexOf('outcome');
  assert.equal(records.filter((record) => record[outcome] === 'failed').length, 8);
});
