import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDeflateRaw, deflateRawSync, deflateSync, inflateRawSync } from 'node:zlib';
import { DataSetConversionError } from '../../../../src/part10/convert/conversion-error.ts';
import { convertedSource, cut } from '../../../../src/part10/convert/converted-source.ts';
import { canConvert, uncompressedAlternatives } from '../../../../src/part10/convert/convertible-syntaxes.ts';
import type { DataSetChunk, DataSetSource } from '../../../../src/part10/read/data-set-source.ts';
import { counted, isSampleSequence, sample, sampleDictionary } from '../../../support/conversion-sample.ts';
import {
  BIG,
  EXPLICIT,
  IMPLICIT,
  type NaiveElement,
  type NaiveEncoding,
  readDataSet,
  withoutVRs,
  writeDataSet,
} from '../../../support/naive-data-set.ts';

const IMPLICIT_LE = '1.2.840.10008.1.2';
const EXPLICIT_LE = '1.2.840.10008.1.2.1';
const DEFLATED_LE = '1.2.840.10008.1.2.1.99';
const EXPLICIT_BE = '1.2.840.10008.1.2.2';
const FOUR = [IMPLICIT_LE, EXPLICIT_LE, DEFLATED_LE, EXPLICIT_BE];
const JPEG_BASELINE = '1.2.840.10008.1.2.4.50';

function encodingOf(uid: string): NaiveEncoding {
  if (uid === IMPLICIT_LE) return IMPLICIT;
  return uid === EXPLICIT_BE ? BIG : EXPLICIT;
}

function encode(elements: readonly NaiveElement[], uid: string): Uint8Array {
  const bytes = writeDataSet(elements, encodingOf(uid));
  return uid === DEFLATED_LE ? deflateRawSync(bytes) : bytes;
}

function decode(bytes: Uint8Array, uid: string): string[] {
  const plain = uid === DEFLATED_LE ? inflateRawSync(bytes) : bytes;
  return withoutVRs(readDataSet(plain, encodingOf(uid), isSampleSequence));
}

interface WatchedSource extends DataSetSource {
  readonly state: { asked: number[]; produced: number; closed: boolean };
}

/** Gives what `pieces` yields, from one buffer that it overwrites as soon as the next piece is asked for. */
function sourceOf(transferSyntaxUID: string, pieces: Iterable<Uint8Array>, length?: number): WatchedSource {
  const state = { asked: [] as number[], produced: 0, closed: false };
  return {
    transferSyntaxUID,
    length,
    state,
    async *chunks(chunkLength) {
      state.asked.push(chunkLength);
      try {
        for (const piece of pieces) {
          for (let at = 0; at < piece.length; at += chunkLength) {
            const bytes = Uint8Array.from(piece.subarray(at, at + chunkLength));
            state.produced += bytes.length;
            yield { bytes, isLast: false };
            bytes.fill(0xee);
          }
        }
        yield { bytes: new Uint8Array(0), isLast: true };
      } finally {
        state.closed = true;
      }
    },
  };
}

function memorySource(uid: string, bytes: Uint8Array): WatchedSource {
  return sourceOf(uid, [bytes], bytes.length);
}

function converted(source: DataSetSource, to: string): DataSetSource {
  return convertedSource(source, to, () => Promise.resolve(sampleDictionary));
}

async function collect(source: DataSetSource, chunkLength: number): Promise<Uint8Array> {
  const pieces: DataSetChunk[] = [];
  for await (const { bytes, isLast } of source.chunks(chunkLength)) {
    pieces.push({ bytes: Uint8Array.from(bytes), isLast });
    bytes.fill(0xdd);
  }
  assert.ok(pieces.length > 0);
  pieces.forEach(({ bytes, isLast }, index) => {
    assert.equal(isLast, index === pieces.length - 1);
    assert.ok(bytes.length <= chunkLength && (isLast || (bytes.length > 0 && bytes.length % 2 === 0)));
  });
  return Buffer.concat(pieces.map(({ bytes }) => bytes));
}

describe('what can be converted', () => {
  it('is any of the four uncompressed syntaxes into another of them', () => {
    for (const from of FOUR) {
      for (const to of FOUR) assert.equal(canConvert(from, to), from !== to);
      assert.equal(canConvert(from, JPEG_BASELINE), false);
      assert.equal(canConvert(JPEG_BASELINE, from), false);
    }
  });

  it('is proposed explicit LE first, never deflated', () => {
    assert.deepEqual(uncompressedAlternatives(IMPLICIT_LE), [EXPLICIT_LE, EXPLICIT_BE]);
    assert.deepEqual(uncompressedAlternatives(EXPLICIT_LE), [IMPLICIT_LE, EXPLICIT_BE]);
    assert.deepEqual(uncompressedAlternatives(EXPLICIT_BE), [EXPLICIT_LE, IMPLICIT_LE]);
    assert.deepEqual(uncompressedAlternatives(DEFLATED_LE), [EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE]);
    assert.deepEqual(uncompressedAlternatives(JPEG_BASELINE), []);
    assert.deepEqual(uncompressedAlternatives('1.2.3'), []);
  });

  it('is asked for before anything is read', () => {
    const source = memorySource(JPEG_BASELINE, new Uint8Array(0));
    assert.throws(() => converted(source, EXPLICIT_LE), RangeError);
    assert.throws(() => converted(memorySource(EXPLICIT_LE, new Uint8Array(0)), EXPLICIT_LE), RangeError);
  });
});

describe('a converted source', () => {
  for (const from of FOUR) {
    for (const to of FOUR.filter((uid) => uid !== from)) {
      it(`${from} to ${to} and back`, async () => {
        const original = encode(sample, from);
        const there = converted(memorySource(from, original), to);
        assert.equal(there.transferSyntaxUID, to);
        assert.equal(there.length, undefined);
        const bytes = await collect(there, 1_000);
        const expected = decode(original, from);
        assert.deepEqual(decode(bytes, to), expected);
        assert.deepEqual(decode(await collect(converted(memorySource(to, bytes), from), 0x10000), from), expected);
      });
    }
  }

  it('gives the same bytes whatever the length of the chunks', async () => {
    const original = encode(sample.slice(0, 16), EXPLICIT_LE);
    const whole = await collect(converted(memorySource(EXPLICIT_LE, original), IMPLICIT_LE), 0x100000);
    for (const length of [2, 3, 4, 7, 100, whole.length, whole.length - 2, whole.length + 2]) {
      const bytes = await collect(converted(memorySource(EXPLICIT_LE, original), IMPLICIT_LE), length);
      assert.deepEqual(Buffer.compare(bytes, whole), 0, `chunks of ${length}`);
    }
    await assert.rejects(() => collect(converted(memorySource(EXPLICIT_LE, original), IMPLICIT_LE), 1), RangeError);
  });

  it('asks the source for even pieces, whatever is asked of it', async () => {
    const source = memorySource(EXPLICIT_LE, encode(sample, EXPLICIT_LE));
    await collect(converted(source, EXPLICIT_BE), 0x100001);
    assert.deepEqual(source.state.asked, [0x100000]);
  });

  it('says of an empty data set that it has ended', async () => {
    assert.equal((await collect(converted(sourceOf(EXPLICIT_LE, []), IMPLICIT_LE), 100)).length, 0);
  });

  it('loads a dictionary only where elements are re-encoded', async () => {
    const refuse = (): Promise<never> => Promise.reject(new Error('no dictionary wanted'));
    for (const [from, to] of [
      [EXPLICIT_LE, DEFLATED_LE],
      [DEFLATED_LE, EXPLICIT_LE],
    ] as const) {
      await collect(convertedSource(memorySource(from, encode(sample, from)), to, refuse), 0x10000);
    }
    for (const from of [IMPLICIT_LE, EXPLICIT_LE]) {
      const reencoded = convertedSource(memorySource(from, encode(sample, from)), EXPLICIT_BE, refuse);
      await assert.rejects(() => collect(reencoded, 0x10000), /no dictionary wanted/);
    }
  });

  it('knows the standard elements by itself', async () => {
    const bytes = await collect(
      convertedSource(memorySource(IMPLICIT_LE, encode(sample, IMPLICIT_LE)), EXPLICIT_LE),
      0x10000,
    );
    assert.deepEqual(readDataSet(bytes, EXPLICIT), readDataSet(writeDataSet(sample, EXPLICIT, true), EXPLICIT));
  });

  it('passes on what the source throws, and what is wrong with the data set', async () => {
    const broken = new Error('the file is gone');
    function* pieces(): Generator<Uint8Array> {
      yield encode(sample, DEFLATED_LE).subarray(0, 100);
      throw broken;
    }
    for (const to of [EXPLICIT_LE, IMPLICIT_LE]) {
      const source = sourceOf(DEFLATED_LE, pieces());
      await assert.rejects(() => collect(converted(source, to), 100), broken);
      assert.ok(source.state.closed);
    }
    const truncated = memorySource(EXPLICIT_LE, encode(sample, EXPLICIT_LE).subarray(0, 50));
    await assert.rejects(() => collect(converted(truncated, IMPLICIT_LE), 100), DataSetConversionError);
    assert.ok(truncated.state.closed);
  });

  it('never marks the last chunk of a data set that is cut off', async () => {
    const nested = sample.slice(0, 5);
    const bytes = writeDataSet(nested, EXPLICIT);
    for (const missing of [1, 8, 12]) {
      const source = sourceOf(EXPLICIT_LE, [bytes.subarray(0, -missing)]);
      let isWhole = false;
      await assert.rejects(async () => {
        for await (const { isLast } of converted(source, EXPLICIT_BE).chunks(50)) isWhole ||= isLast;
      }, DataSetConversionError);
      assert.equal(isWhole, false);
    }
  });

  it('finds a cut-off value before it sends any of it, where the length of the data set is known', async () => {
    const before = writeDataSet(sample.slice(0, 3), EXPLICIT);
    const bytes = writeDataSet(
      [...sample.slice(0, 3), { tag: 0x7fe00010, vr: 'OW', value: counted(0x100000) }],
      EXPLICIT,
    );
    let count = 0;
    const running = async (): Promise<void> => {
      const source = memorySource(EXPLICIT_LE, bytes.subarray(0, -2));
      for await (const chunk of converted(source, IMPLICIT_LE).chunks(16)) count += chunk.bytes.length;
    };
    await assert.rejects(running, { name: 'DataSetConversionError', offset: before.length });
    assert.ok(count <= before.length);
  });

  it('closes the source when its reader leaves early', async () => {
    function* endless(): Generator<Uint8Array> {
      for (let count = 0; count < 1_000; count++) yield new Uint8Array(0x40000);
    }
    const header = writeDataSet([{ tag: 0x7fe00010, vr: 'OW', value: new Uint8Array(0) }], EXPLICIT);
    header.set([0xfe, 0xff, 0xff, 0xff], 8);
    function* huge(): Generator<Uint8Array> {
      yield header;
      yield* endless();
    }
    for (const to of [DEFLATED_LE, IMPLICIT_LE, EXPLICIT_BE]) {
      const source = sourceOf(EXPLICIT_LE, huge());
      for await (const chunk of converted(source, to).chunks(100)) {
        assert.equal(chunk.isLast, false);
        break;
      }
      assert.ok(source.state.closed);
      assert.ok(source.state.produced <= 0x40000 * 100, `${source.state.produced} bytes were read for ${to}`);
    }
  });
});

describe('deflated data sets', () => {
  it('come out padded to an even length, whatever their content', async () => {
    let padded = 0;
    for (let length = 2; length < 60; length += 2) {
      const bytes = writeDataSet([{ tag: 0x7fe00010, vr: 'OB', value: counted(length) }], EXPLICIT);
      const made = await collect(converted(memorySource(EXPLICIT_LE, bytes), DEFLATED_LE), 1_000);
      assert.equal(made.length % 2, 0);
      assert.deepEqual(Buffer.compare(inflateRawSync(made), bytes), 0);
      const exact = deflateRawSync(bytes).length;
      if (exact % 2 === 1) {
        assert.equal(made.length, exact + 1);
        assert.equal(made.at(-1), 0);
        padded += 1;
      }
    }
    assert.ok(padded > 0);
  });

  it('may end with a padding byte', async () => {
    const bytes = writeDataSet(sample, EXPLICIT);
    for (const padding of [0, 1]) {
      const deflated = Buffer.concat([deflateRawSync(bytes), new Uint8Array(padding)]);
      const inflated = await collect(converted(memorySource(DEFLATED_LE, deflated), EXPLICIT_LE), 1_000);
      assert.deepEqual(Buffer.compare(inflated, bytes), 0);
    }
  });

  it('that are cut off, damaged, or wrapped in a zlib header are refused', async () => {
    const bytes = writeDataSet(sample, EXPLICIT);
    const deflated = deflateRawSync(bytes);
    for (const bad of [
      deflated.subarray(0, 200),
      deflated.subarray(0, -1),
      deflateSync(bytes),
      Buffer.from('no deflate at all'),
    ]) {
      for (const to of [EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE]) {
        await assert.rejects(
          () => collect(converted(memorySource(DEFLATED_LE, bad), to), 1_000),
          DataSetConversionError,
        );
      }
    }
  });
});

it('pixel data far larger than memory allows passes, deflated a thousandfold too', async () => {
  const total = 0x18000000;
  const header = writeDataSet([{ tag: 0x7fe00010, vr: 'OW', value: new Uint8Array(0) }], EXPLICIT);
  new DataView(header.buffer).setUint32(8, total, true);
  const zeros = new Uint8Array(0x100000);
  const deflate = createDeflateRaw();
  const bomb: Uint8Array[] = [];
  deflate.on('data', (bytes: Uint8Array) => bomb.push(bytes));
  deflate.write(header);
  for (let at = 0; at < total; at += zeros.length) {
    await new Promise<void>((resolve) => void deflate.write(zeros, () => resolve()));
  }
  await new Promise<void>((resolve) => void deflate.on('end', resolve).end());

  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let peak = before;
  let count = 0;
  let chunks = 0;
  for await (const { bytes } of converted(memorySource(DEFLATED_LE, Buffer.concat(bomb)), EXPLICIT_BE).chunks(0x8000)) {
    count += bytes.length;
    chunks += 1;
    if (chunks % 256 === 0) peak = Math.max(peak, process.memoryUsage().rss);
  }
  assert.equal(count, total + 12);
  assert.ok(peak - before < 150e6, `grew by ${peak - before} bytes`);
});

describe('what is cut into pieces', () => {
  it('is the same bytes in pieces of one length, however it comes and however long they are', async () => {
    const bytes = Uint8Array.from({ length: 200_001 }, (_, index) => index % 251);
    for (const part of [7_001, 16_384, 90_000, 200_001]) {
      for (const length of [10_000, 16_384, 65_536, 200_000, 1_000_000]) {
        const out: Uint8Array[] = [];
        for await (const piece of cut(partsOf(bytes, part), length)) {
          assert.ok(piece.isLast || piece.bytes.length === length);
          out.push(Uint8Array.from(piece.bytes));
        }
        assert.equal(Buffer.compare(Buffer.concat(out), bytes), 0, `${part}, ${length}`);
      }
    }
  });

  it('takes about as much memory as there is, not as there might be', async () => {
    for await (const { bytes } of cut(partsOf(new Uint8Array(2_000), 500), 1_000_000)) {
      assert.ok(bytes.buffer.byteLength <= 20_000, `${bytes.buffer.byteLength} bytes`);
    }
  });
});

async function* partsOf(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}
