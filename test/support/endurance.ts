// Long things in small: what is done over and over must cost nothing in the end. Shared by `npm test` (short) and
// `npm run soak` (long).

import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Outcome } from '../../src/send/outcome.ts';
import { runSend } from '../../src/send/run.ts';
import { buildFile, element, encodeElements, sampleInstance } from './dicom-builder.ts';
import { peerAt, scanned, writeInstances } from './jobs.ts';
import { Random } from './mutate.ts';
import * as naive from './naive-pdu.ts';
import { type PeerConnection, type RawMessage, startScriptedPeer } from './scripted-peer.ts';
import { type Scope, temporaryFolder } from './temporary-folder.ts';

const GIGABYTE = 2 ** 30;

/** In bytes, after everything that is not needed has been thrown away. */
export function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

export interface SparseFile {
  readonly path: string;
  /** Of the data set, in bytes. */
  readonly dataSetLength: number;
}

/** A file of so many GiB of zeros, in private elements (PS3.5 7.8) of 1 GiB. They are holes and take no room on the disk. */
export async function sparseFile(scope: Scope, gigabytes: number): Promise<SparseFile> {
  const path = join(temporaryFolder(scope), 'sparse.dcm');
  const instance = sampleInstance({ pixelBytes: 0 });
  const plain = instance.elements.filter(({ tag }) => tag < 0x7fe00010);
  const before = encodeElements([...plain, element(0x00990010, 'LO', 'SEND TO PACS TEST')].sort(byTag), 'explicit LE');
  const file = buildFile({ ...instance, dataSet: before });
  const handle = await open(path, 'w');
  await handle.write(file);
  let at = file.length;
  for (let index = 0; index < gigabytes; index += 1) {
    const header = encodeElements(
      [{ tag: 0x00991000 + index, vr: 'OB', value: new Uint8Array(), lyingLength: GIGABYTE }],
      'explicit LE',
    );
    await handle.write(header, 0, header.length, at);
    at += header.length + GIGABYTE;
  }
  await handle.truncate(at);
  await handle.close();
  return { path, dataSetLength: at - (file.length - before.length) };
}

const byTag = (a: { readonly tag: number }, b: { readonly tag: number }): number => a.tag - b.tag;

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
  /** From the middle to the end, in bytes. */
  readonly heapGrowth: number;
  /** The most that the process held at any time, in bytes. */
  readonly peakRss: number;
}

const FAULTS = ['abort', 'close', 'reset', 'release', 'pause', 'hang'] as const;

/** Sends one after the other for so long, while every few seconds the peer breaks what is open to it. */
export async function mixedRun(scope: Scope, runMs: number, faultEveryMs: number, seed: number): Promise<MixedFigures> {
  const random = new Random(seed);
  const sizes = Array.from({ length: 60 }, (_, index) => ({ pixelBytes: index % 10 === 0 ? 400_000 : 2_000 }));
  const folder = temporaryFolder(scope);
  await writeInstances(folder, sizes);
  const files = await scanned([folder]);
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
  const figures = { sends: 0, faults: 0, lies: 0, peakRss: 0 };
  const outcomes: Partial<Record<Outcome, number>> = {};
  const faults = setInterval(() => {
    const [connection] = open;
    if (connection === undefined) return;
    breakBy(connection, random.pick(FAULTS), open);
    figures.faults += 1;
  }, faultEveryMs);
  const watch = setInterval(() => {
    figures.peakRss = Math.max(figures.peakRss, process.memoryUsage().rss);
  }, 50);
  const began = performance.now();
  let heapBefore: number | undefined;
  const timeouts = { associationMs: 1_000, responseMs: 1_000, writeStallMs: 1_000, releaseMs: 1_000 };
  while (performance.now() - began < runMs) {
    if (heapBefore === undefined && performance.now() - began > runMs / 2) heapBefore = heapUsed();
    answered.clear();
    const options = { associations: random.pick([1, 2, 4]), operationsInvoked: random.pick([1, 4]) };
    const job = { peer: peerAt(peer.port, { timeouts }), files, options };
    const result = await runSend(job, {}, new AbortController().signal);
    figures.sends += 1;
    for (const { outcome, sopInstanceUID } of result.outcomes) {
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (outcome === 'stored' && !answered.has(sopInstanceUID ?? '')) figures.lies += 1;
    }
  }
  clearInterval(faults);
  clearInterval(watch);
  await sleep(10);
  const heapGrowth = heapUsed() - (heapBefore ?? 0);
  await peer.stop();
  return { ...figures, outcomes, heapGrowth };
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
