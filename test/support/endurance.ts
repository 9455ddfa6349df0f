// Repeats sends many times: none may leave memory or handles behind. Shared by `npm test` (short) and
// `npm run soak` (long).

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Outcome } from '../../src/send/outcome.ts';
import { runSend } from '../../src/send/run.ts';
import { heapUsed } from './heap.ts';
import { peerAt, scanned, writeInstances } from './jobs.ts';
import type { Held, MixedAnswer, MixedQuestion } from './mixed-sender.ts';
import { Random } from './mutate.ts';
import * as naive from './naive-pdu.ts';
import { type PeerConnection, type RawMessage, startScriptedPeer } from './scripted-peer.ts';
import { type Scope, temporaryFolder } from './temporary-folder.ts';

export interface ChurnFigures {
  readonly associations: number;
  readonly failed: number;
  /** From a tenth of them to the last, in bytes. */
  readonly heapGrowth: number;
  readonly elapsedMs: number;
}

/** So many sends in a row, each of which gets one association that comes to nothing, in six ways. */
export async function failingAssociations(scope: Scope, count: number): Promise<ChurnFigures> {
  const [written] = await writeInstances(temporaryFolder(scope), [{}]);
  const files = await scanned([written?.path ?? '']);
  const peer = await startScriptedPeer(async (connection, number) => {
    await failBy(connection, number % 6);
    while ((await connection.pdu()) !== undefined);
  });
  const began = performance.now();
  let failed = 0;
  let associations = 0;
  let heapBefore = 0;
  for (let index = 0; index < count; index += 1) {
    if (index === Math.floor(count / 10)) heapBefore = heapUsed();
    const result = await runSend({ peer: peerAt(peer.port), files }, {}, new AbortController().signal);
    failed += result.counts.failed;
    associations += result.associations.length;
  }
  const elapsedMs = performance.now() - began;
  const heapGrowth = heapUsed() - heapBefore;
  await peer.stop();
  return { associations, failed, heapGrowth, elapsedMs };
}

async function failBy(connection: PeerConnection, way: number): Promise<void> {
  if (way === 0 || way === 1) {
    await connection.accept(way === 0 ? { maximumLength: 1 } : { answer: () => ({ result: 3 }) });
    if ((await connection.pdu())?.type === 0x05) connection.send(naive.releaseRp());
    return;
  }
  await connection.expect(0x01);
  if (way === 2) connection.send(naive.associateRj(1, 1, 3));
  if (way === 3) connection.send(naive.abort(2, 0));
  if (way === 4) connection.socket.resetAndDestroy();
  else connection.socket.end();
}

export interface MixedFigures {
  readonly sends: number;
  readonly faults: number;
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
  /** Called stored, and the peer did not answer that. */
  readonly lies: number;
  /** What the sending process held at the middle and at the end. */
  readonly held: readonly [Held, Held];
  /** The most that the sending process held at any time, in bytes. */
  readonly peakRss: number;
  /** The median resident set of each tenth of the run, in bytes, from the first to the last. */
  readonly rss: readonly number[];
}

const FAULTS = ['abort', 'close', 'reset', 'release', 'pause', 'hang'] as const;

/** As it ships: from source, what strips the types in each thread would be most of the memory. Resolves to its path. */
export async function bundledScript(outdir: string, name: string): Promise<string> {
  await build({
    absWorkingDir: join(import.meta.dirname, '../..'),
    entryPoints: [`test/support/${name}.ts`, 'src/part10/read/file-worker.ts'],
    entryNames: '[name]',
    outExtension: { '.js': '.mjs' },
    outdir,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['dcmjs'],
  });
  return join(outdir, `${name}.mjs`);
}

/** One after the other: the next answer is that to the last question. Rejects when the process ends instead. */
async function ask<T>(child: ChildProcess, question: MixedQuestion): Promise<T> {
  child.send(question);
  const ended = new AbortController();
  const gone = once(child, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new Error(`the sender ended with ${String(code)}`);
  });
  try {
    const [answer] = (await Promise.race([once(child, 'message', { signal: ended.signal }), gone])) as [T];
    return answer;
  } finally {
    ended.abort();
    await gone.catch(() => undefined);
  }
}

/**
 * Sends one after the other for so long, by a process of their own, while every few seconds the peer breaks what is open
 * to it.
 */
export async function mixedRun(scope: Scope, runMs: number, faultEveryMs: number, seed: number): Promise<MixedFigures> {
  const random = new Random(seed);
  const sizes = Array.from({ length: 60 }, (_, index) => ({ pixelBytes: index % 10 === 0 ? 400_000 : 2_000 }));
  const folder = temporaryFolder(scope);
  await writeInstances(folder, sizes);
  const answered = new Set<string>();
  const open = new Set<PeerConnection>();
  const peer = await startScriptedPeer(async (connection) => {
    open.add(connection);
    await connection.accept({ userInformation: [naive.asynchronousOperationsWindow(4, 1)] }).catch(() => undefined);
    for (let message = await connection.message(); message !== undefined; message = await connection.message()) {
      if (connection.socket.writable && open.has(connection)) answer(connection, message, answered);
    }
    if (connection.lastPdu?.type === 0x05) connection.send(naive.releaseRp());
    open.delete(connection);
    while ((await connection.pdu()) !== undefined);
  });
  const script = await bundledScript(temporaryFolder(scope), 'mixed-sender');
  const child = fork(script, [folder, String(peer.port)]);
  const figures = { sends: 0, faults: 0, lies: 0, peakRss: 0 };
  const outcomes: Partial<Record<Outcome, number>> = {};
  const tenths: number[][] = Array.from({ length: 10 }, () => []);
  const faults = setInterval(() => {
    const [connection] = open;
    if (connection === undefined) return;
    breakBy(connection, random.pick(FAULTS), open);
    figures.faults += 1;
  }, faultEveryMs);
  const began = performance.now();
  let middle: Held | undefined;
  for (let at = 0; at < runMs; at = performance.now() - began) {
    if (middle === undefined && at > runMs / 2) middle = await ask<Held>(child, 'held');
    answered.clear();
    const options = { associations: random.pick([1, 2, 4]), operationsInvoked: random.pick([1, 4]) };
    const { outcomes: told, rss, peakRss } = await ask<MixedAnswer>(child, { options });
    figures.sends += 1;
    figures.peakRss = Math.max(figures.peakRss, peakRss);
    tenths[Math.floor((10 * at) / runMs)]?.push(rss);
    for (const [outcome, sopInstanceUID] of told) {
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (outcome === 'stored' && !answered.has(sopInstanceUID ?? '')) figures.lies += 1;
    }
  }
  clearInterval(faults);
  const end = await ask<Held>(child, 'held');
  child.disconnect();
  await once(child, 'exit');
  await peer.stop();
  return { ...figures, outcomes, held: [middle ?? end, end], rss: tenths.map(median) };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function answer(connection: PeerConnection, message: RawMessage, answered: Set<string>): void {
  answered.add((message.command.get(0x1000)?.toString('latin1') ?? '').replace(/\0$/, ''));
  connection.respond(message, 0);
}

function breakBy(connection: PeerConnection, fault: (typeof FAULTS)[number], open: Set<PeerConnection>): void {
  const { socket } = connection;
  if (fault !== 'pause') open.delete(connection);
  if (fault === 'abort') socket.end(naive.abort(2, 0));
  else if (fault === 'close') socket.end();
  else if (fault === 'reset') socket.resetAndDestroy();
  else if (fault === 'release') connection.send(naive.releaseRq());
  else if (fault === 'pause') {
    socket.pause();
    setTimeout(() => socket.resume(), 500);
  }
}
