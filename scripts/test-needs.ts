// What the stages need from the machine. As root on a Debian-like machine it is installed.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromiumExecutable } from '../test/support/testbed/host.ts';
import { compilers, isOnPath, isTestbedComplete } from '../test/support/testbed/setup.ts';

interface Need {
  readonly aptPackage: string;
  readonly isThere: () => boolean;
  /** The stages that need it. */
  readonly stages: readonly string[];
}

const compilerNeeds: readonly Need[] = compilers.map((aptPackage) => ({
  aptPackage,
  isThere: () => isTestbedComplete() || isOnPath(aptPackage),
  stages: ['host', 'e2e'],
}));

const needs: readonly Need[] = [
  { aptPackage: 'dcmtk', isThere: () => isOnPath('storescp'), stages: ['interop', 'faults', 'e2e'] },
  { aptPackage: 'orthanc', isThere: () => isOnPath('Orthanc'), stages: ['interop'] },
  { aptPackage: 'libgdcm-tools', isThere: () => isOnPath('gdcmconv'), stages: ['interop'] },
  { aptPackage: 'chromium', isThere: () => chromiumExecutable() !== undefined, stages: ['host', 'e2e'] },
  // For a file system that hangs: `test/support/hanging-files.c`.
  { aptPackage: 'g++', isThere: () => isOnPath('g++'), stages: ['faults'] },
  {
    aptPackage: 'fonts-dejavu-core',
    isThere: () => existsSync('/usr/share/fonts/truetype/dejavu'),
    stages: ['e2e'],
  },
  ...compilerNeeds,
];

/** Installs what is missing if this user may; prints what it does and what stays missing. */
export function provideNeeds(stages: readonly string[]): void {
  const missing = needs.filter((need) => need.stages.some((stage) => stages.includes(stage)) && !need.isThere());
  if (missing.length === 0) return;
  const packages = missing.map(({ aptPackage }) => aptPackage);
  if (process.getuid?.() !== 0 || !isOnPath('apt-get')) {
    console.log(`Missing on this machine: ${packages.join(', ')} (Debian's names). Tests that want them are skipped.`);
    return;
  }
  console.log(`apt-get install ${packages.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]): boolean => {
    const { status, stdout, stderr } = spawnSync('apt-get', args, { env, encoding: 'utf8' });
    if (status !== 0) console.log(`apt-get ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
    return status === 0;
  };
  // An update that fails for one of several sources does not stop an install from the others.
  apt('update', '-qq');
  apt('install', '-y', '-qq', '--no-install-recommends', ...packages);
}
