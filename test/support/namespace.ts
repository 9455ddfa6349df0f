// Mounts or a network that only a test's process sees (Linux namespaces, unshare(1)). They end with the process; the machine is
// not changed.

import { spawnSync } from 'node:child_process';

/**
 * What a program is started with to have `kind` of its own and to be root in there; undefined where the system does not
 * allow it.
 */
export function ownNamespace(kind: 'mounts' | 'network', preparation: string): readonly string[] | undefined {
  const flag = kind === 'mounts' ? '-m' : '-n';
  const ways = [
    ['unshare', flag],
    ['unshare', '-Ur', flag],
  ];
  return ways.find(([program = '', ...args]) => {
    const tried = spawnSync(program, [...args, '/bin/sh', '-c', preparation], { stdio: 'ignore' });
    return tried.status === 0;
  });
}
