// The page of results in Chromium, without an editor around it: how fast it is, what hostile text does, and whether everybody
// can use it. test/e2e/results.test.ts looks at it in the workbench.

import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { buildAll } from '../../scripts/build.ts';
import { RESULTS_VERSION } from '../../src/messages/results.ts';
import { failingSend, hostileSend, messagesOf } from '../support/result-samples.ts';
import { said, serveResultsPage, type Theme, tell } from '../support/results-page.ts';
import { startBrowser } from '../support/testbed/host.ts';
import { screenshots, whyNoWorkbench } from './harness.ts';

const skip = whyNoWorkbench() ?? false;
const undos: (() => unknown)[] = [];
let browser: Browser;
let page: Page;
let origin: string;

before(async () => {
  if (skip !== false) return;
  await buildAll();
  origin = await serveResultsPage({ after: (undo) => undos.push(undo) });
  ({ browser, page } = await startBrowser());
  undos.push(() => browser.close());
  await mkdir(screenshots, { recursive: true });
});

after(async () => {
  for (const undo of undos.splice(0).reverse()) await undo();
});

async function open(theme: Theme, width: number, height: number): Promise<void> {
  await page.setViewportSize({ width, height });
  await page.goto(`${origin}/${theme}`);
}

const details = {
  type: 'details',
  version: RESULTS_VERSION,
  row: 5,
  name: 'MR0005.dcm',
  folder: 'small3000/ser000',
  parts: [
    {
      heading: 'Outcome',
      lines: [
        { text: 'ARCHIVE answered A900H', sign: 'failed' },
        { label: 'Comment', text: '"Rows"' },
      ],
    },
    {
      heading: 'On the wire',
      lines: [{ label: '20:50:07.307', direction: 'to the peer', text: 'C-STORE-RQ, message 986' }],
    },
  ],
} as const;

async function violations(): Promise<string[]> {
  const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // By the debugger's protocol: the page's policy lets no other script in.
  await page.evaluate(source);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }> };
    };
    return (await axe.run()).violations;
  });
  return found.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary ?? ''}`).join('; ')}`,
  );
}

const LOOKS: readonly (readonly [name: string, theme: Theme, width: number, height: number])[] = [
  ['light', 'light', 1350, 865],
  ['dark', 'dark', 1350, 865],
  ['hc', 'high contrast', 1350, 865],
  ['narrow', 'light', 700, 900],
  ['200-percent', 'dark', 700, 450],
];

for (const [name, theme, width, height] of LOOKS)
  test(`nothing for axe to find, and nothing beyond the edge: ${name}`, { skip }, async () => {
    await open(theme, width, height);
    await tell(page, messagesOf(failingSend(3_000)));
    await page.locator('.row').first().waitFor();
    await tell(page, [details]);
    await page.locator('.details h2').waitFor();
    await page.screenshot({ path: join(screenshots, `results-page-${name}.png`), animations: 'disabled' });
    assert.deepEqual(await violations(), []);
    await page.getByRole('button', { name: 'Export' }).click();
    assert.deepEqual(await violations(), []);
    const [inner, outer] = await page.evaluate(() => {
      const { documentElement } = (
        globalThis as unknown as { document: { documentElement: { scrollWidth: number; clientWidth: number } } }
      ).document;
      return [documentElement.scrollWidth, documentElement.clientWidth];
    });
    assert.ok(Number(inner) <= Number(outer), `${inner} pixels in ${outer}`);
  });

test('by keyboard: F6 from part to part, arrows within, Enter, Escape', { skip }, async () => {
  await open('light', 1350, 865);
  await tell(page, messagesOf(failingSend(3_000)));
  await page.locator('.row').first().waitFor();
  await tell(page, [details]);
  const { keyboard } = page;
  const focused = (): Promise<string> =>
    page.evaluate(() => {
      type Part = { className: string; textContent: string; closest(of: string): Part | null } | null;
      const { activeElement } = (globalThis as unknown as { document: { activeElement: Part } }).document;
      return activeElement?.closest('[data-region]')?.className ?? '';
    });
  const parts: string[] = [];
  for (let step = 0; step < 7; step++) {
    await keyboard.press('F6');
    parts.push(await focused());
  }
  assert.deepEqual(parts, ['verdict', 'problems', 'timing', 'chips', 'field', 'grid', 'details']);
  await keyboard.press('Escape');
  assert.equal(await focused(), 'grid');
  const selected = page.locator('.row[aria-selected="true"] .name');
  const first = await selected.innerText();
  await keyboard.press('ArrowDown');
  assert.notEqual(await selected.innerText(), first);
  await keyboard.press('End');
  await keyboard.press('Home');
  assert.equal(await selected.innerText(), first);
  await keyboard.press('Enter');
  assert.equal(await focused(), 'details');
  await keyboard.press('Escape');
  await keyboard.press('/');
  assert.equal(await focused(), 'field');
  await keyboard.type('status:A700');
  assert.match(await page.locator('.found').innerText(), /^1\d\d of 3,000 files$/);
  await keyboard.press('Enter');
  assert.equal(await focused(), 'grid');
  await keyboard.press('Control+c');
  await keyboard.press('Shift+F6');
  await keyboard.press('Escape');
  assert.equal(await page.locator('input').inputValue(), '');
  await keyboard.press('Shift+F6');
  assert.equal(await focused(), 'chips');
  await keyboard.press('ArrowRight');
  await keyboard.press('Space');
  assert.match(await page.locator('.chip[aria-pressed="true"]').first().innerText(), /with warning/);
  const asked = (await said(page)).filter(({ type }) => type === 'do');
  assert.equal(asked.length, 1);
  assert.equal(asked[0]?.type === 'do' && asked[0].action, 'copy path');
});

test('100,000 files: the first picture within a second, a filter within 50 ms, few elements, bounded memory', {
  skip,
}, async (t) => {
  await open('light', 1350, 865);
  const messages = [...messagesOf(failingSend(100_000))];
  const heapBefore = await heap();
  const painted = await tell(page, messages);
  await page.locator('.found', { hasText: 'of 100,000 files' }).waitFor();
  const filters: number[] = [];
  for (const query of ['MR', 'status:A900', 'folder:ser003 slow:50ms', 'reason:resources', 'x'])
    filters.push(
      await page.evaluate((text) => {
        const { document } = globalThis as unknown as { document: { querySelector(of: string): HTMLInputLike } };
        interface HTMLInputLike extends EventTarget {
          value: string;
        }
        const input = document.querySelector('input');
        input.value = text;
        const startedMs = performance.now();
        input.dispatchEvent(new Event('input'));
        return performance.now() - startedMs;
      }, query),
    );
  const elements = await page.locator('.row').count();
  const grown = (await heap()) - heapBefore;
  t.diagnostic(
    `first picture ${painted.toFixed(0)} ms, filters ${filters.map((ms) => ms.toFixed(1)).join(', ')} ms, ${(grown / 1e6).toFixed(1)} MB`,
  );
  assert.ok(painted < 1_000, `${painted} ms`);
  assert.ok(Math.max(...filters) < 50, `${filters.join(', ')} ms`);
  assert.ok(elements < 80, `${elements} rows`);
  assert.ok(grown < 40e6, `${grown} bytes`);
});

/** Of the page, after garbage was collected, in bytes. */
async function heap(): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize + backingStorageSize;
}

test('hostile names and comments are text and nothing else', { skip }, async () => {
  const dialogs: string[] = [];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  await open('light', 1350, 865);
  await tell(page, messagesOf(hostileSend()));
  await page.locator('.row').nth(3).waitFor();
  await tell(page, [{ ...details, name: '<img src=x onerror=alert(4)>', folder: '<script>alert(5)</script>' }]);
  const text = await page.locator('.page').innerText();
  for (const words of ['<img src=x onerror=alert(1)>.dcm', 'script>alert(2)<', '<b>0</b>'])
    assert.ok(text.includes(words), words);
  assert.equal(await page.locator('.page :is(img, script, iframe, b b, a)').count(), 0);
  // Nothing turns the order of a line, nothing is invisible.
  for (const sign of ['\u202e', '\u200b', '\0']) assert.ok(!text.includes(sign), JSON.stringify(sign));
  assert.deepEqual(dialogs, []);
});

test('a message that is not known changes nothing, and the extension hears of it', { skip }, async () => {
  await open('light', 1350, 865);
  await tell(page, messagesOf(failingSend(50)));
  const before = await page.locator('h1').innerText();
  await tell(page, [{ type: 'head', version: 99, verdict: '<b>x</b>' } as never]);
  assert.equal(await page.locator('h1').innerText(), before);
  assert.ok((await said(page)).some(({ type }) => type === 'dropped'));
});
