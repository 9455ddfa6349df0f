// The sample study and a receiver for it, for `npm start` and `npm run workbench`. Everything is written to .sample, which git ignores.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSampleStudy } from './sample-study.ts';

export const root = join(import.meta.dirname, '..');
export const sampleDirectory = join(root, '.sample');
export const cliBundle = join(root, 'dist/cli.cjs');

export interface Sample {
  readonly study: string;
  /** Where the receiver writes. Empty. */
  readonly received: string;
}

export async function makeSample(): Promise<Sample> {
  const study = join(sampleDirectory, 'study');
  const received = join(sampleDirectory, 'received');
  for (const directory of [study, received]) await rm(directory, { recursive: true, force: true });
  await writeSampleStudy(study);
  return { study, received };
}

export interface DemoReceiver {
  readonly port: number;
  stop(): Promise<void>;
}

/** The built-in receiver as a process of its own, on a free port of 127.0.0.1. */
export async function startDemoReceiver(out: string, options: readonly string[] = []): Promise<DemoReceiver> {
  const args = [cliBundle, 'receive', '--port', '0', '--out', out, ...options];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await listeningPort(child);
  const exited = child.exitCode === null ? once(child, 'exit') : Promise.resolve();
  return {
    port,
    stop: async () => {
      child.kill('SIGINT');
      await exited;
    },
  };
}

async function listeningPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
      const match = /Listening on 127\.0\.0\.1:(\d+)/.exec(output);
      if (match !== null) resolve(Number(match[1]));
    });
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`the receiver ended with ${code}: ${output}`)));
  });
}
