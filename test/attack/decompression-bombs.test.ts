// Images that grow a thousandfold and more when they are decompressed. Every send here is a process of its own, to a peer
// that takes uncompressed images only.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { attackSize, measured } from '../support/attack.ts';
import { blackRle, claiming, honest, SYNTAX, tiled, writeImage } from '../support/bombs.ts';
import { UID } from '../support/decompression-run.ts';
import { EXPLICIT_LE } from '../support/dicom-builder.ts';
import type { EncodedAs } from '../support/frame-encoder.ts';
import { type MeasuredExit, runCliMeasured } from '../support/peak-memory.ts';
import { type ModalPeer, startPeer } from '../support/peer-modes.ts';
import { type Scope, temporaryFolder } from '../support/temporary-folder.ts';

/** Of the whole process, in MiB. */
const MOST_MEMORY = 300;
const SIDE = 22_000;
const COMPRESSED = new Set<string>(Object.values(UID));

/** Takes what is not compressed, and counts its bytes. */
function uncompressedOnly(t: Scope): Promise<ModalPeer> {
  return startPeer(t, {
    keeps: 'lengths',
    context: ({ transferSyntaxes }) =>
      transferSyntaxes.some((uid) => COMPRESSED.has(uid)) ? { result: 4 } : { result: 0, transferSyntax: EXPLICIT_LE },
  });
}

async function send(
  t: Scope,
  peer: ModalPeer,
  paths: readonly string[],
  ...options: readonly string[]
): Promise<MeasuredExit> {
  const args = ['store', '127.0.0.1', String(peer.port), '--conversion', 'any', ...options, ...paths];
  const exit = await runCliMeasured(t, args);
  assert.ok(exit.peak <= MOST_MEMORY, `${exit.peak} MiB`);
  return exit;
}

const CODECS = ['JPEG', 'JPEG lossless', 'JPEG-LS', 'JPEG 2000', 'HTJ2K'] as const;

test('streams of under 1 kB that claim 22000 x 22000 pixels are refused, and the files between are sent', async (t) => {
  const folder = temporaryFolder(t);
  const good = { rows: 40, columns: 50, samplesPerPixel: 1, bits: 8 } as const;
  const paths: string[] = [];
  for (const as of CODECS) {
    const stream = await claiming(as, SIDE, SIDE);
    assert.ok(stream.length < 1_000);
    paths.push(writeImage(folder, `bomb ${as}.dcm`, SYNTAX[as], { rows: SIDE, columns: SIDE }, [stream]));
    paths.push(writeImage(folder, `good ${as}.dcm`, SYNTAX[as], good, [await honest(as, good, 4)]));
  }
  const peer = await uncompressedOnly(t);
  const { code, stdout, stderr, peak } = await send(t, peer, paths);
  measured(`${SIDE} x ${SIDE} of under 1 kB`, peak, 'MiB');
  assert.equal(code, 1, stderr);
  assert.match(stdout, /takes \d+ MiB of memory to decompress from JPEG 2000, more than the \d+ MiB that there are/u);
  assert.equal(peer.instances.length, CODECS.length);
});

test('streams that are too short for what they claim are refused before they are decoded', async (t) => {
  const folder = temporaryFolder(t);
  const size = { rows: 6_000, columns: 6_000 };
  const paths: string[] = [];
  for (const as of ['JPEG', 'JPEG lossless', 'JPEG-LS'] as const) {
    const stream = await claiming(as, size.rows, size.columns);
    paths.push(writeImage(folder, `${as}.dcm`, SYNTAX[as], size, [stream]));
  }
  const peer = await uncompressedOnly(t);
  const { stdout, peak } = await send(t, peer, paths);
  measured('6,000 x 6,000 of under 1 kB', peak, 'MiB');
  const refusals = stdout.match(/its code stream has \d+ bytes, and \S+ takes at least \d+ for 6000 x 6000 pixels/gu);
  assert.equal(refusals?.length, 3, stdout);
  assert.ok(peak < 180, `${peak} MiB`);
});

test('RLE of gigabytes is refused, and the longest that there is memory for is sent', async (t) => {
  const folder = temporaryFolder(t);
  const sides = attackSize(16_000, 32_000);
  const bomb = { rows: sides, columns: sides };
  const large = { rows: 10_000, columns: 10_000 };
  const paths = [
    writeImage(folder, 'bomb.dcm', UID.rle, bomb, [blackRle(bomb.rows * bomb.columns, 1)]),
    writeImage(folder, 'large.dcm', UID.rle, large, [blackRle(large.rows * large.columns, 1)]),
  ];
  const peer = await uncompressedOnly(t);
  const { code, stdout, peak } = await send(t, peer, paths);
  measured(`RLE of ${sides} x ${sides}`, peak, 'MiB');
  assert.equal(code, 1, stdout);
  assert.match(stdout, /to decompress from RLE, more than/u);
  assert.equal(peer.instances.length, 1);
});

test('a stream of tiles is stopped where they take more memory than the image', async (t) => {
  const folder = temporaryFolder(t);
  const size = { rows: 2_550, columns: 2_550 };
  const path = writeImage(folder, 'tiles.dcm', UID.jpeg2000Lossless, size, [await tiled(size.rows, 10)]);
  const peer = await uncompressedOnly(t);
  const { code, stdout, peak } = await send(t, peer, [path]);
  measured('65,025 tiles', peak, 'MiB');
  assert.equal(code, 1, stdout);
  assert.match(stdout, /takes more than \d+ MiB|broke off|memory/u);
});

test('some kilobytes that honestly become gigabytes go out frame by frame', async (t) => {
  const folder = temporaryFolder(t);
  const side = attackSize(2_400, 4_400);
  const size = { rows: side, columns: side, samplesPerPixel: 1, bits: 8 } as const;
  const count = attackSize(2, 110);
  const frame = await honest('JPEG-LS', { ...size }, 0);
  const black = await honest('JPEG 2000', size, 0);
  const deflated = deflateRawSync(new Uint8Array(side * side));
  const padded = Buffer.concat([deflated, Buffer.alloc(deflated.length % 2)]);
  const paths = [frame, black, padded].map((one, index) =>
    writeImage(
      folder,
      `${index}.dcm`,
      [UID.jpegLs, UID.jpeg2000Lossless, UID.deflatedFrames][index] as string,
      size,
      Array(count).fill(one),
    ),
  );
  const peer = await uncompressedOnly(t);
  const { code, stdout, peak } = await send(t, peer, paths);
  measured(`${3 * count} frames of ${side} x ${side}`, peak, 'MiB');
  assert.equal(code, 0, stdout);
  assert.ok(peer.instances.every(({ length }) => length > count * side * side));
});

test('a frame that inflates to more than its image, and JPEG-LS with zeros too many, take no more memory', async (t) => {
  const folder = temporaryFolder(t);
  const gigabyte = deflateRawSync(new Uint8Array(attackSize(150, 1_000) * 1_048_576));
  const frame = Buffer.concat([gigabyte, Buffer.alloc(gigabyte.length % 2)]);
  const paths = [writeImage(folder, 'more.dcm', UID.deflatedFrames, { rows: 600, columns: 600 }, [frame])];
  for (const side of [500, attackSize(1_000, 4_400)]) {
    const size = { rows: side, columns: side, samplesPerPixel: 1, bits: 8 } as const;
    const stream = Buffer.from(await honest('JPEG-LS', size, 8));
    const end = stream.lastIndexOf(Buffer.of(0xff, 0xd9));
    // No guess is right: a quarter is missing.
    const zeros = Buffer.alloc(4);
    const damaged = Buffer.concat([
      stream.subarray(0, Math.floor(0.75 * end)),
      Buffer.of(1),
      zeros,
      Buffer.of(0xff, 0xd9),
    ]);
    const even = Buffer.concat([damaged, Buffer.alloc(damaged.length % 2)]);
    paths.push(writeImage(folder, `${side}.dcm`, UID.jpegLs, { ...size, frames: 1 }, [even]));
  }
  const peer = await uncompressedOnly(t);
  const { code, stdout, peak } = await send(t, peer, paths);
  measured('what no guess decodes', peak, 'MiB');
  assert.equal(code, 1, stdout);
  assert.match(stdout, /it inflates to more than 360000 bytes/u);
  assert.equal(peer.instances.length, 0);
});

test('mammograms go out from every codec', async (t) => {
  const folder = temporaryFolder(t);
  const rows = attackSize(4_096, 5_928);
  const columns = attackSize(3_328, 4_728);
  const size = { rows, columns, samplesPerPixel: 1, bits: 16 } as const;
  // JPEG 2000 takes seconds, and the same memory as HTJ2K.
  for (const as of attackSize<readonly EncodedAs[]>(['HTJ2K'], ['JPEG lossless', 'JPEG-LS', 'JPEG 2000', 'HTJ2K'])) {
    const path = writeImage(folder, `${as}.dcm`, SYNTAX[as], { ...size, bitsAllocated: 16 }, [
      await honest(as, size, 12),
    ]);
    const peer = await uncompressedOnly(t);
    const { code, stdout, peak } = await send(t, peer, [path]);
    measured(`${as} of ${columns} x ${rows}, 16 bits`, peak, 'MiB');
    assert.equal(code, 0, stdout);
    assert.ok((peer.instances[0]?.length ?? 0) > rows * columns * 2);
  }
});

test('many large images of all codecs at once share the memory, and all of them go out', async (t) => {
  const folder = temporaryFolder(t);
  const sides = attackSize(500, 2_000);
  const size = { rows: sides, columns: sides, samplesPerPixel: 1, bits: 16 } as const;
  const paths: string[] = [];
  for (const as of ['JPEG lossless', 'JPEG-LS', 'JPEG 2000', 'HTJ2K'] as const) {
    const stream = await honest(as, size, 8);
    const image = { ...size, bitsAllocated: 16 };
    for (let copy = 0; copy < attackSize(2, 4); copy += 1) {
      paths.push(writeImage(folder, `${as} ${copy}.dcm`, SYNTAX[as], image, [stream]));
    }
  }
  const peer = await uncompressedOnly(t);
  const { code, stdout, peak } = await send(t, peer, paths, '--associations', '8');
  measured(`${paths.length} images of ${sides} x ${sides} in 8 associations`, peak, 'MiB');
  assert.equal(code, 0, stdout);
  assert.equal(peer.instances.length, paths.length);
});
