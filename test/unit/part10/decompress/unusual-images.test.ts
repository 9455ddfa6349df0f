// Compressed images as some writers make them, and others decode them.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { DataSetConversionError } from '../../../../src/part10/convert/conversion-error.ts';
import { decoderThread } from '../../../../src/part10/decompress/decoder-thread.ts';
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
import { encodeFrame } from '../../../support/frame-encoder.ts';
import { encodeRle } from '../../../support/naive-rle.ts';

const thread = decoderThread();
after(() => thread.close());

const NO_TABLE = new Uint8Array(0);

async function rowsIn(dataSet: Uint8Array, uid: string, pieceLength?: number) {
  return rowsOf(await decompress(memorySource(dataSet, uid, pieceLength), thread));
}

async function pixelsIn(options: ImageOptions, fragments: readonly Uint8Array[], uid: string): Promise<Buffer> {
  return pixelsOf(await rowsIn(imageDataSet(options, { fragments }), uid));
}

async function rejects(promise: Promise<unknown>, message: RegExp): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof DataSetConversionError, String(error));
    assert.match(error.detail, message);
    return true;
  });
}

function even(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(bytes.length % 2)]);
}

describe('RLE frames in several fragments', () => {
  const options: ImageOptions = { rows: 24, columns: 31 };
  const frames = [1, 2, 3].map((seed) => seededBytes(24 * 31, seed));
  const encoded = frames.map((pixels) => encodeRle(pixels, 1, 8));
  const cut = (frame: Uint8Array, size: number): Uint8Array[] =>
    Array.from({ length: Math.ceil(frame.length / size) }, (_, index) =>
      frame.subarray(index * size, (index + 1) * size),
    );

  for (const size of [2, 64, 100, 400]) {
    test(`of ${size} bytes: one frame`, async () => {
      const fragments = [NO_TABLE, ...cut(encoded[0] as Uint8Array, size)];
      // A header that is cut says nothing.
      assert.deepEqual(await pixelsIn(options, fragments, UID.rle), even(frames[0] as Uint8Array));
    });
  }

  test('three frames, whether a table tells them or not', async () => {
    const parts = encoded.map((frame) => cut(frame, 400));
    const lengths = parts.map((of) => of.reduce((sum, { length }) => sum + 8 + length, 0));
    const table = Buffer.alloc(12);
    table.writeUInt32LE(lengths[0] as number, 4);
    table.writeUInt32LE((lengths[0] as number) + (lengths[1] as number), 8);
    for (const first of [NO_TABLE, table, Buffer.alloc(12)]) {
      const pixels = await pixelsIn({ ...options, frames: 3 }, [first, ...parts.flat()], UID.rle);
      assert.deepEqual(pixels, Buffer.concat(frames));
    }
  });
});

describe('JPEG-LS streams with surplus zeros in front of the last marker', () => {
  for (const [name, samplesPerPixel, bits] of [
    ['grey', 1, 8],
    ['16 bit', 1, 16],
    ['colour', 3, 8],
  ] as const) {
    test(name, async () => {
      const options: ImageOptions = { rows: 12, columns: 14, samplesPerPixel, bitsAllocated: bits };
      const pixels = seededBytes((12 * 14 * samplesPerPixel * bits) / 8, 5);
      const stream = await encodeFrame('JPEG-LS', { ...options, samplesPerPixel, bits, pixels });
      const end = Buffer.from(stream).lastIndexOf(Buffer.of(0xff, 0xd9));
      for (const surplus of [[0], [0, 0], [0, 0, 0], Array.from({ length: 40 }, () => 0)]) {
        const longer = even(Buffer.concat([stream.subarray(0, end), Uint8Array.from(surplus), Buffer.of(0xff, 0xd9)]));
        assert.deepEqual(await pixelsIn(options, [NO_TABLE, longer], UID.jpegLs), pixels, surplus.join());
      }
      const damaged = even(Buffer.concat([stream.subarray(0, end), Buffer.of(1, 0xff, 0xd9)]));
      await rejects(pixelsIn(options, [NO_TABLE, damaged], UID.jpegLs), /cannot be decompressed/u);
      const shorter = even(Buffer.concat([stream.subarray(0, end - 40), Buffer.of(0xff, 0xd9)]));
      await rejects(pixelsIn(options, [NO_TABLE, shorter], UID.jpegLs), /cannot be decompressed/u);
    });
  }
});

describe('Deflated Image Frame Compression', () => {
  const deflate = (pixels: Uint8Array): Buffer => even(deflateRawSync(pixels));

  test('frames of 8 and 16 bits, one fragment each', async () => {
    for (const bitsAllocated of [8, 16, 32]) {
      const frames = [1, 2, 3].map((seed) => seededBytes((8 * 9 * bitsAllocated) / 8, seed));
      const options: ImageOptions = { rows: 8, columns: 9, bitsAllocated, frames: 3 };
      const fragments = [NO_TABLE, ...frames.map(deflate)];
      assert.deepEqual(await pixelsIn(options, fragments, UID.deflatedFrames), Buffer.concat(frames));
    }
  });

  test('colour by planes stays as it is', async () => {
    const pixels = seededBytes(3 * 5 * 7, 4);
    const more = [element(0x00280006, 'US', [1])];
    const dataSet = imageDataSet(
      { rows: 5, columns: 7, samplesPerPixel: 3, more },
      { fragments: [NO_TABLE, deflate(pixels)] },
    );
    const rows = await rowsIn(dataSet, UID.deflatedFrames);
    assert.deepEqual(pixelsOf(rows), even(pixels));
    assert.equal(rows.get('00280006')?.value, '0100');
    assert.equal(textOf(rows, '00282110'), undefined);
  });

  test('segmentations of one bit', async () => {
    const frames = [1, 2].map((seed) => seededBytes(8, seed));
    const options: ImageOptions = { rows: 8, columns: 8, bitsAllocated: 1, frames: 2 };
    const fragments = [NO_TABLE, ...frames.map(deflate)];
    assert.deepEqual(await pixelsIn(options, fragments, UID.deflatedFrames), Buffer.concat(frames));
    const single: ImageOptions = { rows: 3, columns: 5, bitsAllocated: 1 };
    const bits = Uint8Array.of(0xa5, 0x7f);
    assert.deepEqual(await pixelsIn(single, [NO_TABLE, deflate(bits)], UID.deflatedFrames), Buffer.from(bits));
    await rejects(
      pixelsIn({ ...single, frames: 2 }, [NO_TABLE, deflate(bits), deflate(bits)], UID.deflatedFrames),
      /do not end with a byte/u,
    );
  });

  test('too short, too long, cut off', async () => {
    const options: ImageOptions = { rows: 40, columns: 50 };
    const of = (frame: Uint8Array) => pixelsIn(options, [NO_TABLE, frame], UID.deflatedFrames);
    await rejects(of(deflate(seededBytes(1_990, 1))), /inflates to 1990 bytes instead of 2000/u);
    await rejects(of(deflate(seededBytes(2_010, 1))), /to more than 2000 bytes/u);
    await rejects(of(deflate(seededBytes(2_000, 1)).subarray(0, 1_000)), /unexpected end of file/u);
    await rejects(of(Buffer.of(0, 0)), /cannot be inflated/u);
  });
});

const ICON_SEQUENCE = 0x00880200;

function icon(size: { rows: number; columns: number; photometric?: string }, pixelData: BuiltElement): BuiltElement[] {
  const samples = size.photometric === undefined ? 1 : 3;
  return [
    element(0x00280002, 'US', [samples]),
    element(0x00280004, 'CS', size.photometric ?? 'MONOCHROME2'),
    ...(samples === 3 ? [element(0x00280006, 'US', [0])] : []),
    element(0x00280010, 'US', [size.rows]),
    element(0x00280011, 'US', [size.columns]),
    element(0x00280100, 'US', [8]),
    element(0x00280101, 'US', [8]),
    element(0x00280102, 'US', [7]),
    element(0x00280103, 'US', [0]),
    pixelData,
  ];
}

describe('an icon image', () => {
  const image: ImageOptions = { rows: 9, columns: 10 };
  const pixels = seededBytes(90, 1);
  const iconPixels = seededBytes(15, 2);

  for (const lengths of ['defined', 'undefined'] as const) {
    test(`that is compressed is decoded, in a sequence of ${lengths} length`, async () => {
      const isOpen = lengths === 'undefined';
      const fragments = [NO_TABLE, encodeRle(iconPixels, 1, 8)];
      const items = [icon({ rows: 3, columns: 5 }, element(0x7fe00010, 'OB', { fragments }))];
      const value = { items, undefinedLength: isOpen, undefinedItemLength: isOpen };
      const dataSet = imageDataSet(
        { ...image, more: [element(ICON_SEQUENCE, 'SQ', value)] },
        { fragments: [NO_TABLE, encodeRle(pixels, 1, 8)] },
      );
      for (const pieceLength of [0x8000, 13]) {
        const rows = await rowsIn(dataSet, UID.rle, pieceLength);
        assert.deepEqual(pixelsOf(rows), pixels);
        assert.equal(rows.get('00880200[0].7fe00010')?.value, even(iconPixels).toString('hex'));
        assert.equal(rows.get('00880200[0].00280010')?.value, '0300');
        assert.equal(rows.get('00280010')?.value, '0900');
      }
    });
  }

  test('that is compressed with loss says what its pixels are', async () => {
    const colour = { rows: 8, columns: 8 };
    const stream = await encodeFrame('JPEG', { ...colour, samplesPerPixel: 3, bits: 8, pixels: seededBytes(192, 3) });
    const fragments = [NO_TABLE, stream];
    const items = [icon({ ...colour, photometric: 'YBR_FULL_422' }, element(0x7fe00010, 'OB', { fragments }))];
    const dataSet = imageDataSet(
      { ...colour, samplesPerPixel: 3, photometric: 'YBR_FULL_422', more: [element(ICON_SEQUENCE, 'SQ', { items })] },
      { fragments },
    );
    const rows = await rowsIn(dataSet, UID.jpegBaseline);
    assert.equal(textOf(rows, '00880200[0].00280004'), 'RGB');
    assert.equal(rows.get('00880200[0].7fe00010')?.value, pixelsOf(rows).toString('hex'));
  });

  test('that is not compressed passes as it is', async () => {
    const items = [icon({ rows: 3, columns: 4 }, element(0x7fe00010, 'OB', seededBytes(12, 2)))];
    const value = { items, undefinedLength: true, undefinedItemLength: true };
    const sequence = element(ICON_SEQUENCE, 'SQ', value);
    const dataSet = imageDataSet({ ...image, more: [sequence] }, { fragments: [NO_TABLE, encodeRle(pixels, 1, 8)] });
    const native = await decompress(memorySource(dataSet, UID.rle), thread);
    assert.notEqual(native.indexOf(encodeElements([sequence], 'explicit LE')), -1);
  });

  test('whose frame is damaged is named', async () => {
    const fragments = [NO_TABLE, encodeRle(iconPixels, 1, 8).subarray(0, 70)];
    const items = [icon({ rows: 3, columns: 5 }, element(0x7fe00010, 'OB', { fragments }))];
    const dataSet = imageDataSet(
      { ...image, more: [element(ICON_SEQUENCE, 'SQ', { items })] },
      { fragments: [NO_TABLE, encodeRle(pixels, 1, 8)] },
    );
    await rejects(rowsIn(dataSet, UID.rle), /the image cannot be decompressed: RLE segment 1/u);
  });
});

describe('beside the pixel data', () => {
  const fragments = [NO_TABLE, encodeRle(seededBytes(35, 3), 1, 8)];
  const small: ImageOptions = { rows: 5, columns: 7 };

  test('values of odd length are padded, and group lengths left out, at any depth', async () => {
    const odd = (tag: number, vr: string, text: string): BuiltElement => ({
      ...element(tag, vr, Buffer.from(text)),
      unpadded: true,
    });
    const items = [[element(0x00100000, 'UL', [9]), odd(0x00100010, 'PN', 'A^B'), odd(0x00100020, 'LO', '7')]];
    const more = [
      element(0x00080000, 'UL', [99]),
      odd(0x00080050, 'SH', '123'),
      odd(0x00080018, 'UI', '1.2'),
      element(0x00081110, 'SQ', { items }),
      odd(0x00281055, 'LO', 'abc'),
    ];
    const rows = await rowsIn(imageDataSet({ ...small, more }, { fragments }), UID.rle);
    const value = (path: string): string => Buffer.from(rows.get(path)?.value ?? '', 'hex').toString('latin1');
    assert.equal(value('00080050'), '123 ');
    assert.equal(value('00080018'), '1.2\0');
    assert.equal(value('00281055'), 'abc ');
    assert.equal(value('00081110[0].00100010'), 'A^B ');
    assert.equal(value('00081110[0].00100020'), '7 ');
    assert.deepEqual(
      [...rows.keys()].filter((path) => path.endsWith('0000')),
      [],
    );
  });

  const sorted = (options: ImageOptions): readonly [number, Buffer][] => {
    const dataSet = imageDataSet(options, { fragments });
    const starts = [...rowsOf(dataSet).keys()]
      .filter((path) => path.length === 8)
      .map((path): [number, number] => {
        const tag = Number.parseInt(path, 16);
        const bytes = Buffer.alloc(4);
        bytes.writeUInt16LE(tag >>> 16, 0);
        bytes.writeUInt16LE(tag & 0xffff, 2);
        return [tag, dataSet.indexOf(bytes)];
      });
    return starts.map(([tag, start], index) => [tag, dataSet.subarray(start, starts[index + 1]?.[1])]);
  };

  test('an element of a later group may come in front of group 0028, or inside it', async () => {
    const elements = sorted({ ...small, more: [element(0x00400555, 'LO', 'EARLY')] });
    const early = elements.filter(([tag]) => tag === 0x00400555);
    const others = elements.filter(([tag]) => tag !== 0x00400555);
    for (const place of [0x00280002, 0x00280010, 0x00280011, 0x00280101, 0x00280103]) {
      const at = others.findIndex(([tag]) => tag === place);
      const mixed = [...others.slice(0, at), ...early, ...others.slice(at)];
      const rows = await rowsIn(Buffer.concat(mixed.map(([, bytes]) => bytes)), UID.rle);
      assert.equal(textOf(rows, '00400555'), 'EARLY');
      assert.equal(pixelsOf(rows).length, 36);
      assert.deepEqual(
        [...rows.keys()].sort(),
        [
          ...rowsOf(imageDataSet({ ...small, more: [element(0x00400555, 'LO', 'EARLY')] }, seededBytes(36, 1))).keys(),
        ].sort(),
      );
    }
  });

  test('what is out already is not changed any more', async () => {
    const photometric = 'YBR_FULL_422';
    const elements = sorted({ ...small, samplesPerPixel: 3, photometric, more: [element(0x00400555, 'LO', 'EARLY')] });
    const isEarly = ([tag]: readonly [number, Buffer]): boolean => tag === 0x00400555;
    const at = elements.findIndex(([tag]) => tag === 0x00280010);
    const others = elements.filter((one) => !isEarly(one));
    const mixed = [...others.slice(0, at), ...elements.filter(isEarly), ...others.slice(at)];
    await rejects(rowsIn(Buffer.concat(mixed.map(([, bytes]) => bytes)), UID.rle), /\(0028,0004\) cannot be changed/u);
  });
});
