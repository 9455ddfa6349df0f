// What one run of a program costs: wall clock, CPU of all its threads, peak memory.

import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

export interface Cost {
  readonly startedNs: bigint;
  readonly wallMs: number;
  /** User and system time; undefined without a C compiler, which builds the program that measures it. */
  readonly cpuMs: number | undefined;
  readonly peakMB: number | undefined;
  /** From the start of the program to the first byte of a data set at the peer. */
  readonly firstByteMs: number | undefined;
  /** What the program printed. */
  readonly stdout: string;
}

export interface Command {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Longer than any run that belongs in a table. */
const DEADLINE_MS = 180_000;

/** @throws if the program does not end with 0 */
export async function measure(launcher: string | undefined, { argv, env = {} }: Command): Promise<Cost> {
  const [file = '', ...args] = launcher === undefined ? argv : [launcher, ...argv];
  const devNull = openSync('/dev/null', 'w');
  const startedNs = process.hrtime.bigint();
  const child = spawn(file, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', devNull, 'pipe'],
    timeout: DEADLINE_MS,
  });
  closeSync(devNull);
  let stdout = '';
  let counted = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stdio[3]?.on('data', (chunk: Buffer) => (counted += chunk.toString()));
  const [code, endedNs] = await new Promise<[number | null, bigint]>((resolve, reject) => {
    child.on('error', reject);
    let exitedNs = startedNs;
    child.on('exit', () => (exitedNs = process.hrtime.bigint()));
    child.on('close', (exitCode) => resolve([exitCode, exitedNs]));
  });
  if (code !== 0) throw new Error(`${argv.slice(0, 8).join(' ')} … ended with ${code}: ${stdout.slice(-500)}`);
  const result = { stdout, firstByteMs: undefined };
  if (counted === '') {
    const wallMs = Number(endedNs - startedNs) / 1e6;
    return { ...result, startedNs, wallMs, cpuMs: undefined, peakMB: undefined };
  }
  const cost = JSON.parse(counted) as Record<'startedNs' | 'endedNs', string> &
    Record<'userUs' | 'systemUs' | 'maxRssKb', number>;
  return {
    ...result,
    startedNs: BigInt(cost.startedNs),
    wallMs: Number(BigInt(cost.endedNs) - BigInt(cost.startedNs)) / 1e6,
    cpuMs: (cost.userUs + cost.systemUs) / 1_000,
    peakMB: (cost.maxRssKb * 1_024) / 1e6,
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) return Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
