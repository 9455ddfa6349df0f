// F37: the disk is full where the receiver, the journal, the report or the command line writes. The disks are real and small:
// a file system in memory that only the receiver's process sees, /dev/full, and a limit on the length of files.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startReceiver } from '../../src/net/store-scp.ts';
import type { SendResult } from '../../src/send/job.ts';
import { readJournals, remaining } from '../../src/send/journal-shelf.ts';
import { startCli, stopCli } from '../support/cli-process.ts';
import { peerAt, send, writeInstances } from '../support/jobs.ts';
import { ownNamespace } from '../support/namespace.ts';
import { startScriptedPeer } from '../support/scripted-peer.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const LINUX_ONLY = {
  skip: process.platform !== 'linux' && 'other systems have no /dev/full and no file system to mount',
};
const DISK_LENGTH = 262_144;
const SENDER = join(import.meta.dirname, '../support/journaling-sender.ts');

async function folderOf(t: TestContext, pixelBytes: readonly number[], firstSeed = 1): Promise<string> {
  const folder = temporaryFolder(t);
  await writeInstances(
    folder,
    pixelBytes.map((length, index) => ({ pixelBytes: length, seed: firstSeed + index })),
  );
  return folder;
}

interface ReceiverOnSmallDisk {
  readonly port: number;
  /** Its folder as its own process sees it. */
  readonly directory: string;
  /** Files share the disk; otherwise each alone is bounded. */
  readonly isDisk: boolean;
  /** Ends it. Resolves with what it has said on stderr. */
  stop(): Promise<string>;
}

/** `receive` with a file system of `DISK_LENGTH` bytes; where none can be had, no file can become longer than that. */
async function receiverOnSmallDisk(t: TestContext): Promise<ReceiverOnSmallDisk> {
  const directory = temporaryFolder(t);
  const mount = `mount -t tmpfs -o size=${DISK_LENGTH} tmpfs '${directory}'`;
  const within = ownNamespace('mounts', mount);
  t.diagnostic(within === undefined ? 'no file system can be mounted here: EFBIG instead' : within.join(' '));
  const args = ['receive', '--port', '0', '--out', directory];
  const limit = `ulimit -S -f ${DISK_LENGTH / 512}`;
  const cli = within === undefined ? startCli(args, undefined, limit) : startCli(args, undefined, mount, within);
  t.after(() => cli.child.kill('SIGKILL'));
  const said = await cli.said('stdout', /^Listening on .*:\d+\n/);
  return {
    port: Number(/:(\d+)\n/.exec(said)?.[1]),
    directory: within === undefined ? directory : `/proc/${cli.child.pid}/root${directory}`,
    isDisk: within !== undefined,
    stop: async () => {
      const { code, stderr } = await stopCli(cli);
      assert.equal(code, 0);
      return stderr;
    },
  };
}

/** Every outcome is that of the receiver's disk. Returns how many are stored. */
function assertTrue({ outcomes }: SendResult, held: readonly string[]): number {
  for (const { outcome, reason, sopInstanceUID } of outcomes) {
    assert.equal(outcome, held.includes(`${sopInstanceUID}.dcm`) ? 'stored' : 'failed');
    if (outcome === 'stored') continue;
    assert.ok(reason?.code === 'status' && reason.status === 0xa700, JSON.stringify(reason));
    assert.equal(reason.errorComment, 'Cannot write to file');
  }
  return [...outcomes].filter(({ outcome }) => outcome === 'stored').length;
}

test(
  'F37: a receiver whose disk is full answers A700, leaves no part of a file, and goes on',
  LINUX_ONLY,
  async (t) => {
    const receiver = await receiverOnSmallDisk(t);
    const held = (): string[] => readdirSync(receiver.directory);

    // One that is larger than the disk, among others that are not.
    const first = await send([await folderOf(t, [20_000, 80_000, 400_000, 20_000, 20_000])], peerAt(receiver.port));
    assert.equal(held().length, 4, held().join(' '));
    assert.equal(assertTrue(first.result, held()), 4);

    if (receiver.isDisk) {
      // Each fits, all of them do not.
      const folder = await folderOf(t, [60_000, 60_000, 60_000, 60_000], 11);
      const before = new Set(held());
      const second = await send([folder], peerAt(receiver.port));
      const came = held().filter((name) => !before.has(name));
      assert.equal(assertTrue(second.result, came), came.length);
      assert.ok(came.length >= 1 && came.length <= 2, `${came.length} of 4 fit`);

      // As soon as there is room again, the same files go through.
      for (const name of held()) rmSync(join(receiver.directory, name));
      const third = await send([folder], peerAt(receiver.port));
      assert.equal(assertTrue(third.result, held()), 4);
    }

    const stderr = await receiver.stop();
    const code = receiver.isDisk ? 'ENOSPC' : 'EFBIG';
    assert.match(
      stderr,
      new RegExp(`^E: Refused an instance because it could not be written: ${code} \\(write\\)$`, 'm'),
    );
    assert.ok(!stderr.includes('2.25.'), 'which instance it is, is nobody’s business in the log');
  },
);

for (const [what, redirection, code, said] of [
  ['the summary', '>/dev/full', 1, /^$/],
  ['the trace', '2>/dev/full', 0, /^All 3 files stored\.[^]*Not everything could be written to stderr: ENOSPC/m],
  ['the summary and the trace', '>/dev/full 2>/dev/full', 1, /^$/],
] as const) {
  test(
    `F37: onto a full disk go ${what} of a send: everything is sent, and the exit code is true`,
    LINUX_ONLY,
    async (t) => {
      const receiver = await startReceiver({ port: 0, directory: temporaryFolder(t) });
      t.after(() => receiver.stop());
      const folder = await folderOf(t, [2_000, 300_000, 2_000]);
      const args = ['store', '-v', '127.0.0.1', String(receiver.port), folder];
      const exit = await startCli(args, undefined, `exec ${redirection}`).exit;
      assert.equal(receiver.answers.stored, 3);
      assert.equal(readdirSync(receiver.directory).length, 3);
      assert.equal(exit.code, code, exit.stderr);
      assert.match(exit.stdout, said);
      if (what === 'the summary') {
        assert.match(exit.stderr, /^I: Releasing Association$[^]*^Not everything could be written to stdout: ENOSPC/m);
      }
    },
  );
}

test(
  'F37: onto a full disk goes the report of a send: that is said, and what became of the files too',
  LINUX_ONLY,
  async (t) => {
    const receiver = await startReceiver({ port: 0, directory: temporaryFolder(t) });
    t.after(() => receiver.stop());
    const folder = await folderOf(t, [2_000, 2_000]);
    const args = ['store', '--report', '/dev/full', '127.0.0.1', String(receiver.port), folder];
    const { code, stdout, stderr } = await startCli(args).exit;
    assert.equal(receiver.answers.stored, 2);
    assert.match(stdout, /^All 2 files stored\.$/m);
    assert.match(stderr, /^E: The report could not be written: ENOSPC/);
    assert.equal(code, 1);
  },
);

/**
 * Sends 24 files to a peer that takes every other, with a journal that can become so long only.
 * @param blocks of 512 bytes
 */
async function sendWithShortJournal(t: TestContext, blocks: number): Promise<{ lines: string[]; recorded: number }> {
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    await connection.serve((count) => (count % 2 === 0 ? 0xa700 : 0));
  });
  t.after(() => peer.stop());
  const folder = await folderOf(t, new Array<number>(24).fill(2_000));
  const journals = join(temporaryFolder(t), 'journals');
  const limited = ['-c', `ulimit -S -f ${blocks}; exec "$0" "$@"`, process.execPath];
  const sender = spawn('/bin/sh', [...limited, SENDER, folder, String(peer.port), journals], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  sender.stdin.write('go\n');
  let said = '';
  for await (const piece of sender.stdout.setEncoding('utf8')) said += String(piece);
  const lines = said.split('\n');
  const stored = lines.filter((line) => line.startsWith('stored ')).map((line) => line.slice('stored '.length));
  assert.equal(stored.length, 12);
  const [journal] = await readJournals(journals, Date.now());
  if (journal === undefined) return { lines, recorded: 0 };
  // Whatever is lost of it, a file is never on record as stored that is not.
  const owed = new Set(remaining(journal).map(({ path }) => path));
  for (const { path } of journal.files.values()) assert.ok(owed.has(path) || stored.includes(path), path);
  return { lines, recorded: journal.outcomes.size };
}

for (const [when, blocks, least, most] of [
  ['from the beginning', 0, 0, 0],
  ['while its files are listed', 2, 0, 0],
  ['while outcomes are recorded', 5, 1, 23],
] as const) {
  test(
    `F37: the disk of the journal is full ${when}: that is said once, and the send is as ever`,
    LINUX_ONLY,
    async (t) => {
      const { lines, recorded } = await sendWithShortJournal(t, blocks);
      assert.ok(recorded >= least && recorded <= most, `${recorded} outcomes on record`);
      assert.deepEqual(
        lines.filter((line) => line.startsWith('TROUBLE')),
        ['TROUBLE EFBIG'],
      );
      assert.equal(lines.filter((line) => line.startsWith('failed ')).length, 12);
      assert.ok(lines.includes('DONE 12'));
    },
  );
}
