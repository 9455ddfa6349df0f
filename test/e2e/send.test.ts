// Sends as a person does: right-click, choose the peer, watch, read the result. The peers are DCMTK's storescp, the command
// line's receiver, and scripted ones for what no good peer does.

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { writeSampleStudy } from '../../scripts/sample-study.ts';
import { releaseRp } from '../support/naive-pdu.ts';
import { dataSetOf, freePort, missing, type StoreScp, startStorescp } from '../support/peers.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import {
  eventually,
  explorerMenu,
  explorerRow,
  outputText,
  quickInput,
  quickPickRow,
  runCommand,
  selectInExplorer,
  toast,
  toastButton,
  toastText,
} from '../support/testbed/workbench.ts';
import { useWorkbench, whyNoWorkbench } from './harness.ts';
import {
  assertNothingSpins,
  assertSameDataSets,
  clickMenuItem,
  cliReceiver,
  editorText,
  expand,
  notifications,
  peerEntry,
  pick,
  picture,
  resultsText,
  scriptedPeer,
  sendFromExplorer,
  sendFromExplorerTo,
  tidy,
  useServers,
} from './story.ts';

const skip = whyNoWorkbench() ?? missing('storescp');

const OUT_OF_RESOURCES = 0xa700;
const ERROR_COMMENT = 0x0902;
const SUCCESS = 0x0000;
const RELEASE = 0x05;
const ABORT = 0x07;
/** Per file: long enough to know a rate before the last of 24 files. */
const SLOWNESS_MS = 150;
const STUDY = 'phantom-study';
const SPHERE = 'series-1-sphere';

/** What the peer that stops answering has received. */
const seen: { lastPdu?: number | undefined } = {};

const servers = useServers(async (scope) => {
  if (skip) return undefined;
  const received = temporaryFolder(scope);
  const archive = await startStorescp(scope, ['+B', '+xa', '+uf']);
  const research = await cliReceiver(scope, received);
  const full = await scriptedPeer(scope, async (connection) => {
    await connection.accept();
    const comment = new Map([[ERROR_COMMENT, Buffer.from('Cannot write to file')]]);
    for (;;) {
      const message = await connection.message();
      if (message === undefined) break;
      connection.respond(message, OUT_OF_RESOURCES, comment);
    }
    if (connection.lastPdu?.type === RELEASE) connection.send(releaseRp());
  });
  const slow = await scriptedPeer(scope, async (connection) => {
    await connection.accept();
    for (;;) {
      const message = await connection.message();
      if (message === undefined) break;
      await pause(SLOWNESS_MS);
      connection.respond(message, SUCCESS);
    }
    if (connection.lastPdu?.type === RELEASE) connection.send(releaseRp());
  });
  const silent = await scriptedPeer(scope, async (connection) => {
    await connection.accept();
    for (let answers = 0; answers < 10; answers++) {
      const message = await connection.message();
      if (message !== undefined) connection.respond(message, SUCCESS);
    }
    await connection.message();
    seen.lastPdu = (await connection.pdu())?.type;
  });
  return { archive, research, received, full, slow, silent, closedPort: await freePort() };
});

const workbench = useWorkbench({
  fill: (folder) => writeSampleStudy(join(folder, STUDY)),
  settings: () => {
    const { archive, research, full, slow, silent, closedPort } = running();
    return {
      // Keeps hovers out of the screenshots.
      'editor.stickyScroll.enabled': false,
      'editor.occurrencesHighlight': 'off',
      'sendToPacs.peers': [
        peerEntry('ARCHIVE', archive.port),
        peerEntry('RESEARCH', research.port),
        peerEntry('FULL-DISK', full.port),
        peerEntry('CLINIC', slow.port),
        peerEntry('SILENT', silent.port),
        peerEntry('SWITCHED-OFF', closedPort),
      ],
    };
  },
});

function running(): NonNullable<ReturnType<typeof servers>> {
  const all = servers();
  assert.ok(all);
  return all;
}

/** What storescp has received since the last call. It names each received file anew: an instance sent twice is there twice. */
function freshAt(scp: () => StoreScp): () => Promise<Buffer[]> {
  const seen = new Set<string>();
  return async () => {
    const fresh = [...(await scp().dataSets())].filter(([name]) => !seen.has(name));
    for (const [name] of fresh) seen.add(name);
    return fresh.map(([, dataSet]) => dataSet);
  };
}
const freshAtArchive = freshAt(() => running().archive);

const slices = (series: string): string[] =>
  Array.from({ length: 12 }, (_, index) => join(workbench().folder, STUDY, series, `IM${index + 1}.dcm`));

async function openSeries(page: Page): Promise<void> {
  await expand(page, STUDY, SPHERE);
  await expand(page, SPHERE, 'IM1.dcm');
}

/** Sets the level of our channel only, as a person does. */
async function setLogLevel(page: Page, level: string): Promise<void> {
  await eventually(
    page,
    async () => {
      await runCommand(page, 'Developer: Set Log Level...');
      const known = await quickPickRow(page, 'Send to PACS')
        .waitFor({ timeout: 1_000 })
        .then(
          () => true,
          () => false,
        );
      if (!known) await page.keyboard.press('Escape');
      return known;
    },
    () => 'the window does not know our channel',
  );
  await pick(page, 'Send to PACS');
  await pick(page, level);
}

test('a file: the trace at level Debug is complete', { skip }, async () => {
  const { page, screenshot } = workbench();
  // The channel must exist before its level can be set.
  await runCommand(page, 'DICOM: Show Trace');
  await setLogLevel(page, 'Debug');
  await tidy(page);
  await openSeries(page);
  await sendFromExplorer(page, 'IM1.dcm');
  await quickPickRow(page, 'ARCHIVE').waitFor();
  await screenshot('file-choose-peer');
  await pick(page, 'ARCHIVE');
  const closing = await toastText(page, /ARCHIVE: 1 stored/);
  await screenshot('file-stored');
  assert.match(closing, /^ARCHIVE: 1 stored \(\d+\.\d kB in \d/);
  await assertNothingSpins(page);
  assert.equal(await notifications(page, /./).count(), 1, 'one notification in all');
  await assertSameDataSets(slices(SPHERE).slice(0, 1), await freshAtArchive());

  await toastButton(page, /ARCHIVE: 1 stored/, 'Show Trace').click();
  await outputText(page, /1 stored/);
  await toast(page, /ARCHIVE/).waitFor({ state: 'hidden' });
  await runCommand(page, 'View: Toggle Maximized Panel');
  const trace = await outputText(page, /Message Type +: C-STORE RQ[^]*1 stored/);
  await page.mouse.move(1000, 300);
  await screenshot('trace-debug');
  await picture(page, 'trace');
  assert.match(trace, /Sta6 \+ Evt11/);
  // Events within one millisecond have separate lines as well.
  assert.match(trace, /^\S+ \S+ \[debug\] \[1\] Received P-DATA-TF/m);
  assert.match(trace, /Message Type +: C-STORE RSP/);
  await runCommand(page, 'View: Toggle Maximized Panel');
  await setLogLevel(page, 'Info');
});

test('Show Trace: one line for each step of a send', { skip }, async () => {
  const { page, screenshot } = workbench();
  await tidy(page);
  await openSeries(page);
  await sendFromExplorerTo(page, 'IM2.dcm', 'ARCHIVE');
  await toastButton(page, /ARCHIVE: 1 stored/, 'Show Trace').click();
  const trace = await outputText(page, /IM2\.dcm[^]*1 stored/);
  await screenshot('trace-info');
  for (const line of [
    /^\S+ \S+ \[info\] \[2\] Requesting Association$/m,
    /^\S+ \S+ \[info\] \[2\] Association Accepted$/m,
    /Sending file: phantom-study\/series-1-sphere\/IM2\.dcm$/m,
    /Received Store Response \(Status: 0x0000 - Success\)$/m,
    /Releasing Association$/m,
  ])
    assert.match(trace, line);
  const channel = page.locator('.part.panel .action-item select, .part.panel .monaco-select-box').first();
  assert.match(await channel.inputValue().catch(() => channel.innerText()), /Send to PACS/);
  await assertSameDataSets(slices(SPHERE).slice(1, 2), await freshAtArchive());
});

test('a folder: 24 stored, 2 skipped, and the results give the reasons', { skip }, async () => {
  const { page, screenshot } = workbench();
  await tidy(page);
  const item = await explorerMenu(page, STUDY, 'Send to PACS');
  await item.hover();
  await screenshot('folder-menu');
  await picture(page, 'context-menu', { x: 0, y: 0, width: 900, height: 600 });
  // To the last peer, without a question.
  await clickMenuItem(page, item);
  const closing = await toastText(page, /ARCHIVE: 24 stored/);
  await screenshot('folder-stored');
  assert.match(closing, /^ARCHIVE: 24 stored, 2 skipped \(/);
  await assertSameDataSets([...slices(SPHERE), ...slices('series-2-rods')], await freshAtArchive());

  await toastButton(page, /ARCHIVE: 24 stored/, 'Show Results').click();
  const report = await resultsText(page, /24 of 26 files stored/);
  await toast(page, /ARCHIVE/).waitFor({ state: 'hidden' });
  await screenshot('folder-results');
  await picture(page, 'results');
  assert.match(report, /empty\.dcm/);
  assert.match(report, /README\.txt/);
});

test('a file and the folder that holds it: each file once', { skip }, async () => {
  const { page, screenshot } = workbench();
  await tidy(page);
  await openSeries(page);
  // The first click on the folder closes it, the second one opens it again.
  await explorerRow(page, SPHERE).click();
  await explorerRow(page, 'IM3.dcm').waitFor({ state: 'hidden' });
  await selectInExplorer(page, [SPHERE]);
  await explorerRow(page, 'IM3.dcm').waitFor();
  await explorerRow(page, 'IM3.dcm').click({ modifiers: ['ControlOrMeta'] });
  await sendFromExplorerTo(page, 'IM3.dcm', 'ARCHIVE');
  await toastText(page, /ARCHIVE: 12 stored \(/);
  await screenshot('selection-stored');
  await assertSameDataSets(slices(SPHERE), await freshAtArchive());
});

test('progress: files, bytes, rate and remaining time', { skip }, async () => {
  const { page, screenshot } = workbench();
  await tidy(page);
  await sendFromExplorerTo(page, STUDY, 'CLINIC');
  const progress = await toastText(page, /Sending to CLINIC: .*\sleft/);
  await screenshot('progress');
  await picture(page, 'progress', { x: 780, y: 690, width: 620, height: 210 });
  assert.match(progress, /^Sending to CLINIC: \d+\/24 files · \d+\.\d kB of 792\.0 kB · \d+\.\d kB\/s · ~\d+ s left$/);
  await toastText(page, /CLINIC: 24 stored, 2 skipped/);
  await assertNothingSpins(page);
});

test('cancelling: immediate, aborts the association, and gives each file its true outcome', { skip }, async () => {
  const { page, screenshot } = workbench();
  await tidy(page);
  await sendFromExplorerTo(page, STUDY, 'SILENT');
  await toastText(page, /Sending to SILENT: 10\/24\sfiles/);
  await screenshot('cancel-progress');
  await toastButton(page, /Sending to SILENT/, 'Cancel').click();
  const closing = await toastText(page, /Cancelled\. SILENT/);
  await assertNothingSpins(page);
  await screenshot('cancel-closing');
  assert.match(closing, /^Cancelled\. SILENT: 10 stored, 2 skipped, 13 cancelled, 1 unknown/);
  assert.equal(seen.lastPdu, ABORT, 'the peer was told');
});

test('a failure status: the message has the status and the peer’s error comment', { skip }, async () => {
  const { page, screenshot } = workbench();
  await tidy(page);
  await openSeries(page);
  await sendFromExplorerTo(page, 'IM2.dcm', 'FULL-DISK');
  const closing = await toastText(page, /FULL-DISK: 1 failed/);
  await screenshot('failure-closing');
  assert.match(closing, /A700 Out of Resources \("Cannot write to file"\)/);
  assert.equal(
    await toast(page, /FULL-DISK/)
      .locator('.codicon-error')
      .count(),
    1,
    'it is an error',
  );
  await toastButton(page, /FULL-DISK: 1 failed/, 'Show Results').click();
  const report = await resultsText(page, /0 of 1 file stored/);
  await screenshot('failure-results');
  assert.match(report, /IM2\.dcm/);
  assert.match(report, /Cannot write to file/);
});

test('Verify Connection says how long each step took and who answered', { skip }, async () => {
  const { page, screenshot } = workbench();
  await tidy(page);
  await runCommand(page, 'DICOM: Verify Connection (C-ECHO)');
  await pick(page, 'ARCHIVE');
  const verified = await toastText(page, /ARCHIVE.*answered C-ECHO/);
  await screenshot('verify-answered');
  assert.match(verified, /^ARCHIVE answered C-ECHO in \d+(\.\d)? ms\. It is OFFIS_DCMTK_\d+\.$/);
  await toastButton(page, /ARCHIVE.*answered C-ECHO/, 'Show Trace').click();
  await outputText(
    page,
    /\(connect \d+[^]*, association \d+[^]*, C-ECHO \d+[^]*\)\. It is OFFIS_DCMTK_\d+ [^]*accepts PDUs of up to\s+16384\s+bytes/,
  );
});

test('Verify Connection says why nobody answers, and one thing to do', { skip }, async () => {
  const { page, screenshot } = workbench();
  await tidy(page);
  await runCommand(page, 'DICOM: Verify Connection (C-ECHO)');
  await pick(page, 'SWITCHED-OFF');
  const failed = await toastText(page, /SWITCHED-OFF/);
  await screenshot('verify-refused');
  assert.match(failed, /^SWITCHED-OFF: Connection refused \(ECONNREFUSED\)\. Check host and port/);
  await toastButton(page, /SWITCHED-OFF/, 'Open Settings').click();
  await editorText(page, /SWITCHED-OFF/);
});

test('from the command palette: the file of the editor, and a folder', { skip }, async () => {
  const { page, folder, screenshot } = workbench();
  await tidy(page);
  await openSeries(page);
  await explorerRow(page, 'IM5.dcm').dblclick();
  await page.locator('.tabs-container .tab', { hasText: 'IM5.dcm' }).waitFor();
  await runCommand(page, 'DICOM: Send to…');
  await quickPickRow(page, 'The Active Editor’s File').waitFor();
  await screenshot('palette-what');
  await pick(page, 'The Active Editor’s File');
  await pick(page, 'RESEARCH');
  await toastText(page, /RESEARCH: 1 stored/);
  await assertSameDataSets(slices(SPHERE).slice(4, 5), await receivedAtResearch());

  await tidy(page);
  await runCommand(page, 'DICOM: Send to PACS');
  await pick(page, 'Choose a Folder');
  await quickInput(page).fill(`${join(folder, STUDY, SPHERE)}/`);
  // The dialog looks up the path. If it is accepted before it is done, it opens again.
  await quickPickRow(page, '..').waitFor();
  await page.locator('.quick-input-widget .monaco-button', { hasText: 'Send to PACS' }).click();
  await toastText(page, /RESEARCH: 12 stored/);
  await screenshot('palette-folder-stored');
  await assertSameDataSets(slices(SPHERE), await receivedAtResearch());
});

test('from the tab of an open file', { skip }, async () => {
  const { page, screenshot } = workbench();
  await tidy(page);
  await openSeries(page);
  await explorerRow(page, 'IM6.dcm').dblclick();
  const tab = page.locator('.tabs-container .tab', { hasText: 'IM6.dcm' });
  await tab.click({ button: 'right' });
  const item = page.locator('.monaco-menu .action-label', { hasText: 'Send to…' }).first();
  await item.waitFor();
  await screenshot('tab-menu');
  await clickMenuItem(page, item);
  await pick(page, 'ARCHIVE');
  await toastText(page, /ARCHIVE: 1 stored/);
  await assertSameDataSets(slices(SPHERE).slice(5, 6), await freshAtArchive());
});

async function receivedAtResearch(): Promise<Buffer[]> {
  const { received } = running();
  const names = (await readdir(received)).filter((name) => name.endsWith('.dcm'));
  return Promise.all(names.map((name) => dataSetOf(join(received, name))));
}
