// The same send inside a real extension host, started like that of the host tests. All extensions share the host, so the delay
// of its event loop is measured besides the time.

import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { vscodeExecutable } from '../test/host/run.ts';
import { root } from './cache.ts';
import { ctSlices, smallFiles } from './data.ts';
import type { HostRun } from './host-suite.ts';
import { measure, median } from './measure.ts';
import { type Row, type ScenarioResult, verdict } from './scenario.ts';
import type { Bench } from './scenarios.ts';
import { startSink } from './targets.ts';

const LOOP_DELAY_MS = 20;

export async function extensionHost({ programs, contenders, isQuick }: Bench): Promise<ScenarioResult> {
  const executable = vscodeExecutable();
  const title = 'Inside the extension host';
  if (executable === undefined) {
    return { title, note: 'Skipped: neither the test bed nor $VSCODE_EXECUTABLE is there.', rows: [], verdicts: [] };
  }
  const rounds = isQuick ? 2 : 5;
  const sets = [await ctSlices(isQuick ? 100 : 1_000), await smallFiles(isQuick ? 1_000 : 5_000)];
  const sink = await startSink(programs.sink);
  try {
    const runs = await runInHost(executable, {
      port: sink.port,
      rounds,
      sets: sets.map(({ paths, files }) => ({ paths, files })),
    });
    const rows: Row[] = [];
    for (const [set, data] of sets.entries()) {
      const ofSet = runs.filter((run) => run.set === set);
      const walls = ofSet.map(({ wallMs }) => wallMs);
      rows.push({
        name: `extension host, trace at level info`,
        files: data.files,
        bytes: data.bytes,
        rounds: ofSet.length,
        wallMs: median(walls),
        leastMs: Math.min(...walls),
        mostMs: Math.max(...walls),
        cpuMs: median(ofSet.map(({ cpuMs }) => cpuMs)),
        peakMB: Math.max(...ofSet.map(({ residentMB }) => residentMB)),
        firstByteMs: Number.NaN,
        associations: undefined,
      });
      const command = contenders.ours().command(sink, data);
      const terminal = await measure(programs.measure, command);
      rows.push({
        ...{ name: contenders.ours().name, files: data.files, bytes: data.bytes, rounds: 1, firstByteMs: Number.NaN },
        ...{ wallMs: terminal.wallMs, leastMs: terminal.wallMs, mostMs: terminal.wallMs, associations: undefined },
        ...{ cpuMs: terminal.cpuMs ?? Number.NaN, peakMB: terminal.peakMB ?? Number.NaN },
      });
    }
    const p99 = (set: number): number => median(runs.filter((run) => run.set === set).map(({ p99Ms }) => p99Ms));
    return {
      title,
      note: `The command as a click calls it, with scan, pre-flight, progress, trace and results; the process is there already. CPU and memory are those of the whole host, VS Code’s own part included; before the first send it had ${runs[0]?.residentBeforeMB.toFixed(0) ?? '–'} MB.`,
      rows,
      verdicts: [
        verdict('Extension host, CT: p99 of the event loop’s delay', p99(0), '≤', LOOP_DELAY_MS, ' ms'),
        verdict('Extension host, small files: p99 of the event loop’s delay', p99(1), '≤', LOOP_DELAY_MS, ' ms'),
      ],
    };
  } finally {
    sink.stop();
  }
}

async function runInHost(executable: string, task: object): Promise<readonly HostRun[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'bench-host-'));
  try {
    const suite = join(scratch, 'suite.cjs');
    await build({
      entryPoints: [join(import.meta.dirname, 'host-suite.ts')],
      outfile: suite,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node22',
      external: ['vscode'],
      logLevel: 'warning',
    });
    const workspace = join(scratch, 'workspace');
    await mkdir(workspace);
    const resultsPath = join(scratch, 'results.json');
    // The stand-in's `#!/usr/bin/env node` must find the Node that runs this file, which runs TypeScript.
    process.env['PATH'] = `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`;
    await runTests({
      vscodeExecutablePath: executable,
      extensionDevelopmentPath: root,
      extensionTestsPath: suite,
      launchArgs: [
        workspace,
        '--disable-extensions',
        '--disable-workspace-trust',
        `--user-data-dir=${join(scratch, 'user-data')}`,
      ],
      extensionTestsEnv: { BENCH_TASK: JSON.stringify(task), BENCH_RESULTS: resultsPath },
    });
    return JSON.parse(await readFile(resultsPath, 'utf8')) as HostRun[];
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
