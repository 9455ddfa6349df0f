import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decompressionOf } from '../../../../src/part10/decompress/decompression.ts';
import { TRANSFER_SYNTAXES } from '../../../../src/protocol/transfer-syntaxes.ts';

test('what decoding means, for every transfer syntax of the registry', () => {
  const found = TRANSFER_SYNTAXES.map(
    ({ uid }) => [uid.replace('1.2.840.10008.1.2.', ''), decompressionOf(uid)] as const,
  );
  const of = (meaning: string) => found.filter(([, decompression]) => decompression === meaning).map(([uid]) => uid);
  assert.deepEqual(of('lossless').sort(), ['4.201', '4.202', '4.57', '4.70', '4.80', '4.90', '5', '8.1']);
  assert.deepEqual(of('lossy').sort(), ['4.203', '4.50', '4.51', '4.53', '4.55', '4.81', '4.91']);
  assert.equal(found.filter(([, decompression]) => decompression === undefined).length, TRANSFER_SYNTAXES.length - 15);
});

test('private syntaxes are not decoded', () => {
  assert.equal(decompressionOf('1.2.840.113619.5.2'), undefined);
  assert.equal(decompressionOf(''), undefined);
});
