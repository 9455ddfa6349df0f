// The command line in a process of its own, and the most memory that it took.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CliExit, startCli } from './cli-process.ts';
import { type Scope, temporaryFolder } from './temporary-folder.ts';

const PRELOAD = fileURLToPath(new URL('./peak-memory-preload.ts', import.meta.url));

export interface MeasuredExit extends CliExit {
  /** In MiB. */
  readonly peak: number;
}

export async function runCliMeasured(t: Scope, args: readonly string[]): Promise<MeasuredExit> {
  const file = join(temporaryFolder(t), 'peak');
  const exit = await startCli(args, undefined, `export NODE_OPTIONS='--import=${PRELOAD}' PEAK_MEMORY_FILE='${file}'`)
    .exit;
  return { ...exit, peak: Number(readFileSync(file, 'utf8')) };
}
