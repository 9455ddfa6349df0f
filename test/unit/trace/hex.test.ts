import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hexDump, hexString } from '../../../src/trace/hex.ts';
import { secretRanges } from '../../../src/trace/secrets.ts';
import {
  associateRq,
  bytes,
  item,
  plainItems,
  proposedContext,
  userIdentity,
  userInformation,
} from '../../support/naive-pdu.ts';
import { OURS, proposed, rq } from '../../support/trace-records.ts';

describe('hexDump', () => {
  it('shows offset, hex and ASCII', () => {
    assert.deepEqual(hexDump(Buffer.from('0123456789abcdef\u0000~\u007f')), [
      '  0000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  0123456789abcdef',
      '  0010  00 7E 7F                                          .~.',
    ]);
  });

  it('is bounded, and tells what is not shown', () => {
    const lines = hexDump(new Uint8Array(5000));
    assert.equal(lines.length, 33);
    assert.equal(lines.at(-1), '  ... 4,488 more bytes');
    assert.equal(hexDump(new Uint8Array(16), 17).at(-1), '  ... 1 more byte');
  });

  it('masks in both columns', () => {
    assert.deepEqual(hexDump(Buffer.from('abcd'), 4, [[1, 3]]), [
      '  0000  61 ** ** 64                                       a**d',
    ]);
    assert.equal(hexString(Buffer.from('abcd'), 3, [[1, 3]]), '61****');
  });
});

describe('secretRanges', () => {
  const secret = userIdentity(2, 0, Buffer.from('user'), Buffer.from('pass'));
  const identity = {
    userIdentityType: 2,
    positiveResponseRequested: false,
    primaryField: Buffer.from('user'),
    secondaryField: Buffer.from('pass'),
  };
  const withIdentity = rq([proposed(1, '1.2.840.10008.1.1', '1.2.840.10008.1.2')], { ...OURS, userIdentity: identity });
  const encode = (...userItems: readonly Uint8Array[]): Buffer =>
    associateRq({
      items: [
        ...plainItems(proposedContext(1, '1.2.840.10008.1.1', ['1.2.840.10008.1.2'])).slice(0, -1),
        userInformation(...userItems),
      ],
    });

  const isHidden = (encoded: Uint8Array, total: number, word: string): boolean => {
    const ranges = secretRanges(withIdentity, encoded, total);
    const at = Buffer.from(encoded).indexOf(word);
    return at < 0 || ranges.some(([from, to]) => from <= at && at + word.length <= to);
  };

  it('finds the identity among other items', () => {
    const encoded = encode(item(0x52, Buffer.from('1.2.3')), secret, item(0x55, Buffer.from('NAME')));
    assert.ok(isHidden(encoded, encoded.length, 'user'));
    assert.ok(isHidden(encoded, encoded.length, 'pass'));
    assert.ok(!isHidden(encoded, encoded.length, 'NAME'));
  });

  it('hides what is there of an identity that the bound cuts', () => {
    const encoded = encode(secret);
    for (let length = 1; length <= encoded.length; length += 1) {
      const first = encoded.subarray(0, length);
      const ranges = secretRanges(withIdentity, first, encoded.length);
      for (const word of ['user', 'pass']) {
        for (let offset = encoded.indexOf(word); offset < Math.min(length, encoded.indexOf(word) + 4); offset += 1) {
          assert.ok(ranges.some(([from, to]) => from <= offset && offset < to));
        }
      }
    }
  });

  it('hides an identity outside of the user information item', () => {
    const encoded = associateRq({ items: [bytes(secret)] });
    assert.ok(isHidden(encoded, encoded.length, 'pass'));
  });

  it('hides everything variable where the identity cannot be found', () => {
    const encoded = associateRq({ items: [Buffer.from('xxxxuser pass')] });
    assert.ok(isHidden(encoded, encoded.length, 'user'));
    assert.ok(isHidden(encoded, encoded.length, 'pass'));
  });
});
