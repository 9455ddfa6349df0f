// The page of results in the workbench: while a send runs, after it has ended, after a reload; in each theme, in a narrow
// window and at 200 %. test/e2e/results-page.test.ts measures the page alone.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { FrameLocator, Page } from 'playwright-core';
import { sampleInstance } from '../support/dicom-builder.ts';
import { startPeer } from '../support/peer-modes.ts';
import { eventually, quickInput, ready, runCommand, toastText, webview } from '../support/testbed/workbench.ts';
import { useWorkbench, whyNoWorkbench } from './harness.ts';
import {
  assertNothingSpins,
  editorText,
  notifications,
  peerEntry,
  sendFromExplorerTo,
  tidy,
  useServers,
} from './story.ts';

const skip = whyNoWorkbench() ?? false;

const STUDY = 'small300';
const FILES = 300;
const HOSTILE = '<img src=x onerror=alert(1)>';
const SILENT_FROM = 120;

/** Lets the peer answer again after its silence. */
const silence = Promise.withResolvers<number>();

const servers = useServers(async (scope) => ({
  flaky: await startPeer(scope, {
    answer: ({ count }) => {
      if (count === SILENT_FROM) return silence.promise;
      return count > 280 ? 0xa700 : count % 5 === 0 ? 0xa900 : count % 7 === 0 ? 0xb000 : 0;
    },
  }),
}));

const workbench = useWorkbench({
  fill: async (folder) => {
    for (let seed = 1; seed <= FILES; seed++) {
      const series = join(folder, STUDY, `ser00${Math.ceil(seed / 100)}`);
      await mkdir(series, { recursive: true });
      await writeFile(join(series, `IM${seed}.dcm`), sampleInstance({ seed, pixelBytes: 20_000 }).file);
    }
    await writeFile(join(folder, STUDY, `${HOSTILE}.txt`), 'text');
  },
  settings: () => ({ 'sendToPacs.peers': [{ ...peerEntry('FLAKY', servers().flaky.port), associations: 1 }] }),
});

const THEMES = [
  ['light', 'Light Modern', '.monaco-workbench.vs'],
  ['dark', 'Dark Modern', '.monaco-workbench.vs-dark'],
  ['hc', 'Dark High Contrast', '.monaco-workbench.hc-black'],
] as const;

async function setTheme(page: Page, theme: string, shows: string): Promise<void> {
  await runCommand(page, 'Preferences: Color Theme');
  await quickInput(page).fill(theme);
  await page.locator('.quick-input-list .monaco-list-row.focused', { hasText: theme }).waitFor();
  await page.keyboard.press('Enter');
  await page.locator(shows).waitFor();
}

async function headingThat(frame: FrameLocator, page: Page, until: RegExp): Promise<string> {
  let last = '';
  return eventually(
    page,
    async () => {
      last = await frame
        .locator('h1')
        .innerText({ timeout: 1_000 })
        .catch(() => last);
      return until.test(last) ? last : undefined;
    },
    () => `the verdict is '${last}'`,
    30_000,
  );
}

test('live: the verdict counts, the newest rows are on top, and a silence is said', { skip }, async () => {
  const { page, screenshot } = workbench();
  await tidy(page);
  await sendFromExplorerTo(page, STUDY, 'FLAKY');
  await toastText(page, /Sending to FLAKY/);
  await runCommand(page, 'DICOM: Show Results of Last Send');
  const frame = webview(page);
  assert.match(await headingThat(frame, page, /^Sending: 1[12]\d of 301 files done/), /failed so far$/);
  await frame.locator('.note', { hasText: 'FLAKY has answered nothing for' }).waitFor({ timeout: 15_000 });
  await frame.locator('.row .name').first().waitFor();
  await screenshot('results-running');
  assert.equal(await frame.getByRole('button', { name: 'Cancel' }).count(), 1);
  const [first, last] = [frame.locator('.row .name').first(), frame.locator('.row .name').last()];
  const numberOf = (name: string): number => Number(/\d+/.exec(name)?.[0]);
  assert.ok(numberOf(await first.innerText()) > numberOf(await last.innerText()));
  silence.resolve(0);
});

test('ended: verdict, problems, list, and what happened to one file, in each theme', { skip }, async () => {
  const { page, screenshot } = workbench();
  const frame = webview(page);
  assert.match(
    await headingThat(frame, page, /stored/),
    /^2\d\d of 301 files stored, \d+ of them with a warning, 75 failed, 1 skipped$/,
  );
  // Who sees the results needs no notification of them.
  await assertNothingSpins(page);
  assert.equal(await notifications(page, /FLAKY/).count(), 0);
  const cards = frame.locator('.card');
  await cards.nth(1).waitFor();
  assert.match(await cards.nth(0).innerText(), /55 failed[\s\S]*A900[\s\S]*Data Set does not match SOP Class/);
  assert.match(await cards.nth(1).innerText(), /20 failed[\s\S]*A700[\s\S]*Out of Resources[\s\S]*Retry 20 Files/);
  // It opens on what is not stored.
  assert.equal(await frame.locator('.found').innerText(), '75 of 301 files');
  assert.match(await frame.locator('.story').innerText(), /FLAKY answered nothing for \d+\.\d s/);
  await frame.locator('.details dl.wire').waitFor();
  assert.match(
    await frame.locator('.details').innerText(),
    /Association \d+, context \d+[\s\S]*C-STORE-RQ, message \d+[\s\S]*C-STORE-RSP, status A900H/,
  );
  for (const [name, theme, shows] of THEMES) {
    await setTheme(page, theme, shows);
    await screenshot(`results-${name}`);
  }
  await page.setViewportSize({ width: 700, height: 900 });
  await runCommand(page, 'View: Close Primary Side Bar');
  await screenshot('results-narrow');
  await page.setViewportSize({ width: 700, height: 450 });
  await screenshot('results-200-percent');
  await page.setViewportSize({ width: 1400, height: 900 });
  await runCommand(page, 'View: Show Explorer');
  await setTheme(page, THEMES[1][1], THEMES[1][2]);
});

test('a name that looks like markup is text', { skip }, async () => {
  const { page } = workbench();
  const frame = webview(page);
  await frame.locator('.chip', { hasText: 'failed' }).click();
  await frame.getByRole('searchbox').fill('onerror');
  await frame.locator('.row .name', { hasText: HOSTILE }).waitFor();
  assert.equal(await frame.locator('img').count(), 0);
  await frame.getByRole('searchbox').fill('');
});

test('by keyboard, from the window into the list and back', { skip }, async () => {
  const { page } = workbench();
  const frame = webview(page);
  await frame.locator('.grid').focus();
  await page.keyboard.press('End');
  const selected = frame.locator('.row[aria-selected="true"] .name');
  assert.equal(await selected.innerText(), 'IM300.dcm');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await frame.locator('.details:focus').waitFor();
  await page.keyboard.press('Escape');
  await frame.locator('.grid:focus').waitFor();
  await page.keyboard.press('Shift+F6');
  await frame.locator('input:focus').waitFor();
  await page.keyboard.press('F6');
  await page.keyboard.press('F6');
  await frame.locator('.details:focus').waitFor();
});

test('Retry Failed… ticks what may be stored this time, and only sends what is ticked', { skip }, async () => {
  const { page, screenshot } = workbench();
  const before = servers().flaky.instances.length;
  await webview(page).getByRole('button', { name: 'Retry Failed…' }).click();
  await quickInput(page).waitFor();
  const rows = page.locator('.quick-input-list .monaco-list-row');
  await rows.nth(1).waitFor();
  await screenshot('results-retry');
  const texts = (await rows.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '));
  assert.match(texts.join('\n'), /55 files failed: A900[^\n]*will fail again/);
  assert.match(texts.join('\n'), /20 files failed: A700 Out of Resources *$/m);
  await page.keyboard.press('Enter');
  await toastText(page, /FLAKY: .*20/);
  assert.equal(servers().flaky.instances.length, before + 20);
});

test('the Markdown document is one command away; after a reload the page is back, without what was in memory', {
  skip,
}, async () => {
  const { page, screenshot } = workbench();
  const frame = webview(page);
  await Promise.all([page.waitForEvent('load'), runCommand(page, 'Developer: Reload Window')]);
  await ready(page);
  await headingThat(frame, page, /^2\d\d of 301 files stored/);
  await frame.locator('.details', { hasText: 'The single messages are not kept' }).waitFor();
  await screenshot('results-after-reload-page');
  await frame.getByRole('button', { name: 'Export' }).click();
  await screenshot('results-export');
  await frame.getByRole('menuitem', { name: 'Copy as Command storescu' }).click();
  const command = /^storescu -v \+sd \+r -aet SENDTOPACS -aec FLAKY 127\.0\.0\.1 \d+ \/\S+\/small300$/;
  await eventually(
    page,
    async () => command.test(String(await page.evaluate('navigator.clipboard.readText()').catch(() => ''))),
    () => 'no command was copied',
  );
  await tidy(page);
  await runCommand(page, 'DICOM: Show Results of Last Send as Markdown');
  await editorText(page, /0 of 20 files stored, 20 failed/);
});
