// Runs the suite of this folder in a real extension host, by @vscode/test-electron.
//
// Which VS Code: $VSCODE_EXECUTABLE if it is set; else the test bed's stand-in where the test bed is set up; else the VS Code
// that test-electron downloads. The suite is the same everywhere. `node test/host/run.ts` runs it alone;
// HOST_GREP=text runs the tests whose title contains the text.

import { globSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { buildAll } from '../../scripts/build.ts';
import { chromiumExecutable } from '../support/testbed/host.ts';
import { isTestbedComplete } from '../support/testbed/setup.ts';
import type { HostResults } from './suite/index.ts';

const root = join(import.meta.dirname, '../..');
const outdir = join(root, 'out/test/host/suite');

async function buildSuite(): Promise<void> {
  const entryPoints = globSync('test/host/suite/{index,*.test}.ts', { cwd: root });
  await rm(outdir, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints,
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    sourcemap: 'inline',
    external: ['vscode', 'mocha', 'dcmjs'],
    logLevel: 'warning',
  });
}

/** What to start; undefined = what test-electron downloads. */
export function vscodeExecutable(): string | undefined {
  if (process.env['VSCODE_EXECUTABLE']) return process.env['VSCODE_EXECUTABLE'];
  const isTestbedReady = isTestbedComplete() && chromiumExecutable() !== undefined;
  return isTestbedReady ? join(import.meta.dirname, '../support/testbed/code.ts') : undefined;
}

/** Rejects when no verdict came about: VS Code could not be had, or died. */
export async function runHostSuite(): Promise<HostResults> {
  await Promise.all([buildAll(), buildSuite()]);
  const scratch = await mkdtemp(join(tmpdir(), 'host-'));
  try {
    const workspace = join(scratch, 'workspace');
    await mkdir(workspace);
    const executable = vscodeExecutable();
    const resultsPath = join(scratch, 'results.json');
    // The stand-in's `#!/usr/bin/env node` must find the Node that runs this file, which runs TypeScript.
    process.env['PATH'] = `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`;
    const verdict = await runTests({
      ...(executable === undefined ? {} : { vscodeExecutablePath: executable }),
      extensionDevelopmentPath: root,
      extensionTestsPath: join(outdir, 'index.cjs'),
      launchArgs: [
        workspace,
        '--disable-extensions',
        '--disable-workspace-trust',
        `--user-data-dir=${join(scratch, 'user-data')}`,
      ],
      extensionTestsEnv: { HOST_RESULTS: resultsPath },
    }).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    );
    const written = await readFile(resultsPath, 'utf8').catch(() => undefined);
    if (written === undefined) throw verdict ?? new Error('the suite ended without a result');
    const results = JSON.parse(written) as HostResults;
    if (verdict !== undefined && results.failed.length === 0) throw verdict;
    return results;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const { passed, failed, skipped } = await runHostSuite();
  console.log(`${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped`);
  if (failed.length > 0) process.exitCode = 1;
}
