// F78: the machine or the process has no ports, descriptors or threads left. The system's error is shown, the send tries again
// after a pause, and nothing is called stored that is not.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { startCli, stopCli } from '../support/cli-process.ts';
import { writeInstances } from '../support/jobs.ts';
import { ownNamespace } from '../support/namespace.ts';
import { startPeer } from '../support/peer-modes.ts';
import type { ShortageReport } from '../support/shortage-run.ts';
import { connectClient, release, storeInstance } from '../support/store-client.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const LINUX_ONLY = { skip: process.platform !== 'linux' && 'other systems have other limits' };
const RUN = join(import.meta.dirname, '../support/shortage-run.ts');

/** A loopback interface that is up, and four ports for whoever wants any. */
const FOUR_PORTS = `(ip link set lo up 2>/dev/null || perl -e 'socket(S, 2, 1, 0); my $r = pack("a16s", "lo", 1); ioctl(S, 0x8914, $r) or die') &&
  echo '40000 40003' >/proc/sys/net/ipv4/ip_local_port_range`;
const FEW_DESCRIPTORS = 'ulimit -n 64';

type Shortage = 'ports' | 'descriptors';

async function runWithout(
  t: TestContext,
  shortage: Shortage,
  when: 'before' | 'open',
  howLong: 'for good' | 'a moment',
): Promise<ShortageReport & { code: string }> {
  const within = shortage === 'ports' ? ownNamespace('network', FOUR_PORTS) : [];
  // A machine whose ports nobody may take away still has descriptors.
  const lacking = within === undefined ? 'descriptors' : shortage;
  if (within === undefined) t.diagnostic('no network of its own can be had here: descriptors instead');
  const preparation = lacking === 'ports' ? FOUR_PORTS : FEW_DESCRIPTORS;
  const [program, ...args] = [...(within ?? []), '/bin/sh', '-c', `${preparation}; exec "$0" "$@"`];
  const script = [process.execPath, RUN, lacking, when, howLong, temporaryFolder(t), temporaryFolder(t)];
  const { stdout } = await promisify(execFile)(program, [...args, ...script]);
  const report = JSON.parse(stdout) as ShortageReport;
  return { ...report, code: lacking === 'ports' ? 'EADDRNOTAVAIL' : 'EMFILE' };
}

const CAUSES: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: 'This machine has no free local port, or no address in that network.',
  EMFILE: 'Too many files and connections are open in this process.',
};

for (const shortage of ['ports', 'descriptors'] as const) {
  test(
    `F78: no ${shortage} left to connect with: tried again after a pause, then reported with the system's error`,
    LINUX_ONLY,
    async (t) => {
      const report = await runWithout(t, shortage, 'before', 'for good');
      assert.deepEqual(report.verdicts, ['failed: given up', 'failed: given up']);
      assert.deepEqual(report.associations, new Array(3).fill('connection failed'));
      assert.equal(report.held, 0);
      // At least the pause: a slow machine may take longer.
      assert.ok(report.elapsedMs >= 990, `${report.elapsedMs} ms`);
      assert.ok(report.summary.includes(`TEST could not be connected to (${report.code} 127.0.0.1:`), report.summary);
      assert.ok(report.summary.includes(CAUSES[report.code] ?? '?'), report.summary);
    },
  );

  test(`F78: no ${shortage} left to connect with for a moment: everything is stored`, LINUX_ONLY, async (t) => {
    const report = await runWithout(t, shortage, 'before', 'a moment');
    assert.deepEqual(report.verdicts, ['stored', 'stored']);
    assert.deepEqual(report.associations, ['connection failed', null]);
    assert.equal(report.held, 2);
  });
}

test(
  'F78: no descriptors left in the middle: files that cannot be opened are named, and the peer is left in order',
  LINUX_ONLY,
  async (t) => {
    const report = await runWithout(t, 'descriptors', 'open', 'for good');
    const stored = report.verdicts.filter((verdict) => verdict === 'stored').length;
    assert.equal(report.held, stored);
    assert.ok(stored < 2, 'some could not be opened');
    for (const verdict of report.verdicts) assert.match(verdict, /^(stored|failed: (read error|unreadable|status))$/);
    assert.match(report.summary, /EMFILE\)\.\s+Too many files are open in this process\.|out of resources/i);
  },
);

test(
  'F78: a command line with few descriptors names each file that it cannot open, and sends the rest',
  LINUX_ONLY,
  async (t) => {
    const directory = temporaryFolder(t);
    const receiver = startCli(['receive', '--port', '0', '--out', directory]);
    t.after(() => receiver.child.kill('SIGKILL'));
    const port = /:(\d+)\n/.exec(await receiver.said('stdout', /^Listening on .*:\d+\n/))?.[1] ?? '';
    const folder = temporaryFolder(t);
    await writeInstances(folder, new Array(12).fill({ pixelBytes: 2_000 }));
    const counts = new Set<number>();
    // With fewer the runtime itself does not begin.
    for (const descriptors of [23, 26, 28, 64]) {
      for (const name of readdirSync(directory)) rmSync(join(directory, name));
      const args = ['store', '127.0.0.1', port, folder];
      const { code, stdout } = await startCli(args, undefined, `ulimit -n ${descriptors}`).exit;
      const held = readdirSync(directory).length;
      counts.add(held);
      if (held === 12) assert.match(stdout, /^All 12 files stored\./);
      else {
        // Where not even the folder can be opened, the folder is what could not be sent.
        const [, total] = new RegExp(`^${held} of (12|1) files? stored, `).exec(stdout) ?? [];
        assert.ok(total !== undefined, `${descriptors} descriptors: ${stdout}`);
        const [, ...others] = stdout.split('\n')[0]?.split(', ') ?? [];
        const left = others.reduce((sum, words) => sum + Number.parseInt(words, 10), 0);
        assert.equal(held + left, Number(total), stdout);
        assert.match(stdout, /\(EMFILE\)\.\s+Too many files are open in this process\./);
      }
      assert.equal(code, held === 12 ? 0 : 1);
    }
    assert.ok(counts.has(12) && counts.size > 1, `all of them, and some: ${[...counts].join()}`);
    await stopCli(receiver);
  },
);

test(
  'F78: a receiver without descriptors refuses what it cannot write, and goes on when it has some',
  LINUX_ONLY,
  async (t) => {
    const directory = temporaryFolder(t);
    const receiver = startCli(['receive', '--port', '0', '--out', directory], undefined, 'ulimit -n 40');
    t.after(() => receiver.child.kill('SIGKILL'));
    const port = Number(/:(\d+)\n/.exec(await receiver.said('stdout', /^Listening on .*:\d+\n/))?.[1]);
    const client = await connectClient(port);
    assert.equal(await storeInstance(client, '1.2.1'), 0);

    const idle: Socket[] = [];
    t.after(() => idle.forEach((socket) => socket.destroy()));
    // Until one is closed at once, as it could not be accepted.
    for (let isFull = false; !isFull; ) {
      const socket = new Socket();
      socket.on('error', () => undefined);
      idle.push(socket);
      socket.connect(port, '127.0.0.1');
      isFull = await new Promise((resolve) => {
        socket.once('close', () => resolve(true));
        // One that stays open says nothing: it is given a moment to be closed in. Too short a one opens more of them.
        socket.once('connect', () => setTimeout(() => resolve(false), 100));
      });
      assert.ok(idle.length < 60);
    }
    assert.equal(await storeInstance(client, '1.2.2'), 0xa700);

    const closed = idle.map(
      (socket) => new Promise((resolve) => (socket.closed ? resolve(0) : socket.once('close', resolve))),
    );
    for (const socket of idle) socket.destroy();
    await Promise.all(closed);
    // It closes its side in its own time: asked again until it can.
    let status: number | undefined = 0xa700;
    for (let tries = 0; tries < 20_000 && status === 0xa700; tries += 1) status = await storeInstance(client, '1.2.2');
    assert.equal(status, 0);
    await release(client);
    const { stderr } = await stopCli(receiver);
    assert.match(stderr, /^E: \[1\] Refused an instance because it could not be written: EMFILE \(open\)$/m);
    assert.deepEqual(readdirSync(directory).toSorted(), ['1.2.1.dcm', '1.2.2.dcm']);
  },
);

test('F78: a process that can start no thread reads and sends all the same', LINUX_ONLY, async (t) => {
  const folder = temporaryFolder(t);
  const written = await writeInstances(folder, [{}, { pixelBytes: 3_000_000 }]);
  const peer = await startPeer(t);
  // To start a thread is what Node then refuses, as it does where the system has none left.
  const noThreads = "export NODE_OPTIONS='--permission --allow-fs-read=*'";
  const { exit } = startCli(['store', '127.0.0.1', String(peer.port), folder], undefined, noThreads);
  const { code, stdout, stderr } = await exit;
  assert.equal(code, 0, stdout + stderr);
  assert.deepEqual(
    peer.instances
      .map(({ dataSet }) => written.findIndex((one) => dataSet.equals(one.dataSet)))
      .toSorted((a, b) => a - b),
    [0, 1],
  );
});
