// A workbench for end-to-end tests: code-server with the packaged VSIX installed, in front of a headless Chromium.
//
//     const workbench = useWorkbench({ settings: { 'sendToPacs.peers': [...] }, fill: (folder) => writeSampleStudy(folder) });
//     test('…', async () => { const { page, folder } = workbench(); … });
//
// Call useWorkbench once per file: its tests share the workbench and run in order. Screenshots go to test-results/screenshots;
// a test that fails leaves one under its own name. Where there is no test bed, the tests are skipped and say why.

import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { packageVsix } from '../../scripts/package.ts';
import {
  chromiumExecutable,
  runServerCommand,
  type Server,
  startBrowser,
  startServer,
} from '../support/testbed/host.ts';
import { isTestbedComplete, testbedObstacle } from '../support/testbed/setup.ts';
import { ready } from '../support/testbed/workbench.ts';

const root = join(import.meta.dirname, '../..');
export const screenshots = join(root, 'test-results/screenshots');

export interface WorkbenchOptions {
  /** User settings; a function where they are known only when the tests start, such as a port. */
  readonly settings?:
    | Readonly<Record<string, unknown>>
    | (() => Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>);
  /** Puts files into the folder that is opened. */
  readonly fill?: (folder: string) => Promise<unknown>;
  /** Opens this .code-workspace, which lies beside the folder `workspace`, instead of the folder. */
  readonly codeWorkspace?: () => object;
  /** Opens the folder in Restricted Mode. */
  readonly workspaceTrust?: boolean;
}

export interface Workbench {
  readonly page: Page;
  readonly server: Server;
  /** The folder that is open. */
  readonly folder: string;
  readonly userDataDir: string;
  readonly extensionsDir: string;
  /** Saves test-results/screenshots/<name>.png; returns its path. */
  screenshot(name: string): Promise<string>;
}

/** Why end-to-end tests cannot run here; undefined: they can. For node:test's `skip`. */
export function whyNoWorkbench(): string | undefined {
  const obstacle = testbedObstacle();
  if (obstacle !== undefined) return obstacle;
  if (!isTestbedComplete()) return 'the test bed is not set up: node test/support/testbed/setup.ts';
  return chromiumExecutable() === undefined ? 'no Chromium on this machine' : undefined;
}

async function vsixPath(): Promise<string> {
  const given = process.env['SEND_TO_PACS_VSIX'];
  if (given) return given;
  await mkdir(join(root, 'out'), { recursive: true });
  const path = join(root, `out/send-to-pacs-${process.pid}.vsix`);
  await packageVsix(path);
  return path;
}

/** Installs the VSIX as a person would, opens the folder, and waits for the Explorer. */
async function open(options: WorkbenchOptions, cleanups: (() => Promise<unknown>)[]): Promise<Workbench> {
  const scratch = await mkdtemp(join(tmpdir(), 'e2e-'));
  cleanups.push(() => rm(scratch, { recursive: true, force: true }));
  const folder = join(scratch, 'workspace');
  const userDataDir = join(scratch, 'user-data');
  const extensionsDir = join(scratch, 'extensions');
  await mkdir(folder);
  await options.fill?.(folder);

  const vsix = await vsixPath();
  const { code, output } = await runServerCommand(['--install-extension', vsix], { userDataDir, extensionsDir });
  assert.equal(code, 0, `the VSIX could not be installed:\n${output}`);
  if (!process.env['SEND_TO_PACS_VSIX']) await rm(vsix);

  const settings = typeof options.settings === 'function' ? await options.settings() : (options.settings ?? {});
  const workspaceTrust = options.workspaceTrust ?? false;
  const server = await startServer({ userDataDir, extensionsDir, workspaceTrust, settings });
  cleanups.push(() => server.stop());
  const { browser, page } = await startBrowser();
  cleanups.push(() => browser.close());
  await mkdir(screenshots, { recursive: true });
  const screenshot = async (name: string): Promise<string> => {
    const path = join(screenshots, `${name}.png`);
    await page.screenshot({ path, animations: 'disabled' });
    return path;
  };
  const workbench = { page, server, folder, userDataDir, extensionsDir, screenshot };
  const codeWorkspace = join(scratch, 'opened.code-workspace');
  if (options.codeWorkspace !== undefined) await writeFile(codeWorkspace, JSON.stringify(options.codeWorkspace()));
  await page.goto(server.url(options.codeWorkspace === undefined ? { folder } : { workspace: codeWorkspace }));
  await ready(page).catch(async (error: unknown) => {
    await screenshot('failed-to-open');
    throw new Error(`the workbench did not open; the server said:\n${server.log().slice(-2000)}`, { cause: error });
  });
  return workbench;
}

/** The logs of VS Code's windows, servers and extensions, into test-results/logs. */
async function keepLogs({ userDataDir }: Workbench, name: string): Promise<void> {
  await cp(join(userDataDir, 'logs'), join(root, 'test-results/logs', name), { recursive: true }).catch(() => {});
}

function fileNameOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 80);
}

/** Registers the hooks that open one workbench for this file; returns how its tests get it. */
export function useWorkbench(options: WorkbenchOptions = {}): () => Workbench {
  const cleanups: (() => Promise<unknown>)[] = [];
  let workbench: Workbench | undefined;
  const isPossible = whyNoWorkbench() === undefined;

  before(async () => {
    if (isPossible) workbench = await open(options, cleanups);
  });
  afterEach(async (context) => {
    const { passed, name } = context as TestContext & { passed?: boolean };
    if (passed || workbench === undefined) return;
    const title = fileNameOf(name);
    const path = await workbench.screenshot(`failed-${title}`).catch(String);
    await keepLogs(workbench, title);
    console.error(`'${name}' failed; what was to be seen: ${path}`);
  });
  after(async () => {
    for (const undo of cleanups.splice(0).reverse()) await undo();
  });
  return () => {
    assert.ok(workbench, 'the workbench did not open');
    return workbench;
  };
}
