import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DataSetConversionError } from '../../../../src/part10/convert/conversion-error.ts';
import { convert, converter, DIRECTIONS, type Direction } from '../../../support/conversion-run.ts';
import { sample, text } from '../../../support/conversion-sample.ts';
import { BIG, EXPLICIT, IMPLICIT, type NaiveElement, writeDataSet } from '../../../support/naive-data-set.ts';

function fails(bytes: Uint8Array, direction: Direction, offset: number, detail: RegExp, length?: number): void {
  const running = converter(direction, length);
  let thrown: unknown;
  try {
    running.push(bytes);
    running.end();
  } catch (error) {
    thrown = error;
  }
  assert.ok(thrown instanceof DataSetConversionError, `no error, or another: ${String(thrown)}`);
  assert.match(thrown.detail, detail);
  assert.equal(thrown.offset, offset);
  assert.throws(() => running.push(Uint8Array.of(0)), thrown);
  assert.throws(() => running.end(), thrown);
}

describe('malformed data sets', () => {
  const toImplicit = { from: EXPLICIT, to: IMPLICIT };
  const toBig = { from: EXPLICIT, to: BIG };
  const toExplicit = { from: IMPLICIT, to: EXPLICIT };
  const name: NaiveElement = { tag: 0x00100010, vr: 'PN', value: text('A^BC') };
  const sequence: NaiveElement = {
    tag: 0x00081140,
    vr: 'SQ',
    undefinedLength: true,
    value: [{ undefinedLength: true, elements: [name] }],
  };
  const bytesOf = (spaced: string): Uint8Array => Buffer.from(spaced.replaceAll(' ', ''), 'hex');

  it('cut off anywhere but between two elements of the data set: an error where the data ends', () => {
    const bytes = writeDataSet([sequence, name], EXPLICIT);
    const boundaries = new Set([0, writeDataSet([sequence], EXPLICIT).length, bytes.length]);
    for (let length = 0; length <= bytes.length; length++) {
      if (boundaries.has(length)) convert(bytes.subarray(0, length), toImplicit);
      else fails(bytes.subarray(0, length), toImplicit, length, /^the data ends/);
    }
  });

  it('a value longer than the whole data set: found before it is passed on', () => {
    const bytes = bytesOf('10001000 504e 0400 41424344  e07f1000 4f57 0000 00010000 0102');
    fails(bytes, toImplicit, 12, /\(7FE0,0010\) with length 256 ends 254 bytes beyond the data set/, bytes.length);
  });

  it('zeros behind the last element are left out, however many; behind them nothing else may come', () => {
    for (const direction of [toImplicit, toExplicit, { from: BIG, to: EXPLICIT }]) {
      const bytes = writeDataSet([sequence, name], direction.from);
      const whole = Buffer.from(convert(bytes, direction)).toString('hex');
      for (const zeros of [1, 2, 7, 8, 9, 12, 13, 512]) {
        const padded = Buffer.concat([bytes, Buffer.alloc(zeros)]);
        assert.equal(Buffer.from(convert(padded, direction)).toString('hex'), whole, String(zeros));
        const running = converter(direction, padded.length);
        const out = [...padded].map((byte) => {
          running.push(Uint8Array.of(byte));
          return Buffer.from(running.take()).toString('hex');
        });
        running.end();
        assert.equal(out.join(''), whole, String(zeros));
      }
      const more = Buffer.concat([bytes, Buffer.alloc(20), Buffer.of(1)]);
      fails(more, direction, bytes.length + 8, /zeros where an element should begin/);
    }
  });

  it('a VR that nobody knows how to swap is shown, in hexadecimal where it has no visible characters', () => {
    for (const [vr, shown] of [
      ['0000', '00H 00H'],
      ['8041', '80H 41H'],
      ['2d2d', '--'],
    ] as const) {
      const detail = new RegExp(`\\(0010,0010\\) has VR ${shown}, of which`);
      fails(bytesOf(`00100010 ${vr} 0000`), { from: BIG, to: EXPLICIT }, 0, detail);
    }
  });

  it('bytes that are no characters where a VR should be, and then a tag that falls', () => {
    for (const vr of ['0c00', 'ff41']) {
      const doubtful = `10001000 ${vr} 0000`;
      fails(bytesOf(`08000800 43530000 ${doubtful} 09001000 4c4f 0000`), toImplicit, 8, /\(0010,0010\) has no VR/);
      fails(bytesOf(`${doubtful} 11001000 ${vr} 0000 11001000 4c4f 0000`), toImplicit, 0, /\(0010,0010\) has no VR/);
      const good = `${doubtful} 11001000 4c4f 0000`;
      assert.deepEqual(
        Buffer.from(convert(bytesOf(good), toImplicit)).toString('hex'),
        `${'1000100000000000'}1100100000000000`,
      );
    }
  });

  it('an element longer than its item, an item longer than its sequence', () => {
    fails(
      bytesOf('08004011 5351 0000 14000000  feff00e0 0a000000 10001000 504e 0400 41424344'),
      toImplicit,
      20,
      /\(0010,0010\) with length 4 ends 2 bytes beyond an item of \(0008,1140\)/,
    );
    fails(
      bytesOf('08004011 5351 0000 10000000  feff00e0 0c000000 10001000 504e 0400 41424344'),
      toImplicit,
      12,
      /\(FFFE,E000\) with length 12 ends 4 bytes beyond the sequence \(0008,1140\)/,
    );
    fails(
      bytesOf('08004011 5351 0000 10000000  feff00e0 ffffffff 10001000 504e 0400 41424344'),
      toImplicit,
      20,
      /ends 4 bytes beyond what encloses it/,
    );
    fails(bytesOf('08004011 5351 0000 04000000  feff00e0 00000000'), toImplicit, 12, /ends 4 bytes beyond/);
  });

  it('anything but an item in a sequence', () => {
    fails(bytesOf('08004011 5351 0000 ffffffff  10001000 504e 0400 41424344'), toImplicit, 12, /an item belongs here/);
    fails(bytesOf('08004011 5351 0000 08000000  feffdde0 00000000'), toImplicit, 12, /an item belongs here/);
    fails(bytesOf('08004011 5351 0000 ffffffff  feffdde0 02000000 0000'), toImplicit, 12, /length 2/);
    fails(bytesOf('08004011 5351 0000 ffffffff  feff0de0 00000000'), toImplicit, 12, /\(FFFE,E00D\)/);
  });

  it('items and delimiters where elements belong', () => {
    fails(bytesOf('feff00e0 00000000'), toImplicit, 0, /\(FFFE,E000\) with length 0 in the data set/);
    fails(bytesOf('feffdde0 00000000'), toImplicit, 0, /\(FFFE,E0DD\)/);
    fails(
      bytesOf('08004011 5351 0000 ffffffff  feff00e0 ffffffff  feffdde0 00000000'),
      toImplicit,
      20,
      /in an item of \(0008,1140\)/,
    );
    fails(
      bytesOf('08004011 5351 0000 ffffffff  feff00e0 08000000  feff0de0 00000000'),
      toImplicit,
      20,
      /\(FFFE,E00D\)/,
    );
  });

  it('undefined length of what is no sequence, as encapsulated pixel data has it', () => {
    const fragments = bytesOf('e07f1000 4f42 0000 ffffffff feff00e0 00000000 feffdde0 00000000');
    fails(fragments, toBig, 0, /\(7FE0,0010\) with VR OB has undefined length/);
    fails(bytesOf('e07f1000 ffffffff feff00e0 00000000'), toExplicit, 0, /\(7FE0,0010\) with VR OW/);
    fails(bytesOf('10001000 ffffffff feff00e0 00000000'), toExplicit, 0, /\(0010,0010\) with VR PN/);
    fails(bytesOf('08000000 ffffffff feff00e0 00000000'), toExplicit, 0, /\(0008,0000\) with VR UL/);
  });

  it('a value of broken words that would have to be swapped', () => {
    fails(bytesOf('28001000 554c 0500 0102030405'), toBig, 0, /\(0028,0010\) has 5 bytes/);
    fails(bytesOf('72007400 4644 0400 01020304'), toBig, 0, /FD words/);
  });

  it('nesting without end: refused at a thousand, in bounded time and space', () => {
    const level = bytesOf('08004011 5351 0000 ffffffff feff00e0 ffffffff');
    const deep = (depth: number): Uint8Array => Buffer.concat(Array.from({ length: depth }, () => level));
    fails(deep(50_000), toImplicit, 1_000 * 20, /nested more than 1000 deep/);
    const closed = Buffer.concat([
      deep(1_000),
      ...Array.from({ length: 1_000 }, () => bytesOf('feff0de0 00000000 feffdde0 00000000')),
    ]);
    assert.equal(convert(closed, toImplicit).length, 1_000 * 32);
  });

  it('random bytes, and samples with a byte changed: converted or refused, never another throw', () => {
    const bytes = DIRECTIONS.map((direction) => ({
      direction,
      bytes: writeDataSet(sample.slice(0, 12), direction.from),
    }));
    fc.assert(
      fc.property(
        fc.constantFrom(...bytes),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.option(fc.uint8Array({ maxLength: 200 })),
        ({ direction, bytes: valid }, changes, random) => {
          const damaged = Uint8Array.from(random ?? valid);
          for (const [at, byte] of changes) if (damaged.length > 0) damaged[at % damaged.length] = byte;
          try {
            convert(damaged, direction);
          } catch (error) {
            assert.ok(error instanceof DataSetConversionError, String(error));
            assert.ok(error.offset >= 0 && error.offset <= damaged.length);
          }
        },
      ),
      { numRuns: 1_500 },
    );
  });
});
