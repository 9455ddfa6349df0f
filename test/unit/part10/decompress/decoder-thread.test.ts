import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { decoderThread } from '../../../../src/part10/decompress/decoder-thread.ts';
import { FrameDecodingError, type FrameFormat } from '../../../../src/part10/decompress/frame-format.ts';
import { seededBytes } from '../../../support/dicom-builder.ts';
import { type EncodedAs, encodeFrame } from '../../../support/frame-encoder.ts';
import { encodeRle } from '../../../support/naive-rle.ts';

const thread = decoderThread();
after(() => thread.close());

const size = { rows: 40, columns: 50 };
const pixels = seededBytes(2000, 8);
const CODECS: readonly (readonly [EncodedAs, FrameFormat['codec']])[] = [
  ['JPEG', 'JPEG'],
  ['JPEG lossless', 'JPEG'],
  ['JPEG-LS', 'JPEG-LS'],
  ['JPEG 2000', 'JPEG 2000'],
  ['HTJ2K', 'HTJ2K'],
];

function format(codec: FrameFormat['codec'], changes: Partial<FrameFormat> = {}): FrameFormat {
  return { codec, ...size, samplesPerPixel: 1, bitsAllocated: 8, convertsToRgb: false, ...changes };
}

function grey(as: EncodedAs): Promise<Uint8Array> {
  return encodeFrame(as, { ...size, samplesPerPixel: 1, bits: 8, pixels });
}

/** What is handed over is gone: a copy. */
async function fails(frame: Uint8Array, asked: FrameFormat, message: RegExp): Promise<void> {
  await assert.rejects(thread.decode(Uint8Array.from(frame), asked), (error) => {
    assert.ok(error instanceof FrameDecodingError, String(error));
    assert.match(error.message, message);
    assert.match(error.message, /^[ -~]{5,400}$/u);
    return true;
  });
}

for (const [as, codec] of CODECS) {
  describe(as, async () => {
    const stream = await grey(as);

    test('is decoded again and again, errors between or not', async () => {
      const first = await thread.decode(Uint8Array.from(stream), format(codec));
      if (as === 'JPEG') assert.equal(first.length, pixels.length);
      else assert.equal(Buffer.compare(first, pixels), 0);
      await fails(stream.subarray(0, stream.length / 2), format(codec), /damage|cut off|Corrupt|inconsistent/u);
      assert.equal(Buffer.compare(await thread.decode(Uint8Array.from(stream), format(codec)), first), 0);
    });

    test('is refused where it is not what the data set says', async () => {
      const says = /^the stream holds 50 x 40 pixels of 1 samples, where the data set says/u;
      await fails(stream, format(codec, { rows: 41 }), says);
      await fails(stream, format(codec, { columns: 60_000, rows: 60_000 }), says);
      await fails(stream, format(codec, { samplesPerPixel: 3 }), says);
      const wide = await encodeFrame(as === 'JPEG' ? 'JPEG lossless' : as, {
        ...size,
        samplesPerPixel: 1,
        bits: 16,
        pixels: seededBytes(4000, 1),
      });
      await fails(wide, format(codec), /16 bits per sample, more than the 8 allocated/u);
      await fails(new Uint8Array(0), format(codec), /no JPEG/u);
      await fails(pixels, format(codec), /no JPEG/u);
    });

    test('cut off anywhere or with any byte wrong gives an image or an error, and never ends the thread', async () => {
      const random = seededBytes(400, 77);
      for (let round = 0; round < 60; round++) {
        const damaged = Uint8Array.from(stream);
        const at = (((random[4 * round] as number) << 8) | (random[4 * round + 1] as number)) % damaged.length;
        damaged[round % 3 === 0 ? round : at] = random[4 * round + 2] as number;
        const cut = round % 2 === 0 ? damaged : damaged.slice(0, at);
        const outcome = await thread.decode(cut, format(codec)).catch((error: unknown) => error);
        if (outcome instanceof Uint8Array) assert.equal(outcome.length, pixels.length);
        else assert.ok(outcome instanceof FrameDecodingError, String(outcome));
        assert.doesNotMatch(String(outcome), /ended of itself|broke down|took more/u);
      }
    });
  });
}

test('three components of more than 8 bits are refused where the codec would get them wrong', async () => {
  const input = { ...size, samplesPerPixel: 3, bits: 16, pixels: seededBytes(12_000, 2) } as const;
  const asked = { samplesPerPixel: 3, bitsAllocated: 16 };
  const wrong = /no JPEG 2000 decoder for 3 components of 16 bits/u;
  await fails(await encodeFrame('JPEG 2000', input), format('JPEG 2000', asked), wrong);
  const right = await thread.decode(Uint8Array.from(await encodeFrame('JPEG-LS', input)), format('JPEG-LS', asked));
  assert.equal(Buffer.compare(right, input.pixels), 0);
});

test('colour without a colour transform keeps its components apart', async () => {
  const input = {
    ...size,
    samplesPerPixel: 3,
    bits: 8,
    pixels: seededBytes(6000, 6),
    hasColourTransform: false,
  } as const;
  for (const codec of ['JPEG 2000', 'HTJ2K'] as const) {
    const decoded = await thread.decode(
      Uint8Array.from(await encodeFrame(codec, input)),
      format(codec, { samplesPerPixel: 3 }),
    );
    assert.equal(Buffer.compare(decoded, input.pixels), 0, codec);
  }
});

describe('the thread', () => {
  test('decodes what many ask at once, each its own', async () => {
    const frames = [1, 2, 3, 4, 5, 6].map((seed) => seededBytes(2000, seed));
    const decoded = await Promise.all(
      frames.map((frame) => thread.decode(Uint8Array.from(encodeRle(frame, 1, 8)), format('RLE'))),
    );
    decoded.forEach((result, index) => assert.equal(Buffer.compare(result, frames[index] as Buffer), 0));
  });

  test('a frame that takes too long is an error, and the next one is decoded', async () => {
    const impatient = decoderThread({ frameTimeoutMs: 1 });
    // Starting a thread alone takes longer than that.
    const rle = () => Uint8Array.from(encodeRle(pixels, 1, 8));
    await assert.rejects(impatient.decode(rle(), format('RLE')), /took more than 0\.001 s/u);
    await impatient.close();
    assert.equal((await thread.decode(rle(), format('RLE'))).length, 2000);
  });

  test('closing it rejects what is waiting; afterwards it can be used again', async () => {
    const own = decoderThread();
    const waiting = [1, 2].map(() => own.decode(Uint8Array.from(encodeRle(pixels, 1, 8)), format('RLE')));
    const outcomes = Promise.allSettled(waiting);
    await own.close();
    for (const outcome of await outcomes) {
      assert.equal(outcome.status, 'rejected');
      assert.match(String(outcome.reason), /was closed/u);
    }
    assert.equal((await own.decode(Uint8Array.from(encodeRle(pixels, 1, 8)), format('RLE'))).length, 2000);
    await own.close();
    await own.close();
  });

  test('gives a large frame in pieces, to whoever wants them', async () => {
    const large = { rows: 1_700, columns: 1_600 };
    const samples = seededBytes(2 * 1_700 * 1_600, 3).map((byte, index) => (index % 2 === 0 ? byte : byte & 1));
    const asked = format('HTJ2K', { ...large, bitsAllocated: 16 });
    const stream = await encodeFrame('HTJ2K', { ...large, samplesPerPixel: 1, bits: 16, pixels: samples });
    const own = decoderThread();
    const pieces = () => own.decodeInPieces?.(Uint8Array.from(stream), asked) ?? assert.fail();
    // Only one piece: the rest is not waited for.
    for await (const piece of pieces()) {
      assert.equal(Buffer.compare(piece, samples.subarray(0, piece.length)), 0);
      break;
    }
    let at = 0;
    for await (const piece of pieces()) {
      assert.equal(Buffer.compare(piece, samples.subarray(at, at + piece.length)), 0);
      at += piece.length;
    }
    assert.equal(at, samples.length);
    // The thread waits for somebody who takes a piece, and is closed.
    const unfinished = pieces();
    assert.equal((await unfinished.next()).done, false);
    const begun = performance.now();
    await own.close();
    assert.ok(performance.now() - begun < 1_500);
    await assert.rejects(async () => {
      for await (const _ of unfinished);
    }, /was closed/u);
  });

  // Threads that were terminated have another code than 0: that can end the whole process (see thread-end).
  test('ends in good order: in the middle of a frame, between frames, and when it has nothing to do', async (t) => {
    const exits: Promise<unknown>[] = [];
    const watch = (worker: Worker) => exits.push(once(worker, 'exit'));
    process.on('worker', watch);
    t.after(() => process.off('worker', watch));
    const compile = t.mock.method(WebAssembly, 'compile');
    const stream = await grey('JPEG 2000');
    const own = decoderThread();
    const begun = once(process, 'worker');
    const unanswered = own.decode(Uint8Array.from(stream), format('JPEG 2000'));
    const refused = assert.rejects(unanswered, /was closed/u);
    await begun;
    await Promise.all([own.close(), refused]);
    await own.decode(Uint8Array.from(stream), format('JPEG 2000'));
    await own.close();
    const idle = decoderThread({ idleMs: 0 });
    await idle.decode(Uint8Array.from(stream), format('JPEG 2000'));
    assert.deepEqual(await Promise.all(exits), [[0], [0], [0]]);
    await idle.close();
    // A module that comes and goes with each thread has broken the process, too (see codecs-adapter).
    assert.ok(compile.mock.callCount() <= 1, `compiled ${compile.mock.callCount()} times for three threads`);
  });

  test('starts when frames are foreseen, and is the one that decodes them; unused it ends', async (t) => {
    const exits: Promise<unknown>[] = [];
    const watch = (worker: Worker) => exits.push(once(worker, 'exit'));
    process.on('worker', watch);
    t.after(() => process.off('worker', watch));
    const stream = await grey('JPEG 2000');
    const own = decoderThread();
    own.warm('RLE');
    own.warm('JPEG 2000');
    await new Promise(setImmediate);
    assert.equal(exits.length, 1);
    const decoded = await own.decode(Uint8Array.from(stream), format('JPEG 2000'));
    assert.equal(Buffer.compare(decoded, pixels), 0);
    own.warm('JPEG-LS');
    await own.close();
    assert.deepEqual(await Promise.all(exits), [[0]]);
    const unused = decoderThread({ idleMs: 0 });
    unused.warm('JPEG');
    await new Promise(setImmediate);
    assert.deepEqual(await Promise.all(exits), [[0], [0]]);
    await unused.close();
  });

  test('ends when nothing is asked of it, and starts again', async () => {
    const ended = Promise.withResolvers<number>();
    process.once('worker', (worker) => worker.once('exit', ended.resolve));
    const own = decoderThread({ idleMs: 0 });
    const decode = () => own.decode(Uint8Array.from(encodeRle(pixels, 1, 8)), format('RLE'));
    assert.equal((await decode()).length, 2000);
    assert.equal(await ended.promise, 0);
    assert.equal((await decode()).length, 2000);
    await own.close();
  });

  test('does not keep a process alive, closed or not', () => {
    const folder = join(import.meta.dirname, '../../../..');
    const script = `
      import { decoderThread } from './src/part10/decompress/decoder-thread.ts';
      import { encodeRle } from './test/support/naive-rle.ts';
      const format = { codec: 'RLE', rows: 1, columns: 4, samplesPerPixel: 1, bitsAllocated: 8, convertsToRgb: false };
      const pixels = await decoderThread().decode(Uint8Array.from(encodeRle(Uint8Array.of(1, 2, 3, 4), 1, 8)), format);
      console.log([...pixels].join());`;
    const { stdout, status, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 8_000,
    });
    assert.deepEqual({ stdout, status, signal }, { stdout: '1,2,3,4\n', status: 0, signal: null });
  });
});
