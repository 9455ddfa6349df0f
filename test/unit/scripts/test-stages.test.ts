// The runner decides what counts as passed, so it is tried with everything that must not.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Tally } from '../../../scripts/test-stages.ts';

const stages = join(import.meta.dirname, '../../../scripts/test-stages.ts');
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stages-'));
});

after(() => rm(folder, { recursive: true, force: true }));

/** What the runner makes of a test file with this body, in a process of its own: node:test does not run inside node:test. */
async function tallyOf(body: string, deadlineMs = 30_000): Promise<Tally> {
  const path = join(folder, 'sample.test.ts');
  await writeFile(
    path,
    `import assert from 'node:assert/strict';\nimport { describe, before, test } from 'node:test';\n${body}`,
  );
  const options = JSON.stringify({ concurrency: 1, deadlineMs });
  const runner = join(folder, 'runner.ts');
  await writeFile(
    runner,
    `import { runNodeTests } from ${JSON.stringify(pathToFileURL(stages).href)};
    process.stdout.write('\\n' + JSON.stringify(await runNodeTests([${JSON.stringify(path)}], ${options})));`,
  );
  const { NODE_TEST_CONTEXT: _inside, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, [runner], { env });
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n') + 1)) as Tally;
}

function titles(entries: readonly { readonly title: string }[]): string[] {
  return entries.map(({ title }) => title.replace(/^.*sample\.test\.ts/, 'file'));
}

test('tests are counted, suites are not', async () => {
  const tally = await tallyOf(
    `test('a', () => {}); describe('s', () => { test('b', () => {}); test('c', () => {}); });`,
  );
  const passedTitles = tally.passedTitles.map((title) => title.replace(/^.*sample\.test\.ts/, 'file'));
  assert.deepEqual(
    { ...tally, passedTitles },
    { passed: 3, passedTitles: ['file › a', 'file › b', 'file › c'], failed: [], skipped: [] },
  );
});

test('a failure has its title and its cause, once', async () => {
  const { passed, failed } = await tallyOf(`describe('s', () => { test('b', () => assert.equal(1, 2, 'boom')); });`);
  assert.equal(passed, 0);
  assert.deepEqual(titles(failed), ['file › b']);
  assert.match(String(failed[0]?.detail), /boom/);
});

test('a hook that fails, fails', async () => {
  const { passed, failed } = await tallyOf(
    `describe('s', () => { before(() => { throw new Error('no server'); }); test('b', () => {}); });`,
  );
  assert.equal(passed, 0);
  assert.ok(failed.length > 0);
  assert.match(failed.map(({ detail }) => detail).join(), /no server/);
});

test('skipped and to-do tests, and whole suites, are skipped with their reason', async () => {
  const { passed, skipped } = await tallyOf(`
    test('a', { skip: 'no tool' }, () => {});
    test('b', (t) => t.skip('found out late'));
    test('c', { todo: 'later' }, () => {});
    describe('s', { skip: 'no server' }, () => { test('d', () => {}); });
  `);
  assert.equal(passed, 0);
  assert.deepEqual(
    skipped.map(({ reason }) => reason),
    ['no tool', 'found out late', 'to do: later', 'no server'],
  );
});

test('a file without tests fails', async () => {
  const { passed, failed } = await tallyOf('export {};');
  assert.equal(passed, 0);
  assert.deepEqual(failed, [{ title: failed[0]?.title, detail: 'the file has no tests' }]);
});

test('a file that cannot be loaded fails', async () => {
  const { passed, failed } = await tallyOf(`import './no-such-file.ts';\ntest('a', () => {});`);
  assert.equal(passed, 0);
  assert.deepEqual(titles(failed), ['file']);
});

test('a file that leaves something open fails at the deadline', async () => {
  const { failed } = await tallyOf(`test('a', () => {}); setInterval(() => {}, 1000);`, 1_500);
  assert.deepEqual(titles(failed), ['file']);
});

test('a file that kills itself fails', async () => {
  const { failed } = await tallyOf(`test('a', () => process.exit(0)); test('b', () => {});`);
  assert.ok(failed.length > 0, 'process.exit(0) in the middle passes for success');
});
