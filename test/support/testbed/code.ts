#!/usr/bin/env node
// Stands in for the `code` executable that @vscode/test-electron starts: takes --extensionDevelopmentPath,
// --extensionTestsPath and a folder, runs the suite in code-server's extension host under a headless Chromium and exits with
// the suite's verdict. Flags that it does not know are desktop's and are ignored.
//
// Environment: CODE_TIMEOUT_MS (default 180000), CODE_VERBOSE=1 (the workbench's own log too), CODE_SCREENSHOT=FILE.

import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { format } from 'node:util';
import type { Page } from 'playwright-core';
import { type Server, startBrowser, startServer } from './host.ts';

/** The workbench's own chatter, of no use in a test report. */
const chatter =
  /^(Resolv(ing|ed) connection token|Creating a socket|\[(reconnection-grace-time|AgentHost|AccountPolicyGate|ChatModelSelection|Service Worker|RemoteAgentHost|DefaultAccount|remote-connection)|Updating additional builtin|Ignoring fetching additional|Creation of workbench contribution|No search provider registered|DialogService: Dialog requested during smoke test|An unknown error occurred\. Please consult)/;

const args = process.argv.slice(2);
const values = (name: string): string[] =>
  args.filter((arg) => arg.startsWith(`--${name}=`)).map((arg) => arg.slice(name.length + 3));
const absolute = (path: string): string => resolve(path);
const verbose = process.env['CODE_VERBOSE'] === '1';

/**
 * The workbench reports success even when the extension host died half-way (crash, process.exit). So the suite runs through
 * this wrapper, which leaves a note only once the suite's own run() has succeeded.
 */
const wrapper = (tests: string, note: string): string => `'use strict';
exports.run = async () => {
  const suite = require(${JSON.stringify(tests)});
  await suite.run();
  require('node:fs').writeFileSync(${JSON.stringify(note)}, '');
};
`;

async function runSuite(page: Page, server: Server, folder: string | undefined, payload: string[][]): Promise<number> {
  const timeoutMs = Number(process.env['CODE_TIMEOUT_MS'] ?? 180_000);
  let timer: NodeJS.Timeout | undefined;
  const verdict = new Promise<number>((settle, reject) => {
    timer = setTimeout(() => reject(new Error(`no result after ${timeoutMs} ms`)), timeoutMs);
    page.on('crash', () => reject(new Error('the page crashed')));
    page.on('pageerror', (error) => console.error(`[code] page error: ${error.message}`));
    const bindings: Promise<unknown>[] = [
      // The log of workbench and extension host; the suite's console, hence mocha's report, is part of it.
      page.exposeFunction('codeAutomationLog', (type: string, values: unknown[]) => {
        const line = format(...values);
        const isNoise = chatter.test(line) || (type !== 'info' && line.includes('/workbench/workbench.js:'));
        const stream = type === 'error' || type === 'warn' ? process.stderr : process.stdout;
        if (verbose || !isNoise) stream.write(`${line}\n`);
      }),
      page.exposeFunction('codeAutomationExit', (code: number) => settle(code)),
    ];
    const query: Record<string, string> = { payload: JSON.stringify(payload) };
    if (folder === undefined) query['ew'] = 'true';
    else query[folder.endsWith('.code-workspace') ? 'workspace' : 'folder'] = absolute(folder);
    Promise.all(bindings)
      .then(() => page.goto(server.url(query)))
      .catch(reject);
  });
  try {
    return await verdict;
  } finally {
    clearTimeout(timer);
  }
}

async function main(): Promise<number> {
  const development = values('extensionDevelopmentPath').map(absolute);
  const [tests] = values('extensionTestsPath').map(absolute);
  if (development.length === 0 || tests === undefined) {
    throw new Error('wants --extensionDevelopmentPath=FOLDER and --extensionTestsPath=FILE');
  }
  const folder = args.find((arg) => !arg.startsWith('-'));
  const scratch = await mkdtemp(join(tmpdir(), 'code-'));
  const userDataDir = values('user-data-dir').map(absolute)[0] ?? join(scratch, 'user-data');
  const extensionsDir = values('extensions-dir').map(absolute)[0] ?? join(scratch, 'extensions');
  const note = join(scratch, 'passed');
  const wrapped = join(scratch, 'suite.cjs');
  await writeFile(wrapped, wrapper(tests, note));

  const cleanups: (() => Promise<unknown>)[] = [() => rm(scratch, { recursive: true, force: true })];
  const cleanUp = async (): Promise<void> => {
    for (const undo of cleanups.splice(0).reverse()) await undo().catch(() => {});
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => void cleanUp().then(() => process.exit(130)));
  }
  try {
    const workspaceTrust = !args.includes('--disable-workspace-trust');
    const server = await startServer({ userDataDir, extensionsDir, workspaceTrust, smokeTestDriver: true });
    cleanups.push(() => server.stop());
    const { browser, page } = await startBrowser();
    cleanups.push(() => browser.close());
    const payload = [
      ...development.map((path) => ['extensionDevelopmentPath', server.remoteUri(path)]),
      ['extensionTestsPath', server.remoteUri(wrapped)],
      ['skipWelcome', 'true'],
    ];
    const code = await runSuite(page, server, folder, payload);
    const death = /Extension Host Process exited with code: (?!0, signal: null)[^\n]*/.exec(server.log());
    if (death !== null) console.error(`[code] ${death[0]}`);
    if (process.env['CODE_SCREENSHOT']) await page.screenshot({ path: process.env['CODE_SCREENSHOT'] });
    if (code === 0 && !existsSync(note)) {
      console.error('[code] the extension host ended before the suite did');
      return 1;
    }
    return code;
  } finally {
    await cleanUp();
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error('[code]', error);
    process.exit(1);
  },
);
