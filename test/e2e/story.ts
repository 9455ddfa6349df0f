// Steps that the tests of this folder share: what a person does to send, and what the peers have and the screen shows
// afterwards. Clicks are repeated only if the workbench ignored them, which shows in a menu that stays open.

import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { type CliProcess, startCliReceiver, stopCli } from '../support/cli-process.ts';
import { dataSetOf } from '../support/peers.ts';
import { type PeerConnection, type ScriptedPeer, startScriptedPeer } from '../support/scripted-peer.ts';
import type { Scope } from '../support/temporary-folder.ts';
import {
  eventually,
  explorerMenu,
  explorerRow,
  quickInput,
  quickPickRow,
  runCommand,
  visibleLines,
  webview,
} from '../support/testbed/workbench.ts';

const pictures = join(import.meta.dirname, '../../media/screenshots');

/** Starts the peers of a test file before its workbench opens, and stops them afterwards. */
export function useServers<T>(start: (scope: Scope) => Promise<T>): () => T {
  const undos: (() => unknown)[] = [];
  let servers: T | undefined;
  before(async () => {
    servers = await start({ after: (undo) => undos.push(undo) });
  });
  after(async () => {
    for (const undo of undos.splice(0).reverse()) await undo();
  });
  return () => {
    assert.ok(servers !== undefined, 'the peers did not start');
    return servers;
  };
}

export async function scriptedPeer(
  scope: Scope,
  script: (connection: PeerConnection, number: number) => Promise<void>,
): Promise<ScriptedPeer> {
  const peer = await startScriptedPeer(script);
  scope.after(() => peer.stop());
  return peer;
}

/** The command line's receiver, which stores to `directory`. */
export async function cliReceiver(scope: Scope, directory: string): Promise<CliProcess & { readonly port: string }> {
  const receiver = await startCliReceiver(directory);
  scope.after(() => stopCli(receiver));
  return receiver;
}

export function peerEntry(name: string, port: number | string): object {
  return { name, host: '127.0.0.1', port: Number(port), calledAETitle: name };
}

/** Clicks an item of the open menu. The workbench ignores clicks on a menu that has just appeared. */
export async function clickMenuItem(page: Page, item: Locator): Promise<void> {
  await eventually(
    page,
    async () => {
      await item.click({ timeout: 2_000 }).catch(() => {});
      return item.waitFor({ state: 'hidden', timeout: 2_000 }).then(
        () => true,
        () => false,
      );
    },
    () => 'the menu stays open',
  );
}

/** Right-click → Send to PACS. */
export async function sendFromExplorer(page: Page, name: string): Promise<void> {
  await clickMenuItem(page, await explorerMenu(page, name, 'Send to PACS'));
}

/** Right-click → Send to… → the peer. */
export async function sendFromExplorerTo(page: Page, name: string, peer: string): Promise<void> {
  await clickMenuItem(page, await explorerMenu(page, name, 'Send to…'));
  await pick(page, peer);
}

/**
 * Picks an entry of the open quick pick by the beginning of its text. By keyboard: rows move while the widget grows, and a
 * click could hit another one.
 */
export async function pick(page: Page, label: string): Promise<void> {
  const row = quickPickRow(page, label);
  await row.waitFor();
  await quickInput(page).fill(label);
  await page.locator('.quick-input-list .monaco-list-row.focused', { hasText: label }).waitFor();
  await page.keyboard.press('Enter');
  await row.waitFor({ state: 'hidden' });
}

export async function expand(page: Page, folder: string, child: string): Promise<void> {
  if (await explorerRow(page, child).isVisible()) return;
  await explorerRow(page, folder).click();
  await explorerRow(page, child).waitFor();
}

/** All visible notifications with this text. */
export function notifications(page: Page, text: string | RegExp): Locator {
  return page.locator('.notifications-toasts .notification-list-item', { hasText: text });
}

/** No progress any more: no progress notification, no progress bar, no item of ours in the status bar. */
export async function assertNothingSpins(page: Page): Promise<void> {
  const spinning = page.locator(
    '.notifications-toasts .monaco-progress-container.active, .statusbar-item .codicon-sync, .notifications-center .monaco-progress-container.active',
  );
  await eventually(
    page,
    async () => (await spinning.count()) === 0 && (await notifications(page, /Sending to /).count()) === 0,
    async () => `still running: ${(await page.locator('.notifications-toasts').allInnerTexts()).join(' | ')}`,
    3_000,
  );
}

/** Closes notifications, editors and panel, for the next test. */
export async function tidy(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await runCommand(page, 'Notifications: Clear All Notifications');
  await eventually(
    page,
    async () => (await page.locator('.notifications-toasts .notification-list-item').count()) === 0,
    async () => `notifications stay: ${(await page.locator('.notifications-toasts').allInnerTexts()).join(' | ')}`,
  );
  await runCommand(page, 'View: Close All Editors');
  await eventually(
    page,
    async () => (await page.locator('.tabs-container .tab').count()) === 0,
    () => 'editors stay',
  );
  const panel = page.locator('.part.panel');
  if (await panel.isVisible()) {
    await runCommand(page, 'View: Hide Panel');
    await panel.waitFor({ state: 'hidden' });
  }
  await quickInput(page).waitFor({ state: 'hidden' });
}

/** The visible text of the open editor. */
export async function editorText(page: Page, until: RegExp): Promise<string> {
  return textThat(page, () => visibleLines(page.locator('.editor-group-container .view-lines').first()), until);
}

/** The text of the open results, in the Markdown preview. */
export async function resultsText(page: Page, until: RegExp): Promise<string> {
  const body = webview(page).locator('body');
  return textThat(page, async () => ((await body.count()) > 0 ? body.innerText() : ''), until);
}

async function textThat(page: Page, read: () => Promise<string>, until: RegExp): Promise<string> {
  let last = '';
  return eventually(
    page,
    async () => {
      last = await read();
      return until.test(last) ? last : undefined;
    },
    () => `no text that matches ${until}; there is:\n${last}`,
  );
}

/** Exactly the data sets of the files at `paths` were received, unchanged and each once. */
export async function assertSameDataSets(paths: readonly string[], received: Iterable<Buffer>): Promise<void> {
  const hex = (dataSet: Buffer): string => dataSet.toString('hex');
  const expected = (await Promise.all(paths.map(dataSetOf))).map(hex).sort();
  const actual = [...received].map(hex).sort();
  assert.equal(actual.length, expected.length, 'how many instances were received');
  assert.ok(
    expected.every((dataSet, index) => dataSet === actual[index]),
    'a data set that was received is not the file’s',
  );
}

/**
 * Writes .vscode/settings.json and waits until the window has read it, which its title shows. The file must exist before
 * the window opens: VS Code notices a new .vscode folder late.
 */
export async function writeWorkspaceSettings(
  page: Page | undefined,
  folder: string,
  settings: Readonly<Record<string, unknown>>,
  revision: string,
): Promise<void> {
  const path = join(folder, '.vscode/settings.json');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, JSON.stringify({ ...settings, 'window.title': revision }, null, 2));
  if (page === undefined) return;
  await eventually(
    page,
    async () => (await page.title()).includes(revision),
    async () => `the window has not read ${await readFile(path, 'utf8')}; its title is '${await page.title()}'`,
  );
}

/** For the README, and only where UPDATE_SCREENSHOTS=1 asks for it. */
export async function picture(
  page: Page,
  name: string,
  clip?: { x: number; y: number; width: number; height: number },
): Promise<void> {
  if (process.env['UPDATE_SCREENSHOTS'] !== '1') return;
  await mkdir(pictures, { recursive: true });
  await page.screenshot({
    path: join(pictures, `${name}.png`),
    animations: 'disabled',
    ...(clip === undefined ? {} : { clip }),
  });
}

/** The badge of our icon in the activity bar; it has no text where there is none. */
export function badge(page: Page): Locator {
  return page
    .locator('.activitybar .action-item', { has: page.locator('[aria-label^="DICOM"]') })
    .locator('.badge-content');
}

/** Opens the container DICOM with its views. */
export async function openSends(page: Page): Promise<void> {
  await runCommand(page, 'View: Show DICOM');
  await sendsView(page).waitFor();
}

export function sendsView(page: Page): Locator {
  return page.locator('.pane', { has: page.locator('.pane-header[aria-label^="Sends"]') });
}

/** A row of the view Sends by the text of its label. */
export function sendRow(page: Page, label: string | RegExp): Locator {
  return sendsView(page)
    .locator('.monaco-list-row', { has: page.locator('.label-name', { hasText: label }) })
    .first();
}

/** An inline action of a row of a tree; it appears when the pointer is on the row. */
export function rowAction(row: Locator, name: string): Locator {
  return row.locator(`.actions .action-label[aria-label="${name}"]`);
}
