// A file system that does not answer: a network drive whose server is gone, a disk that is dying. A system call that hangs
// cannot be interrupted. It costs its own file, never another send, and never the end of the process.

import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startReceiver } from '../../src/net/store-scp.ts';
import { startCli } from '../support/cli-process.ts';
import { sampleInstance } from '../support/dicom-builder.ts';
import type { HangingRun } from '../support/hanging-files-run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { isOnPath } from '../support/testbed/setup.ts';

const WITH_SHIM = {
  skip: (process.platform !== 'linux' || !isOnPath('gcc')) && 'needs Linux and a C compiler',
  timeout: 60_000,
};
const [SHIM, RUN] = ['hanging-files.c', 'hanging-files-run.ts'].map((name) =>
  fileURLToPath(new URL(`../support/${name}`, import.meta.url)),
) as [string, string];

interface Hanging {
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
}

function hangingFileSystem(t: TestContext): Hanging {
  const root = temporaryFolder(t);
  const library = join(root, 'shim.so');
  const { status, stderr } = spawnSync('gcc', ['-shared', '-fPIC', '-o', library, SHIM, '-ldl'], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return { root, env: { LD_PRELOAD: library, HANGING_FILES_UNTIL: join(root, 'answers-again') } };
}

let seed = 0;

/** A folder with these files, each another instance. */
function plant(root: string, folder: string, names: readonly string[], pixelBytes = 1_000): string {
  const path = join(root, folder);
  mkdirSync(path);
  for (const name of names) {
    seed += 1;
    writeFileSync(join(path, name), sampleInstance({ seed, pixelBytes }).file);
  }
  return path;
}

async function run({ env }: Hanging, ...args: readonly string[]): Promise<HangingRun> {
  const { stdout } = await promisify(execFile)(process.execPath, [RUN, ...args], { env: { ...process.env, ...env } });
  return JSON.parse(stdout) as HangingRun;
}

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `${index + 1}.dcm`);
const stored = (folder: string, of: readonly string[]): string[] => of.map((name) => `${folder}/${name}: stored`);

for (const mark of ['hang-open', 'hang-data', 'hang-read', 'hang-list'] as const) {
  test(
    `one send waits for a file system without any limit, the other is done meanwhile: ${mark}`,
    WITH_SHIM,
    async (t) => {
      const hanging = hangingFileSystem(t);
      const slow = plant(hanging.root, 'slow', ['1.dcm', '3.dcm'], 2_500_000);
      if (mark === 'hang-list') plant(slow, mark, ['2.dcm']);
      else writeFileSync(join(slow, `2-${mark}.dcm`), sampleInstance({ seed: 1_000, pixelBytes: 2_500_000 }).file);
      const healthy = plant(hanging.root, 'healthy', names(40));
      // The file system answers again when the second send is over: if that waited for the first, both would wait for ever.
      const { outcomes, left } = await run(hanging, 'none', 'second', slow, healthy);
      const of = ['1.dcm', mark === 'hang-list' ? '2.dcm' : `2-${mark}.dcm`, '3.dcm'];
      assert.deepEqual(outcomes.slice(0, 40), stored('healthy', names(40)));
      assert.deepEqual(outcomes.slice(40).sort(), stored('slow', of));
      assert.equal(left, 0);
    },
  );
}

test('what hangs is named after the limit, and all the others are sent', WITH_SHIM, async (t) => {
  const hanging = hangingFileSystem(t);
  const folder = plant(hanging.root, 'mixed', ['1.dcm', '2-hang-open.dcm', '3.dcm', '7-hang-open.dcm', '8.dcm']);
  const long = plant(hanging.root, 'long', ['1.dcm', '2-hang-read.dcm', '3.dcm'], 2_500_000);
  const listed = plant(hanging.root, 'listed', names(3));
  plant(listed, 'hang-list', ['4.dcm']);
  const { outcomes, abandoned, left } = await run(hanging, '2000', 'never', folder, long, listed);
  assert.deepEqual(outcomes.toSorted(), [
    ...stored('listed', names(3)),
    'listed/hang-list: skipped ETIMEDOUT',
    'long/1.dcm: stored',
    'long/2-hang-read.dcm: failed ETIMEDOUT',
    'long/3.dcm: stored',
    'mixed/1.dcm: stored',
    'mixed/2-hang-open.dcm: skipped ETIMEDOUT',
    'mixed/3.dcm: stored',
    'mixed/7-hang-open.dcm: skipped ETIMEDOUT',
    'mixed/8.dcm: stored',
  ]);
  assert.equal(abandoned, 4);
  assert.equal(left, 0, 'threads end when their call returns');
});

test('data sets that hang while they are read ahead together', WITH_SHIM, async (t) => {
  const hanging = hangingFileSystem(t);
  const all = ['1.dcm', '2-hang-data.dcm', '3.dcm', '4-hang-data.dcm', '5.dcm'];
  const { outcomes } = await run(hanging, '2000', 'never', plant(hanging.root, 'ahead', all));
  assert.deepEqual(
    outcomes,
    all.map((name) => `ahead/${name}: ${name.includes('hang') ? 'failed ETIMEDOUT' : 'stored'}`),
  );
});

test('where too many threads hang, no other is started, and the files say so', WITH_SHIM, async (t) => {
  const hanging = hangingFileSystem(t);
  const all = names(20).map((name) => `hang-open-${name}`);
  const { outcomes, abandoned, left } = await run(hanging, '500', 'never', plant(hanging.root, 'dead', all));
  assert.equal(outcomes.filter((line) => line.endsWith('skipped ETIMEDOUT')).length, 16);
  assert.equal(outcomes.filter((line) => line.endsWith('skipped EAGAIN')).length, 4);
  assert.deepEqual([abandoned, left], [16, 0]);
});

test('Ctrl-C ends the command line while a file system hangs', WITH_SHIM, async (t) => {
  const { root, env } = hangingFileSystem(t);
  const folder = plant(root, 'mixed', ['1.dcm', '2-hang-data.dcm']);
  const receiver = await startReceiver({ port: 0, directory: join(root, 'received') });
  t.after(() => receiver.stop());
  const preparation = Object.entries(env).map(([name, value]) => `export ${name}='${value}'`);
  const args = ['store', '-d', '--file-timeout', '0', '127.0.0.1', String(receiver.port), folder];
  const cli = startCli(args, undefined, preparation.join('; '));
  t.after(() => cli.child.kill('SIGKILL'));
  await cli.said('stderr', /A-ASSOCIATE-AC/);
  cli.child.kill('SIGINT');
  const { code, stdout } = await cli.exit;
  // Null: ended by the signal, which a shell reports as 130.
  assert.ok(code === 130 || code === null, `${code}`);
  assert.match(stdout, /Cancelled/);
});

test(
  'the command line says what hung, and ends with its own exit code although a thread hangs',
  WITH_SHIM,
  async (t) => {
    const { root, env } = hangingFileSystem(t);
    const folder = plant(root, 'mixed', ['1.dcm', '2-hang-open.dcm', '3.dcm']);
    const receiver = await startReceiver({ port: 0, directory: join(root, 'received') });
    t.after(() => receiver.stop());
    const preparation = Object.entries(env).map(([name, value]) => `export ${name}='${value}'`);
    const args = ['store', '--file-timeout', '2', '127.0.0.1', String(receiver.port), folder];
    const { code, stdout } = await startCli(args, undefined, preparation.join('; ')).exit;
    assert.equal(code, 1);
    assert.match(stdout, /2 of 3 files stored/);
    assert.match(stdout, /The file system did not answer within 2 s\./);
    assert.match(stdout, new RegExp(basename('2-hang-open.dcm')));
    assert.equal(receiver.answers.stored, 2);
  },
);
