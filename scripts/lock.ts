// `npm run lock`: brings package-lock.json in step with package.json, whole: every package of every platform, each with the
// digest by which npm checks what it downloads.
//
// Tools with a binary list one package per platform as optional dependencies. If the registry in use lacks one of them, npm
// leaves it out without a word, and then `npm ci` refuses the lock file on every machine. An entry without a digest would be
// taken from any registry unchecked, and npm never adds one that is missing: so such entries are resolved anew.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface LockEntry {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface LockFile {
  packages: Record<string, LockEntry>;
}

/** Paths of entries that npm would install without checking what it got. The root has the empty path. */
export function unchecked({ packages }: LockFile): readonly string[] {
  return Object.entries(packages)
    .filter(([path, { integrity }]) => path !== '' && !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ''))
    .map(([path]) => path);
}

/** Names of packages, mostly of other platforms, that others list as optional and that the lock file lacks. */
export function missingOptional({ packages }: LockFile): readonly string[] {
  const present = new Set(Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, '')));
  const listed = Object.values(packages).flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies));
  return [...new Set(listed)].filter((name) => !present.has(name));
}

function main(): void {
  const root = join(import.meta.dirname, '..');
  const path = join(root, 'package-lock.json');
  const old = readFileSync(path, 'utf8');
  const read = (): LockFile => JSON.parse(readFileSync(path, 'utf8')) as LockFile;
  const known = JSON.parse(old) as LockFile;
  for (const entry of unchecked(known)) delete known.packages[entry];
  writeFileSync(path, JSON.stringify(known, null, 2));
  execFileSync('npm', ['install', '--package-lock-only', '--ignore-scripts'], { cwd: root, stdio: 'inherit' });
  const lacking = [...unchecked(read()), ...missingOptional(read())];
  if (lacking.length === 0) return;
  writeFileSync(path, old);
  console.error(`package-lock.json is as it was: this registry lacks ${lacking.join(', ')}. Use another one.`);
  process.exitCode = 1;
}

if (import.meta.main) main();
