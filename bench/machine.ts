// The machine, system and versions that the numbers come from.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { root } from './cache.ts';

function firstLine(file: string, ...args: readonly string[]): string {
  try {
    return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')[0] ?? '';
  } catch {
    return 'not there';
  }
}

function versionOf(manifest: string): string {
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }).version;
}

/** Lines of 'name: value' for people. */
export function machineLines(): readonly string[] {
  const processors = cpus();
  const version = versionOf(join(root, 'package.json'));
  const dcmjsDimse = join(import.meta.dirname, 'node_modules/dcmjs-dimse/package.json');
  const commit = firstLine('git', '-C', root, 'rev-parse', '--short', 'HEAD');
  return [
    `Date: ${new Date().toISOString().slice(0, 10)}`,
    `Machine: ${processors.length} × ${processors[0]?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    `System: ${type()} ${release()}, load ${(loadavg()[0] ?? 0).toFixed(1)} when it began`,
    `Send to PACS ${version} (${commit}) on Node ${process.version}`,
    `DCMTK: ${firstLine('storescu', '--version').replace(/^\$dcmtk: storescu (\S+).*$/, '$1')}`,
    ...(existsSync(dcmjsDimse) ? [`dcmjs-dimse: ${versionOf(dcmjsDimse)}`] : []),
    `C compiler of the sink: ${firstLine('cc', '--version')}`,
  ];
}
