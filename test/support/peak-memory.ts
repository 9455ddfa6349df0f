// The command line as it ships, in a process of its own, and the most memory that it took. From source it would take more: the
// types in it are removed while it runs.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAll } from '../../scripts/build.ts';
import { type CliExit, startCli } from './cli-process.ts';
import { type Scope, temporaryFolder } from './temporary-folder.ts';

const BUNDLE = fileURLToPath(new URL('../../dist/cli.cjs', import.meta.url));

/** Runs in the process before its program, and writes what the system has counted when it ends. Linux only. */
const PRELOAD = `
  import { readFileSync, writeFileSync } from 'node:fs';
  import { isMainThread } from 'node:worker_threads';
  const counted = () => /^VmHWM:\\s*(\\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))[1];
  if (isMainThread) process.on('exit', () => writeFileSync(process.env.PEAK_MEMORY_FILE, counted()));`;

export interface MeasuredExit extends CliExit {
  /** In MiB. */
  readonly peak: number;
}

let built: Promise<void> | undefined;

export async function runCliMeasured(t: Scope, args: readonly string[]): Promise<MeasuredExit> {
  built ??= buildAll();
  await built;
  const file = join(temporaryFolder(t), 'peak');
  const preload = `data:text/javascript,${encodeURIComponent(PRELOAD).replaceAll("'", '%27')}`;
  const before = `export NODE_OPTIONS='--import=${preload}' PEAK_MEMORY_FILE='${file}'`;
  const exit = await startCli(args, undefined, before, [], BUNDLE).exit;
  return { ...exit, peak: Math.round(Number(readFileSync(file, 'utf8')) / 1024) };
}
