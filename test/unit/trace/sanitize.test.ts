import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { quoted, sanitize } from '../../../src/trace/sanitize.ts';
import { leastThreadMs, STALL_MS } from '../../support/stall.ts';

describe('sanitize', () => {
  it('keeps plain text of any script', () => {
    assert.equal(sanitize('Grüße 名前 😀'), 'Grüße 名前 😀');
  });

  it('joins several lines to one', () => {
    assert.equal(sanitize('\r\nfirst\r\nsecond\tthird\u2028fourth\n'), 'first second third fourth');
  });

  it('removes characters that are invisible or reverse the text', () => {
    const hidden = [0x00, 0x1b, 0x7f, 0x9b, 0xad, 0x200b, 0x200e, 0x202e, 0x2066, 0x2069, 0xfeff, 0xfe0f, 0xe0041];
    const text = hidden.map((code) => `a${String.fromCodePoint(code)}`).join('');
    assert.equal(sanitize(text), 'a'.repeat(hidden.length));
    assert.equal(sanitize('a\ud800b\udc00c'), 'abc');
  });

  it('cuts at the limit and marks the cut', () => {
    assert.equal(sanitize('x'.repeat(64)), 'x'.repeat(64));
    assert.equal(sanitize('x'.repeat(65)), `${'x'.repeat(63)}…`);
    assert.equal(sanitize('12345', 3), '12…');
  });

  it('never cuts a surrogate pair', () => {
    assert.equal(sanitize('ab😀😀', 4), 'ab…');
  });

  it('makes any text bounded, one line and visible, and changes nothing the second time', () => {
    const units = fc.string({ unit: 'binary', maxLength: 200 });
    fc.assert(
      fc.property(units, fc.integer({ min: 1, max: 80 }), (text, max) => {
        const clean = sanitize(text, max);
        assert.ok(clean.length <= max);
        assert.ok(clean.isWellFormed());
        assert.doesNotMatch(clean, /[\p{Cc}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2066-\u2069]/u);
        assert.equal(sanitize(clean, max), clean);
      }),
    );
  });

  it('is quick with a megabyte of invisible characters', () => {
    const text = '\u200b'.repeat(1_000_000);
    const heldMs = leastThreadMs(() => assert.equal(sanitize(text), ''));
    assert.ok(heldMs < STALL_MS, `${heldMs} ms of the processor`);
  });
});

describe('quoted', () => {
  it('cannot be closed by the text itself', () => {
    assert.equal(quoted('a "b" c'), `"a 'b' c"`);
  });
});
