// What keeps this process alive besides the test: sockets, servers, timers, file requests. A test that ends with more of them
// than it began with has leaked one.

import assert from 'node:assert/strict';

/** How long what is being closed may take to be gone. */
const SETTLE_MS = 2_500;
const WATCHED = /TCP|Timeout|FSReq|FileHandle|FSEvent|Pipe|Process|GetAddrInfo/;

export type OpenResources = ReadonlyMap<string, number>;

export function openResources(): OpenResources {
  const counts = new Map<string, number>();
  for (const name of process.getActiveResourcesInfo()) {
    if (WATCHED.test(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function excess(before: OpenResources): string[] {
  return [...openResources()].filter(([name, count]) => count > (before.get(name) ?? 0)).map(([name]) => name);
}

/** Fails if more is open than `before`, after what is closing has had its time. */
export async function assertNothingLeft(before: OpenResources, what = 'left open'): Promise<void> {
  const began = performance.now();
  while (excess(before).length > 0 && performance.now() - began < SETTLE_MS) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  assert.deepEqual(excess(before), [], what);
}
