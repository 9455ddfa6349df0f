// Starts the two programs of the test bed: code-server (VS Code's workbench and its Node extension host) and a Chromium.
//
// Both talk on loopback only: the server listens on a free port of 127.0.0.1, and the browser refuses every other host.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { testbed } from './setup.ts';

const startDeadlineMs = 60_000;
const stopDeadlineMs = 5_000;
const actionDeadlineMs = 15_000;

/** A quiet workbench. The caller's settings win. */
const quietSettings = {
  'chat.disableAIFeatures': true,
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  // Settings would open as an overlay that swallows F1.
  'workbench.editor.useModal': 'off',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'git.autoRepositoryDetection': false,
  'npm.autoDetect': 'off',
  'typescript.disableAutomaticTypeAcquisition': true,
  'window.confirmBeforeClose': 'never',
  'files.simpleDialog.enable': true,
  'remote.autoForwardPorts': false,
};

const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The machine's Chromium; undefined where there is none. $CHROMIUM names another. */
export function chromiumExecutable(): string | undefined {
  const named = process.env['CHROMIUM'];
  const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  return (named ? [named] : usual).find((path) => existsSync(path));
}

function serverEnvironment(extra: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, ...extra };
  for (const name of Object.keys(env)) {
    // Left over in a terminal inside VS Code; they would make this server talk to that one.
    if (/^(VSCODE_|CODE_SERVER)/.test(name) || ['ELECTRON_RUN_AS_NODE', 'PORT', 'PASSWORD'].includes(name)) {
      delete env[name];
    }
  }
  // The extension host is no test file of the runner that started it.
  delete env['NODE_TEST_CONTEXT'];
  // No marketplace.
  env['EXTENSIONS_GALLERY'] ??= '{"serviceUrl":""}';
  return env;
}

async function writeConfig(userDataDir: string): Promise<string> {
  await mkdir(userDataDir, { recursive: true });
  const path = join(userDataDir, 'code-server.yaml');
  await writeFile(path, 'auth: none\ncert: false\n');
  return path;
}

export interface ServerFolders {
  readonly userDataDir: string;
  readonly extensionsDir: string;
}

/** Runs code-server for one errand, such as --install-extension. */
export async function runServerCommand(
  args: readonly string[],
  { userDataDir, extensionsDir }: ServerFolders,
): Promise<{ code: number | null; output: string }> {
  const config = await writeConfig(userDataDir);
  const folders = ['--user-data-dir', userDataDir, '--extensions-dir', extensionsDir, '--config', config];
  const child = spawn(testbed.node, [testbed.entry, ...args, ...folders], { env: serverEnvironment({}) });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { code, output };
}

export interface ServerOptions extends ServerFolders {
  /** Workspace Trust as for a person: folders open in Restricted Mode. Default: every folder is trusted. */
  readonly workspaceTrust?: boolean;
  /**
   * Without it a built workbench ignores extensionDevelopmentPath and extensionTestsPath in its address;
   * with it there are no notification toasts. So: on to run a suite, off to drive the workbench as a person does.
   */
  readonly smokeTestDriver?: boolean;
  /** User settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: NodeJS.ProcessEnv;
}

export interface Server {
  readonly port: number;
  /** 127.0.0.1:PORT */
  readonly authority: string;
  /** Everything the server has printed. */
  log(): string;
  /** The workbench's address, e.g. with `{ folder: '/path' }` or `{ workspace: '/path/x.code-workspace' }`. */
  url(query: Readonly<Record<string, string>>): string;
  /** How the workbench names a folder or file of this machine. */
  remoteUri(path: string): string;
  stop(): Promise<void>;
}

async function listeningPort(child: ChildProcess, output: () => string): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`code-server did not start within ${startDeadlineMs} ms:\n${output()}`)),
      startDeadlineMs,
    );
    const look = (): void => {
      const match = /HTTP server listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(output());
      if (match === null) return;
      clearTimeout(timer);
      resolve(Number(match[1]));
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.on('error', reject);
    child.on('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`code-server ended with ${code}:\n${output()}`));
    });
  });
}

export async function startServer(options: ServerOptions): Promise<Server> {
  const { userDataDir, extensionsDir } = options;
  const settingsPath = join(userDataDir, 'User/settings.json');
  await mkdir(join(userDataDir, 'User'), { recursive: true });
  await mkdir(extensionsDir, { recursive: true });
  const old = JSON.parse(await readFile(settingsPath, 'utf8').catch(() => '{}')) as object;
  await writeFile(settingsPath, JSON.stringify({ ...quietSettings, ...old, ...options.settings }, null, 2));

  const args = [testbed.entry, '--config', await writeConfig(userDataDir), '--auth', 'none'];
  args.push('--bind-addr', '127.0.0.1:0', '--user-data-dir', userDataDir, '--extensions-dir', extensionsDir);
  args.push('--disable-telemetry', '--disable-update-check', '--disable-getting-started-override');
  args.push('--ignore-last-opened');
  if (options.smokeTestDriver) args.push('--vscode-option', 'enable-smoke-test-driver');
  if (!options.workspaceTrust) args.push('--disable-workspace-trust');

  // A process group of its own: the server forks the extension host, and all of them go together.
  const child = spawn(testbed.node, args, {
    env: serverEnvironment(options.env ?? {}),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const exited = new Promise<void>((resolve) => {
    child.on('exit', () => resolve());
    child.on('error', () => resolve());
  });
  const signalGroup = (signal: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // The whole group is gone.
    }
  };
  const stop = async (): Promise<void> => {
    process.off('exit', killAtExit);
    signalGroup('SIGTERM');
    const timer = setTimeout(() => signalGroup('SIGKILL'), stopDeadlineMs);
    await exited;
    clearTimeout(timer);
    signalGroup('SIGKILL');
  };
  const killAtExit = (): void => signalGroup('SIGKILL');
  process.on('exit', killAtExit);

  const port = await listeningPort(child, () => output).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const authority = `127.0.0.1:${port}`;
  return {
    port,
    authority,
    log: () => output,
    url: (query) => `http://${authority}/?${new URLSearchParams(query).toString()}`,
    remoteUri: (path) => `vscode-remote://${authority}${path.split('/').map(encodeURIComponent).join('/')}`,
    stop,
  };
}

/** A headless Chromium with one page that can reach this machine only. */
export async function startBrowser(): Promise<{ browser: Browser; context: BrowserContext; page: Page }> {
  const executablePath = chromiumExecutable();
  if (executablePath === undefined) throw new Error('no Chromium on this machine; $CHROMIUM can name one');
  const browser = await chromium.launch({
    executablePath,
    args: chromiumArguments,
    // Playwright would end this process before the server is stopped.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  const context = await browser.newContext({
    viewport: { width: 1400, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const isElsewhere = ({ protocol, hostname }: URL): boolean =>
    protocol.startsWith('http') && hostname !== '127.0.0.1' && hostname !== 'localhost';
  await context.route(isElsewhere, (route) => route.abort());
  // For a click or a look; what takes longer says so.
  context.setDefaultTimeout(actionDeadlineMs);
  return { browser, context, page: await context.newPage() };
}
