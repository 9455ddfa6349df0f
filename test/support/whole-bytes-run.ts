// Sends at the same time, each to a peer of its own that reads slowly, leaves and comes back at random, by seed. Every data set
// that arrives whole is compared with its file. All sends share the thread that reads ahead and its memory: bytes of one file
// must never arrive as another's.
//
// - A data set that arrives whole is one version of its file, byte by byte. A converted one equals what an independent writer
//   makes of it.
// - A stored file arrived whole and was answered with success. No file that arrived whole is called failed or cancelled.
// - No file fails for a reason of its reader's, unless the test has changed that file.
// - The run never rejects, and has one outcome for each file.

import { appendFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { BUFFER_LENGTH, breakFileThreads } from '../../src/part10/read/file-threads.ts';
import type { SendOptions } from '../../src/send/options.ts';
import type { FileOutcome } from '../../src/send/outcome.ts';
import { runSend } from '../../src/send/run.ts';
import {
  DEFLATED_LE,
  EXPLICIT_BE,
  EXPLICIT_LE,
  encodeDataSet,
  IMPLICIT_LE,
  type SampleInstance,
  sampleInstance,
} from './dicom-builder.ts';
import { peerAt, scanned } from './jobs.ts';
import { Random } from './mutate.ts';
import { type ModalPeer, startPeer } from './peer-modes.ts';
import type { InstanceRecord } from './peer-records.ts';
import { type SeedLimits, type SeedReport, seedRuns } from './seed-runs.ts';
import { SYNTAXES, UNCOMPRESSED, unsteadyModes } from './unsteady-modes.ts';

const HARMS = ['append', 'truncate', 'replace'] as const;

/** An instance as it is at one place and another. */
export interface PooledFile {
  readonly sample: SampleInstance;
  /** What is written: with or without preamble and meta group. */
  readonly bytes: Buffer;
}

export interface FilePool {
  /** Up to 60 KB. */
  readonly small: readonly PooledFile[];
  /** From 60 KB to 5 MB, and about as long as buffers and their parts. */
  readonly long: readonly PooledFile[];
}

export interface WholeBytesReport extends SeedReport {
  readonly whole: number;
  readonly converted: number;
}

function pooled(seed: number, transferSyntax: string, pixelBytes: number, isBare = false): PooledFile {
  const sample = sampleInstance({ seed, transferSyntax, pixelBytes });
  return { sample, bytes: isBare ? Buffer.from(sample.dataSet) : sample.file };
}

/** No two have the same bytes. */
export function filePool(): FilePool {
  const small: PooledFile[] = [];
  const long: PooledFile[] = [];
  let seed = 0;
  for (const pixelBytes of [2, 100, 500, 512, 3_000, 3_002, 16_370, 30_000, 60_000]) {
    for (const syntax of SYNTAXES) small.push(pooled((seed += 1), syntax, pixelBytes));
  }
  for (const syntax of [EXPLICIT_LE, IMPLICIT_LE]) small.push(pooled((seed += 1), syntax, 2_000, true));
  for (const pixelBytes of [
    131_000, 200_000, 500_000, 1_000_000, 1_048_000, 1_050_000, 2_100_000, 3_000_000, 5_000_000,
  ]) {
    for (const syntax of [EXPLICIT_LE, SYNTAXES[long.length % SYNTAXES.length] ?? EXPLICIT_LE]) {
      long.push(pooled((seed += 1), syntax, pixelBytes));
    }
  }
  for (let index = 0; index < 16; index += 1) long.push(pooled((seed += 1), EXPLICIT_LE, 400_000 + 40_000 * index));
  const border = borderFiles(seed);
  return { small, long: [...long, ...border] };
}

/** Data sets that end exactly where a buffer does, or a part of one, or two bytes later. */
function borderFiles(lastSeed: number): PooledFile[] {
  const head = sampleInstance({ seed: 1, pixelBytes: 1_000 }).dataSet.length - 1_000;
  const fragment = 16_384 - 6;
  const perBuffer = Math.floor(BUFFER_LENGTH / (fragment + 12)) * fragment;
  const lengths = [perBuffer, perBuffer + 2, BUFFER_LENGTH, BUFFER_LENGTH + 2, 8 * fragment, 64 * fragment];
  return lengths.flatMap((length, index) => {
    // The number of columns and the seed change the length of the head by a few bytes: what is wanted is tried for.
    for (let pixelBytes = length - head - 40; pixelBytes <= length - head + 40; pixelBytes += 2) {
      if (pixelBytes / 2 > 0xffff && pixelBytes % 1_000 !== 0) continue;
      const file = pooled(lastSeed + 1 + index, EXPLICIT_LE, pixelBytes);
      if (file.sample.dataSet.length === length) return [file];
    }
    return [];
  });
}

/** A file of one send. */
interface Written {
  readonly path: string;
  readonly file: PooledFile;
  isTouched: boolean;
}

function isExact({ transferSyntax, dataSet }: InstanceRecord, { sample }: PooledFile): boolean {
  if (transferSyntax === sample.transferSyntax) {
    const { length } = sample.dataSet;
    // PS3.5 A.5: a deflated stream of odd length is padded on its way.
    if (dataSet.length !== length + (length % 2)) return false;
    return dataSet.subarray(0, length).equals(sample.dataSet) && (length % 2 === 0 || dataSet[length] === 0);
  }
  const isDeflated = transferSyntax === DEFLATED_LE;
  const swaps = (sample.transferSyntax === EXPLICIT_BE) !== (transferSyntax === EXPLICIT_BE);
  const elements = sample.elements.map((built) =>
    swaps && built.vr === 'OW' && built.value instanceof Uint8Array
      ? { ...built, value: Buffer.from(built.value).swap16() }
      : built,
  );
  try {
    const expected = encodeDataSet(elements, isDeflated ? EXPLICIT_LE : transferSyntax);
    return expected.equals(isDeflated ? inflateRawSync(dataSet) : dataSet);
  } catch {
    return false;
  }
}

/** Touches a file as it is sent: another is moved to its place, or it grows or shrinks. */
function harm({ path, file }: Written, how: (typeof HARMS)[number]): void {
  if (how === 'append') appendFileSync(path, Buffer.alloc(100, 0xee));
  else if (how === 'truncate') truncateSync(path, Math.floor(file.bytes.length / 2));
  else {
    writeFileSync(`${path}.new`, Buffer.alloc(file.bytes.length, 0xee));
    renameSync(`${path}.new`, path);
  }
}

/** Reasons that a peer gives; whatever else a file fails for was not in it. */
const REASONS = new Set([
  'given up',
  'connection lost',
  'connection failed',
  'association aborted',
  'association rejected',
  'presentation context refused',
  'released by peer',
  'cancelled',
  'cannot convert',
  'timeout',
]);

function violationsOf(
  written: readonly Written[],
  outcomes: readonly FileOutcome[],
  { instances }: ModalPeer,
): string[] {
  const violations: string[] = [];
  const bySop = new Map(written.map((one) => [one.file.sample.sopInstance, one]));
  const exact = new Set<InstanceRecord>();
  for (const reception of instances) {
    const one = bySop.get(reception.sopInstanceUID);
    if (one !== undefined && isExact(reception, one.file)) exact.add(reception);
    else {
      const { transferSyntax, dataSet } = reception;
      const name =
        one === undefined ? reception.sopInstanceUID : `${basename(one.path)}, ${one.file.bytes.length} bytes`;
      violations.push(`${name} arrived as ${dataSet.length} other bytes in ${transferSyntax}`);
    }
  }
  if (outcomes.length !== written.length) violations.push(`${outcomes.length} outcomes of ${written.length} files`);
  outcomes.forEach(({ path, outcome, reason, sopInstanceUID }) => {
    const one = written.find((candidate) => candidate.path === path);
    const held = [...exact].some((came) => came.status !== undefined && came.sopInstanceUID === sopInstanceUID);
    if (outcome === 'stored' && !held) violations.push(`${basename(path)} is stored, and the peer has not got it`);
    const came = instances.some((instance) => instance.sopInstanceUID === sopInstanceUID);
    if ((outcome === 'failed' || outcome === 'cancelled') && came)
      violations.push(`${basename(path)} is ${outcome} (${JSON.stringify(reason)}), and came whole`);
    if (outcome === 'skipped' && one?.isTouched !== true) violations.push(`${basename(path)} is skipped`);
    if (outcome === 'failed' && one?.isTouched !== true && !REASONS.has(reason?.code ?? ''))
      violations.push(`${basename(path)} failed: ${JSON.stringify(reason)}`);
  });
  return violations;
}

/** 1 to 3 sends at the same time. */
export async function wholeBytesRun(seed: number, pool: FilePool, folder: string): Promise<WholeBytesReport> {
  const random = new Random(seed);
  const timers: NodeJS.Timeout[] = [];
  const atRandom = (limitMs: number, what: () => void): void => {
    timers.push(setTimeout(what, random.below(limitMs)));
  };
  // Whoever reads goes on without the thread, and the next has a new one.
  if (random.below(20) === 0) atRandom(60, () => void breakFileThreads());
  const sends = Array.from({ length: random.pick([1, 1, 2, 3]) }, (_, index) => ({
    random: new Random(1_000_003 * seed + index),
    name: `${seed}-${index}`,
  }));
  const reports = await Promise.all(
    sends.map(async ({ random: own, name }) => oneSend(own, name, pool, folder, atRandom)),
  );
  for (const timer of timers) clearTimeout(timer);
  return {
    seed,
    violations: reports.flatMap(({ violations }) => violations),
    outcomes: reports.flatMap(({ outcomes }) => outcomes),
    whole: reports.reduce((sum, { whole }) => sum + whole, 0),
    converted: reports.reduce((sum, { converted }) => sum + converted, 0),
  };
}

/** Heavy: more than a system takes for a connection whose peer does not read, which is four megabytes and more. */
function chosen(random: Random, pool: FilePool, isHeavy: boolean): readonly PooledFile[] {
  const files = new Set<PooledFile>();
  if (isHeavy) for (let count = 10 + random.below(8); count > 0; count -= 1) files.add(random.pick(pool.long));
  for (let count = random.below(random.pick([4, 12, 40])); count > 0; count -= 1) files.add(random.pick(pool.small));
  for (let count = random.pick([0, 0, 1, 1, 3, 8]); count > 0; count -= 1) files.add(random.pick(pool.long));
  if (files.size === 0) files.add(random.pick(pool.long));
  return [...files];
}

async function oneSend(
  random: Random,
  name: string,
  pool: FilePool,
  folder: string,
  atRandom: (limitMs: number, what: () => void) => void,
): Promise<Omit<WholeBytesReport, 'seed'>> {
  const isHeavy = random.below(2) === 0;
  const written = chosen(random, pool, isHeavy).map((file, index): Written => {
    const path = join(folder, `${name}-${index}.dcm`);
    writeFileSync(path, file.bytes);
    return { path, file, isTouched: false };
  });
  const peer = await startPeer(undefined, unsteadyModes(random.below(2 ** 30), isHeavy));
  const options: Partial<SendOptions> = {
    associations: isHeavy ? random.pick([1, 2]) : random.pick([1, 2, 4, 8, 8, 'auto'] as const),
    operationsInvoked: isHeavy ? random.pick([1, 16, 16]) : random.pick([1, 16, 0]),
    ...random.pick([
      { conversion: 'never' },
      { conversion: 'lossless' },
      { conversion: 'lossless' },
      ...(isHeavy ? [] : [{ conversion: 'lossless', requestOnly: random.pick(UNCOMPRESSED) } as const]),
    ] as const),
  };
  const person = new AbortController();
  if (random.below(isHeavy ? 3 : 6) === 0) atRandom(random.pick([20, 100, 400]), () => person.abort());
  const timeouts = isHeavy && random.below(3) > 0 ? { writeStallMs: 20 + random.below(40) } : {};
  const violations: string[] = [];
  let outcomes: readonly FileOutcome[] = [];
  try {
    const files = await scanned(written.map(({ path }) => path));
    if (random.below(8) === 0) {
      const one = random.pick(written);
      const how = random.pick(HARMS);
      one.isTouched = true;
      atRandom(40, () => harm(one, how));
    }
    const result = await runSend({ peer: peerAt(peer.port, { timeouts }), files, options }, {}, person.signal);
    outcomes = [...result.outcomes];
  } catch (error) {
    violations.push(`rejected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  try {
    await peer.stop();
  } catch (error) {
    violations.push(`the peer: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  violations.push(...violationsOf(written, outcomes, peer));
  const { instances } = peer;
  const syntaxes = new Map(written.map(({ file: { sample } }) => [sample.sopInstance, sample.transferSyntax]));
  const converted = instances.filter(
    ({ sopInstanceUID, transferSyntax }) => syntaxes.get(sopInstanceUID) !== transferSyntax,
  );
  for (const { path } of written) truncateSync(path);
  return { violations, outcomes, whole: instances.length, converted: converted.length };
}

/** Runs seeds `from` on, so many at a time. */
export async function wholeBytesRuns(
  from: number,
  count: number,
  folder: string,
  atOnce: number,
  done: (report: WholeBytesReport) => void,
  limits?: SeedLimits,
): Promise<void> {
  const pool = filePool();
  await seedRuns((seed) => wholeBytesRun(seed, pool, folder), from, count, atOnce, done, limits);
}
