// One send to a peer that goes wrong at random, by seed, and the comparison of its outcomes with what the peer holds.
//
// The rule for every file, where R are the peer's complete receptions of its instance:
// - stored, stored with warning: on the connection of the last try, R has one with exactly the bytes that were to be sent. It
//   was answered with the outcome's status, which is success or a warning.
// - failed with a status: on the connection of the last try, R has one that was answered with this failure. Answers to earlier
//   tries do not count.
// - failed for another reason, cancelled: every R was answered with a failure, or there is none. A reception without an answer
//   may be stored, in whichever try, so 'failed' or 'cancelled' would be a guess.
// - unknown: in some try the association was lost or cancelled. No correct answer came on an association that ended well. The
//   peer holds the instance, or left bytes unread. There are at most as many unknown files as lost associations had slots.
// - skipped, held back: never, as each of these files can be sent.
// Each file has one outcome and is reported once. The run never rejects.

import { createHash } from 'node:crypto';
import type { AssociationSummary, SendResult } from '../../src/send/job.ts';
import type { SendOptions } from '../../src/send/options.ts';
import type { FileOutcome } from '../../src/send/outcome.ts';
import { runSend } from '../../src/send/run.ts';
import type { ScannedFile } from '../../src/send/scanned-file.ts';
import { ScannedFiles } from '../../src/send/scanned-files.ts';
import { chaosModes } from './chaos-modes.ts';
import {
  type BuiltElement,
  DEFLATED_LE,
  EXPLICIT_BE,
  EXPLICIT_LE,
  encodeDataSet,
  IMPLICIT_LE,
  JPEG_BASELINE,
  type SampleOptions,
} from './dicom-builder.ts';
import { peerAt, scanned, type WrittenInstance, writeInstances } from './jobs.ts';
import { Random } from './mutate.ts';
import { type ModalPeer, startPeer } from './peer-modes.ts';
import type { InstanceRecord } from './peer-records.ts';
import { type SeedLimits, type SeedReport, seedRuns } from './seed-runs.ts';
import { type Scope, temporaryFolder } from './temporary-folder.ts';

/** Short, and still long enough that a healthy peer on a busy machine meets most of them. */
const DEADLINE_MS = 150;
/** A peer that only pauses goes on after less. */
const SETTLE_MS = 1_000;
const FILES_MAX = 12;
const LARGE = 6_000_000;

export interface TruthFile {
  readonly written: WrittenInstance;
  readonly scanned: ScannedFile;
}

/** Its violations: what is claimed and not so. */
export interface TruthReport extends SeedReport {
  readonly lostAssociations: number;
  /** Undefined: the run rejected. */
  readonly run: Run | undefined;
  readonly faults: readonly string[];
}

/** Files of all kinds from which each run takes a few: 25 small ones, 3 in several chunks, the last one large. */
export async function truthFiles(scope: Scope): Promise<readonly TruthFile[]> {
  const syntaxes = [EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE, DEFLATED_LE, JPEG_BASELINE];
  const options: SampleOptions[] = Array.from({ length: 25 }, (_, index) => ({
    transferSyntax: syntaxes[index % syntaxes.length] ?? EXPLICIT_LE,
    pixelBytes: [64, 1_000, 4_000, 30_000, 60_000][Math.floor(index / 5)] ?? 64,
    seed: index + 1,
  }));
  for (const [index, pixelBytes] of [200_000, 300_000, LARGE].entries())
    options.push({ pixelBytes, seed: 100 + index });
  const written = await writeInstances(temporaryFolder(scope), options);
  const files: TruthFile[] = [];
  for (const one of written) {
    const [file] = await scanned([one.path]);
    if (file?.type !== 'instance') throw new Error(`${one.path} cannot be sent`);
    files.push({ written: one, scanned: file });
  }
  return files;
}

function chosenFiles(pool: readonly TruthFile[], random: Random): TruthFile[] {
  const small = pool.slice(0, -1);
  const chosen = new Set<TruthFile>();
  for (let count = 1 + random.below(FILES_MAX); count > 0; count -= 1) chosen.add(random.pick(small));
  if (random.below(20) === 0) chosen.add(random.pick(pool.slice(-1)));
  return [...chosen];
}

export async function truthRun(seed: number, pool: readonly TruthFile[]): Promise<TruthReport> {
  const random = new Random(seed);
  const chosen = chosenFiles(pool, random);
  const largest = Math.max(...chosen.map(({ written }) => written.dataSet.length));
  const faults: string[] = [];
  const modes = chaosModes({ seed, deadlineMs: DEADLINE_MS, largest }, faults);
  const peer = await startPeer(undefined, (number) => ({ ...modes(number), keeps: 'digests' }));
  const options: Partial<SendOptions> = {
    associations: random.pick([1, 1, 2, 4, 'auto'] as const),
    operationsInvoked: random.pick([1, 1, 2, 4, 0]),
    conversion: random.pick(['lossless', 'never'] as const),
  };
  const person = new AbortController();
  const isCancelled = random.below(5) === 0;
  const cancelAfterMs = random.below(random.pick([10, 100, 1_000]));
  const timer = isCancelled ? setTimeout(() => person.abort(), cancelAfterMs) : undefined;
  const told = new Map<string, number>();
  const carriers = new Map<string, Set<number>>();
  const ports = new Map<number, number>();
  const timeouts = {
    connectMs: 1_000,
    associationMs: DEADLINE_MS,
    responseMs: DEADLINE_MS,
    writeStallMs: DEADLINE_MS,
    releaseMs: DEADLINE_MS,
  };
  const violations: string[] = [];
  let result: SendResult | undefined;
  try {
    result = await runSend(
      { peer: peerAt(peer.port, { timeouts }), files: ScannedFiles.of(chosen.map((file) => file.scanned)), options },
      {
        trace: ({ association, event }) => {
          if (event.type === 'connected') ports.set(event.localAddress.port, association);
          if (event.type !== 'file begins') return;
          const by = carriers.get(event.path) ?? new Set();
          carriers.set(event.path, by.add(association));
        },
        outcome: (_index, { path }) => told.set(path, (told.get(path) ?? 0) + 1),
      },
      person.signal,
    );
  } catch (error) {
    violations.push(`rejected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  clearTimeout(timer);
  await peer.settled(SETTLE_MS);
  await peer.stop();
  const run = result === undefined ? undefined : { chosen, result, peer, carriers, ports, told };
  if (run !== undefined) violations.push(...violationsOf(run));
  const lostAssociations = result?.associations.filter(({ failure }) => failure !== undefined).length ?? 0;
  return {
    seed,
    violations,
    outcomes: [...(result?.outcomes ?? [])],
    lostAssociations,
    faults: peer.associations.map(({ end }, index) => `${faults[index]} ${end}`),
    run,
  };
}

export interface Run {
  readonly chosen: readonly TruthFile[];
  readonly result: SendResult;
  readonly peer: ModalPeer;
  /** Associations on which a file was begun, by path. */
  readonly carriers: ReadonlyMap<string, ReadonlySet<number>>;
  /** Associations by their local port. */
  readonly ports: ReadonlyMap<number, number>;
  readonly told: ReadonlyMap<string, number>;
}

/** What is claimed and not so; empty = the truth. */
export function violationsOf(run: Run): string[] {
  const { chosen, result, told } = run;
  const violations: string[] = [];
  const expected = chosen.map(({ written }) => written.path);
  if (JSON.stringify([...result.outcomes].map(({ path }) => path)) !== JSON.stringify(expected))
    violations.push('the outcomes are not those of the files');
  if (expected.some((path) => told.get(path) !== 1)) violations.push('an outcome was not told exactly once');
  let unknowns = 0;
  chosen.forEach(({ written }, index) => {
    const outcome = result.outcomes.at(index);
    if (outcome === undefined) return;
    if (outcome.outcome === 'unknown') unknowns += 1;
    const wrong = wrongIn(outcome, written, run);
    if (wrong !== undefined)
      violations.push(
        `${outcome.outcome} (${JSON.stringify(outcome.reason)}), file ${index} (${written.transferSyntax}, ${written.dataSet.length} bytes): ${wrong}`,
      );
  });
  const slots = result.associations
    .filter(({ failure }) => failure !== undefined)
    .reduce((sum, { operationsInvoked }) => sum + Math.min(operationsInvoked, 64), 0);
  if (unknowns > slots) violations.push(`${unknowns} files unknown, with ${slots} slots on lost associations`);
  return violations;
}

const isGood = (status: number | undefined): boolean =>
  status === 0 ||
  (status !== undefined && (status === 1 || status === 0x0107 || status === 0x0116)) ||
  isWarning(status);
const isWarning = (status: number | undefined): boolean => status !== undefined && status >>> 12 === 0xb;
const isRefusal = (status: number | undefined): boolean => status !== undefined && !isGood(status);

function wrongIn(outcome: FileOutcome, written: WrittenInstance, run: Run): string | undefined {
  const held = run.peer.instances.filter(({ sopInstanceUID }) => sopInstanceUID === written.sopInstance);
  const story = (): string =>
    JSON.stringify(
      held.map(({ association, status, transferSyntax, length }) => ({ association, status, transferSyntax, length })),
    );
  const lastTry = [...(run.carriers.get(outcome.path) ?? [])].at(-1);
  const counted = held.find(({ association }) => associationOf(association, run) === lastTry);
  switch (outcome.outcome) {
    case 'stored':
    case 'stored with warning':
      return counted !== undefined &&
        counted.status === outcome.status &&
        isGood(outcome.status) &&
        isExact(counted, written)
        ? undefined
        : `the peer has ${story()}`;
    case 'failed':
      if (outcome.reason?.code !== 'status') break;
      return counted?.status === outcome.status && isRefusal(outcome.status) ? undefined : `the peer has ${story()}`;
    case 'cancelled':
      break;
    case 'unknown':
      return wrongUnknown(outcome, held, run);
    case 'held back':
    case 'skipped':
      return 'nothing is wrong with it';
  }
  return held.every(({ status }) => isRefusal(status)) ? undefined : `the peer has ${story()}`;
}

function wrongUnknown({ path }: FileOutcome, held: readonly InstanceRecord[], run: Run): string | undefined {
  const summaries = new Map<number, AssociationSummary>();
  for (const summary of run.result.associations) summaries.set(summary.association, summary);
  const carriers = [...(run.carriers.get(path) ?? [])].map((number) => summaries.get(number));
  if (!carriers.some((summary) => summary?.failure !== undefined)) return 'no association of its was lost';
  const answeredWell = held.find(({ association, status }) => {
    if (status === undefined) return false;
    const summary = summaries.get(associationOf(association, run) ?? 0);
    return summary !== undefined && summary.failure === undefined;
  });
  if (answeredWell !== undefined) return `answered ${answeredWell.status} on an association that went well`;
  const isUnread = run.peer.associations.some(({ isBroken }) => isBroken);
  return held.length > 0 || isUnread ? undefined : 'it never went out whole';
}

/** The number in the sender's trace of a connection of the peer's. */
function associationOf(connection: number, { peer, ports }: Run): number | undefined {
  const record = peer.associations.find(({ number }) => number === connection);
  return ports.get(record?.remotePort ?? 0);
}

/** The bytes that were to be sent, in the syntax in which they came. */
function isExact(reception: InstanceRecord, written: WrittenInstance): boolean {
  const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  if (reception.transferSyntax !== written.transferSyntax) {
    // Converted: an independent writer says what it should be, but for a deflated stream, which may be any of many.
    return (
      reception.transferSyntax === DEFLATED_LE ||
      reception.sha256 ===
        sha256(encodeDataSet(elementsFor(written, reception.transferSyntax), reception.transferSyntax))
    );
  }
  const { dataSet } = written;
  // PS3.5 A.5: a deflated stream of odd length is padded on its way.
  const padded = dataSet.length % 2 === 0 ? dataSet : Buffer.concat([dataSet, Buffer.of(0)]);
  return reception.sha256 === sha256(padded);
}

/** Words of 16 bits (OW) change their byte order with the syntax. */
function elementsFor({ elements, transferSyntax }: WrittenInstance, onWire: string): readonly BuiltElement[] {
  if ((transferSyntax === EXPLICIT_BE) === (onWire === EXPLICIT_BE)) return elements;
  return elements.map((built) =>
    built.vr === 'OW' && built.value instanceof Uint8Array
      ? { ...built, value: Buffer.from(built.value).swap16() }
      : built,
  );
}

/** Runs seeds `from` on, so many at a time. */
export async function truthRuns(
  from: number,
  count: number,
  pool: readonly TruthFile[],
  atOnce: number,
  done: (report: TruthReport) => void,
  limits?: SeedLimits,
): Promise<void> {
  await seedRuns((seed) => truthRun(seed, pool), from, count, atOnce, done, limits);
}
