import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { DataSetConversionError } from '../../../../src/part10/convert/conversion-error.ts';
import { convertedSource } from '../../../../src/part10/convert/converted-source.ts';
import { decoderThread } from '../../../../src/part10/decompress/decoder-thread.ts';
import { decompressedSource } from '../../../../src/part10/decompress/decompressed-source.ts';
import type { FrameDecoders } from '../../../../src/part10/decompress/frame-format.ts';
import { decodeRle } from '../../../../src/part10/decompress/rle.ts';
import {
  decompress,
  type ImageOptions,
  imageDataSet,
  memorySource,
  pixelsOf,
  rowsOf,
  textOf,
  UID,
} from '../../../support/decompression-run.ts';
import { type BuiltElement, element, encodeElements, seededBytes } from '../../../support/dicom-builder.ts';
import { type EncodedAs, encodeFrame } from '../../../support/frame-encoder.ts';
import { encodeRle } from '../../../support/naive-rle.ts';

const thread = decoderThread();
after(() => thread.close());

/** RLE in this thread: nothing is loaded, nothing waits. */
const rleOnly: FrameDecoders = { decode: async (frame, format) => decodeRle(frame, format) };

async function decompressed(dataSet: Uint8Array, uid: string, pieceLength?: number): Promise<Buffer> {
  return decompress(memorySource(dataSet, uid, pieceLength), uid === UID.rle ? rleOnly : thread);
}

const NO_TABLE = new Uint8Array(0);

function offsetTable(lengths: readonly number[]): Uint8Array {
  const table = Buffer.alloc(4 * lengths.length);
  let offset = 0;
  lengths.forEach((length, index) => {
    table.writeUInt32LE(offset, 4 * index);
    offset += length;
  });
  return table;
}

/** So many fragments of even length. */
function pieces(bytes: Uint8Array, count: number): Uint8Array[] {
  const size = Math.ceil(bytes.length / count / 2) * 2;
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

const small: ImageOptions = { rows: 5, columns: 7 };
const smallPixels = seededBytes(35, 3);

async function rejects(promise: Promise<unknown>, message: RegExp): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof DataSetConversionError, String(error));
    assert.match(error.detail, message);
    return true;
  });
}

describe('frames are found in their fragments', async () => {
  const frames = [1, 2, 3].map((seed) => seededBytes(9 * 11, seed));
  const options: ImageOptions = { rows: 9, columns: 11, frames: 3 };
  const expected = Buffer.concat([...frames, Buffer.of(0)]);
  const encoded = await Promise.all(
    frames.map((pixels) => encodeFrame('JPEG-LS', { ...options, samplesPerPixel: 1, bits: 8, pixels })),
  );
  const split = encoded.map((frame) => pieces(frame, 3));
  const splitLengths = split.map((parts) => parts.reduce((sum, part) => sum + part.length + 8, 0));
  const extended = [element(0x7fe00001, 'OV', new Uint8Array(24)), element(0x7fe00002, 'OV', new Uint8Array(24))];
  const cases: readonly (readonly [string, readonly Uint8Array[], (readonly BuiltElement[])?])[] = [
    ['one each, with a table', [offsetTable(encoded.map((frame) => frame.length + 8)), ...encoded]],
    ['one each, without', [NO_TABLE, ...encoded]],
    ['one each, with an extended table, which is dropped', [NO_TABLE, ...encoded], extended],
    ['three each, with a table', [offsetTable(splitLengths), ...split.flat()]],
    ['three each, without: the first marker tells', [NO_TABLE, ...split.flat()]],
    ['a table that cannot be true', [Buffer.alloc(12), ...encoded]],
    ['a table of too few frames', [Buffer.alloc(4), ...encoded]],
  ];
  for (const [name, fragments, more = []] of cases) {
    for (const pieceLength of [0x8000, 17]) {
      test(`${name}; the source in pieces of ${pieceLength}`, async () => {
        const dataSet = imageDataSet({ ...options, more }, { fragments });
        const rows = rowsOf(await decompressed(dataSet, UID.jpegLs, pieceLength));
        assert.equal(Buffer.compare(pixelsOf(rows), expected), 0);
        assert.ok(!rows.has('7fe00001') && !rows.has('7fe00002'));
      });
    }
  }

  test('all of them where there is one frame', async () => {
    const only = encoded[0] as Uint8Array;
    const dataSet = imageDataSet({ ...options, frames: 1 }, { fragments: [NO_TABLE, ...pieces(only, 4)] });
    assert.equal(
      Buffer.compare(pixelsOf(rowsOf(await decompressed(dataSet, UID.jpegLs))).subarray(0, 99), frames[0] as Buffer),
      0,
    );
  });

  test('more or fewer than the data set says are an error', async () => {
    const dataSet = (count: number) =>
      imageDataSet({ ...options, frames: count }, { fragments: [NO_TABLE, ...encoded] });
    await rejects(decompressed(dataSet(2), UID.jpegLs), /^more frames than .* says: 2$/u);
    await rejects(decompressed(dataSet(1), UID.jpegLs), /^more frames than .* says: 1$/u);
    await rejects(decompressed(dataSet(4), UID.jpegLs), /^3 frames where .* says 4$/u);
  });
});

describe('the attributes of the image describe the decoded pixels', () => {
  const colour: ImageOptions = { rows: 6, columns: 8, samplesPerPixel: 3 };
  const pixels = seededBytes(6 * 8 * 3, 9);

  async function described(as: EncodedAs, uid: string, photometric: string, lossy?: string) {
    const stream = await encodeFrame(as, { ...colour, samplesPerPixel: 3, bits: 8, pixels });
    const more = [
      element(0x00280000, 'UL', [1234]),
      element(0x00280006, 'US', [1]),
      ...(lossy === undefined ? [] : [element(0x00282110, 'CS', lossy)]),
      element(0x00282112, 'DS', '7.5'),
    ];
    const rows = rowsOf(
      await decompressed(imageDataSet({ ...colour, photometric, more }, { fragments: [NO_TABLE, stream] }), uid),
    );
    assert.ok(!rows.has('00280000'), 'a group length that is no longer true');
    assert.equal(rows.get('00280006')?.value, '0000');
    assert.equal(textOf(rows, '00282112'), '7.5');
    assert.equal(textOf(rows, '00080018')?.replace('\0', ''), '2.25.4711');
    return { photometric: textOf(rows, '00280004'), lossy: textOf(rows, '00282110'), pixels: pixelsOf(rows) };
  }

  const cases: readonly (readonly [EncodedAs, string, string, string | undefined, string, string | undefined])[] = [
    ['JPEG 2000', UID.jpeg2000Lossless, 'YBR_RCT', undefined, 'RGB', undefined],
    ['JPEG 2000', UID.jpeg2000Lossless, 'RGB', '00', 'RGB', '00'],
    ['JPEG 2000', UID.jpeg2000, 'YBR_ICT', undefined, 'RGB', '01'],
    ['JPEG 2000', UID.jpeg2000, 'YBR_RCT', '00', 'RGB', '00'],
    ['HTJ2K', UID.htj2kLossless, 'YBR_RCT', undefined, 'RGB', undefined],
    ['HTJ2K', UID.htj2k, 'YBR_ICT', '01', 'RGB', '01'],
    ['JPEG', UID.jpegBaseline, 'YBR_FULL_422', '00', 'RGB', '01'],
    ['JPEG', UID.jpegBaseline, 'YBR_FULL', undefined, 'RGB', '01'],
    ['JPEG', UID.jpegBaseline, 'RGB', '01', 'RGB', '01'],
    ['JPEG lossless', UID.jpegLossless, 'YBR_FULL', undefined, 'YBR_FULL', undefined],
    ['JPEG lossless', UID.jpegLossless, 'YBR_FULL_422', undefined, 'YBR_FULL', undefined],
    ['JPEG-LS', UID.jpegLs, 'YBR_FULL', '01', 'YBR_FULL', '01'],
    ['JPEG-LS', UID.jpegLsNearLossless, 'RGB', undefined, 'RGB', '01'],
  ];
  for (const [as, uid, photometric, lossy, nativePhotometric, nativeLossy] of cases) {
    test(`${uid.slice(18)} in ${photometric}, lossy ${lossy ?? 'unsaid'}`, async () => {
      const native = await described(as, uid, photometric, lossy);
      assert.equal(native.photometric, nativePhotometric);
      assert.equal(native.lossy, nativeLossy);
      if (as !== 'JPEG') assert.equal(Buffer.compare(native.pixels, pixels), 0);
    });
  }

  test('RLE, which goes by planes, comes interleaved and says so', async () => {
    const stream = encodeRle(pixels, 3, 8);
    const rows = rowsOf(await decompressed(imageDataSet(colour, { fragments: [NO_TABLE, stream] }), UID.rle));
    assert.equal(rows.get('00280006')?.value, '0000');
    assert.equal(Buffer.compare(pixelsOf(rows), pixels), 0);
  });

  test('the planar configuration is added where colour has none, and only there', async () => {
    const stream = encodeRle(pixels, 3, 8);
    const whole = imageDataSet(colour, { fragments: [NO_TABLE, stream] });
    const at = whole.indexOf(Buffer.from([0x28, 0, 6, 0]));
    const without = Buffer.concat([whole.subarray(0, at), whole.subarray(at + 10)]);
    assert.equal(rowsOf(await decompressed(without, UID.rle)).get('00280006')?.value, '0000');
    const grey = imageDataSet(small, { fragments: [NO_TABLE, encodeRle(smallPixels, 1, 8)] });
    assert.equal(rowsOf(await decompressed(grey, UID.rle)).has('00280006'), false);
  });

  test('pixel data are OB up to 8 bits and OW beyond, of even length', async () => {
    const odd = rowsOf(
      await decompressed(imageDataSet(small, { fragments: [NO_TABLE, encodeRle(smallPixels, 1, 8)] }), UID.rle),
    );
    assert.equal(odd.get('7fe00010')?.vr, 'OB');
    assert.equal(Buffer.compare(pixelsOf(odd), Buffer.concat([smallPixels, Buffer.of(0)])), 0);
    const wide = { rows: 5, columns: 7, bitsAllocated: 32 };
    const widePixels = seededBytes(140, 4);
    const rows = rowsOf(
      await decompressed(imageDataSet(wide, { fragments: [NO_TABLE, encodeRle(widePixels, 1, 32)] }), UID.rle),
    );
    assert.equal(rows.get('7fe00010')?.vr, 'OW');
    assert.equal(Buffer.compare(pixelsOf(rows), widePixels), 0);
  });

  test('8-bit streams in 16 bits allocated are put into words', async () => {
    const stream = await encodeFrame('JPEG lossless', { ...small, samplesPerPixel: 1, bits: 8, pixels: smallPixels });
    const dataSet = imageDataSet({ ...small, bitsAllocated: 16 }, { fragments: [NO_TABLE, stream] });
    const words = Buffer.alloc(70);
    smallPixels.forEach((sample, index) => words.writeUInt16LE(sample, 2 * index));
    assert.equal(Buffer.compare(pixelsOf(rowsOf(await decompressed(dataSet, UID.jpegLossless))), words), 0);
  });
});

describe('everything else that is as it should be passes byte by byte', () => {
  test('elements in front, between and behind', async () => {
    const behind = [element(0x7fe10010, 'LO', 'PRIVATE'), element(0xfffcfffc, 'OB', new Uint8Array(4000))];
    const dataSet = imageDataSet({ ...small, behind }, { fragments: [NO_TABLE, encodeRle(smallPixels, 1, 8)] });
    // `behind` is sorted to its place by its tags.
    const native = await decompressed(dataSet, UID.rle, 31);
    const start = (bytes: Buffer): number => bytes.indexOf(Buffer.from([0xe0, 0x7f, 0x10, 0]));
    assert.deepEqual(native.subarray(0, start(native)), dataSet.subarray(0, start(dataSet)));
    const rest = encodeElements(behind, 'explicit LE');
    assert.deepEqual(native.subarray(-rest.length), rest);
    assert.equal(native.length, start(native) + 12 + 36 + rest.length);
  });

  test('zeros behind the last element are left out, however many; behind them nothing else may come', async () => {
    const dataSet = imageDataSet(small, { fragments: [NO_TABLE, encodeRle(smallPixels, 1, 8)] });
    const native = await decompressed(dataSet, UID.rle);
    for (const zeros of [1, 2, 7, 8, 12, 5_000]) {
      for (const pieces of [undefined, 31]) {
        const padded = Buffer.concat([dataSet, Buffer.alloc(zeros)]);
        assert.deepEqual(await decompressed(padded, UID.rle, pieces), native, String(zeros));
      }
    }
    const more = Buffer.concat([dataSet, Buffer.alloc(20), Buffer.of(1)]);
    await assert.rejects(decompressed(more, UID.rle), /zeros where an element should begin/);
  });

  test('an instance without pixel data, though its syntax be a compressed one', async () => {
    const dataSet = imageDataSet(small, undefined);
    assert.deepEqual(await decompressed(dataSet, UID.rle), dataSet);
    const report = encodeElements([element(0x00080016, 'UI', '1.2'), element(0x00280002, 'US', [1])], 'explicit LE');
    assert.deepEqual(await decompressed(report, UID.rle), report);
    const more = encodeElements(
      [element(0x00280002, 'US', [1]), element(0x0040a730, 'SQ', { items: [] })],
      'explicit LE',
    );
    assert.deepEqual(await decompressed(more, UID.rle), more);
    assert.deepEqual(await decompressed(Buffer.alloc(0), UID.rle), Buffer.alloc(0));
  });
});

describe('what is no VR becomes UN, as in every conversion', () => {
  const fragments = [NO_TABLE, encodeRle(smallPixels, 1, 8)];
  const un = (tag: number, value: string) => element(tag, 'UN', value);
  const nest = (one: BuiltElement) =>
    element(0x00081140, 'SQ', { items: [[one]], undefinedLength: true, undefinedItemLength: true });
  /** `tag`, an element of 4 bytes, with `vr` for its VR. */
  const withVR = (dataSet: Buffer, tag: number, vr: string): Buffer => {
    const bytes = Buffer.from(dataSet);
    const mark = encodeElements([element(tag, 'SH', 'ABCD')], 'explicit LE').subarray(0, 6);
    bytes.write(vr, bytes.indexOf(mark) + 4, 'latin1');
    return bytes;
  };

  for (const [where, tag, place] of [
    ['in front of the pixels', 0x00100032, (one: BuiltElement) => one],
    ['in the image group', 0x00281055, (one: BuiltElement) => one],
    ['in an item', 0x00081150, nest],
    ['behind the pixels', 0x7fe10010, (one: BuiltElement) => one],
  ] as const) {
    test(where, async () => {
      const made = (one: BuiltElement) => imageDataSet({ ...small, more: [place(one)] }, { fragments });
      const wanted = await decompressed(made(un(tag, 'ABCD')), UID.rle);
      for (const vr of ['--', '??', 'lo', 'xs', '\0\0', '\0\x10', '\xff\xff', 'L\0']) {
        const dataSet = withVR(made(element(tag, 'SH', 'ABCD')), tag, vr);
        assert.deepEqual(await decompressed(dataSet, UID.rle), wanted, JSON.stringify(vr));
      }
      // 32 bits of length, as UN has.
      const long = encodeElements([un(tag, 'ABCD')], 'explicit LE').subarray(0, 8);
      for (const vr of ['ZZ', 'lt', 'ox', 'px']) {
        const dataSet = made(un(tag, 'ABCD'));
        dataSet.write(vr, dataSet.indexOf(long) + 4, 'latin1');
        assert.deepEqual(await decompressed(dataSet, UID.rle), wanted, vr);
      }
    });
  }
});

describe('a data set that is not as it should be is refused', () => {
  const fragments = [NO_TABLE, encodeRle(smallPixels, 1, 8)];
  const good = imageDataSet(small, { fragments });

  test('cut off anywhere, and never as if it were whole', async () => {
    for (let length = 1; length < good.length; length++) {
      const cutOff = good.subarray(0, length);
      const source = decompressedSource(memorySource(cutOff, UID.rle), rleOnly);
      let isWhole = false;
      try {
        for await (const { isLast } of source.chunks(0x1000)) isWhole ||= isLast;
      } catch (error) {
        assert.ok(error instanceof DataSetConversionError, String(error));
        assert.equal(isWhole, false);
        continue;
      }
      // Between two elements of the top level a shorter data set ends as well as a longer one.
      assert.ok(!rowsOf(cutOff).has('7fe00010'), `cut off at ${length}`);
    }
  });

  const more = (...elements: BuiltElement[]) => imageDataSet({ ...small, more: elements }, { fragments });
  const cases: readonly (readonly [string, Buffer, RegExp])[] = [
    ['without Rows', more(element(0x00280010, 'US', [])), /\(0028,0010\) is missing/u],
    ['of no size', more(element(0x00280011, 'US', [0])), /is 0$/u],
    ['of 12 bits allocated', more(element(0x00280100, 'US', [12])), /12 bits allocated/u],
    ['of one bit allocated', more(element(0x00280100, 'US', [1])), /1 bits allocated/u],
    ['of no frames', more(element(0x00280008, 'IS', '0')), /not a number of frames/u],
    ['of some frames', more(element(0x00280008, 'IS', 'some')), /not a number of frames/u],
    ['of more than 4 GiB', more(element(0x00280008, 'IS', '2000000000')), /more than 4 GiB - 2/u],
    ['in YBR_PARTIAL_422', more(element(0x00280004, 'CS', 'YBR_PARTIAL_422')), /YBR_PARTIAL_422/u],
    [
      'of other size than its stream',
      more(element(0x00280010, 'US', [6])),
      /the image cannot be decompressed: RLE segment 1/u,
    ],
    ['with native pixel data', imageDataSet(small, smallPixels), /not encapsulated/u],
    [
      'with a compressed icon of which nothing is known',
      more(element(0x00880200, 'SQ', { items: [[element(0x7fe00010, 'OB', { fragments })]] })),
      /inside a sequence without the attributes of an image/u,
    ],
    [
      'with a compressed icon of which too little is known',
      more(
        element(0x00880200, 'SQ', {
          items: [[element(0x00280010, 'US', [5]), element(0x7fe00010, 'OB', { fragments })]],
        }),
      ),
      /\(0028,0004\) is missing/u,
    ],
    [
      'with something else among the fragments',
      Buffer.concat([good.subarray(0, good.length - 8), Buffer.from([0xfe, 0xff, 0x0d, 0xe0, 0, 0, 0, 0])]),
      /\(FFFE,E00D\) among the fragments/u,
    ],
    [
      'with pixel data and nothing about them',
      encodeElements([element(0x7fe00010, 'OB', { fragments })], 'explicit LE'),
      /\(0028,0004\) is missing/u,
    ],
  ];
  for (const [name, dataSet, message] of cases) test(name, () => rejects(decompressed(dataSet, UID.rle), message));

  test('with a fragment longer than any frame needs, before memory is allocated', async () => {
    const claim = Buffer.from(good);
    claim.writeUInt32LE(0x7ffffffe, good.lastIndexOf(Buffer.from([0xfe, 0xff, 0, 0xe0])) + 4);
    await rejects(
      decompressed(claim, UID.rle),
      /^frame 1 has 2147483646 compressed bytes, more than any such frame needs$/u,
    );
  });

  test('in a syntax that is not decoded', () => {
    assert.throws(() => decompressedSource(memorySource(good, '1.2.840.10008.1.2.4.100'), rleOnly), RangeError);
    assert.throws(() => decompressedSource(memorySource(good, '1.2.840.10008.1.2.1'), rleOnly), RangeError);
  });
});

test('the error of a frame names it, and where it is', async () => {
  const good = encodeRle(smallPixels, 1, 8);
  const dataSet = imageDataSet({ ...small, frames: 3 }, { fragments: [NO_TABLE, good, good.subarray(0, 70), good] });
  await assert.rejects(decompressed(dataSet, UID.rle), (error) => {
    assert.ok(error instanceof DataSetConversionError);
    assert.equal(
      error.detail,
      'frame 2 of 3 cannot be decompressed: RLE segment 1 ends before it has a byte for each pixel',
    );
    assert.equal(error.offset, dataSet.indexOf(good) + good.length);
    return true;
  });
});

test('from there on it is converted like any uncompressed data set', async () => {
  const dataSet = imageDataSet(small, { fragments: [NO_TABLE, encodeRle(smallPixels, 1, 8)] });
  for (const to of ['1.2.840.10008.1.2', '1.2.840.10008.1.2.2', '1.2.840.10008.1.2.1.99']) {
    const there = convertedSource(decompressedSource(memorySource(dataSet, UID.rle), rleOnly), to);
    const back = convertedSource(there, '1.2.840.10008.1.2.1');
    const pieces: Buffer[] = [];
    for await (const { bytes } of back.chunks(64)) pieces.push(Buffer.from(bytes));
    const rows = rowsOf(Buffer.concat(pieces));
    assert.equal(Buffer.compare(pixelsOf(rows).subarray(0, 35), smallPixels), 0, to);
    assert.equal(textOf(rows, '00100010'), 'TEST^IMAGE');
  }
});

test('closing it early closes the source', async () => {
  let closed = false;
  const dataSet = imageDataSet({ ...small, frames: 2 }, { fragments: [NO_TABLE, encodeRle(smallPixels, 1, 8)] });
  const inner = memorySource(dataSet, UID.rle, 64);
  const source = decompressedSource(
    {
      ...inner,
      async *chunks(length) {
        try {
          yield* inner.chunks(length);
        } finally {
          closed = true;
        }
      },
    },
    rleOnly,
  );
  for await (const { bytes } of source.chunks(64)) {
    assert.equal(bytes.length, 64);
    break;
  }
  assert.equal(closed, true);
});

test('500 frames take the memory of a few', async () => {
  const options: ImageOptions = { rows: 512, columns: 512, bitsAllocated: 16, frames: 500 };
  const frame = Uint8Array.from(encodeRle(new Uint8Array(512 * 512 * 2).fill(7), 1, 16));
  const fragment = Buffer.alloc(8 + frame.length);
  fragment.writeUInt32LE(0xe000fffe, 0);
  fragment.writeUInt32LE(frame.length, 4);
  fragment.set(frame, 8);
  const front = imageDataSet(options, { fragments: [NO_TABLE] });
  const end = front.subarray(-8);
  const source = {
    transferSyntaxUID: UID.rle,
    length: undefined,
    async *chunks() {
      yield { bytes: front.subarray(0, -8), isLast: false };
      for (let count = 0; count < 500; count++) yield { bytes: fragment, isLast: false };
      yield { bytes: end, isLast: true };
    },
  };
  let total = 0;
  let most = 0;
  const before = process.memoryUsage().arrayBuffers;
  for await (const { bytes } of decompressedSource(source, thread).chunks(0x10000)) {
    total += bytes.length;
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  assert.ok(total > 500 * 512 * 1024, `only ${total} bytes`);
  // A decoded frame has half a megabyte, all of them 250; what is collected late stays below this.
  assert.ok(most < 100_000_000, `${most} bytes of buffers`);
});

test('what is there at once and what comes byte by byte gives the same, whatever the elements are', async () => {
  const fragments = [NO_TABLE, encodeRle(seededBytes(600, 9), 1, 8)];
  const more: BuiltElement[] = [
    element(0x00080000, 'UL', [4711]),
    element(0x00080001, 'UL', [4712]),
    { ...element(0x00080070, 'LO', 'ODD'), unpadded: true },
    element(0x00090010, 'LO', 'PRIVATE'),
    element(0x00091001, 'UN', seededBytes(300, 1)),
    element(0x00091002, 'OB', seededBytes(20_000, 2)),
    element(0x00280000, 'UL', [4713]),
    element(0x00290010, 'LO', 'PRIVATE'),
    element(0x00400275, 'SQ', { items: [[element(0x00400007, 'LO', 'STEP')]] }),
    element(0x7fe00001, 'OV', new Uint8Array(0)),
  ];
  const behind = [element(0xfffcfffc, 'OB', seededBytes(10, 3))];
  const dataSet = imageDataSet({ rows: 20, columns: 30, more, behind }, { fragments });
  const whole = await decompressed(dataSet, UID.rle, 0x100000);
  const rows = rowsOf(whole);
  const has = (path: string) => rows.has(path);
  assert.deepEqual(['00080000', '00080001', '00280000', '7fe00001'].filter(has), []);
  assert.deepEqual(['00080070', '00091002', '00290010', 'fffcfffc'].filter(has).length, 4);
  assert.equal(Buffer.compare(pixelsOf(rows), seededBytes(600, 9)), 0);
  for (const pieceLength of [1, 7, 12, 100, 4_096]) {
    const inPieces = await decompressed(dataSet, UID.rle, pieceLength);
    assert.equal(Buffer.compare(inPieces, whole), 0, `in pieces of ${pieceLength}`);
  }
});
