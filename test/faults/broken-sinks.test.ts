// F79: a listener of a send, an echo or the receiver throws. The work goes on, every file keeps its true outcome, and the
// person is told that something was not shown or not kept.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { echo } from '../../src/net/echo-scu.ts';
import type { Peer } from '../../src/net/peer.ts';
import { startReceiver } from '../../src/net/store-scp.ts';
import { listenerTroubleText } from '../../src/report/problems.ts';
import type { SendListeners, SendResult } from '../../src/send/job.ts';
import { runSend } from '../../src/send/run.ts';
import { peerAt, scanned, send, verdicts, writeInstances } from '../support/jobs.ts';
import { LoopClock } from '../support/loop-clock.ts';
import { assertNothingLeft, openResources } from '../support/open-resources.ts';
import { startScriptedPeer } from '../support/scripted-peer.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const clock = new LoopClock();
const FILES = 5;
const LISTENERS = ['trace', 'progress', 'outcome'] as const;

async function folderOf(t: TestContext, pixelBytes = 20_000): Promise<string> {
  const folder = temporaryFolder(t);
  await writeInstances(
    folder,
    Array.from({ length: FILES }, () => ({ pixelBytes })),
  );
  return folder;
}

async function run(folder: string, peer: Peer, listeners: SendListeners, signal?: AbortSignal): Promise<SendResult> {
  return runSend({ peer, files: await scanned([folder]) }, listeners, signal ?? new AbortController().signal);
}

/** All three listen; one throws from its call number `from` on, and counts its calls. */
function broken(which: (typeof LISTENERS)[number], from: number): { listeners: SendListeners; calls: () => number } {
  let calls = 0;
  const listen = (name: string) => (): void => {
    if (name !== which) return;
    calls += 1;
    if (calls >= from) throw new Error(`cannot open '/home/DOE^JOHN/it's full' at call ${calls}`);
  };
  const listeners = { trace: listen('trace'), progress: listen('progress'), outcome: listen('outcome') };
  return { listeners, calls: () => calls };
}

for (const which of LISTENERS) {
  for (const from of [1, 2, 4]) {
    test(`F79: a sink that throws, ${which} from call ${from} on: every file is sent, and the gap is told`, async (t) => {
      const before = openResources();
      const folder = await folderOf(t);
      const receiver = await startReceiver({ port: 0, directory: temporaryFolder(t) });
      const { listeners, calls } = broken(which, from);
      const result = await run(folder, peerAt(receiver.port), listeners);
      await receiver.stop();
      const told = calls();
      assert.deepEqual(verdicts(result), new Array(FILES).fill('stored'));
      assert.equal(readdirSync(receiver.directory).length, FILES);
      if (told < from) {
        assert.equal(which, 'progress', 'a send of a moment has little progress to tell');
        assert.equal(result.troubles, undefined);
      } else {
        assert.deepEqual(
          result.troubles?.map(({ listener }) => listener),
          [which],
        );
        assert.match(result.troubles?.[0]?.error.message ?? '', new RegExp(`at call ${from}$`), 'the first is kept');
        assert.ok(told > from || which === 'progress', 'it is asked again: it may work for the next');
        const words = result.troubles?.map(listenerTroubleText).join() ?? '';
        assert.match(
          words,
          /^(The trace|The progress|Not every outcome) of this send .*\(cannot open '…' at call \d\)\.$/,
        );
      }
      await assertNothingLeft(before);
    });
  }
}

test('F79: a progress listener that throws from a timer does not end the send', async (t) => {
  // Of several chunks each: the first is told at once, the others a moment later.
  const folder = await folderOf(t, 500_000);
  let told = 0;
  const toldAgain = Promise.withResolvers<void>();
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    const message = await connection.message();
    assert.ok(message !== undefined);
    // Silent until progress was told by the timer alone.
    await toldAgain.promise;
    connection.respond(message, 0);
    await connection.serve();
  });
  const progress = (): void => {
    told += 1;
    if (told === 2) toldAgain.resolve();
    throw new Error('the window is gone');
  };
  const result = await run(folder, peerAt(peer.port), { progress });
  await peer.stop();
  assert.deepEqual(verdicts(result), new Array(FILES).fill('stored'));
});

test('F79: cancelled while listeners throw: true outcomes within a second, and nothing left open', async (t) => {
  const before = openResources();
  const folder = await folderOf(t);
  const receiver = await startReceiver({ port: 0, directory: temporaryFolder(t) });
  const controller = new AbortController();
  let outcomes = 0;
  let cancelledAtMs = 0;
  const fail = (): void => {
    throw new Error('no');
  };
  const outcome = (): void => {
    outcomes += 1;
    if (outcomes === 2) {
      cancelledAtMs = clock.ms;
      controller.abort();
    }
    fail();
  };
  const result = await run(folder, peerAt(receiver.port), { trace: fail, progress: fail, outcome }, controller.signal);
  assert.ok(clock.ms - cancelledAtMs < 1_000);
  await receiver.stop();
  const held = readdirSync(receiver.directory);
  assert.equal(result.outcomes.length, FILES);
  for (const { outcome: ended, sopInstanceUID } of result.outcomes) {
    if (ended === 'unknown') continue;
    assert.equal(ended, held.includes(`${sopInstanceUID}.dcm`) ? 'stored' : 'cancelled');
  }
  assert.deepEqual(new Set(result.troubles?.map(({ listener }) => listener)), new Set(LISTENERS));
  await assertNothingLeft(before);
});

test('F79: a receiver whose listeners throw still stores and answers, and emits a warning of the process', async (t) => {
  const folder = await folderOf(t);
  const fail = (): void => {
    throw new Error('no sink');
  };
  const warned = once(process, 'warning');
  const receiver = await startReceiver({ port: 0, directory: temporaryFolder(t), trace: fail, received: fail });
  const { result } = await send([folder], peerAt(receiver.port));
  await receiver.stop();
  assert.deepEqual(verdicts(result), new Array(FILES).fill('stored'), 'what is stored is never answered as a failure');
  assert.equal(receiver.answers.stored, FILES);
  assert.equal(readdirSync(receiver.directory).length, FILES);
  assert.match(String(await warned), /no sink/);
});

test('F79: an echo whose trace throws is verified all the same', async (t) => {
  const receiver = await startReceiver({ port: 0, directory: temporaryFolder(t) });
  t.after(() => receiver.stop());
  const fail = (): void => {
    throw new Error('no sink');
  };
  const { verified } = await echo(peerAt(receiver.port), fail, new AbortController().signal);
  assert.equal(verified, true);
});
