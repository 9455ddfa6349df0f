// One file in a hundred is bad, anywhere among many good ones, each in one of the ways that real archives have. What must hold:
// every good file is stored, every bad one ends with its own outcome, and time and memory are bounded.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { attackSize, measured, peakMemory } from '../support/attack.ts';
import { receiverFor, startCli } from '../support/cli-process.ts';
import { imageDataSet } from '../support/decompression-run.ts';
import {
  buildFile,
  CT_IMAGE,
  EXPLICIT_LE,
  element,
  encodeDataSet,
  MR_IMAGE,
  RLE_LOSSLESS,
  SECONDARY_CAPTURE,
} from '../support/dicom-builder.ts';
import { Random } from '../support/mutate.ts';
import { encodeRle } from '../support/naive-rle.ts';
import { startPeer } from '../support/peer-modes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const FOLDERS = attackSize(6, 100);
const FILES_IN_A_FOLDER = attackSize(100, 1_000);
/** One in so many is bad. */
const BAD = attackSize(20, 100);
/** Of these, none goes bad while it is sent: they may be read before. */
const FIRST = attackSize(150, 2_000);
/** With Node itself, in MiB. */
const MEMORY_MAX = 200;
/** Each bad file may cost two associations; a good one is far below. In milliseconds. */
const TIME_MAX = attackSize(60_000, 300_000);

/** How a file is bad, and what must become of it. */
const EXPECTED = {
  'the peer aborts': 'unknown: association aborted',
  'the peer resets': 'unknown: connection lost',
  'the peer refuses': 'failed: status',
  undecodable: 'failed: cannot convert',
  'undecodable at its end': 'failed: cannot convert',
  'cut before': 'held back: pre-flight',
  'cut while sending': 'failed: file changed',
  'gone while sending': 'failed: read error',
} as const;
type Poison = keyof typeof EXPECTED;

interface Planned {
  readonly path: string;
  readonly uid: string;
  readonly poison: Poison | undefined;
}

function plainFile(sopInstance: string, folder: number): Buffer {
  const sopClass = folder % 2 === 0 ? CT_IMAGE : MR_IMAGE;
  const elements = [
    element(0x00080016, 'UI', sopClass),
    element(0x00080018, 'UI', sopInstance),
    element(0x00100010, 'PN', 'TEST^MANY'),
    element(0x0020000d, 'UI', '2.25.4'),
    element(0x0020000e, 'UI', `2.25.5${folder}`),
    element(0x00280010, 'US', [4]),
    element(0x00280011, 'US', [4]),
    element(0x7fe00010, 'OW', Buffer.alloc(32, folder)),
  ];
  return buildFile({
    transferSyntax: EXPLICIT_LE,
    sopClass,
    sopInstance,
    dataSet: encodeDataSet(elements, EXPLICIT_LE),
  });
}

/** By their size: compressing one takes longer than sending it. */
const FRAMES = new Map<number, Uint8Array>();

/** Its last frame is cut off. Of large ones, the frames before it have gone out when that shows. */
function undecodable(sopInstance: string, size: number, frames: number): Buffer {
  const more = [element(0x00080018, 'UI', sopInstance)];
  const frame = FRAMES.get(size) ?? encodeRle(Buffer.alloc(size * size, 7), 1, 8);
  FRAMES.set(size, frame);
  const fragments = Array.from({ length: frames }, (_, index) =>
    index === frames - 1 ? frame.subarray(0, 66) : frame,
  );
  const dataSet = imageDataSet(
    { rows: size, columns: size, frames, more },
    { fragments: [Buffer.alloc(0), ...fragments] },
  );
  return buildFile({ transferSyntax: RLE_LOSSLESS, sopClass: SECONDARY_CAPTURE, sopInstance, dataSet });
}

function fileFor(poison: Poison | undefined, sopInstance: string, folder: number): Buffer {
  if (poison === 'undecodable') return undecodable(sopInstance, 16, 2);
  if (poison === 'undecodable at its end') return undecodable(sopInstance, 1_024, 3);
  const file = plainFile(sopInstance, folder);
  return poison === 'cut before' ? file.subarray(0, file.length - 6) : file;
}

/** The same files for the same seed. */
function writeFolders(root: string, kinds: readonly Poison[]): Planned[] {
  const random = new Random(4711);
  const early = kinds.filter((kind) => !kind.endsWith('while sending'));
  const planned: Planned[] = [];
  for (let folder = 0; folder < FOLDERS; folder += 1) {
    const inner = join(root, String(folder).padStart(3, '0'));
    mkdirSync(inner);
    for (let index = 0; index < FILES_IN_A_FOLDER; index += 1) {
      const uid = `2.25.${1_000_000 + planned.length}`;
      const path = join(inner, `${String(index).padStart(4, '0')}.dcm`);
      const poison = random.below(BAD) === 0 ? random.pick(planned.length < FIRST ? early : kinds) : undefined;
      writeFileSync(path, fileFor(poison, uid, folder));
      planned.push({ path, uid, poison });
    }
  }
  return planned;
}

interface ReportedInstance {
  readonly path: string;
  readonly outcome: string;
  readonly reason?: { readonly code: string };
}

async function send(t: TestContext, root: string, port: number | string, more: readonly string[] = []) {
  const report = join(temporaryFolder(t), 'report.json');
  const began = performance.now();
  const sender = startCli(['store', '-r', ...more, '--report', report, '127.0.0.1', String(port), root]);
  let peak = 0;
  const watch = setInterval(() => {
    try {
      peak = Math.max(peak, peakMemory(sender.child.pid));
    } catch {
      // It has just ended.
    }
  }, 50);
  const { stdout, stderr } = await sender.exit;
  clearInterval(watch);
  const elapsedMs = performance.now() - began;
  const { instances, associations } = JSON.parse(readFileSync(report, 'utf8')) as {
    instances: ReportedInstance[];
    associations: unknown[];
  };
  measured('time', Math.round(elapsedMs / 1000), 's');
  measured('memory', peak, 'MiB');
  measured('associations', associations.length, '');
  t.diagnostic(stdout.slice(0, 1_000));
  assert.ok(peak <= MEMORY_MAX, `${peak} MiB`);
  assert.ok(elapsedMs <= TIME_MAX, `${Math.round(elapsedMs)} ms`);
  assert.doesNotMatch(stderr, /bug/u);
  return instances;
}

/** Counts by what was planned and what became of it, so that a failure tells all kinds at a glance. */
function tallied(planned: readonly Planned[], instances: readonly ReportedInstance[]): Record<string, number> {
  const byPath = new Map(instances.map((instance) => [instance.path, instance]));
  const counts: Record<string, number> = {};
  for (const { path, poison } of planned) {
    const instance = byPath.get(path);
    const { outcome = 'none', reason } = instance ?? {};
    const key = `${poison ?? 'good'} -> ${outcome}${reason === undefined ? '' : `: ${reason.code}`}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

function expected(planned: readonly Planned[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { poison } of planned) {
    const key = poison === undefined ? 'good -> stored' : `${poison} -> ${EXPECTED[poison]}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

test('of many files with bad ones anywhere, every good one is stored: a peer that aborts, resets and refuses', async (t) => {
  const root = temporaryFolder(t);
  const planned = writeFolders(root, Object.keys(EXPECTED) as Poison[]);
  const poisons = new Map(planned.map(({ uid, poison }) => [uid, poison]));
  let hasBegun = false;
  const spoil = (): void => {
    hasBegun = true;
    for (const { path, poison } of planned) {
      if (poison === 'gone while sending') rmSync(path);
      if (poison === 'cut while sending') truncateSync(path, 300);
    }
  };
  const stored = new Set<string>();
  const peer = await startPeer(t, {
    keeps: 'lengths',
    context: ({ transferSyntaxes }) =>
      transferSyntaxes[0] === RLE_LOSSLESS ? { result: 4 } : { result: 0, transferSyntax: transferSyntaxes[0] ?? '' },
    answer: ({ sopInstanceUID }) => {
      if (!hasBegun) spoil();
      switch (poisons.get(sopInstanceUID)) {
        case 'the peer aborts':
          return 'abort';
        case 'the peer resets':
          return 'reset';
        case 'the peer refuses':
          return 0xc001;
        default:
          stored.add(sopInstanceUID);
          return 0;
      }
    },
  });
  const instances = await send(t, root, peer.port);
  measured('connections at the peer', peer.connections, '');
  assert.deepEqual(tallied(planned, instances), expected(planned));
  const good = planned.filter(({ poison }) => poison === undefined);
  assert.equal(stored.size, good.length);
});

test('of many files with bad ones anywhere, every good one is stored: the built-in receiver', async (t) => {
  const root = temporaryFolder(t);
  const planned = writeFolders(root, ['undecodable', 'undecodable at its end', 'cut before']);
  const receiver = await receiverFor(t);
  // Explicit VR Little Endian alone is proposed, so compressed files must be decompressed.
  const instances = await send(t, root, receiver.port, ['-xe']);
  assert.deepEqual(tallied(planned, instances), expected(planned));
});
