// Where the benchmarks keep what is made once: data, compiled programs, and the product as built when the run began.

import { execFileSync } from 'node:child_process';
import { cp, mkdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAll } from '../scripts/build.ts';

export const root = join(import.meta.dirname, '..');
/** About 2.1 GB after a full run. BENCH_FOLDER moves it, for example to another disk. */
export const cacheFolder = process.env['BENCH_FOLDER'] ?? join(tmpdir(), 'send-to-pacs-bench');

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

export interface Programs {
  /** The command of a peer that frames, answers and discards; its own arguments follow. */
  readonly sink: readonly string[];
  /** Measures the program that follows; undefined without a C compiler. */
  readonly measure: string | undefined;
  /** The product's command line, built. */
  readonly cli: string;
  close(): Promise<void>;
}

/** Builds the product and keeps a copy, so that another build cannot change it during the run. */
export async function preparePrograms(): Promise<Programs> {
  await buildAll();
  const folder = join(cacheFolder, `programs-${process.pid}`);
  await mkdir(folder, { recursive: true });
  await cp(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  const sink = compile(folder, 'sink');
  return {
    sink: sink === undefined ? [process.execPath, join(import.meta.dirname, 'sink/sink.ts')] : [sink],
    measure: compile(folder, 'measure'),
    cli: join(folder, 'dist/cli.cjs'),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

function compile(folder: string, name: string): string | undefined {
  const program = join(folder, name);
  try {
    execFileSync('cc', ['-O2', '-o', program, join(import.meta.dirname, 'sink', `${name}.c`)], { stdio: 'ignore' });
    return program;
  } catch {
    return undefined;
  }
}
