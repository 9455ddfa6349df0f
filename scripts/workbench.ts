// `npm run workbench`: a VS Code with the extension, the sample study as its workspace and the built-in receiver as its peer.
// Uses the desktop's `code` if it is on the PATH, else the workbench in a browser, from the test bed's code-server. Ctrl-C
// stops what was started here.

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runServerCommand, startServer } from '../test/support/testbed/host.ts';
import { setUpTestbed } from '../test/support/testbed/setup.ts';
import { buildAll } from './build.ts';
import { makeSample, root, sampleDirectory, startDemoReceiver } from './demo.ts';
import { packageVsix } from './package.ts';

const isWindows = process.platform === 'win32';
const shell = isWindows;

function hasDesktopCode(): boolean {
  return spawnSync('code', ['--version'], { stdio: 'ignore', shell }).status === 0;
}

async function writeWorkspace(study: string, port: number): Promise<string> {
  const path = join(sampleDirectory, 'sample.code-workspace');
  const peer = { name: 'Sample receiver', host: '127.0.0.1', port, calledAETitle: 'ANY-SCP' };
  const workspace = {
    folders: [{ path: study, name: 'Sample study' }],
    settings: { 'sendToPacs.peers': [peer], 'sendToPacs.defaultPeer': peer.name },
  };
  await writeFile(path, JSON.stringify(workspace, null, 2));
  return path;
}

function openDesktop(workspace: string): void {
  // The sample is ours, so its settings may name the peer without Workspace Trust.
  const args = [`--extensionDevelopmentPath=${root}`, '--disable-workspace-trust', '--new-window', workspace];
  const quoted = isWindows ? args.map((arg) => `"${arg}"`) : args;
  const { status } = spawnSync('code', quoted, { stdio: 'inherit', shell });
  if (status !== 0) throw new Error(`code ended with ${status}`);
  console.log('\nVS Code is open.');
}

/** Returns how to stop it. */
async function openInBrowser(workspace: string): Promise<() => Promise<void>> {
  await setUpTestbed((line) => console.log(`VS Code's server: ${line}`)).catch((error: unknown) => {
    throw new Error('No `code` on the PATH, and VS Code for the browser could not be set up', { cause: error });
  });
  const home = join(sampleDirectory, 'vscode');
  const folders = { userDataDir: join(home, 'user-data'), extensionsDir: join(home, 'extensions') };
  const vsix = join(sampleDirectory, 'send-to-pacs.vsix');
  await packageVsix(vsix);
  const { code, output } = await runServerCommand(['--install-extension', vsix, '--force'], folders);
  if (code !== 0) throw new Error(`the extension could not be installed:\n${output}`);
  const server = await startServer(folders);
  console.log(`\nOpen this in a browser on this machine:\n\n    ${server.url({ workspace })}`);
  return () => server.stop();
}

async function main(): Promise<void> {
  await buildAll();
  const { study, received } = await makeSample();
  const receiver = await startDemoReceiver(received, ['-v']);
  const stops = [() => receiver.stop()];
  const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  try {
    const workspace = await writeWorkspace(study, receiver.port);
    if (hasDesktopCode()) openDesktop(workspace);
    else stops.push(await openInBrowser(workspace));
    console.log('\nRight-click a file or a folder in the Explorer, and choose Send to PACS.');
    console.log(`What arrives is in ${received}. Ctrl-C stops the receiver and the browser's VS Code.\n`);
    await interrupted;
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

await main();
