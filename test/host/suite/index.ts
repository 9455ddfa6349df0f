// The suite's entry point inside the extension host: mocha over every *.test.cjs beside this file.
//
// Besides mocha's report it writes the result of each test to $HOST_RESULTS, which test/host/run.ts counts.

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';

/** For test/host/run.ts, outside the extension host. */
export interface HostResults {
  readonly passed: readonly string[];
  readonly failed: readonly { readonly title: string; readonly error: string }[];
  readonly skipped: readonly string[];
}

export async function run(): Promise<void> {
  const grep = process.env['HOST_GREP'];
  const mocha = new Mocha({ ui: 'bdd', color: false, timeout: 20_000, ...(grep ? { grep } : {}) });
  const files = readdirSync(__dirname).filter((name) => name.endsWith('.test.cjs'));
  // The last one shuts the extension down.
  const last = (name: string): number => Number(name.startsWith('shutdown.'));
  const inOrder = files.sort((one, other) => last(one) - last(other) || one.localeCompare(other));
  for (const name of inOrder) mocha.addFile(join(__dirname, name));

  const passed: string[] = [];
  const failed: { title: string; error: string }[] = [];
  const skipped: string[] = [];
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    runner.on('pass', (test) => passed.push(test.fullTitle()));
    runner.on('pending', (test) => skipped.push(test.fullTitle()));
    runner.on('fail', (test, error: Error) =>
      failed.push({ title: test.fullTitle(), error: String(error.stack ?? error) }),
    );
  });
  const results: HostResults = { passed, failed, skipped };
  const path = process.env['HOST_RESULTS'];
  if (path) writeFileSync(path, JSON.stringify(results));
  if (failures > 0) throw new Error(`${failures} of ${passed.length + failed.length} tests failed`);
  if (passed.length === 0) throw new Error('no test ran');
}
