// Runs inside the extension host, in place of a test suite: sends each set of files the given number of times and writes
// what each send cost.

import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import * as vscode from 'vscode';

export interface HostTask {
  readonly port: number;
  readonly rounds: number;
  readonly sets: readonly { readonly paths: readonly string[]; readonly files: number }[];
}

export interface HostRun {
  /** Which of the sets. */
  readonly set: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Of the event loop's delay. */
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Of the whole host. */
  readonly residentBeforeMB: number;
  /** The maximum during the send. */
  readonly residentMB: number;
}

const PEER = 'BENCH';
const SAMPLE_MS = 20;

async function sendOnce(set: number, { paths, files }: HostTask['sets'][number]): Promise<HostRun> {
  const residentBeforeMB = process.memoryUsage.rss() / 1e6;
  let residentMB = residentBeforeMB;
  const sampling = setInterval(() => {
    residentMB = Math.max(residentMB, process.memoryUsage.rss() / 1e6);
  }, SAMPLE_MS);
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  const uris = paths.map((path) => vscode.Uri.file(path));
  const summary = await vscode.commands.executeCommand<{ readonly counts: Readonly<Record<string, number>> }>(
    'sendToPacs.send',
    uris[0],
    uris,
    PEER,
  );
  const wallMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpuBefore);
  delays.disable();
  clearInterval(sampling);
  if (summary.counts['stored'] !== files) throw new Error(`stored: ${JSON.stringify(summary.counts)}, not ${files}`);
  const [p99Ms, maxMs] = [delays.percentile(99) / 1e6, delays.max / 1e6];
  return { set, wallMs, cpuMs: (user + system) / 1_000, p99Ms, maxMs, residentBeforeMB, residentMB };
}

/** What VS Code calls. */
export async function run(): Promise<void> {
  const task = JSON.parse(process.env['BENCH_TASK'] ?? '{}') as HostTask;
  const peer = { name: PEER, host: '127.0.0.1', port: task.port, calledAETitle: 'SINK' };
  await vscode.workspace.getConfiguration('sendToPacs').update('peers', [peer], vscode.ConfigurationTarget.Global);
  const runs: HostRun[] = [];
  for (let round = 0; round < task.rounds; round++) {
    for (const [set, files] of task.sets.entries()) runs.push(await sendOnce(set, files));
  }
  writeFileSync(process.env['BENCH_RESULTS'] ?? '', JSON.stringify(runs));
}
