import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { caselessSkeleton, skeleton } from '../../../src/text/lookalikes.ts';

describe('skeleton', () => {
  it('is the same for what looks the same', () => {
    for (const [one, other] of [
      ['scope', 'ѕсоре'],
      ['PACS', 'РАСЅ'],
      ['Archive 1', 'Archive l'],
      ['OO', '0Ο'],
      ['a-b', 'a–b'],
      ['modern vvest', 'rnodern west'],
      ['①②', '12'],
      ['ﬁle', 'file'],
      ['x\u200by', 'xy'],
      ['é', 'e\u0301'],
    ] as const)
      assert.equal(skeleton(one), skeleton(other), `${one} ${other}`);
  });

  it('differs for what people can tell apart', () => {
    const names = ['PACS', 'pacs', 'PACS2', 'PACS3', 'PÄCS', 'ПАКС', '放射', '放射線', 'mail', 'mall', 'C-T', 'CT'];
    assert.equal(new Set(names.map(skeleton)).size, names.length);
    assert.equal(caselessSkeleton('PACS'), caselessSkeleton('расѕ'));
    assert.notEqual(caselessSkeleton('AI'), caselessSkeleton('AL'));
  });

  it('of a skeleton is the skeleton: no lookalike leads to another one', () => {
    const unit = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      fc.integer({ min: 0x20, max: 0x2fff }).map((code) => String.fromCodePoint(code)),
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 20 }), (text) => {
        assert.equal(skeleton(skeleton(text)), skeleton(text));
      }),
      { numRuns: 2_000 },
    );
  });
});
