// What a receiver that is killed leaves behind: halves of patients' images under temporary names. The next one removes them,
// and nothing else: not the files of a receiver that runs, not what only looks like ours, not what links lead to. Nobody takes
// such a file for input.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, relative } from 'node:path';
import { type TestContext, test } from 'node:test';
import { removeLeftovers, unfinishedPath } from '../../src/part10/write/unfinished-file.ts';
import { scan } from '../../src/send/scan.ts';
import { attackSize, measured } from '../support/attack.ts';
import { runCli, startCliReceiver, stopCli } from '../support/cli-process.ts';
import { writeInstances } from '../support/jobs.ts';
import { missing } from '../support/peers.ts';
import { connectClient, dataSet, release, storeCommand, storeInstance } from '../support/store-client.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const UUID = '01234567-89ab-4cde-8f01-23456789abcd';
const LEFTOVERS = attackSize(40, 20_000);
const DAY_MS = 24 * 3_600_000;
const FRAGMENT = Buffer.alloc(16_000);
const FRAGMENTS = 40;

const unfinished = (directory: string): string[] =>
  readdirSync(directory).filter((name) => name.startsWith('.receiving-'));

/** As `unfinishedPath` names a file, for a process that has ended. */
function abandoned(directory: string): string {
  return unfinishedPath(directory, 'receiving').replace(/-[0-9a-f]{8}(-[0-9a-f]{8}-[0-9a-f]{4}-)/, '-00000000$1');
}

function aged(path: string, ageMs: number): void {
  const seconds = (Date.now() - ageMs) / 1_000;
  utimesSync(path, seconds, seconds);
}

/** A client that has sent half an instance, and the receiver has begun to write it. */
async function halfAnInstance(port: string, directory: string) {
  const before = unfinished(directory).length;
  const client = await connectClient(Number(port));
  client.send(storeCommand('1.2.3'));
  for (let count = 0; count < FRAGMENTS; count++) client.send(dataSet(FRAGMENT, false));
  while (unfinished(directory).length === before && !client.socket.destroyed) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  return client;
}

async function receiverIn(t: TestContext, directory: string) {
  const receiver = await startCliReceiver(directory);
  t.after(async () => {
    await stopCli(receiver, 'SIGKILL');
  });
  return receiver;
}

test('what a killed receiver leaves is removed when the next one starts, and instances stay', async (t) => {
  const directory = temporaryFolder(t);
  const killed = await receiverIn(t, directory);
  const other = await connectClient(Number(killed.port));
  assert.equal(await storeInstance(other, '1.2.9'), 0);
  const client = await halfAnInstance(killed.port, directory);
  await stopCli(killed, 'SIGKILL');
  client.socket.destroy();
  other.socket.destroy();
  assert.equal(unfinished(directory).length, 1, 'the attack must leave something');
  await receiverIn(t, directory);
  assert.deepEqual(readdirSync(directory), ['1.2.9.dcm']);
});

test('a second receiver in the same folder leaves the unfinished files of the first alone', async (t) => {
  const directory = temporaryFolder(t);
  const first = await receiverIn(t, directory);
  const client = await halfAnInstance(first.port, directory);
  for (const name of unfinished(directory)) aged(join(directory, name), 2 * DAY_MS);
  await receiverIn(t, directory);
  assert.equal(unfinished(directory).length, 1);
  client.send(dataSet(FRAGMENT));
  const response = await client.message();
  assert.equal(response?.command.get(0x0900)?.readUInt16LE(0), 0);
  await release(client);
  assert.deepEqual(readdirSync(directory), ['1.2.3.dcm']);
});

test('nothing is removed that only looks like ours: links, folders, FIFOs, other names, others’ files', async (t) => {
  const directory = temporaryFolder(t);
  const victim = join(temporaryFolder(t), 'victim');
  writeFileSync(victim, 'precious');
  symlinkSync(victim, abandoned(directory));
  const folder = abandoned(directory);
  mkdirSync(folder);
  writeFileSync(join(folder, basename(abandoned(folder))), 'inside');
  if (missing('mkfifo') === undefined) execFileSync('mkfifo', [abandoned(directory)]);
  for (const name of [
    '.receiving-',
    '.receiving-0',
    `.receiving-${UUID}.dcm`,
    `.receiving-${UUID.toUpperCase()}`,
    `.receiving-1-00000000-${UUID}`,
    `.receiving-1-../../-00000000-00000000-${UUID}`.replaceAll('/', '_'),
    `receiving-${UUID}`,
    `.sending-${UUID}`,
    `x.receiving-${UUID}`,
  ]) {
    writeFileSync(join(directory, name), 'others');
    aged(join(directory, name), 400 * DAY_MS);
  }
  // Of a process elsewhere, and of a version whose names do not tell: only after a day.
  const young = [`.receiving-1-00000000-00000000-${UUID}`, `.receiving-${UUID}`];
  for (const name of young) {
    writeFileSync(join(directory, name), 'young');
    aged(join(directory, name), DAY_MS - 60_000);
  }
  const before = readdirSync(directory).toSorted();
  await receiverIn(t, directory);
  assert.deepEqual(readdirSync(directory).toSorted(), before);
  assert.equal(readFileSync(victim, 'utf8'), 'precious');
  assert.equal(readdirSync(folder).length, 1);

  for (const name of young) aged(join(directory, name), DAY_MS + 60_000);
  await removeLeftovers(directory, Date.now());
  assert.deepEqual(
    readdirSync(directory).toSorted(),
    before.filter((name) => !young.includes(name)),
  );
});

test('a hard link in our form is removed as a name, and what else the file is called stays', async (t) => {
  const directory = temporaryFolder(t);
  const victim = join(temporaryFolder(t), 'victim');
  writeFileSync(victim, 'precious');
  linkSync(victim, abandoned(directory));
  await removeLeftovers(directory, Date.now());
  assert.deepEqual(readdirSync(directory), []);
  assert.equal(readFileSync(victim, 'utf8'), 'precious');
});

test('a folder full of leftovers does not hold the start up', async (t) => {
  const directory = temporaryFolder(t);
  for (let count = 0; count < LEFTOVERS; count++) writeFileSync(abandoned(directory), '');
  const began = performance.now();
  await receiverIn(t, directory);
  measured(`Starting on ${LEFTOVERS} leftovers`, Math.round(performance.now() - began), 'ms');
  assert.deepEqual(readdirSync(directory), []);
});

test('an unfinished file is no input: not in a folder, not selected itself, not counted', async (t) => {
  const directory = temporaryFolder(t);
  const receiver = await receiverIn(t, directory);
  const [written] = await writeInstances(directory, [{}]);
  const whole = basename(written?.path ?? '');
  const half = await halfAnInstance(receiver.port, directory);
  const [name = ''] = unfinished(directory);
  const found = [];
  for await (const { path, type } of scan([directory], { recurse: true }, new AbortController().signal)) {
    found.push([basename(path), type]);
  }
  assert.deepEqual(found, [[whole, 'instance']]);
  for await (const file of scan([join(directory, name)], { recurse: true }, new AbortController().signal)) {
    assert.ok(file.type === 'skipped' && file.problem.code === 'unreadable');
    assert.equal(file.problem.error.code, 'EBUSY');
  }
  const archive = temporaryFolder(t);
  const target = await receiverIn(t, archive);
  const sent = await runCli(['store', '127.0.0.1', target.port, directory]);
  assert.match(sent.stdout, /1 file/);
  assert.equal(sent.stdout.includes('.receiving'), false);
  assert.equal(readdirSync(archive).length, 1);
  half.socket.destroy();
  assert.equal(existsSync(join(directory, '1.2.3.dcm')), false);
});

test('a whole file that is named like a leftover is told, and a folder named so is looked through', async (t) => {
  const directory = temporaryFolder(t);
  const [written] = await writeInstances(directory, [{}]);
  const bytes = readFileSync(written?.path ?? '');
  const names = [
    basename(abandoned(directory)),
    `.receiving-${UUID}`,
    `.keeping-1-00000000-00000000-${UUID}`,
    `.building-${UUID}`,
  ];
  for (const name of names) writeFileSync(join(directory, name), bytes);
  const folder = abandoned(directory);
  mkdirSync(folder);
  await writeInstances(folder, [{ seed: 7 }]);
  symlinkSync(join(directory, `.receiving-${UUID}`), join(directory, 'link'));
  symlinkSync('1.dcm', abandoned(directory));

  const found = new Map<string, string>();
  for await (const file of scan([directory], { recurse: true }, new AbortController().signal)) {
    const word = file.type === 'skipped' && file.problem.code === 'unreadable' ? file.problem.error.code : file.type;
    found.set(relative(directory, file.path), word);
  }
  for (const name of [...names, 'link']) assert.equal(found.get(name), 'EBUSY', name);
  assert.equal(found.get('1.dcm'), 'instance');
  assert.equal(found.get(join(basename(folder), '1.dcm')), 'instance');
  assert.equal(found.size, names.length + 4, 'the link in our form, too');

  const sent = await runCli(['store', '127.0.0.1', '1', join(directory, `.receiving-${UUID}`)]);
  assert.match(sent.stdout + sent.stderr, /rename it to send it/);
});
