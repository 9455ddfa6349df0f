import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  FRAGMENT_HEADER_LENGTH,
  fragment,
  fragmentCount,
  fragmentInPlace,
} from '../../../../src/protocol/dimse/fragment.ts';

/** The same bytes with a gap before each fragment, as the reader of files leaves it. */
function withRoom(data: Uint8Array, maxFragment: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < data.length; at += maxFragment) {
    pieces.push(new Uint8Array(FRAGMENT_HEADER_LENGTH).fill(0xee), data.subarray(at, at + maxFragment));
  }
  return Buffer.concat(pieces);
}

test('fragments in place are the same bytes on the wire as others', () => {
  const cases = fc.record({
    data: fc.uint8Array({ maxLength: 2_000 }),
    half: fc.integer({ min: 1, max: 300 }),
    id: fc.integer({ min: 0, max: 127 }).map((number) => 2 * number + 1),
    isLast: fc.boolean(),
  });
  fc.assert(
    fc.property(cases, ({ data, half, id, isLast }) => {
      const maxFragment = 2 * half;
      const even = isLast ? data : data.subarray(0, data.length - (data.length % 2));
      if (even.length === 0 && !isLast) return;
      const apart = fragment(id, false, even, isLast, maxFragment);
      const roomy = withRoom(even, maxFragment);
      const pdus = fragmentInPlace(id, roomy, isLast, maxFragment);
      assert.ok(Buffer.concat(apart).equals(roomy));
      assert.equal(fragmentCount(apart), pdus);
      assert.equal(pdus, Math.max(1, Math.ceil(even.length / maxFragment)));
    }),
    { numRuns: 500 },
  );
});

test('a gap that is too short, and an odd fragment in the middle of a message, are bugs of the caller', () => {
  assert.throws(() => fragmentInPlace(1, new Uint8Array(FRAGMENT_HEADER_LENGTH - 1), true, 100), RangeError);
  assert.throws(() => fragmentInPlace(1, new Uint8Array(FRAGMENT_HEADER_LENGTH + 3), false, 100), RangeError);
  // The second fragment is only a part of its header.
  assert.throws(() => fragmentInPlace(1, new Uint8Array(FRAGMENT_HEADER_LENGTH + 100 + 4), true, 100), RangeError);
});
