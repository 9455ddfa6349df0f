// One send that is cancelled at a random instant, by seed: at the n-th trace event, or a little later. The peer works correctly.
// In some runs it is slow in one phase, so that most instants fall into that phase.
//
// - The result comes within a second of this process's event loop, and is true (`truth-run.ts`).
// - The peer sees a release if no instance was on its way, and an A-ABORT otherwise. Only a peer that does not read may see
//   neither.

import { runSend } from '../../src/send/run.ts';
import { ScannedFiles } from '../../src/send/scanned-files.ts';
import { chaosModes } from './chaos-modes.ts';
import { peerAt } from './jobs.ts';
import { LoopClock } from './loop-clock.ts';
import { Random } from './mutate.ts';
import { startPeer } from './peer-modes.ts';
import { type SeedLimits, type SeedReport, seedRuns } from './seed-runs.ts';
import type { Scope } from './temporary-folder.ts';
import { type TruthFile, truthFiles, violationsOf } from './truth-run.ts';

const RESULT_MS = 1_000;
const CLOSED_MS = 3_000;

export interface CancelReport extends SeedReport {
  /** From cancelling to the result, by the loop's clock. */
  readonly untilResultMs: number;
  /** What had just happened when it was cancelled. */
  readonly moment: string;
}

export const cancelFiles = (scope: Scope): Promise<readonly TruthFile[]> => truthFiles(scope);

export async function cancelRun(seed: number, pool: readonly TruthFile[]): Promise<CancelReport> {
  const random = new Random(seed);
  const isLarge = random.below(3) === 0;
  const chosen = isLarge
    ? [...pool.slice(-1), ...pool.slice(0, random.below(3))]
    : pool.slice(random.below(10), 11 + random.below(14));
  const largest = isLarge ? 1_000_000 : 0;
  const slow = random.pick(['nothing', 'accepting', 'reading', 'answering', 'releasing'] as const);
  const modes = chaosModes({
    seed,
    faults: [0, 0],
    deadlineMs: 0,
    largest,
    manners: { refusals: 0, otherStatuses: 0, delayMs: slow === 'answering' ? 40 : 0 },
    ...(slow === 'nothing' || slow === 'answering' ? {} : { slow: { what: slow, ms: 10 + random.below(60) } }),
  });
  const peer = await startPeer(undefined, (number) => ({ ...modes(number), keeps: 'digests' }));
  const person = new AbortController();
  // Things that happen: about ten for an association, four for a file.
  const at = 1 + random.below(random.pick([3, 14, 40, 100]));
  const laterMs = random.pick([0, 0, 1, 5, 30]);
  let happened = 0;
  let moment = 'never';
  const clock = new LoopClock();
  let cancelledAt: number | undefined;
  const onTheirWay = new Map<number, number>();
  let atCancelling: ReadonlyMap<number, number> = new Map();
  const cancel = (): void => {
    cancelledAt ??= clock.ms;
    atCancelling = new Map(onTheirWay);
    person.abort();
  };
  const told = new Map<string, number>();
  const carriers = new Map<string, Set<number>>();
  const ports = new Map<number, number>();
  const timers: NodeJS.Timeout[] = [];
  const result = await runSend(
    {
      peer: peerAt(peer.port),
      files: ScannedFiles.of(chosen.map((file) => file.scanned)),
      options: { associations: random.pick([1, 1, 3]), operationsInvoked: random.pick([1, 1, 4]) },
    },
    {
      trace: ({ association, event }) => {
        if (event.type === 'connected') ports.set(event.localAddress.port, association);
        if (event.type === 'file begins') {
          const by = carriers.get(event.path) ?? new Set();
          carriers.set(event.path, by.add(association));
          onTheirWay.set(association, (onTheirWay.get(association) ?? 0) + 1);
        }
        if (event.type === 'file ends') onTheirWay.set(association, (onTheirWay.get(association) ?? 0) - 1);
        happened += 1;
        if (happened !== at) return;
        moment = `event ${at}, ${event.type}, ${laterMs} ms later; ${slow} is slow`;
        if (laterMs === 0) cancel();
        else timers.push(setTimeout(cancel, laterMs));
      },
      outcome: (_index, { path }) => told.set(path, (told.get(path) ?? 0) + 1),
    },
    person.signal,
  );
  const untilResultMs = cancelledAt === undefined ? 0 : clock.ms - cancelledAt;
  clock.stop();
  for (const timer of timers) clearTimeout(timer);
  const wasCancelled = cancelledAt !== undefined;
  await peer.settled(CLOSED_MS);
  await peer.stop();
  const violations = violationsOf({ chosen, result, peer, carriers, ports, told });
  if (untilResultMs > RESULT_MS) violations.push(`the result came after ${untilResultMs.toFixed(0)} ms`);
  if (wasCancelled !== result.cancelled) violations.push(`cancelled: ${result.cancelled}`);
  for (const record of peer.associations) {
    if (!record.isAccepted) continue;
    const end = record.end + (record.endedInside ? ' inside an instance' : '');
    const isMissed = record.end === 'lost' || record.end === 'open';
    if (isMissed && !(slow === 'reading' && record.endedInside))
      violations.push(`the peer saw neither release nor abort: ${end}`);
    if (record.end === 'release' && record.endedInside) violations.push('a release inside of an instance');
    if (record.end === 'abort' && !wasCancelled) violations.push('an abort of a send that was not cancelled');
    const isBetween = atCancelling.get(ports.get(record.remotePort) ?? 0) === 0;
    if (record.end === 'abort' && isBetween) violations.push('an abort between instances');
  }
  return { seed, violations, outcomes: [...result.outcomes], untilResultMs, moment };
}

export async function cancelRuns(
  from: number,
  count: number,
  pool: readonly TruthFile[],
  atOnce: number,
  done: (report: CancelReport) => void,
  limits?: SeedLimits,
): Promise<void> {
  await seedRuns((seed) => cancelRun(seed, pool), from, count, atOnce, done, limits);
}
