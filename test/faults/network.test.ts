// What a network does to a send: cuts, delays, low speed, small pieces. The peer behind the proxy is the built-in receiver, so
// what is called stored is compared with what it holds. F numbers are those of docs/faults.md.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { type Receiver, startReceiver } from '../../src/net/store-scp.ts';
import type { SendProgress } from '../../src/send/job.ts';
import { peerAt, send, verdicts, type WrittenInstance, writeInstances } from '../support/jobs.ts';
import { LoopClock } from '../support/loop-clock.ts';
import { assertNothingLeft, openResources } from '../support/open-resources.ts';
import { dataSetOf } from '../support/peers.ts';
import { type Route, startProxy } from '../support/proxy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const clock = new LoopClock();
const TIMEOUTS = { connectMs: 1_000, associationMs: 400, responseMs: 400, writeStallMs: 400, releaseMs: 300 };

interface Held {
  readonly receiver: Receiver;
  /** Paths by SOP Instance UID, the last one that came. */
  readonly paths: Map<string, string>;
}

async function receiving(t: TestContext): Promise<Held> {
  const paths = new Map<string, string>();
  const receiver = await startReceiver({
    port: 0,
    directory: temporaryFolder(t),
    received: ({ sopInstanceUID, path }) => paths.set(sopInstanceUID, path),
  });
  t.after(() => receiver.stop());
  return { receiver, paths };
}

async function assertHeld({ paths }: Held, instances: readonly WrittenInstance[]): Promise<void> {
  for (const { sopInstance, dataSet } of instances) {
    const path = paths.get(sopInstance);
    assert.ok(path !== undefined, `${sopInstance} is not there`);
    assert.deepEqual(await dataSetOf(path), Buffer.from(dataSet));
    assert.ok((await readFile(path)).length > 0);
  }
}

/** One instance through a proxy; each connection is treated as `route` says. Times are those of the event loop. */
async function through(held: Held, path: string, route: (connection: number) => Route) {
  const proxy = await startProxy(held.receiver.port, route);
  const beganMs = clock.ms;
  try {
    const { result } = await send([path], peerAt(proxy.port, { timeouts: TIMEOUTS }));
    return { result, elapsedMs: clock.ms - beganMs, connections: proxy.connections };
  } finally {
    await proxy.stop();
  }
}

for (const how of ['FIN', 'RST', 'silence'] as const) {
  test(`F08: the bytes of the peer are cut off at many places, by ${how}`, async (t) => {
    const before = openResources();
    const held = await receiving(t);
    const folder = temporaryFolder(t);
    const [instance] = await writeInstances(folder, [{ pixelBytes: 300 }]);
    assert.ok(instance !== undefined);
    const whole = await through(held, instance.path, () => ({}));
    assert.deepEqual(verdicts(whole.result), ['stored']);
    // A-ASSOCIATE-AC, C-STORE-RSP and A-RELEASE-RP; silence costs a deadline each time, so fewer of its cuts are tried.
    const cuts: number[] = [];
    for (let cut = 1; cut < 480; cut += how === 'silence' ? 40 : 5) cuts.push(cut);
    // A peer that does not close in answer to A-ABORT is given ARTIM's two seconds.
    const limitMs = 400 + 1_000 + (how === 'silence' ? 2_000 : 0);
    let storedAtOnce = 0;
    let storedLater = 0;
    let failed = 0;
    const worker = async (): Promise<void> => {
      for (let cut = cuts.shift(); cut !== undefined; cut = cuts.shift()) {
        const after = cut;
        const { result, elapsedMs, connections } = await through(held, instance.path, (number) =>
          number === 1 ? { fromPeer: { cut: { after, how } } } : {},
        );
        const [outcome] = result.outcomes;
        assert.ok(outcome !== undefined);
        assert.ok(elapsedMs <= limitMs, `cut at ${cut}: ${elapsedMs} ms`);
        if (outcome.outcome === 'stored') {
          if (connections === 1) storedAtOnce += 1;
          else storedLater += 1;
        } else {
          // Before the association was accepted there is nothing to try again.
          assert.ok(outcome.reason?.code === 'connection lost' || outcome.reason?.code === 'timeout', `cut at ${cut}`);
          failed += 1;
        }
      }
    };
    await Promise.all(Array.from({ length: 6 }, worker));
    await held.receiver.stop();
    await assertHeld(held, [instance]);
    assert.ok(failed > 0 && storedLater > 0 && storedAtOnce > 0, `${failed}, ${storedLater}, ${storedAtOnce}`);
    await assertNothingLeft(before);
  });
}

test('F09: the connection is reset while an instance is on its way, at many places; each is stored in the end', async (t) => {
  const held = await receiving(t);
  const folder = temporaryFolder(t);
  const instances = await writeInstances(folder, [{ pixelBytes: 100_000 }, { pixelBytes: 100_000 }]);
  for (const after of [400, 1_000, 20_000, 90_000, 100_900, 150_000, 200_000]) {
    held.paths.clear();
    const { result } = await through(held, folder, (number) =>
      number === 1 ? { toPeer: { cut: { after, how: 'RST' } } } : {},
    );
    assert.deepEqual(verdicts(result), ['stored', 'stored'], `after ${after} bytes`);
    await assertHeld(held, instances);
  }
  await held.receiver.stop();
});

test('F07: the network drops everything from some byte on: deadlines end the association, and every file is stored', async (t) => {
  const held = await receiving(t);
  const folder = temporaryFolder(t);
  const instances = await writeInstances(folder, [{ pixelBytes: 50_000 }, { pixelBytes: 50_000 }]);
  const cuts = [600, 30_000, 51_500, 80_000];
  const one = async (after: number): Promise<void> => {
    const { result } = await through(held, folder, (number) =>
      number === 1 ? { toPeer: { cut: { after, how: 'silence' } } } : {},
    );
    assert.deepEqual(verdicts(result), ['stored', 'stored'], `after ${after} bytes`);
    assert.equal(result.associations[0]?.failure?.code, 'timeout');
  };
  await Promise.all(cuts.map(one));
  await assertHeld(held, instances);
  await held.receiver.stop();
});

test('F32: a slow network with high latency: no deadline passes while bytes move, and progress is reported', async (t) => {
  const held = await receiving(t);
  const folder = temporaryFolder(t);
  const instances = await writeInstances(folder, [{ pixelBytes: 40_000 }, { pixelBytes: 40_000 }]);
  const proxy = await startProxy(held.receiver.port, () => ({
    toPeer: { delayMs: 20, bytesPerSecond: 100_000, pieceLength: 4_096 },
    fromPeer: { delayMs: 200 },
  }));
  const told: SendProgress[] = [];
  const peer = peerAt(proxy.port, {
    timeouts: { ...TIMEOUTS, associationMs: 1_000, responseMs: 2_000, releaseMs: 1_000 },
  });
  const { result } = await send([folder], peer, { progress: (progress) => told.push(progress) });
  await proxy.stop();
  await held.receiver.stop();
  assert.deepEqual(verdicts(result), ['stored', 'stored']);
  await assertHeld(held, instances);
  assert.ok(result.endedAtMs - result.startedAtMs > 1_000);
  assert.ok(told.every(({ bytesDone, bytesTotal }) => bytesDone <= bytesTotal));
  assert.equal(told.at(-1)?.filesDone, 2);
});

for (const pieceLength of [1, 7]) {
  test(`F34: everything in pieces of ${pieceLength}, both ways, is the same to the last byte`, async (t) => {
    const held = await receiving(t);
    const folder = temporaryFolder(t);
    const instances = await writeInstances(folder, [{ pixelBytes: 1_000 }, { pixelBytes: 2 }]);
    const proxy = await startProxy(held.receiver.port, () => ({ toPeer: { pieceLength }, fromPeer: { pieceLength } }));
    const { result } = await send([folder], peerAt(proxy.port));
    await proxy.stop();
    await held.receiver.stop();
    assert.deepEqual(verdicts(result), ['stored', 'stored']);
    await assertHeld(held, instances);
  });
}
