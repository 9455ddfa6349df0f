// The rule for UIDs that may be shown is written twice: for text, and for bytes of which no text is made. Whatever the value,
// the two say the same of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isHarmlessUID, isHarmlessUIDField } from '../../src/protocol/harmless.ts';

const uid = fc
  .tuple(fc.constantFrom('0', '1', '2'), fc.array(fc.nat().map(String), { minLength: 1, maxLength: 9 }))
  .map(([first, others]) => [first, ...others].join('.'));
/** As long as a UID may be, and a little shorter or longer. */
const longUID = fc.integer({ min: 60, max: 68 }).map((length) => '1.'.padEnd(length, '27'));
const digitsAndDots = fc
  .array(fc.constantFrom('0', '1', '2', '.', '3', '9'), { maxLength: 12 })
  .map((all) => all.join(''));
const byte = fc.nat(0xff).map((code) => String.fromCharCode(code));
const anyBytes = fc.array(byte, { maxLength: 70 }).map((all) => all.join(''));
const damagedUID = fc
  .tuple(fc.oneof(uid, longUID), fc.nat(70), fc.oneof(byte, fc.constantFrom('.', '..', '')))
  .map(([whole, at, put]) => whole.slice(0, at) + put + whole.slice(at + 1));
const value = fc
  .oneof(uid, longUID, digitsAndDots, damagedUID, anyBytes)
  .filter((text) => text !== '' && !/[\0 ]$/.test(text));

/** @param before what stands in front of the field, and @param after behind it */
function isHarmlessField(field: string, before = '', after = ''): boolean {
  const bytes = Buffer.from(before + field + after, 'latin1');
  return isHarmlessUIDField(bytes, before.length, before.length + field.length);
}

test('of every value, text and bytes are judged alike, padded or not, wherever the bytes stand', () => {
  const seen = { harmless: 0, other: 0 };
  fc.assert(
    fc.property(value, fc.constantFrom('', '\0', ' '), digitsAndDots, digitsAndDots, (text, padding, before, after) => {
      const expected = isHarmlessUID(text);
      seen[expected ? 'harmless' : 'other'] += 1;
      assert.equal(isHarmlessField(text + padding), expected);
      assert.equal(isHarmlessField(text + padding, before, after), expected);
    }),
    { numRuns: 5_000 },
  );
  assert.ok(seen.harmless > 500 && seen.other > 500, JSON.stringify(seen));
});

test('each single byte in each place of a short UID is judged alike as text and as bytes', () => {
  for (let at = 0; at < 4; at += 1) {
    for (let code = 0; code <= 0xff; code += 1) {
      const character = String.fromCharCode(code);
      const text = `${'1.23'.slice(0, at)}${character}${'1.23'.slice(at + 1)}`;
      // At the end it is padding, which the text is without.
      const isPadding = at === 3 && (code === 0 || code === 0x20);
      assert.equal(isHarmlessField(text), isHarmlessUID(isPadding ? text.slice(0, at) : text), JSON.stringify(text));
    }
  }
});

test('a field that is empty, or one byte of padding, is harmless', () => {
  for (const field of ['', '\0', ' ']) assert.ok(isHarmlessField(field, '1', '2'), JSON.stringify(field));
  for (const field of ['\0\0', '  ']) assert.ok(!isHarmlessField(field), JSON.stringify(field));
});
