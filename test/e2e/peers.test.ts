// Peers of every scope in a window with two folders: what a person does with them.

import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { writeSampleStudy } from '../../scripts/sample-study.ts';
import { dialogButton, eventually, runCommand, toastButton } from '../support/testbed/workbench.ts';
import { useWorkbench, whyNoWorkbench } from './harness.ts';
import { peerEntry, pick, tidy } from './story.ts';

const skip = whyNoWorkbench() ?? false;

/** Nothing listens on a port that needs a privilege. */
const CLOSED = 1;
const settingsOf = (folder: string): string => join(folder, '.vscode/settings.json');
const peersOf = (...names: string[]): Readonly<Record<string, unknown>> => ({
  'sendToPacs.peers': names.map((name) => peerEntry(name, CLOSED)),
});

async function writeFolder(folder: string, text: string): Promise<void> {
  await mkdir(dirname(settingsOf(folder)), { recursive: true });
  await writeFile(settingsOf(folder), text);
}

const workbench = useWorkbench({
  settings: peersOf('FIRST', 'MINE'),
  fill: async (folder) => {
    await writeSampleStudy(folder);
    await writeFolder(folder, `// Peers of the first folder.\n${JSON.stringify(peersOf('OTHER', 'SITE-A'), null, 2)}`);
    await writeFolder(join(dirname(folder), 'second'), JSON.stringify(peersOf('ANOTHER', 'SITE-B'), null, 2));
  },
  codeWorkspace: () => ({ folders: [{ path: 'workspace' }, { path: 'second' }], settings: peersOf('SHARED', 'TEAM') }),
});

test('Open Settings after a failed Verify opens the entry in its own file, and writes nothing', { skip }, async () => {
  const { page, folder, userDataDir, screenshot } = workbench();
  const home = dirname(folder);
  const files = {
    MINE: join(userDataDir, 'User/settings.json'),
    TEAM: join(home, 'opened.code-workspace'),
    'SITE-A': settingsOf(folder),
    'SITE-B': settingsOf(join(home, 'second')),
  };
  const texts = (): Promise<string[]> =>
    // VS Code itself rewrites other settings of the person.
    Promise.all(
      Object.values(files).map(async (path) =>
        (await readFile(path, 'utf8')).replace(/"extensions\.autoUpdate".*/, ''),
      ),
    );
  const before = await texts();
  for (const [name, path] of Object.entries(files)) {
    await tidy(page);
    await runCommand(page, 'DICOM: Verify Connection (C-ECHO)');
    await pick(page, name);
    if (name !== 'MINE') await dialogButton(page, 'Connect').click();
    await toastButton(page, new RegExp(name), 'Open Settings').click();
    const line = page.locator('.editor-instance .view-overlays .current-line').first();
    await line.waitFor();
    const text = await readFile(path, 'utf8');
    const entry = text.split('\n').findIndex((_, index, lines) =>
      lines
        .slice(index, index + 2)
        .join('')
        .includes(`"${name}"`),
    );
    const status = page.locator('.statusbar-item', { hasText: /Ln \d+, Col \d+/ });
    await eventually(
      page,
      async () => (await status.innerText()).includes(`Ln ${name === 'TEAM' ? 1 : entry + 1},`),
      async () => `the cursor of ${name} is at ${await status.innerText()}, not in line ${entry + 1}`,
    );
    await screenshot(`open-settings-${name.toLowerCase()}`);
    const tab = page.locator('.tabs-container .tab.active');
    assert.match((await tab.getAttribute('data-resource-name')) ?? '', name === 'TEAM' ? /opened/ : /settings\.json/);
    assert.equal(await page.locator('.tabs-container .tab.dirty').count(), 0, `${name}: something was written`);
  }
  assert.deepEqual(await texts(), before);
});
