// `npm run lock`: brings package-lock.json in step with package.json, complete for every platform.
//
// Tools with a binary list one package per platform as optional dependencies. If the registry in use lacks some of them, npm
// leaves them out of the lock file, and then `npm ci` refuses that file on every machine. So they are added here: name,
// exact version and platform. Other platforms fetch them by that; this one does not need them.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface LockEntry {
  readonly version?: string;
  readonly resolved?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
}

export interface LockFile {
  packages: Record<string, LockEntry>;
}

const processors: Readonly<Record<string, string>> = { arm: 'arm', arm64: 'arm64', ia32: 'ia32', x64: 'x64' };
const otherProcessors: Readonly<Record<string, string>> = { ppc64: 'ppc64', riscv64: 'riscv64', s390x: 's390x' };
const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];

/** From a name such as @oxlint/binding-linux-arm-musleabihf; undefined if it names no platform. */
function platformOf(name: string): Pick<LockEntry, 'os' | 'cpu' | 'libc'> | undefined {
  const words = name.replace(/^@[^/]*\//, '').split('-');
  const os = words.find((word) => systems.includes(word));
  const cpu = words.map((word) => processors[word] ?? otherProcessors[word]).find((word) => word !== undefined);
  if (os === undefined || cpu === undefined) return undefined;
  const isMusl = words.some((word) => word.startsWith('musl'));
  const isGlibc = os === 'linux' && words.some((word) => word.startsWith('gnu'));
  return { os: [os], cpu: [cpu], ...(isMusl ? { libc: ['musl'] } : isGlibc ? { libc: ['glibc'] } : {}) };
}

/** Platform packages that the lock file lacks, with the entry for each. */
export function missingPlatforms({ packages }: LockFile): Record<string, LockEntry> {
  const missing: Record<string, LockEntry> = {};
  for (const { optionalDependencies, dev } of Object.values(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies ?? {})) {
      const path = `node_modules/${name}`;
      const platform = platformOf(name);
      if (packages[path] !== undefined || platform === undefined || !/^\d+\.\d+\.\d+$/.test(version)) continue;
      missing[path] = { version, ...(dev ? { dev } : {}), optional: true, ...platform };
    }
  }
  return missing;
}

function main(): void {
  const root = join(import.meta.dirname, '..');
  const path = join(root, 'package-lock.json');
  execFileSync('npm', ['install', '--package-lock-only', '--ignore-scripts'], { cwd: root, stdio: 'inherit' });
  const lock = JSON.parse(readFileSync(path, 'utf8')) as LockFile;
  const missing = missingPlatforms(lock);
  const entries = Object.entries({ ...lock.packages, ...missing });
  lock.packages = Object.fromEntries(entries.sort(([a], [b]) => a.localeCompare(b, 'en')));
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${Object.keys(missing).length} packages of other platforms written in`);
}

if (import.meta.main) main();
