import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { type FramedPdu, PduFramer } from '../../../../src/protocol/ul/framer.ts';
import * as naive from '../../../support/naive-pdu.ts';

const MIB = 1024 * 1024;
const framer = (maxPDataTfLength = 16384): PduFramer => new PduFramer({ maxPDataTfLength });
const header = (type: number, length: number): Uint8Array => naive.pdu(type, '', length);

function drain(from: PduFramer): FramedPdu[] {
  const framed: FramedPdu[] = [];
  for (let next = from.next(); next !== undefined; next = from.next()) framed.push(next);
  return framed;
}

const types = (framed: readonly FramedPdu[]): string[] => framed.map(({ pdu }) => pdu.type);

suite('PduFramer', () => {
  test('returns undefined before bytes come', () => {
    const f = framer();
    assert.equal(f.next(), undefined);
    f.push(new Uint8Array(0));
    assert.equal(f.next(), undefined);
  });

  test('gives the PDU, its length and its bytes', () => {
    const f = framer();
    const wire = naive.abort(2, 6);
    f.push(wire);
    const framed = f.next();
    assert.deepEqual(framed?.pdu, { type: 'A-ABORT', source: 2, reason: 6 });
    assert.equal(framed.length, 10);
    assert.deepEqual(Buffer.from(framed.bytes), wire);
    assert.equal(f.next(), undefined);
  });

  test('returns the PDUs of one chunk one by one, as views of it', () => {
    const f = framer();
    const chunk = naive.bytes(naive.releaseRq(), naive.pData(naive.pdv(1, 3, '0102')), naive.releaseRp());
    f.push(chunk);
    const framed = drain(f);
    assert.deepEqual(types(framed), ['A-RELEASE-RQ', 'P-DATA-TF', 'A-RELEASE-RP']);
    for (const { bytes } of framed) assert.equal(bytes.buffer, chunk.buffer);
  });

  test('accepts a PDU in any two parts, with the next PDU behind it', () => {
    const wire = naive.bytes(naive.pData(naive.pdv(1, 3, '0102030405')), naive.abort(0, 0));
    for (let cut = 1; cut < wire.length; cut++) {
      const f = framer();
      f.push(wire.subarray(0, cut));
      const first = drain(f);
      f.push(wire.subarray(cut));
      const framed = [...first, ...drain(f)];
      assert.deepEqual(types(framed), ['P-DATA-TF', 'A-ABORT'], `cut at ${cut}`);
      assert.deepEqual(naive.bytes(...framed.map(({ bytes }) => bytes)), wire);
    }
  });

  test('chunks that are pushed before the first call are one stream', () => {
    const f = framer();
    for (const byte of naive.bytes(naive.releaseRq(), naive.releaseRp())) f.push(Uint8Array.of(byte));
    assert.deepEqual(types(drain(f)), ['A-RELEASE-RQ', 'A-RELEASE-RP']);
  });

  test('a returned PDU does not change when more bytes come', () => {
    const f = framer();
    const wire = naive.pData(naive.pdv(1, 2, Buffer.alloc(5000, 7)));
    const second = naive.pData(naive.pdv(1, 2, Buffer.alloc(5000, 8)));
    f.push(wire.subarray(0, 100));
    f.push(naive.bytes(wire.subarray(100), second.subarray(0, 10)));
    const framed = f.next();
    assert.equal(f.next(), undefined);
    f.push(second.subarray(10));
    assert.ok(f.next() !== undefined);
    assert.deepEqual(Buffer.from(framed!.bytes), wire);
  });

  // A framer that copies all it has for each byte that comes would copy 512 GiB.
  test('a PDU of 1 MiB, byte by byte', { timeout: 20_000 }, () => {
    const items = Array.from({ length: 16 }, () => naive.item(0x99, new Uint8Array(65_000)));
    const wire = new Uint8Array(naive.associateAc({ items: [naive.applicationContext('1.2'), ...items] }));
    const f = framer();
    const framed: FramedPdu[] = [];
    for (let i = 0; i < wire.length; i++) {
      f.push(wire.subarray(i, i + 1));
      framed.push(...drain(f));
    }
    assert.deepEqual(types(framed), ['A-ASSOCIATE-AC']);
    assert.equal(Buffer.compare(framed[0]!.bytes, wire), 0);
  });
});

suite('lengths are checked at byte 6', () => {
  const refused: [string, Uint8Array, number][] = [
    ['type 00H', header(0x00, 4), 1],
    ['type 08H', header(0x08, 4), 1],
    ['type FFH', header(0xff, 0xffffffff), 1],
    ['HTTP', naive.text('HTTP/1.1 400 Bad Request\r\n'), 1],
    ['TLS alert', naive.bytes('15030300020246'), 1],
    ['zeros', new Uint8Array(6), 1],
    ['A-ASSOCIATE-RQ over 1 MiB', header(0x01, MIB + 1), 6],
    ['A-ASSOCIATE-AC over 1 MiB', header(0x02, MIB + 1), 6],
    ['A-ASSOCIATE-AC of 4 GiB', header(0x02, 0xfffffff0), 6],
    ['A-ASSOCIATE-RJ of 2', header(0x03, 2), 6],
    ['P-DATA-TF over our maximum', header(0x04, 16385), 6],
    ['P-DATA-TF of 2 GiB', header(0x04, 0x7fffffff), 6],
    ['A-RELEASE-RQ of 0', header(0x05, 0), 6],
    ['A-RELEASE-RP of 5', header(0x06, 5), 6],
    ['A-ABORT of 4 GiB', header(0x07, 0xffffffff), 6],
  ];
  for (const [name, wire, reason] of refused) {
    test(`${name} (${reason})`, () => {
      const whole = framer();
      whole.push(wire);
      assert.throws(() => whole.next(), { name: 'ProtocolError', reason });

      const trickled = framer();
      for (let i = 0; i < 5; i++) {
        trickled.push(wire.subarray(i, i + 1));
        assert.equal(trickled.next(), undefined);
      }
      trickled.push(wire.subarray(5, 6));
      assert.throws(() => trickled.next(), { name: 'ProtocolError', reason });
    });
  }

  const accepted: [string, PduFramer, number, number][] = [
    ['A-ASSOCIATE-RQ of 1 MiB', framer(), 0x01, MIB],
    ['A-ASSOCIATE-AC of 1 MiB', framer(), 0x02, MIB],
    ['P-DATA-TF of our maximum', framer(), 0x04, 16384],
    ['P-DATA-TF of any length without a maximum', framer(Number.POSITIVE_INFINITY), 0x04, 0xffffffff],
  ];
  for (const [name, f, type, length] of accepted) {
    test(`${name} is awaited`, () => {
      f.push(header(type, length));
      assert.equal(f.next(), undefined);
      f.push(new Uint8Array(100));
      assert.equal(f.next(), undefined);
    });
  }
});

suite('after an error', () => {
  test('after a malformed body the stream goes on', () => {
    const f = framer();
    f.push(naive.bytes(naive.pData(), naive.abort(0, 0)));
    assert.throws(() => f.next(), { name: 'ProtocolError', reason: 6 });
    assert.deepEqual(types(drain(f)), ['A-ABORT']);
  });

  test('after a malformed header every call throws the same error', () => {
    const f = framer();
    f.push(naive.bytes(naive.releaseRq(), header(0x99, 4), naive.abort(0, 0)));
    assert.equal(f.next()?.pdu.type, 'A-RELEASE-RQ');
    assert.throws(() => f.next(), { reason: 1 });
    f.push(naive.abort(0, 0));
    assert.throws(() => f.next(), { reason: 1 });
  });

  test('discard drops the error, the part of a PDU and the bytes behind it', () => {
    const f = framer();
    f.push(header(0x99, 4));
    assert.throws(() => f.next(), { reason: 1 });
    f.discard();
    assert.equal(f.next(), undefined);

    f.push(naive.abort(0, 0).subarray(0, 8));
    assert.equal(f.next(), undefined);
    f.discard();
    f.push(naive.bytes(naive.releaseRq(), naive.releaseRp()));
    assert.equal(f.next()?.pdu.type, 'A-RELEASE-RQ');
    f.discard();
    f.push(naive.abort(0, 0));
    assert.deepEqual(types(drain(f)), ['A-ABORT']);
  });
});
