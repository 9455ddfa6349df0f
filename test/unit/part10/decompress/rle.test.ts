import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { FrameDecodingError, type FrameFormat } from '../../../../src/part10/decompress/frame-format.ts';
import { decodeRle } from '../../../../src/part10/decompress/rle.ts';
import { encodeRle, packBits } from '../../../support/naive-rle.ts';

function formatOf(rows: number, columns: number, samplesPerPixel: number, bitsAllocated: number): FrameFormat {
  return { codec: 'RLE', rows, columns, samplesPerPixel, bitsAllocated, convertsToRgb: false };
}

/** A header that says what is given, and then that. */
function frameOf(count: number, offsets: readonly number[], ...segments: readonly Uint8Array[]): Uint8Array {
  const header = Buffer.alloc(64);
  [count, ...offsets].forEach((value, index) => header.writeUInt32LE(value, 4 * index));
  return Buffer.concat([header, ...segments]);
}

test('the usual example of PackBits', () => {
  const packed = Buffer.from('FEAA028000 2AFDAA0380002A22F7AA'.replaceAll(' ', ''), 'hex');
  const plain = Buffer.from('AAAAAA80002AAAAAAAAA80002A22AAAAAAAAAAAAAAAAAAAA', 'hex');
  assert.deepEqual(Buffer.from(decodeRle(frameOf(1, [64], packed), formatOf(4, 6, 1, 8))), plain);
});

test('decodes what a naive encoder packed, for any samples', () => {
  fc.assert(
    fc.property(
      fc.constantFrom([1, 8], [1, 16], [1, 32], [3, 8], [3, 16], [3, 32], [1, 64]),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer(),
      ([samples, bits], rows, columns, spread, seed) => {
        const [samplesPerPixel, bitsAllocated] = [samples as number, bits as number];
        const length = (rows * columns * samplesPerPixel * bitsAllocated) / 8;
        // Runs, short ones and long ones.
        const pixels = Uint8Array.from(
          { length },
          (_, at) => (Math.imul(Math.floor(at / (spread * 3)), seed | 1) >>> 7) & 0xff,
        );
        const frame = encodeRle(pixels, samplesPerPixel, bitsAllocated);
        const decoded = decodeRle(frame, formatOf(rows, columns, samplesPerPixel, bitsAllocated));
        assert.equal(Buffer.compare(decoded, pixels), 0);
      },
    ),
    { numRuns: 150 },
  );
});

test('control byte 80H is ignored, and bytes behind the last pixel are padding', () => {
  const packed = Uint8Array.of(0x80, 0x01, 7, 8, 0x80, 0xff, 9, 0x00, 0x00, 0x00);
  assert.deepEqual([...decodeRle(frameOf(1, [64], packed), formatOf(2, 2, 1, 8))], [7, 8, 9, 9]);
  // A run that is longer than what is left of the image.
  assert.deepEqual([...decodeRle(frameOf(1, [64], Uint8Array.of(0x82, 5)), formatOf(1, 3, 1, 8))], [5, 5, 5]);
  assert.deepEqual([...decodeRle(frameOf(1, [64], Uint8Array.of(0x7f, 1, 2, 3)), formatOf(1, 3, 1, 8))], [1, 2, 3]);
});

describe('is an error:', () => {
  const good = packBits(Uint8Array.of(1, 2, 3, 4));
  const format = formatOf(2, 2, 1, 8);
  const cases: readonly (readonly [string, Uint8Array, FrameFormat, RegExp])[] = [
    ['no whole header', new Uint8Array(63), format, /header is cut off/u],
    ['too few segments', frameOf(1, [64], good), formatOf(2, 2, 1, 16), /1 RLE segments, where the image has 2/u],
    ['too many segments', frameOf(3, [64, 69, 74], good, good, good), format, /3 RLE segments/u],
    ['more segments than a header has', frameOf(16, []), formatOf(1, 1, 2, 64), /16 RLE segments/u],
    ['a segment inside the header', frameOf(1, [60], good), format, /at bytes 60/u],
    ['a segment behind the end', frameOf(1, [72], good), format, /at bytes 72 to 70 of 70/u],
    ['segments in the wrong order', frameOf(2, [69, 64], good, good), formatOf(2, 2, 1, 16), /at bytes 69 to 64/u],
    ['a literal run that is cut off', frameOf(1, [64], good.subarray(0, 3)), format, /segment 1 ends before/u],
    ['a repeat run that is cut off', frameOf(1, [64], Uint8Array.of(0xfd)), format, /segment 1 ends before/u],
    ['one pixel too few', frameOf(1, [64], packBits(Uint8Array.of(1, 2, 3))), format, /segment 1 ends before/u],
    ['nothing in a segment', frameOf(1, [64]), format, /segment 1 ends before/u],
  ];
  for (const [name, frame, asked, message] of cases) {
    test(name, () => {
      assert.throws(
        () => decodeRle(frame, asked),
        (error) => {
          assert.ok(error instanceof FrameDecodingError);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }
});
