// The view Sends: what a person sees of sends that run, failed or were interrupted, and what they do about them.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { writeSampleStudy } from '../../scripts/sample-study.ts';
import { sampleInstance } from '../support/dicom-builder.ts';
import { startPeer } from '../support/peer-modes.ts';
import { eventually, quickInput, quickPickRow, ready, runCommand, toastText } from '../support/testbed/workbench.ts';
import { useWorkbench, whyNoWorkbench } from './harness.ts';
import {
  badge,
  clickMenuItem,
  notifications,
  openSends,
  peerEntry,
  rowAction,
  sendFromExplorerTo,
  sendRow,
  sendsView,
  tidy,
  useServers,
} from './story.ts';

const skip = whyNoWorkbench() ?? false;

const STUDY = 'phantom-study';
const LARGE_STUDY = 'small1300';
const LARGE = 1_300;

const servers = useServers(async (scope) => ({
  // Every fifth instance is refused for one reason or the other, every seventh is stored with a warning.
  flaky: await startPeer(scope, {
    answer: ({ count }) => (count % 10 === 0 ? 0xa700 : count % 5 === 0 ? 0xa900 : count % 7 === 0 ? 0xb000 : 0),
  }),
  // Answers five instances of the first association, and everything later.
  stuck: await startPeer(scope, {
    answer: ({ association, count }) => (association === 1 && count === 6 ? undefined : 0),
  }),
  halting: await startPeer(scope, {
    answer: ({ association, count }) => (association === 1 && count === 6 ? undefined : 0),
  }),
  willing: await startPeer(scope),
}));

const workbench = useWorkbench({
  fill: async (folder) => {
    await writeSampleStudy(join(folder, STUDY));
    await mkdir(join(folder, LARGE_STUDY));
    for (let seed = 1; seed <= LARGE; seed++)
      await writeFile(join(folder, LARGE_STUDY, `IM${seed}.dcm`), sampleInstance({ seed }).file);
  },
  settings: () => {
    const { flaky, stuck, halting, willing } = servers();
    return {
      'sendToPacs.peers': [
        { ...peerEntry('FLAKY', flaky.port), associations: 1 },
        { ...peerEntry('STUCK', stuck.port), associations: 1 },
        { ...peerEntry('HALTING', halting.port), associations: 1 },
        peerEntry('WILLING', willing.port),
      ],
    };
  },
});

const THEMES = [
  ['light', 'Light Modern', '.monaco-workbench.vs'],
  ['dark', 'Dark Modern', '.monaco-workbench.vs-dark'],
  ['hc', 'Dark High Contrast', '.monaco-workbench.hc-black'],
] as const;

async function setTheme(page: Page, theme: string, shows: string): Promise<void> {
  await runCommand(page, 'Preferences: Color Theme');
  await quickPickRow(page, /Modern/).waitFor();
  await quickInput(page).fill(theme);
  await page.locator('.quick-input-list .monaco-list-row.focused', { hasText: theme }).waitFor();
  await page.keyboard.press('Enter');
  await page.locator(shows).waitFor();
}

const textOf = async (row: Locator): Promise<string> => (await row.innerText()).replaceAll(/\s+/g, ' ').trim();

/** The rows of the view, from top to bottom, with their level in front. */
async function rows(page: Page): Promise<string[]> {
  const found = await sendsView(page)
    .locator('.monaco-list-row')
    .evaluateAll((elements) =>
      elements
        .map((row) => ({
          top: row.getBoundingClientRect().top,
          text: `${row.getAttribute('aria-level')} ${row.textContent}`,
        }))
        .sort((a, b) => a.top - b.top)
        .map(({ text }) => text),
    );
  return found.map((text) => text.replaceAll('\u00a0', ' '));
}

async function fold(row: Locator): Promise<void> {
  await row.locator('.monaco-tl-twistie').click();
}

test('a view without a send shows the next step', { skip }, async () => {
  const { page, screenshot } = workbench();
  await openSends(page);
  await sendsView(page).locator('.monaco-button', { hasText: 'Choose What to Send…' }).waitFor();
  await screenshot('sends-view-empty');
  await runCommand(page, 'View: Show Explorer');
});

test('a send that failed: its problems, its files in pages with the failed ones first, its associations', {
  skip,
}, async () => {
  const { page, screenshot } = workbench();
  await sendFromExplorerTo(page, STUDY, 'WILLING');
  await toastText(page, /WILLING: 24 stored/);
  await sendFromExplorerTo(page, LARGE_STUDY, 'FLAKY');
  await toastText(page, /FLAKY: 1,040 of 1,300 stored/, 60_000);
  await tidy(page);
  await openSends(page);
  const row = sendRow(page, `${LARGE_STUDY} → FLAKY`);
  await row.waitFor();
  assert.match(await textOf(row), /260 failed · 148 warnings · 1,040\/1,300 · /);
  assert.match(
    (await row.getAttribute('aria-label')) ?? '',
    /small1300 to FLAKY, 260 failed, 148 warnings, 1,040 of 1,300/,
  );
  await fold(row);
  await fold(sendRow(page, /^Files$/));
  await fold(sendRow(page, /^1 – 1,000$/));
  await sendRow(page, /^IM\d+\.dcm$/).waitFor();
  const shown = await rows(page);
  const wanted = [
    /^1 small1300 → FLAKY/,
    /^2 130 · A[79]00 /,
    /^2 130 · A[79]00 /,
    /^2 148 · B000 Coercion of Data Elements$/,
    /^2 Files1,300$/,
    /^3 1 – 1,000200 failed · 11\d warnings$/,
    /^4 IM\d+\.dcmA[79]00 .* · small1300$/,
  ];
  for (const [index, pattern] of wanted.entries()) assert.match(shown[index] ?? '', pattern, shown.join('\n'));
  await fold(sendRow(page, /^1 – 1,000$/));
  await fold(sendRow(page, /^Associations$/));
  await sendRow(page, /^Association \d+$/).waitFor();
  await row.hover();
  for (const [name, theme, shows] of THEMES) {
    await setTheme(page, theme, shows);
    await row.hover();
    await screenshot(`sends-view-${name}`);
  }
  await setTheme(page, THEMES[0][1], THEMES[0][2]);
  await page.setViewportSize({ width: 700, height: 900 });
  await screenshot('sends-view-narrow');
  await page.setViewportSize({ width: 1400, height: 900 });
});

test('a send that runs: Cancel in its row, then Resume', { skip }, async () => {
  const { page, screenshot } = workbench();
  await tidy(page);
  await runCommand(page, 'View: Show Explorer');
  await sendFromExplorerTo(page, STUDY, 'STUCK');
  await openSends(page);
  const row = sendRow(page, `${STUDY} → STUCK`);
  await eventually(
    page,
    async () => (await textOf(row)).includes('5/24'),
    () => textOf(row),
  );
  assert.equal(await badge(page).innerText(), '1');
  await row.hover();
  await screenshot('sends-view-running');
  await page.locator('.statusbar-item', { hasText: 'STUCK 5/24' }).click();
  await quickPickRow(page, 'Show Results So Far').waitFor();
  assert.equal(await page.locator('.quick-input-title').innerText(), `${STUDY} → STUCK, 5 of 24`);
  await screenshot('status-bar-click');
  await page.keyboard.press('Escape');
  await row.hover();
  await rowAction(row, 'Cancel Send').click();
  await eventually(
    page,
    async () => /cancelled · 1 unknown · 5\/24/.test(await textOf(row)),
    () => textOf(row),
  );
  await tidy(page);
  await row.hover();
  await screenshot('sends-view-cancelled');
  await rowAction(row, 'Resume Send').click();
  await toastText(page, /STUCK: 19 stored/);
});

test('the window is reloaded in a send: the badge says so without a message, and Resume is in the row', {
  skip,
}, async () => {
  const { page, screenshot } = workbench();
  await tidy(page);
  await runCommand(page, 'View: Show Explorer');
  await sendFromExplorerTo(page, STUDY, 'HALTING');
  await toastText(page, /Sending to HALTING: 5\/24\sfiles/);
  await Promise.all([page.waitForEvent('load'), runCommand(page, 'Developer: Reload Window')]);
  await ready(page);
  // With the Explorer in front: nobody has opened the view.
  await eventually(
    page,
    async () => (await badge(page).count()) > 0 && (await badge(page).innerText()) === '1',
    async () => `badges: ${(await badge(page).allInnerTexts()).join()}`,
    30_000,
  );
  assert.equal(await notifications(page, /./).count(), 0);
  await screenshot('sends-view-badge');
  await openSends(page);
  const row = sendRow(page, `${STUDY} → HALTING`);
  await row.hover();
  assert.match(await textOf(row), /interrupted · (?:1 unknown · )?5\/24/);
  await screenshot('sends-view-interrupted');
  await rowAction(row, 'Resume Send').click();
  await toastText(page, /HALTING: 19 stored/);
  await badge(page).waitFor({ state: 'hidden' });
});

test('by keyboard: the menu of a row, and Enter for its results', { skip }, async () => {
  const { page } = workbench();
  await tidy(page);
  await openSends(page);
  const row = sendRow(page, `${LARGE_STUDY} → FLAKY`);
  const focus = async (name: string): Promise<void> => {
    const focused = sendsView(page).locator('.monaco-list-row.focused', { hasText: name });
    await runCommand(page, 'DICOM: Focus on Sends View');
    await page.keyboard.press('Home');
    for (let presses = 0; presses < 30 && !(await focused.isVisible()); presses++)
      await page.keyboard.press('ArrowDown');
    await focused.waitFor();
  };
  await focus('→ WILLING');
  const other = sendRow(page, `${STUDY} → WILLING`);
  await page.keyboard.press('Shift+F10');
  await clickMenuItem(page, page.locator('.monaco-menu .action-label', { hasText: 'Remove from List' }).first());
  await other.waitFor({ state: 'hidden' });
  await focus('→ FLAKY');
  await page.keyboard.press('Enter');
  await page.locator('.tabs-container .tab', { hasText: 'FLAKY' }).waitFor();
  assert.equal(await row.isVisible(), true);
});
