// What a person does in the workbench, as functions on a Playwright page.
//
// Every wait is for a condition with a deadline. The workbench is usable seconds before an extension's contributions reach it,
// so what depends on those (a menu item, a command) is tried again until it is there.

import type { FrameLocator, Locator, Page } from 'playwright-core';

const startMs = 60_000;
const contributionMs = 30_000;
const reactionMs = 15_000;

/** Resolves to the first value that is neither undefined, null nor false. `explain` is asked when time is up. */
export async function eventually<T>(
  page: Page,
  attempt: () => Promise<T | undefined | null | false>,
  explain: () => string | Promise<string>,
  deadlineMs: number = reactionMs,
): Promise<T> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const value = await attempt();
    if (value !== undefined && value !== null && value !== false) return value;
    if (Date.now() > end) throw new Error(`${await explain()} (waited ${deadlineMs} ms)`);
    // One frame of the workbench: it may have changed after that and not before.
    await page.evaluate('new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)))');
  }
}

/** The workbench with its Explorer is on the screen. */
export async function ready(page: Page): Promise<void> {
  await page.locator('.monaco-workbench').waitFor({ timeout: startMs });
  await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: startMs });
}

/** A row of the Explorer by its exact name. */
export function explorerRow(page: Page, name: string): Locator {
  const label = page.locator('.label-name', {
    hasText: new RegExp(`^${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`),
  });
  return page.locator('.explorer-folders-view .monaco-list-row', { has: label }).first();
}

async function texts(locator: Locator): Promise<string> {
  return (await locator.allInnerTexts()).filter(Boolean).join(' | ');
}

/** Selects rows as a person does: a click, then Ctrl+click for the others. */
export async function selectInExplorer(page: Page, names: readonly string[]): Promise<void> {
  for (const [index, name] of names.entries()) {
    await explorerRow(page, name).click(index === 0 ? {} : { modifiers: ['ControlOrMeta'] });
  }
}

/** Right-clicks a row of the Explorer; resolves to the item of its menu. The menu is opened anew until the item is there. */
export async function explorerMenu(page: Page, name: string, item: string): Promise<Locator> {
  const labels = page.locator('.monaco-menu .action-label');
  const wanted = labels.filter({ hasText: item }).first();
  return eventually(
    page,
    async () => {
      await explorerRow(page, name).click({ button: 'right' });
      await labels.first().waitFor({ timeout: reactionMs });
      if ((await wanted.count()) > 0) return wanted;
      await page.keyboard.press('Escape');
      await labels.first().waitFor({ state: 'hidden', timeout: reactionMs });
      return undefined;
    },
    () => `no item '${item}' in the menu of '${name}'`,
    contributionMs,
  );
}

export function quickInput(page: Page): Locator {
  return page.locator('.quick-input-widget input').first();
}

/** Rows of a quick pick or of the command palette. */
export function quickPickRow(page: Page, text: string | RegExp): Locator {
  return page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
}

/** Types a command's title (with its category) into the palette and runs it. The palette is opened anew until it knows it. */
export async function runCommand(page: Page, title: string): Promise<void> {
  const row = quickPickRow(page, title);
  await eventually(
    page,
    async () => {
      await page.keyboard.press('F1');
      await quickInput(page).waitFor({ timeout: reactionMs });
      await quickInput(page).fill(`>${title}`);
      const known = await row.waitFor({ timeout: 2_000 }).then(
        () => true,
        () => false,
      );
      if (known) {
        await row.click();
        return true;
      }
      await page.keyboard.press('Escape');
      return undefined;
    },
    () => `the palette has no command '${title}'`,
    contributionMs,
  );
}

/** A notification toast with this text. There are none under `smokeTestDriver`. */
export function toast(page: Page, text: string | RegExp): Locator {
  return page.locator('.notifications-toasts .notification-list-item', { hasText: text }).last();
}

/** Waits for a toast; its message. */
export async function toastText(page: Page, text: string | RegExp, deadlineMs: number = reactionMs): Promise<string> {
  const found = toast(page, text);
  await found.waitFor({ timeout: deadlineMs }).catch(async () => {
    const others = await texts(page.locator('.notifications-toasts .notification-list-item'));
    throw new Error(`no notification with ${text} (waited ${deadlineMs} ms); there are: ${others || 'none'}`);
  });
  return (await found.locator('.notification-list-item-message').innerText()).replaceAll('\u00a0', ' ');
}

/** A button of that toast. */
export function toastButton(page: Page, text: string | RegExp, button: string): Locator {
  return toast(page, text).locator('.monaco-button', { hasText: button }).first();
}

/** The modal dialog that is open. */
export function dialog(page: Page): Locator {
  return page.locator('.monaco-dialog-box');
}

export function dialogButton(page: Page, label: string): Locator {
  return dialog(page).locator('.monaco-button', { hasText: label }).first();
}

/** The lines that an editor shows, from top to bottom: in the document they stand in the order in which they were drawn. */
export async function visibleLines(editor: Locator): Promise<string> {
  const lines = await editor.locator('.view-line').evaluateAll((elements) =>
    elements
      .map((element) => ({ top: element.getBoundingClientRect().top, text: element.textContent }))
      .sort((a, b) => a.top - b.top)
      .map(({ text }) => text),
  );
  return lines.join('\n').replaceAll('\u00a0', ' ');
}

/** The visible text of the panel's Output view, once it matches. The view shows the end of a long log only. */
export async function outputText(page: Page, until: RegExp, deadlineMs: number = reactionMs): Promise<string> {
  const view = page.locator('.part.panel .view-lines').first();
  let last = '';
  return eventually(
    page,
    async () => {
      last = await visibleLines(view);
      return until.test(last) ? last : undefined;
    },
    () => `the Output panel does not match ${until}; it shows:\n${last}`,
    deadlineMs,
  );
}

/** Shows an Output channel through the palette; resolves to its visible text, once it matches. */
export async function output(page: Page, channel: string, until: RegExp): Promise<string> {
  await runCommand(page, 'Output: Show Output Channels...');
  await quickPickRow(page, channel).click({ timeout: reactionMs });
  return outputText(page, until);
}

/** The inner document of a webview: VS Code nests it in two frames. */
export function webview(page: Page, nth = 0): FrameLocator {
  return page.frameLocator('iframe.webview.ready').nth(nth).frameLocator('iframe#active-frame');
}
