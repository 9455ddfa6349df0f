// F71: the process of a send is killed while it sends. The journal is compared with what the peer has on its disk: nothing is
// recorded as stored that the peer lacks, and exactly the rest is left to send.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { JournaledFile } from '../../src/send/journal.ts';
import { readJournals, remaining } from '../../src/send/journal-shelf.ts';
import { seededBytes } from '../support/dicom-builder.ts';
import { peerAt, send, verdicts, writeInstances } from '../support/jobs.ts';
import * as naive from '../support/naive-pdu.ts';
import { type PeerConnection, startScriptedPeer } from '../support/scripted-peer.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const KILLS = 100;
const FILES = 24;
/** The peer's time before and after it stores an instance, in milliseconds: a kill can come at any point of an exchange. */
const PEER_MS = 2;
/** What a peer does for one instance: it has come, it is stored, it is answered. */
const STEPS = 3;
const SENDER = join(import.meta.dirname, '../support/journaling-sender.ts');

/** Evenly from 0 up to 1, the same for the same seed. */
function fractions(seed: number, count: number): number[] {
  const bytes = seededBytes(4 * count, seed);
  return Array.from({ length: count }, (_, index) => bytes.readUInt32LE(4 * index) / 2 ** 32);
}

/** Stores each instance on disk under its UID, takes its time before and after, then answers. */
async function serveSlowly(connection: PeerConnection, directory: string, step: () => void): Promise<void> {
  await connection.accept();
  for (;;) {
    const message = await connection.message();
    if (message === undefined) break;
    step();
    await pause(PEER_MS);
    const uid = message.command.get(0x1000)?.toString('latin1').replace(/\0$/, '') ?? '';
    writeFileSync(join(directory, uid), message.dataSet ?? '');
    step();
    await pause(PEER_MS);
    connection.respond(message, 0);
    step();
  }
  if (connection.lastPdu?.type === 0x05) connection.send(naive.releaseRp());
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

interface Sender {
  readonly child: ChildProcess;
  readonly journals: string;
  /** What it has told of so far. */
  told(): string;
}

/** @param cache where compiled code is kept from one process to the next */
async function ready(folder: string, port: number, journals: string, wide: boolean, cache: string): Promise<Sender> {
  const wideness = wide ? ['2', '4'] : ['1', '1'];
  const child = spawn(process.execPath, [SENDER, folder, String(port), journals, ...wideness], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  });
  let told = '';
  child.stdout.setEncoding('utf8');
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`ended before it began: ${told}`)));
    child.stdout.on('data', (piece: string) => {
      told += piece;
      if (told.startsWith('READY\n')) resolve();
    });
  });
  return { child, journals, told: () => told };
}

test(`F71: killed at ${KILLS} random instants, a send owes exactly what is not recorded as stored`, async (t) => {
  const scratch = temporaryFolder(t);
  const folder = join(scratch, 'study');
  mkdirSync(folder);
  const instances = await writeInstances(
    folder,
    Array.from({ length: FILES }, () => ({ pixelBytes: 30_000 })),
  );
  const uidOf = new Map(instances.map(({ path, sopInstance }) => [path, sopInstance]));
  const counts = { killed: 0, cut: 0, done: 0 };

  /** @param moment 0-1: after which share of the peer's steps, and how much later */
  async function killOne(index: number, moment: number, lag: number): Promise<void> {
    const disk = join(scratch, `disk-${index}`);
    const journals = join(scratch, `journals-${index}`);
    mkdirSync(disk);
    const killAt = Math.floor(moment * (FILES * STEPS + 1));
    let steps = 0;
    let reached: () => void = () => undefined;
    const isDue = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const step = (): void => {
      if (steps++ === killAt) reached();
    };
    // What a killed sender leaves half-way is not the peer's fault.
    const peer = await startScriptedPeer((connection) => serveSlowly(connection, disk, step).catch(() => undefined));
    t.after(() => peer.stop());
    const sender = await ready(folder, peer.port, journals, index % 3 === 2, join(scratch, 'cache'));
    t.after(() => sender.child.kill('SIGKILL'));
    const exited = once(sender.child, 'exit');
    const closed = once(sender.child.stdout ?? sender.child, 'close');
    sender.child.stdin?.write('go\n');
    await Promise.race([isDue, exited]);
    await pause(lag * PEER_MS * 2);
    sender.child.kill('SIGKILL');
    await Promise.all([exited, closed]);

    const recorded = recordedAsStored(journals);
    const told = [...sender.told().matchAll(/^stored (.*)$/gm)].map(([, path]) => path ?? '');
    if (recorded === undefined) {
      // Forgotten: then everything must be there.
      assert.equal(told.length, FILES);
      assert.equal(readdirSync(disk).length, FILES);
      counts.done += 1;
    } else {
      for (const path of told) assert.ok(recorded.has(path), `${path} was told of before it was on record`);
      for (const path of recorded)
        assert.ok(existsSync(join(disk, uidOf.get(path) ?? '?')), `${path} is called stored, and the peer lacks it`);
      const owed = (await owedIn(journals)).map(({ path }) => path);
      const rest = instances.map(({ path }) => path).filter((path) => !recorded.has(path));
      assert.deepEqual(owed.toSorted(), rest.toSorted());
      if (owed.length > 0) {
        if (owed.length < FILES) counts.cut += 1;
        // Sent again from there, everything is where it belongs.
        const { result } = await send(owed, peerAt(peer.port));
        assert.deepEqual(new Set(verdicts(result)), new Set(['stored']));
      }
      assert.equal(readdirSync(disk).length, FILES);
    }
    counts.killed += 1;
    await peer.stop();
    rmSync(disk, { recursive: true });
    rmSync(journals, { recursive: true, force: true });
  }

  const lags = fractions(72, KILLS);
  const next = fractions(71, KILLS).entries();
  const worker = async (): Promise<void> => {
    for (const [index, moment] of next) await killOne(index, moment, lags[index] ?? 0);
  };
  await killOne(-1, 1, 0);
  assert.deepEqual(counts, { killed: 1, cut: 0, done: 1 }, 'nobody kills the first, which fills the cache');
  await Promise.all([worker(), worker(), worker()]);
  const { killed, cut, done } = counts;
  t.diagnostic(
    `${killed - 1} killed, ${cut} of them between the first and the last outcome, ${done - 1} after the end`,
  );
  assert.equal(killed, KILLS + 1);
  assert.ok(cut > KILLS / 2, 'most are cut in the middle');
});

/** Read by another way than the reader's own; undefined: there is no journal. */
function recordedAsStored(journals: string): Set<string> | undefined {
  const names = existsSync(journals) ? readdirSync(journals) : [];
  assert.ok(names.length <= 1);
  const [name] = names;
  if (name === undefined) return undefined;
  const lines = readFileSync(join(journals, name), 'utf8').split('\n').slice(0, -1);
  const files = new Map(
    lines.filter((line) => line.startsWith('[')).map((line) => JSON.parse(line) as [number, string]),
  );
  const stored = lines.flatMap((line) => /^\{"file":(\d+),"outcome":"stored",/.exec(line)?.[1] ?? []);
  return new Set(stored.map((index) => files.get(Number(index)) ?? assert.fail(`no file ${index}`)));
}

async function owedIn(journals: string): Promise<JournaledFile[]> {
  const [journal] = await readJournals(journals, Date.now());
  assert.ok(journal !== undefined);
  assert.equal(journal.isHeld, false, 'its process is gone');
  assert.equal(journal.end, undefined);
  assert.equal(journal.files.size, FILES);
  return remaining(journal);
}
