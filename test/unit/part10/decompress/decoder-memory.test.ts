import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  codecMemory,
  decoderMemory,
  decodingMemory,
  frameBytes,
  free,
  MemoryBudget,
  THREAD_MEMORY,
} from '../../../../src/part10/decompress/decoder-memory.ts';
import { decoderThread } from '../../../../src/part10/decompress/decoder-thread.ts';
import { FrameDecodingError, type FrameFormat } from '../../../../src/part10/decompress/frame-format.ts';
import { limitMemory } from '../../../../src/part10/decompress/module-memory.ts';
import { DECODER_MEMORY } from '../../../../src/protocol/limits.ts';
import { honest } from '../../../support/bombs.ts';
import type { EncodedAs } from '../../../support/frame-encoder.ts';

const never = new AbortController().signal;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a memory budget', () => {
  test('lets those wait for whom there is no room, first come, first served', async () => {
    const budget = new MemoryBudget(10);
    const order: string[] = [];
    const first = await budget.take(8, never);
    const large = budget.take(9, never).then((reservation) => {
      order.push('large');
      return reservation;
    });
    const small = budget.take(1, never).then((reservation) => {
      order.push('small');
      return reservation;
    });
    await turn();
    assert.deepEqual(order, []);
    first.resize(2);
    await turn();
    assert.deepEqual(order, []);
    first.release();
    first.release();
    await turn();
    assert.deepEqual(order, ['large', 'small']);
    (await large).release();
    (await small).release();
    assert.equal(budget.used, 0);
  });

  test('is not waited for any more when the signal aborts, and the next one has its turn', async () => {
    const budget = new MemoryBudget(10);
    const first = await budget.take(8, never);
    const cancelled = new AbortController();
    const large = assert.rejects(budget.take(9, cancelled.signal), /enough/u);
    const small = budget.take(2, never);
    cancelled.abort(new Error('enough'));
    await large;
    (await small).release();
    first.release();
    await assert.rejects(budget.take(1, cancelled.signal), /enough/u);
    assert.equal(budget.used, 0);
  });

  test('gives more than the shared part only to one who is alone', async () => {
    const budget = new MemoryBudget(10, 4);
    const small = await budget.take(3, never);
    let isGranted = false;
    const large = budget.take(9, never).then((reservation) => {
      isGranted = true;
      return reservation;
    });
    (await Promise.race([large, Promise.resolve()]))?.release();
    assert.equal(isGranted, false);
    small.release();
    const alone = await large;
    assert.equal(budget.used, 9);
    alone.release();
    assert.equal(budget.used, 0);
  });

  test('asks for what is kept for later when somebody waits', async () => {
    const budget = new MemoryBudget(10);
    const kept = budget.hold(6);
    const end = budget.onShortage(() => kept.release());
    (await budget.take(4, never)).release();
    assert.equal(budget.used, 6);
    (await budget.take(5, never)).release();
    assert.equal(budget.used, 0);
    end();
  });
});

describe('what a codec takes is what was computed from the header', () => {
  for (const as of ['JPEG lossless', 'JPEG-LS', 'JPEG 2000', 'HTJ2K'] as const satisfies readonly EncodedAs[]) {
    test(as, async () => {
      const size = { rows: 900, columns: 1100, samplesPerPixel: 1, bits: 16 } as const;
      const stream = await honest(as, size, 9);
      const codec = as === 'JPEG lossless' ? 'JPEG' : as;
      const format: FrameFormat = { codec, ...size, bitsAllocated: 16, convertsToRgb: false };
      const budget = new MemoryBudget(DECODER_MEMORY);
      const own = decoderThread({ memory: budget });
      await own.decode(Uint8Array.from(stream), format);
      // What the thread keeps: itself, and a codec that has decoded such a frame.
      const taken = budget.used - decodingMemory({ ...format, codec: 'RLE', rows: 0 }, 0);
      const computed = codecMemory(format, stream.length);
      assert.ok(taken <= computed && taken > computed / 2, `${taken} of ${computed}`);
      await own.close();
      assert.equal(budget.used, 0);
    });
  }
});

test('a thread that keeps memory others wait for is ended, and those that wait are rejected when it is closed', async () => {
  const budget = new MemoryBudget(DECODER_MEMORY);
  const own = decoderThread({ memory: budget });
  const size = { rows: 40, columns: 50, samplesPerPixel: 1, bits: 8 } as const;
  const format: FrameFormat = { codec: 'JPEG-LS', ...size, bitsAllocated: 8, convertsToRgb: false };
  (await own.reserve?.(1000))?.release();
  await own.decode(Uint8Array.from(await honest('JPEG-LS', size, 3)), format);
  assert.ok(budget.used > 0);
  const all = await budget.take(DECODER_MEMORY, never);
  assert.equal(budget.used, DECODER_MEMORY);
  const waiting = assert.rejects(own.reserve?.(1) ?? Promise.resolve(), FrameDecodingError);
  await own.close();
  await waiting;
  all.release();
  assert.equal(budget.used, 0);
  assert.equal(decoderMemory.used, 0);
});

test('what a thread keeps is a part of what its next frame needs, and it is not ended under a frame on its way', async (t) => {
  let started = 0;
  const count = (): void => void (started += 1);
  process.on('worker', count);
  t.after(() => process.off('worker', count));
  const size = { rows: 40, columns: 50, samplesPerPixel: 1, bits: 8 } as const;
  const format: FrameFormat = { codec: 'JPEG-LS', ...size, bitsAllocated: 8, convertsToRgb: false };
  const frame = await honest('JPEG-LS', size, 3);
  const needed = decodingMemory(format, frame.length);
  // One frame fits, and not what the thread keeps beside it.
  const budget = new MemoryBudget(DECODER_MEMORY, needed + 0x10000);
  const own = decoderThread({ memory: budget });
  for (let round = 0; round < 3; round += 1) {
    const reservation = await own.reserve?.(needed);
    assert.equal(budget.used, needed);
    const next = own.reserve?.(needed);
    await own.decode(Uint8Array.from(frame), format);
    await turn();
    assert.equal(budget.used, needed);
    // Decoded: the frame is outside of the thread, which is idle.
    reservation?.resize(2_000);
    assert.ok(budget.used > THREAD_MEMORY + 2_000, `${budget.used} bytes`);
    reservation?.release();
    (await next)?.release();
    assert.ok(budget.used > THREAD_MEMORY && budget.used < needed, `${budget.used} bytes`);
  }
  assert.equal(started, 1);
  await own.close();
  assert.equal(budget.used, 0);
});

test('freed bytes are gone; few bytes need not be', () => {
  const bytes = frameBytes(2_000_000);
  assert.deepEqual([bytes.length, bytes[1_999_999]], [2_000_000, 0]);
  free(bytes);
  free(bytes);
  assert.equal(bytes.length, 0);
  free(frameBytes(5));
});

test('only a module with one memory that has a limit is given another limit', async () => {
  const module = (section: string) => Uint8Array.from(Buffer.from(`0061736d01000000${section}`, 'hex'));
  const limited = limitMemory(module('0507010180208080 02'.replaceAll(' ', '')), 0x180000, DECODER_MEMORY);
  const exported = Buffer.from('070a01066d656d6f72790200', 'hex');
  const compiled = await WebAssembly.compile(Uint8Array.from([...limited, ...exported]));
  const { memory } = new WebAssembly.Instance(compiled, {}).exports as unknown as {
    readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  };
  assert.equal(memory.buffer.byteLength, 0x180000);
  assert.throws(() => memory.grow(DECODER_MEMORY / 65_536), RangeError);
  for (const other of ['', '0503010001', '05070201010101010101']) {
    assert.throws(() => limitMemory(module(other), 65_536, 131_072), RangeError);
  }
});
