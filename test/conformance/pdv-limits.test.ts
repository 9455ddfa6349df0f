// P-DATA-TF at the edges of the maximum length that a peer announces: N-1, N, N+1 and multiples. PS3.8 9.3.5, D.1, Annex E.
// The PDUs are taken apart here by hand, not by our decoder.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { fragment, maxFragmentLength } from '../../src/protocol/dimse/fragment.ts';

interface Pdv {
  readonly pduLength: number;
  readonly contextId: number;
  readonly control: number;
  readonly data: Buffer;
}

/** Every P-DATA-TF in the bytes; each must hold exactly one PDV and fill exactly its announced length. */
function takeApart(chunks: readonly Uint8Array[]): Pdv[] {
  const stream = Buffer.concat(chunks);
  const pdvs: Pdv[] = [];
  let offset = 0;
  while (offset < stream.length) {
    assert.equal(stream.readUInt8(offset), 0x04, 'PDU type');
    const pduLength = stream.readUInt32BE(offset + 2);
    const itemLength = stream.readUInt32BE(offset + 6);
    assert.equal(itemLength + 4, pduLength, 'one PDV fills the PDU');
    const end = offset + 6 + pduLength;
    assert.ok(end <= stream.length, 'the PDU is whole');
    pdvs.push({
      pduLength,
      contextId: stream.readUInt8(offset + 10),
      control: stream.readUInt8(offset + 11),
      data: stream.subarray(offset + 12, end),
    });
    offset = end;
  }
  return pdvs;
}

const LAST = 0x02;

suite('maxFragmentLength', () => {
  test('a peer without a limit is sent PDUs up to our cap', () => {
    assert.equal(maxFragmentLength(undefined, 16_384), 16_378);
    assert.equal(maxFragmentLength(0, 16_384), 16_378);
    assert.equal(maxFragmentLength(0xffffffff, 16_384), 16_378);
  });

  test('the smaller of both limits counts, less the PDV header, rounded down to even', () => {
    assert.equal(maxFragmentLength(4096, 16_384), 4090);
    assert.equal(maxFragmentLength(4097, 16_384), 4090);
    assert.equal(maxFragmentLength(4098, 16_384), 4092);
    assert.equal(maxFragmentLength(16_384, 4096), 4090);
    assert.equal(maxFragmentLength(8, 16_384), 2);
    assert.equal(maxFragmentLength(9, 16_384), 2);
    assert.equal(maxFragmentLength(10, 16_384), 4);
  });

  test('a peer that receives 1 to 7 bytes can be sent nothing', () => {
    for (let peer = 1; peer <= 7; peer += 1) assert.equal(maxFragmentLength(peer, 16_384), undefined, String(peer));
  });
});

suite('fragment', () => {
  for (const maximumLength of [8, 9, 10, 128, 4096, 16_384]) {
    const most = maxFragmentLength(maximumLength, 65_536) ?? 0;
    for (const size of [
      0,
      2,
      most - 2,
      most - 1,
      most,
      most + 1,
      most + 2,
      2 * most - 1,
      2 * most,
      2 * most + 1,
      5 * most,
    ]) {
      test(`${size} bytes to a peer that receives ${maximumLength}`, () => {
        const payload = Buffer.from(Array.from({ length: size }, (_, index) => index & 0xff));
        const pdvs = takeApart(fragment(3, false, payload, true, most));
        assert.equal(pdvs.length, Math.max(1, Math.ceil(size / most)));
        assert.deepEqual(Buffer.concat(pdvs.map(({ data }) => data)), payload);
        for (const [index, { pduLength, contextId, control, data }] of pdvs.entries()) {
          const isLast = index === pdvs.length - 1;
          assert.ok(pduLength <= maximumLength, `${pduLength} > ${maximumLength}`);
          assert.equal(contextId, 3);
          assert.equal(control, isLast ? LAST : 0);
          if (!isLast) assert.equal(data.length, most, 'only the last may be short');
        }
      });
    }
  }

  test('the message control header tells command from data set', () => {
    assert.deepEqual(
      takeApart(fragment(1, true, Buffer.from('abcd'), true, 2)).map(({ control }) => control),
      [0x01, 0x03],
    );
    assert.deepEqual(
      takeApart(fragment(1, false, Buffer.from('abcd'), true, 2)).map(({ control }) => control),
      [0x00, 0x02],
    );
  });

  test('only the last part ends with a last fragment; an empty part in the middle writes nothing', () => {
    assert.deepEqual(
      takeApart(fragment(1, false, Buffer.from('abcd'), false, 2)).map(({ control }) => control),
      [0x00, 0x00],
    );
    assert.deepEqual(fragment(1, false, Buffer.alloc(0), false, 2), []);
  });

  test('payloads are views, not copies', () => {
    const payload = Buffer.from('abcdef');
    const chunks = fragment(1, false, payload, true, 4);
    assert.equal(chunks.length, 4);
    assert.equal(chunks[1]?.buffer, payload.buffer);
    assert.equal(chunks[3]?.buffer, payload.buffer);
  });

  test('an odd part in the middle of a message is a bug of the caller', () => {
    assert.throws(() => fragment(1, false, Buffer.alloc(3), false, 4), RangeError);
    for (const maxFragment of [0, 1, 3, -2, 2.5, Number.NaN]) {
      assert.throws(() => fragment(1, false, Buffer.alloc(4), true, maxFragment), RangeError);
    }
  });

  test('a data set in any parts arrives whole: even fragments within the limit, one of them the last', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 8, max: 300 }),
        fc.array(
          fc.uint8Array({ maxLength: 700 }).map((part) => part.subarray(0, part.length - (part.length % 2))),
          { maxLength: 6 },
        ),
        (maximumLength, parts) => {
          const most = maxFragmentLength(maximumLength, 1_000) ?? assert.fail('no room');
          const chunks = parts.flatMap((part, index) => fragment(5, false, part, index === parts.length - 1, most));
          const pdvs = takeApart(chunks);
          assert.deepEqual(Buffer.concat(pdvs.map(({ data }) => data)), Buffer.concat(parts));
          for (const { pduLength, data } of pdvs) {
            assert.ok(pduLength <= maximumLength);
            assert.equal(data.length % 2, 0);
          }
          const lasts = pdvs.filter(({ control }) => control === LAST);
          assert.equal(lasts.length, parts.length === 0 ? 0 : 1);
          assert.equal(pdvs.at(-1)?.control ?? LAST, LAST);
        },
      ),
      { numRuns: 500 },
    );
  });
});
