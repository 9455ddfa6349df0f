// The outcome of every file is true. Peers go wrong at random, and the outcomes are compared with what these peers hold.
// `support/truth-run.ts` says what makes an outcome true. `npm run truth` runs more seeds.

import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { TraceRecord } from '../../src/net/trace-record.ts';
import type { FileOutcome, Outcome } from '../../src/send/outcome.ts';
import { runSend } from '../../src/send/run.ts';
import { peerAt, scanned, verdicts, writeInstances } from '../support/jobs.ts';
import { untilStill } from '../support/loop-clock.ts';
import { assertNothingLeft, openResources } from '../support/open-resources.ts';
import { startPeer } from '../support/peer-modes.ts';
import { startScriptedPeer } from '../support/scripted-peer.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type Run, truthFiles, truthRuns, violationsOf } from '../support/truth-run.ts';

const RUNS = 1_200;
/** On a slow machine, which then takes longer than the limit. */
const RUNS_MIN = 300;
const LIMIT_MS = 36_000;
const AT_ONCE = 32;
/** Bounds the wait for what still arrives; it is over as soon as the connection is. */
const SETTLE_MS = 10_000;
const STILL_MS = 300;

test('1,200 sends to peers that go wrong at random: every outcome is true', async (t) => {
  const before = openResources();
  const pool = await truthFiles(t);
  const wrong: string[] = [];
  const seen = new Set<Outcome>();
  const samples: Run[] = [];
  let runs = 0;
  let lost = 0;
  await truthRuns(
    1,
    RUNS,
    pool,
    AT_ONCE,
    (report) => {
      runs += 1;
      lost += report.lostAssociations;
      for (const { outcome } of report.outcomes) seen.add(outcome);
      if (report.run !== undefined && samples.length < 200) samples.push(report.run);
      for (const violation of report.violations)
        wrong.push(`seed ${report.seed}: ${violation}\n  ${report.faults.join('\n  ')}`);
    },
    { atLeast: RUNS_MIN, limitMs: LIMIT_MS },
  );
  t.diagnostic(`${runs} runs, ${lost} lost associations`);
  assert.deepEqual(wrong, []);
  assert.ok(lost > runs / 2, 'the peer does go wrong');
  assert.deepEqual([...seen].sort(), ['cancelled', 'failed', 'stored', 'stored with warning', 'unknown']);
  await assertNothingLeft(before);

  // The judge is not blind: lies about the same runs are found.
  assert.ok(lies(samples, 'unknown', isPossiblyStored, { outcome: 'failed' }) > 0);
  assert.ok(lies(samples, 'stored', () => true, { outcome: 'failed' }) > 0);
  assert.ok(lies(samples, 'stored', isWithoutLoss, { outcome: 'unknown' }) > 0);
  assert.ok(lies(samples, 'unknown', isUnanswered, { outcome: 'stored', status: 0 }) > 0);
  assert.ok(lies(samples, 'failed', () => true, { outcome: 'stored', status: 0 }) > 0);
  assert.ok(lies(samples, 'cancelled', () => true, { outcome: 'stored', status: 0 }) > 0);
});

/** Unknown, and the peer in fact holds it. */
function isPossiblyStored({ sopInstanceUID }: FileOutcome, { peer }: Run): boolean {
  return peer.instances.some((held) => held.sopInstanceUID === sopInstanceUID && held.status === undefined);
}

const isUnanswered = ({ sopInstanceUID }: FileOutcome, { peer }: Run): boolean =>
  peer.instances.every((held) => held.sopInstanceUID !== sopInstanceUID || held.status === undefined);

const isWithoutLoss = (_: FileOutcome, { result }: Run): boolean =>
  result.associations.every(({ failure }) => failure === undefined);

/** Tells each such outcome otherwise than it was, one at a time, and expects the judge to notice. Returns how many. */
function lies(
  runs: readonly Run[],
  outcome: Outcome,
  isMeant: (outcome: FileOutcome, run: Run) => boolean,
  lie: Partial<FileOutcome>,
): number {
  let count = 0;
  for (const run of runs) {
    const outcomes = [...run.result.outcomes];
    outcomes.forEach((told, index) => {
      if (told.outcome !== outcome || !isMeant(told, run)) return;
      const { reason: _, ...rest } = told;
      const result = { ...run.result, outcomes: outcomes.with(index, { ...rest, ...lie }) };
      assert.ok(violationsOf({ ...run, result }).length > 0, `${outcome} told as ${JSON.stringify(lie)}`);
      count += 1;
    });
  }
  return count;
}

/** One file to a peer that reads nothing until our A-ABORT is on its way, and what both sides make of it. */
async function stalled(
  t: TestContext,
  pixelBytes: number,
  ending: 'cancel' | 'deadline',
): Promise<{ readonly verdict: string; readonly bytesSent: number; readonly isHeld: boolean }> {
  const folder = temporaryFolder(t);
  const [written] = await writeInstances(folder, [{ pixelBytes }]);
  const stopped: Socket[] = [];
  const peer = await startPeer(t, {
    keeps: 'digests',
    answer: () => undefined,
    at: [
      {
        moment: 'before',
        act: ({ socket }) => {
          socket.pause();
          stopped.push(socket);
        },
      },
    ],
  });
  let handedOver = 0;
  const trace = ({ event }: TraceRecord): void => {
    if (event.type === 'P-DATA-TF' && event.direction === 'sent') handedOver += event.length;
    if (event.type === 'PDU' && event.direction === 'sent' && event.pdu.type === 'A-ABORT')
      for (const socket of stopped) socket.resume();
  };
  const timeouts = ending === 'deadline' ? { writeStallMs: 300, responseMs: 300 } : {};
  const job = { peer: peerAt(peer.port, { timeouts }), files: await scanned([folder]), options: { associations: 1 } };
  const person = new AbortController();
  const sending = runSend(job, { trace }, person.signal);
  if (ending === 'cancel') {
    await untilStill(() => handedOver, STILL_MS);
    person.abort();
  }
  const result = await sending;
  await peer.settled(SETTLE_MS);
  const isHeld = peer.instances.some(({ length }) => length === written?.dataSet.length);
  return { verdict: verdicts(result)[0] ?? '', bytesSent: result.outcomes.at(0)?.bytesSent ?? 0, isHeld };
}

test('an instance buffered in front of our A-ABORT may still arrive: its outcome is unknown', async (t) => {
  // As much as the system takes while the peer does not read; the rest of a file that is a little larger waits with us.
  const { bytesSent, verdict, isHeld } = await stalled(t, 20_000_000, 'cancel');
  assert.deepEqual([verdict, isHeld], ['cancelled: cancelled', false]);
  const cases = ([20_000, 50_000, 80_000, 110_000] as const).flatMap((more) =>
    (['cancel', 'deadline'] as const).map((ending) =>
      stalled(t, Math.round((bytesSent + more) / 1_000) * 1_000, ending),
    ),
  );
  const held = (await Promise.all(cases)).filter((one) => one.isHeld);
  assert.ok(held.length > 0, 'no file came whole after its send had ended');
  for (const one of held) assert.match(one.verdict, /^unknown: (cancelled|timeout)$/);
});

test('an instance that was sent whole stays unknown when the next association cannot send it', async (t) => {
  for (const maximumLength of [16_384, 1]) {
    const folder = temporaryFolder(t);
    await writeInstances(folder, [{}]);
    const peer = await startScriptedPeer(async (connection, number) => {
      if (number === 1) {
        await connection.accept();
        await connection.message();
        connection.socket.resetAndDestroy();
        return;
      }
      await connection.accept({
        maximumLength,
        answer: () => ({ result: maximumLength === 1 ? 0 : 3, transferSyntax: '1.2.840.10008.1.2.1' }),
      });
      await connection.serve();
    });
    const files = await scanned([folder]);
    const result = await runSend({ peer: peerAt(peer.port), files }, {}, new AbortController().signal);
    await peer.stop();
    const code = maximumLength === 1 ? 'unusable maximum length' : 'presentation context refused';
    assert.deepEqual(verdicts(result), [`unknown: ${code}`]);
  }
});

test('a response that matches no request leaves the instance unknown', async (t) => {
  const folder = temporaryFolder(t);
  await writeInstances(folder, [{}]);
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept();
    const message = await connection.message();
    assert.ok(message !== undefined);
    connection.respond(message, 0, new Map([[0x0120, Buffer.from('ff7f', 'hex')]]));
    assert.equal((await connection.pdu())?.type, 0x07);
  });
  const files = await scanned([folder]);
  const result = await runSend({ peer: peerAt(peer.port), files }, {}, new AbortController().signal);
  await peer.stop();
  assert.deepEqual(verdicts(result), ['unknown: invalid response']);
});
