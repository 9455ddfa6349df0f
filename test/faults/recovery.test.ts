// Files that break an association, whether we abort it or the peer does, take no other file along; and a peer that
// allows fewer associations than asked for is not asked again and again.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { SendJob, SendResult } from '../../src/send/job.ts';
import { DEFAULT_PREFLIGHT_POLICY } from '../../src/send/preflight-policy.ts';
import { runSend } from '../../src/send/run.ts';
import type { ScannedFiles } from '../../src/send/scanned-files.ts';
import { imageDataSet } from '../support/decompression-run.ts';
import { buildFile, element, RLE_LOSSLESS, SECONDARY_CAPTURE } from '../support/dicom-builder.ts';
import { folderOf, peerAt, scanned, verdicts, writeInstances } from '../support/jobs.ts';
import type { PeerModes } from '../support/mode-types.ts';
import { encodeRle } from '../support/naive-rle.ts';
import { startPeer } from '../support/peer-modes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const everything = Object.fromEntries(Object.keys(DEFAULT_PREFLIGHT_POLICY).map((code) => [code, 'send'])) as Record<
  keyof typeof DEFAULT_PREFLIGHT_POLICY,
  'send'
>;

function run(port: number, files: ScannedFiles, options: SendJob['options'] = {}): Promise<SendResult> {
  return runSend({ peer: peerAt(port), files, options }, {}, new AbortController().signal);
}

/** Answers every instance but those with one of these UIDs, on which it aborts. */
const abortsOn = (poison: ReadonlySet<string>): PeerModes => ({
  answer: ({ sopInstanceUID }) => (poison.has(sopInstanceUID) ? 'abort' : 0),
});

/** Every order of so many bad files among so many files. */
function placesOf(bad: number, count: number, from = 0): number[][] {
  if (bad === 0) return [[]];
  const all: number[][] = [];
  for (let place = from; place <= count - bad; place += 1) {
    for (const rest of placesOf(bad - 1, count, place + 1)) all.push([place, ...rest]);
  }
  return all;
}

/** An RLE image of several frames of which the last cannot be decoded: its damage shows when most of it is out. */
function damagedRle(uid: string): Buffer {
  const frame = encodeRle(Buffer.alloc(512 * 512, 7), 1, 8);
  const damaged = Buffer.alloc(64, 0xff);
  const more = [element(0x00080018, 'UI', uid)];
  const pixels = { fragments: [Buffer.alloc(0), frame, frame, frame, damaged] };
  const dataSet = imageDataSet({ rows: 512, columns: 512, frames: 4, more }, pixels);
  return buildFile({ transferSyntax: RLE_LOSSLESS, sopClass: SECONDARY_CAPTURE, sopInstance: uid, dataSet });
}

for (const options of [{}, { associations: 3 }, { operationsInvoked: 4 }, { associations: 2, operationsInvoked: 4 }]) {
  test(`five files that cannot be decoded, before ten good ones: the ten are stored, ${JSON.stringify(options)}`, async (t) => {
    const folder = await folderOf(t, 10);
    for (const bad of [1, 2, 3, 4, 5]) await writeFile(join(folder, `0-${bad}.dcm`), damagedRle(`2.25.777${bad}`));
    const isAccepted = (syntaxes: readonly string[]): boolean => syntaxes[0] !== RLE_LOSSLESS;
    const peer = await startPeer(t, {
      window: 4,
      context: ({ transferSyntaxes }) =>
        isAccepted(transferSyntaxes) ? { result: 0, transferSyntax: transferSyntaxes[0] ?? '' } : { result: 4 },
    });
    const result = await run(peer.port, await scanned([folder]), { ...options, preflight: everything });
    await peer.stop();
    assert.deepEqual(verdicts(result), [
      ...Array.from({ length: 5 }, () => 'failed: cannot convert'),
      ...Array.from({ length: 10 }, () => 'stored'),
    ]);
  });
}

test('ten files in a row that make the peer abort, sixty good ones behind: the sixty are stored', async (t) => {
  const folder = temporaryFolder(t);
  const instances = await writeInstances(
    folder,
    Array.from({ length: 70 }, () => ({})),
  );
  const poison = new Set(instances.slice(0, 10).map(({ sopInstance }) => sopInstance));
  const peer = await startPeer(t, abortsOn(poison));
  const result = await run(peer.port, await scanned([folder]));
  await peer.stop();
  assert.equal(result.counts.stored, 60);
  assert.equal(result.counts.unknown, 10);
});

test('a file that makes the peer abort, on several associations with a window: all others are stored', async (t) => {
  const folder = temporaryFolder(t);
  const instances = await writeInstances(
    folder,
    Array.from({ length: 11 }, () => ({})),
  );
  const files = await scanned([folder]);
  for (const associations of [1, 4, 8]) {
    for (const [place, poison] of instances.entries()) {
      const peer = await startPeer(t, { window: 8, ...abortsOn(new Set([poison.sopInstance])) });
      const result = await run(peer.port, files, { associations, operationsInvoked: 8 });
      await peer.stop();
      const expected = instances.map((instance) => (instance === poison ? 'unknown: association aborted' : 'stored'));
      assert.deepEqual(verdicts(result), expected, `${associations} associations, place ${place}`);
    }
  }
});

test('three files that make the peer abort, anywhere among eight: the five others are stored', async (t) => {
  const folder = temporaryFolder(t);
  const instances = await writeInstances(
    folder,
    Array.from({ length: 8 }, () => ({})),
  );
  const files = await scanned([folder]);
  await Promise.all(
    placesOf(3, 8).map(async (places) => {
      const poison = new Set(places.map((place) => instances[place]?.sopInstance ?? ''));
      const peer = await startPeer(t, abortsOn(poison));
      const result = await run(peer.port, files);
      await peer.stop();
      assert.equal(result.counts.stored, 5, `${places.join()}: ${verdicts(result).join(', ')}`);
    }),
  );
});

test('a peer that aborts on every instance is given up after ten', async (t) => {
  const folder = temporaryFolder(t);
  const instances = await writeInstances(
    folder,
    Array.from({ length: 40 }, () => ({})),
  );
  const poison = new Set(instances.map(({ sopInstance }) => sopInstance));
  const peer = await startPeer(t, abortsOn(poison));
  const result = await run(peer.port, await scanned([folder]), { associations: 1 });
  await peer.stop();
  assert.equal(peer.connections, 10);
  assert.equal(result.counts.failed, 30);
});

test('a peer that allows one association is not asked for four again and again', async (t) => {
  const folder = await folderOf(t, 200, 64);
  const peer = await startPeer(t, {}, { limit: 1 });
  const result = await run(peer.port, await scanned([folder]), { associations: 4 });
  await peer.stop();
  assert.equal(result.counts.stored, 200);
  assert.ok(peer.connections <= 4, `${peer.connections} connections`);
  assert.equal(peer.overLimit, peer.connections - 1);
});
