// F73: the machine sleeps in the middle of a send, and every deadline has passed when it wakes up. A stopped process (SIGSTOP)
// is the same: the process stands still and the clock goes on.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { type CliExit, type CliProcess, startCli } from '../support/cli-process.ts';
import { writeInstances } from '../support/jobs.ts';
import { type PeerConnection, type RawMessage, startScriptedPeer } from '../support/scripted-peer.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const LINUX_ONLY = { skip: process.platform !== 'linux' && 'whether a process has stopped is read from /proc' };
const DEADLINE_S = 2;
/** Real time: the deadline has to pass on the machine's clock while the process stands still. */
const SLEEP_MS = 3_000;

/** Resolves when the process really stands still. */
async function putToSleep({ child }: CliProcess): Promise<void> {
  child.kill('SIGSTOP');
  while (!/^\d+ \(.*\) T /.test(readFileSync(`/proc/${child.pid}/stat`, 'latin1'))) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

interface Slept extends CliExit {
  readonly connections: number;
}

/** @param meanwhile what the peer does while the sender sleeps on the answer to its first instance */
async function sleepOnAnAnswer(
  t: TestContext,
  meanwhile: (connection: PeerConnection, message: RawMessage) => void,
): Promise<Slept> {
  const folder = temporaryFolder(t);
  await writeInstances(folder, [{}, {}]);
  let sender: CliProcess | undefined;
  const peer = await startScriptedPeer(async (connection, number) => {
    await connection.accept();
    if (number === 1) {
      const message = await connection.message();
      assert.ok(message !== undefined && sender !== undefined);
      await putToSleep(sender);
      meanwhile(connection, message);
      await new Promise((resolve) => {
        setTimeout(resolve, SLEEP_MS);
      });
      sender.child.kill('SIGCONT');
    }
    await connection.serve();
  });
  const args = ['store', '-td', String(DEADLINE_S), '127.0.0.1', String(peer.port), folder];
  const cli = startCli(args);
  sender = cli;
  t.after(() => cli.child.kill('SIGKILL'));
  const exit = await cli.exit;
  await peer.stop();
  return { ...exit, connections: peer.connections };
}

test('F73: an answer that arrived during the suspend is not late', LINUX_ONLY, async (t) => {
  const slept = await sleepOnAnAnswer(t, (connection, message) => connection.respond(message, 0));
  assert.equal(slept.stderr, '');
  assert.match(slept.stdout, /^All 2 files stored\./);
  assert.equal(slept.code, 0);
  assert.equal(slept.connections, 1);
});

test(
  'F73: a peer that left during the suspend is connected to again, and everything is stored',
  LINUX_ONLY,
  async (t) => {
    const slept = await sleepOnAnAnswer(t, (connection) => connection.socket.resetAndDestroy());
    assert.match(slept.stderr, /^E: (\[1\] )?Connection lost: .*ECONNRESET$/m);
    assert.doesNotMatch(slept.stderr, /timeout/);
    assert.match(slept.stdout, /^All 2 files stored\./);
    assert.equal(slept.connections, 2);
  },
);

test('F73: a peer that stays silent after the suspend: one timeout, and a new association', LINUX_ONLY, async (t) => {
  const slept = await sleepOnAnAnswer(t, () => undefined);
  assert.equal(slept.stderr.match(/timeout reached/g)?.length, 1, slept.stderr);
  assert.match(slept.stdout, /^All 2 files stored\./);
  assert.equal(slept.connections, 2);
});
