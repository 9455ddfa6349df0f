import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RedactedPart } from '../../../src/protocol/ul/redact.ts';
import { hexDump } from '../../../src/trace/hex.ts';

const shown = (bytes: Uint8Array): RedactedPart => ({ type: 'bytes', bytes });

describe('hexDump', () => {
  it('shows offset, hex and ASCII', () => {
    assert.deepEqual(hexDump([shown(Buffer.from('0123456789abcdef\u0000~\u007f'))], 19), [
      '  0000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  0123456789abcdef',
      '  0010  00 7E 7F                                          .~.',
    ]);
  });

  it('is bounded, and tells what is not shown', () => {
    const lines = hexDump([shown(new Uint8Array(5000))], 5000);
    assert.equal(lines.length, 33);
    assert.equal(lines.at(-1), '  ... 4,488 more bytes');
    assert.equal(hexDump([shown(new Uint8Array(16))], 17).at(-1), '  ... 1 more byte');
  });

  it('shows what is hidden as stars in both columns, up to the bound', () => {
    const hidden = (length: number): RedactedPart => ({ type: 'hidden', content: 'user identity', length });
    assert.deepEqual(hexDump([shown(Buffer.from('a')), hidden(2), shown(Buffer.from('d'))], 4), [
      '  0000  61 ** ** 64                                       a**d',
    ]);
    const lines = hexDump([hidden(5000), shown(Buffer.from('d'))], 5001);
    assert.equal(lines.length, 33);
    assert.equal(lines.at(-1), '  ... 4,489 more bytes');
  });
});
