// Parts of the machine that a test's process may have for itself: mounts and a network of its own (Linux namespaces, see
// unshare(1)). They end with the process, and the machine is never changed.

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
