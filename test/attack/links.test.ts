// Links in a folder from somewhere else, such as a checkout or an unpacked archive. What must hold: they cannot make a send
// of that folder send the person's other files.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { test } from 'node:test';
import { startReceiver } from '../../src/net/store-scp.ts';
import { readHeader } from '../../src/part10/header/read-header.ts';
import { runSend } from '../../src/send/run.ts';
import { scan } from '../../src/send/scan.ts';
import type { ScannedFile } from '../../src/send/scanned-file.ts';
import { ScannedFiles } from '../../src/send/scanned-files.ts';
import { attackSize } from '../support/attack.ts';
import { runCli } from '../support/cli-process.ts';
import { sampleInstance } from '../support/dicom-builder.ts';
import { peerAt, verdicts } from '../support/jobs.ts';
import { type Scope, temporaryFolder } from '../support/temporary-folder.ts';

const NEVER = new AbortController().signal;

/** checkout/ is what the person selects, home/ what else is on the disk. */
function disk(t: Scope): { root: string; checkout: string; home: string } {
  const root = realpathSync.native(temporaryFolder(t));
  for (const [seed, name] of ['checkout/1', 'checkout/sub/2', 'home/patients/3', 'home/4'].entries()) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), sampleInstance({ seed, pixelBytes: 16 }).file);
  }
  return { root, checkout: join(root, 'checkout'), home: join(root, 'home') };
}

async function scanned(paths: readonly string[], followLinks = false): Promise<ScannedFile[]> {
  const files: ScannedFile[] = [];
  for await (const file of scan(paths, { recurse: true, followLinks }, NEVER)) files.push(file);
  return files;
}

/** 'checkout/1', 'checkout/more: out to home/patients', 'checkout/more/3 in home/patients/3'. */
function listing(root: string, files: Iterable<ScannedFile>): string[] {
  const shown = (path: string): string => relative(root, path).split(sep).join('/');
  return [...files].map((file) => {
    const path = shown(file.path);
    if (file.type === 'instance') return file.leadsTo === undefined ? path : `${path} in ${shown(file.leadsTo)}`;
    const { problem } = file;
    if (problem.code === 'link out of the selection') return `${path}: out to ${shown(problem.leadsTo)}`;
    return `${path}: ${problem.code === 'unreadable' ? problem.error.code : problem.code}`;
  });
}

const OWN = ['checkout/1', 'checkout/sub/2'];

const LINKS: readonly (readonly [string, string, string, readonly string[]])[] = [
  ['to a folder beside it', '../home/patients', 'home/patients', ['more/3 in home/patients/3']],
  ['to a file beside it', '../home/4', 'home/4', ['more in home/4']],
  ['to its parent', '..', '', ['more/home/4 in home/4', 'more/home/patients/3 in home/patients/3']],
  ['in its own name to somewhere else', '../checkout/../home/patients', 'home/patients', ['more/3 in home/patients/3']],
];

for (const [what, target, place, followed] of LINKS) {
  test(`a link ${what} is skipped and named, and followed only on request`, async (t) => {
    const { root, checkout } = disk(t);
    symlinkSync(target, join(checkout, 'more'));
    assert.deepEqual(listing(root, await scanned([checkout])), [
      'checkout/1',
      `checkout/more: out to ${place}`,
      OWN[1],
    ]);
    assert.deepEqual(listing(root, await scanned([checkout], true)), [
      'checkout/1',
      ...followed.map((line) => `checkout/${line}`),
      OWN[1],
    ]);
  });
}

test('chains of links, links through links, and absolute ones', async (t) => {
  const { root, checkout, home } = disk(t);
  symlinkSync('b', join(checkout, 'a'));
  symlinkSync('c', join(checkout, 'b'));
  symlinkSync(home, join(checkout, 'c'));
  symlinkSync('a/patients', join(checkout, 'd'));
  symlinkSync('sub/../../home/4', join(checkout, 'e'));
  // Through a link within the selection to one that leads out of it.
  symlinkSync('sub', join(checkout, 'f'));
  symlinkSync('../../home', join(checkout, 'sub', 'g'));
  assert.deepEqual(listing(root, await scanned([checkout])), [
    'checkout/1',
    'checkout/a: out to home',
    'checkout/b: out to home',
    'checkout/c: out to home',
    'checkout/d: out to home/patients',
    'checkout/e: out to home/4',
    'checkout/f/2',
    'checkout/f/g: out to home',
  ]);
});

test('a place whose name only begins like the selection is outside', async (t) => {
  const { root, checkout } = disk(t);
  mkdirSync(`${checkout}-private`);
  writeFileSync(join(`${checkout}-private`, '5'), sampleInstance({ seed: 9 }).file);
  symlinkSync('../checkout-private', join(checkout, 'more'));
  assert.equal(listing(root, await scanned([checkout]))[1], 'checkout/more: out to checkout-private');
});

test('what the person selects may be a link, and links to what else is selected are followed', async (t) => {
  const { root, checkout, home } = disk(t);
  symlinkSync('checkout', join(root, 'chosen'));
  symlinkSync('../home', join(checkout, 'more'));
  symlinkSync('sub', join(checkout, 'within'));
  const chosen = join(root, 'chosen');
  const own = ['chosen/1', 'chosen/more: out to home', 'chosen/sub/2'];
  assert.deepEqual(listing(root, await scanned([chosen])), own);
  assert.deepEqual(listing(root, await scanned([join(chosen, 'more')])), ['chosen/more/4', 'chosen/more/patients/3']);
  const both = ['chosen/1', 'chosen/more/4', 'chosen/more/patients/3', 'chosen/sub/2'];
  assert.deepEqual(listing(root, await scanned([chosen, home])), both);
  // One file of it is selected, the others are not.
  symlinkSync('../home/4', join(checkout, 'one'));
  const one = listing(root, await scanned([checkout, join(home, '4')]));
  assert.deepEqual(one, ['checkout/1', 'checkout/more: out to home', 'checkout/one', 'checkout/sub/2']);
});

test('many links out of the selection cost two looks each, and none is followed', async (t) => {
  const { checkout } = disk(t);
  const count = attackSize(500, 20_000);
  for (let number = 0; number < count; number += 1) symlinkSync('../home', join(checkout, `link ${number}`));
  const files = await scanned([checkout]);
  assert.equal(files.filter((file) => file.type === 'skipped').length, count);
  assert.equal(files.length, count + OWN.length);
});

test('a file that becomes a link between the listing and the reading of its header is not followed', async (t) => {
  const { checkout } = disk(t);
  const path = join(checkout, '1');
  rmSync(path);
  symlinkSync('../home/4', path);
  // As the scan reads what the listing called a regular file.
  const { result } = await readHeader(path, true);
  assert.deepEqual(result, { type: 'problem', problem: { code: 'not a regular file', kind: 'symbolic link' } });
});

test('a file, a folder or a link that is exchanged for a link between scan and send is not sent', async (t) => {
  const { root, checkout, home } = disk(t);
  symlinkSync('sub/2', join(checkout, '0'));
  for (const name of ['1', '2']) {
    writeFileSync(join(home, name), sampleInstance({ seed: name === '1' ? 0 : 1, pixelBytes: 16 }).file);
  }
  const files = ScannedFiles.of(await scanned([checkout]));
  assert.deepEqual(listing(root, files), ['checkout/0', 'checkout/1']);
  const receiver = await startReceiver({ port: 0, directory: temporaryFolder(t) });
  t.after(() => receiver.stop());
  rmSync(join(checkout, '0'));
  symlinkSync('../home/2', join(checkout, '0'));
  renameSync(checkout, join(root, 'was'));
  symlinkSync('home', checkout);
  rmSync(join(home, '1'));
  writeFileSync(join(home, '1'), sampleInstance({ seed: 0, pixelBytes: 16 }).file);
  symlinkSync('2', join(home, '0'));
  const result = await runSend({ peer: peerAt(receiver.port), files }, {}, NEVER);
  assert.deepEqual(verdicts(result), ['failed: file changed', 'failed: file changed']);
  assert.equal(receiver.answers.stored, 0);
});

test('the command line skips a link out of its paths and names it, and follows it with --follow-links', async (t) => {
  const { root, checkout, home } = disk(t);
  symlinkSync('../home/patients', join(checkout, 'more'));
  const receiver = await startReceiver({ port: 0, directory: temporaryFolder(t) });
  t.after(() => receiver.stop());
  const report = join(root, 'report.json');
  const store = ['store', '-r', '--report', report, '127.0.0.1', String(receiver.port)];
  const instances = (): {
    path: string;
    outcome: string;
    leadsTo?: string;
    reason?: { code: string; text: string };
  }[] => JSON.parse(readFileSync(report, 'utf8')).instances;

  const skipped = await runCli([...store, 'checkout'], root);
  assert.equal(skipped.code, 1, skipped.stderr);
  assert.ok(
    skipped.stdout.includes(`a link that leads out of the selection, to ${join(home, 'patients')}.`),
    skipped.stdout,
  );
  assert.match(skipped.stdout, /--follow-links/);
  const link = instances().find(({ path }) => path === join(checkout, 'more'));
  assert.equal(link?.outcome, 'skipped');
  assert.equal(link.reason?.code, 'link out of the selection');
  assert.ok(link.reason.text.includes(join(home, 'patients')));
  assert.equal(receiver.answers.stored, 2);

  const followed = await runCli([...store, '--follow-links', 'checkout'], root);
  assert.equal(followed.code, 0, followed.stderr);
  assert.match(followed.stdout, /Links +1 file from outside the selection/);
  const led = instances().filter(({ leadsTo }) => leadsTo !== undefined);
  assert.deepEqual(
    led.map(({ path, leadsTo }) => [path, leadsTo]),
    [[join(checkout, 'more', '3'), join(home, 'patients', '3')]],
  );
  assert.deepEqual([receiver.answers.stored, receiver.answers.replaced], [3, 2]);
});
