import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { ByteReader, ByteWriter } from '../../../src/protocol/bytes.ts';

const reader = (...values: number[]): ByteReader => new ByteReader(Uint8Array.of(...values));
const malformed = (message: RegExp) => ({ name: 'ProtocolError', reason: 6, message });

suite('ByteReader', () => {
  test('reads big endian, unsigned', () => {
    assert.equal(reader(0xfe).uint8('x'), 0xfe);
    assert.equal(reader(0xfe, 0x01).uint16('x'), 0xfe01);
    assert.equal(reader(0xff, 0x00, 0x01, 0x02).uint32('x'), 0xff000102);
  });

  test('reads forward and knows what remains', () => {
    const r = reader(1, 2, 3, 4, 5);
    r.skip(1, 'x');
    assert.equal(r.uint16('x'), 0x0203);
    assert.equal(r.remaining, 2);
    assert.deepEqual(r.take(2, 'x'), Uint8Array.of(4, 5));
    r.end('x');
  });

  test('a read past the end names its field and does not move', () => {
    const r = reader(1, 2, 3);
    for (const read of [
      () => r.uint32('length of the thing'),
      () => r.take(4, 'length of the thing'),
      () => r.sub(4, 'length of the thing'),
      () => r.skip(4, 'length of the thing'),
      () => r.latin1(4, 'length of the thing'),
    ]) {
      assert.throws(read, malformed(/^length of the thing: needs 4 bytes, but 3 remain$/));
    }
    assert.equal(r.remaining, 3);
    r.skip(2, 'x');
    assert.throws(() => r.uint16('x'), malformed(/needs 2/));
    r.skip(1, 'x');
    assert.throws(() => r.uint8('x'), malformed(/needs 1/));
  });

  test('a length of 32 bits does not overflow', () => {
    assert.throws(() => reader(1, 2).take(0xffffffff, 'x'), malformed(/needs 4294967295 bytes, but 2 remain/));
  });

  test('a sub-reader ends at its length, and its parent goes on behind it', () => {
    const r = reader(1, 2, 3, 4);
    const sub = r.sub(2, 'item');
    assert.equal(r.uint8('x'), 3);
    assert.equal(sub.uint16('x'), 0x0102);
    assert.throws(() => sub.uint8('field'), malformed(/^field/));
  });

  test('bytes left at the end of a structure are an error', () => {
    assert.throws(() => reader(1, 2).end('item 51H'), malformed(/^item 51H: 2 bytes too many$/));
  });

  test('reads a window of a larger buffer', () => {
    const r = new ByteReader(Uint8Array.of(9, 9, 1, 2, 9).subarray(2, 4));
    assert.equal(r.uint16('x'), 0x0102);
    assert.equal(r.remaining, 0);
  });

  test('takes views, not copies', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    assert.equal(new ByteReader(bytes).take(2, 'x').buffer, bytes.buffer);
  });

  test('reads any byte as a character', () => {
    assert.equal(reader(0x41, 0x00, 0xe9, 0xff).latin1(4, 'x'), 'A\0éÿ');
  });
});

suite('ByteWriter', () => {
  const written = (write: (writer: ByteWriter) => void, capacity?: number): number[] => {
    const writer = new ByteWriter(capacity);
    write(writer);
    return [...writer.finish()];
  };

  test('writes big endian', () => {
    assert.deepEqual(
      written((w) => {
        w.uint8(0xff);
        w.uint16(0x0102);
        w.uint32(0xfffefdfc);
      }),
      [0xff, 1, 2, 0xff, 0xfe, 0xfd, 0xfc],
    );
  });

  test('grows from nothing, and reserved fields are zero', () => {
    assert.deepEqual(
      written((w) => {
        w.bytes(Uint8Array.of(7, 8, 9));
        w.zeros(2);
        w.latin1('Aé');
      }, 0),
      [7, 8, 9, 0, 0, 0x41, 0xe9],
    );
  });

  test('prefixed lengths are right, also nested and when the buffer grows', () => {
    const long = new Uint8Array(300).fill(5);
    const bytes = written((w) => {
      w.prefixed32(() => {
        w.uint8(1);
        w.prefixed16(() => w.bytes(long));
        w.prefixed16(() => {});
      });
    }, 1);
    assert.deepEqual(bytes.slice(0, 7), [0, 0, 1, 0x31, 1, 1, 0x2c]);
    assert.deepEqual(bytes.slice(7 + 300), [0, 0]);
  });

  test('a value that does not fit is a bug, not a truncation', () => {
    const bugs: ((w: ByteWriter) => void)[] = [
      (w) => w.uint8(256),
      (w) => w.uint8(-1),
      (w) => w.uint8(1.5),
      (w) => w.uint8(Number.NaN),
      (w) => w.uint16(0x10000),
      (w) => w.uint32(2 ** 32),
      (w) => w.uint32(-1),
      (w) => w.latin1('€'),
      (w) => w.prefixed16(() => w.zeros(0x10000)),
    ];
    for (const bug of bugs) assert.throws(() => written(bug), RangeError, bug.toString());
    assert.equal(written((w) => w.prefixed16(() => w.zeros(0xffff))).length, 0x10001);
  });
});
