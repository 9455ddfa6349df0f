import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { bytesOfPath, pathOfBytes, systemPath, withShownBytes } from '../../../src/text/path-bytes.ts';
import { sanitize } from '../../../src/trace/sanitize.ts';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('paths whose bytes are not UTF-8', () => {
  test('come back byte for byte, and no two become the same text', () => {
    // Bytes of UTF-8 characters, whole and cut, are frequent enough to be met.
    const byte = fc.oneof(
      fc.constantFrom(0x2f, 0x41, 0xc3, 0xa4, 0xed, 0xb3, 0xf0, 0x9f, 0x98, 0x80, 0xef, 0xbf, 0xbd),
      fc.nat(255),
    );
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 12 }), (values) => {
        const bytes = Buffer.from(values);
        const path = pathOfBytes(bytes);
        assert.deepEqual(bytesOfPath(path), bytes);
        assert.equal(JSON.parse(JSON.stringify(path)), path);
        const isUtf8 = Buffer.from(bytes.toString()).equals(bytes);
        assert.equal(path.isWellFormed(), isUtf8);
        assert.deepEqual(systemPath(path), isUtf8 ? bytes.toString() : bytes);
      }),
      { numRuns: 3_000 },
    );
  });

  test('keep the characters around such bytes', () => {
    assert.equal(
      pathOfBytes(Buffer.concat([Buffer.from('/ä\u{1f600}'), latin1('\xe4\xff.dcm')])),
      '/ä\u{1f600}\udce4\udcff.dcm',
    );
    assert.equal(pathOfBytes(Buffer.from('\ufeff\ufffd')), '\ufeff\ufffd');
    // A surrogate in three bytes, an overlong form, and a character that breaks off.
    assert.equal(pathOfBytes(latin1('\xed\xb3\xa4')), '\udced\udcb3\udca4');
    assert.equal(pathOfBytes(latin1('\xc0\xaf')), '\udcc0\udcaf');
    assert.equal(pathOfBytes(latin1('a\xe2\x82')), 'a\udce2\udc82');
  });

  test('are shown with the byte, wherever text is cleaned', () => {
    const path = '/M\udcfcller/\u{1f600}\udce4.dcm';
    assert.equal(withShownBytes(path), '/M\\xFCller/\u{1f600}\\xE4.dcm');
    assert.equal(sanitize(path), '/M\\xFCller/\u{1f600}\\xE4.dcm');
    assert.equal(sanitize('\udc1b\udc7f\ud800a'), 'a', 'other lone surrogates stay invisible');
    assert.ok(sanitize('\udce4'.repeat(100_000), 64).length <= 64);
  });
});
