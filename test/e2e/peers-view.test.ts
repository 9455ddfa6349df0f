// The view Peers, as a person sees and uses it: in light, dark and high contrast, and 250 px wide.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { writeSampleStudy } from '../../scripts/sample-study.ts';
import * as naive from '../support/naive-pdu.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import {
  dialog,
  dialogButton,
  eventually,
  quickInput,
  quickPickRow,
  runCommand,
  toastText,
} from '../support/testbed/workbench.ts';
import { useWorkbench, whyNoWorkbench } from './harness.ts';
import {
  clickMenuItem,
  cliReceiver,
  peerEntry,
  pick,
  scriptedPeer,
  tidy,
  useServers,
  writeWorkspaceSettings,
} from './story.ts';

const skip = whyNoWorkbench() ?? false;

/** Nothing listens on a port that needs a privilege. */
const CLOSED = 1;

const servers = useServers(async (scope) => ({
  archive: await cliReceiver(scope, temporaryFolder(scope)),
  strict: await scriptedPeer(scope, async (connection) => {
    await connection.expect(0x01);
    connection.send(naive.associateRj(1, 1, 7));
  }),
}));

const workbench = useWorkbench({
  settings: () => ({
    'sendToPacs.peers': [
      peerEntry('ARCHIVE', servers().archive.port),
      peerEntry('MINI_PACS', servers().strict.port),
      { ...peerEntry('NORTH-CAMPUS', CLOSED), host: 'pacs.north.example.org' },
    ],
    'sendToPacs.defaultPeer': 'ARCHIVE',
  }),
  fill: async (folder) => {
    await writeSampleStudy(folder);
    await writeWorkspaceSettings(undefined, folder, { 'sendToPacs.peers': [peerEntry('RESEARCH', CLOSED)] }, 'x');
  },
});

const view = (page: Page): Locator => page.locator('.pane', { has: page.locator('[aria-label="Peers Section"]') });
const row = (page: Page, text: string | RegExp): Locator =>
  view(page).locator('.monaco-list-row', { hasText: text }).first();

async function openView(page: Page): Promise<void> {
  await runCommand(page, 'View: Show DICOM');
  await row(page, 'ARCHIVE').waitFor();
}

/** By keyboard, as F10 with Shift does for the focused row. */
async function menuOf(page: Page, name: string, item: string): Promise<void> {
  await row(page, name).click({ button: 'right' });
  const label = page.locator('.monaco-menu .action-label', { hasText: item }).first();
  await label.waitFor();
  await clickMenuItem(page, label);
}

async function description(page: Page, name: string, until: RegExp): Promise<string> {
  let last = '';
  return eventually(
    page,
    async () => {
      last = (await row(page, name).innerText()).replaceAll(/\s+/g, ' ');
      return until.test(last) ? last : undefined;
    },
    () => `the row of ${name} says ${last}, not ${until}`,
  );
}

test('each peer has a row with its address, its state and its origin', { skip }, async () => {
  const { page, screenshot } = workbench();
  await openView(page);
  await description(
    page,
    'ARCHIVE',
    new RegExp(`127\\.0\\.0\\.1:${servers().archive.port} · default · never verified · user`),
  );
  await description(page, 'RESEARCH', /127\.0\.0\.1:1 · never verified · workspace/);
  await description(page, 'Built-in Receiver', /does not run/);
  await screenshot('peers-never');
});

test('Verify shows in the row what came of it, and what mends it', { skip }, async () => {
  const { page, screenshot } = workbench();
  await row(page, 'ARCHIVE').hover();
  await row(page, 'ARCHIVE').locator('.action-label[aria-label^="Verify"]').click();
  await description(page, 'ARCHIVE', /default · [\d.]+ ms · just now/);
  assert.match((await row(page, 'ARCHIVE').getAttribute('aria-label')) ?? '', /^ARCHIVE, verified just now, 127/);
  await tidy(page);
  await openView(page);
  // By keyboard alone.
  await row(page, 'MINI_PACS').click();
  await page.keyboard.press('Control+Enter');
  await description(page, 'MINI_PACS', /failed just now/);
  await toastText(page, /MINI_PACS.*rejected/);
  await tidy(page);
  await openView(page);
  await row(page, 'MINI_PACS').click();
  await page.keyboard.press('ArrowRight');
  await row(page, 'AE title MINI_PACS is not known there').waitFor();
  await row(page, 'Edit Called AE Title…').waitFor();
  await screenshot('peers-failed');
  await row(page, 'Edit Called AE Title…').click();
  await page.locator('.quick-input-title', { hasText: 'Edit MINI_PACS: Called AE Title' }).waitFor();
  await screenshot('peers-edit-title');
  assert.equal(await quickInput(page).inputValue(), 'MINI_PACS');
  await page.keyboard.press('Escape');
});

test('the receiver is one of the peers, with its counts', { skip }, async () => {
  const { page, screenshot } = workbench();
  await row(page, 'Built-in Receiver').hover();
  await row(page, 'Built-in Receiver').locator('.action-label[aria-label^="Start"]').click();
  await description(page, 'Built-in Receiver', /port \d+ · 0 received · 0 associations/);
  await menuOf(page, 'Built-in Receiver', 'Verify Connection');
  await description(page, 'Built-in Receiver', /0 received · 1 association/);
  await tidy(page);
  await openView(page);
  await row(page, 'Built-in Receiver').hover();
  await row(page, 'Built-in Receiver').locator('.action-label[aria-label^="Open Folder"]').waitFor();
  await screenshot('peers-receiver');
});

const THEMES = [
  ['light', 'Light Modern', '.monaco-workbench.vs'],
  ['dark', 'Dark Modern', '.monaco-workbench.vs-dark'],
  ['hc', 'Dark High Contrast', '.monaco-workbench.hc-black'],
] as const;

test('light, dark, high contrast, and 250 px wide', { skip }, async () => {
  const { page, screenshot } = workbench();
  await tidy(page);
  const { x, y, width } = (await view(page).boundingBox()) ?? { x: 0, y: 0, width: 0 };
  for (const [name, theme, shows] of THEMES) {
    // The list is too long to have all themes as rows.
    await runCommand(page, 'Preferences: Color Theme');
    await quickPickRow(page, /Modern/).waitFor();
    await quickInput(page).fill(theme);
    await page.locator('.quick-input-list .monaco-list-row.focused', { hasText: theme }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator(shows).waitFor();
    await row(page, 'ARCHIVE').click();
    await row(page, 'Edit Called AE Title…').waitFor();
    await screenshot(`peers-${name}`);
  }
  const sashes = await page
    .locator('.monaco-sash.vertical')
    .evaluateAll((elements) => elements.map((sash) => sash.getBoundingClientRect().x + sash.clientWidth / 2));
  const edge = sashes.toSorted((one, other) => Math.abs(one - x - width) - Math.abs(other - x - width))[0] ?? 0;
  await page.mouse.move(edge, y + 200);
  await page.mouse.down();
  await page.mouse.move(edge - width + 250, y + 200, { steps: 5 });
  await page.mouse.up();
  await eventually(
    page,
    async () => ((await view(page).boundingBox())?.width ?? 999) < 260,
    async () => `the view has ${JSON.stringify(await view(page).boundingBox())}`,
  );
  await row(page, 'MINI_PACS').click();
  await screenshot('peers-narrow');
});

test('the menu: default, copy as a command, remove after a question', { skip }, async () => {
  const { page, userDataDir, screenshot } = workbench();
  await row(page, 'MINI_PACS').click({ button: 'right' });
  await page.locator('.monaco-menu .action-label', { hasText: 'Remove Peer' }).waitFor();
  await screenshot('peers-menu');
  await page.keyboard.press('Escape');
  await menuOf(page, 'NORTH-CAMPUS', 'Set as Default Peer');
  await pick(page, 'User settings');
  await description(page, 'NORTH-CAMPUS', /default/);
  assert.doesNotMatch(await description(page, 'ARCHIVE', /ARCHIVE/), /default/);

  await row(page, 'NORTH-CAMPUS').click();
  await page.keyboard.press('Delete');
  await dialog(page).waitFor();
  await screenshot('peers-remove');
  assert.match(await dialog(page).innerText(), /Remove "NORTH-CAMPUS" from the user settings\?/);
  await dialogButton(page, 'Remove').click();
  await row(page, 'NORTH-CAMPUS').waitFor({ state: 'hidden' });
  const settings = JSON.parse(await readFile(join(userDataDir, 'User/settings.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  const left = settings['sendToPacs.peers'] as { name: string }[];
  assert.deepEqual(
    left.map(({ name }) => name),
    ['ARCHIVE', 'MINI_PACS'],
  );
  assert.equal(settings['sendToPacs.defaultPeer'], undefined);
});

test('Send to This Peer sends what a person chooses, and is the last one from then on', { skip }, async () => {
  const { page } = workbench();
  await tidy(page);
  await openView(page);
  await row(page, 'ARCHIVE').hover();
  await row(page, 'ARCHIVE').locator('.action-label[aria-label^="Send to This Peer"]').click();
  await quickPickRow(page, 'Choose a Folder').waitFor();
  await page.keyboard.press('Escape');
});
