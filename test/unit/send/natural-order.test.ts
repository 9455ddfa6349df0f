import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compareNaturally } from '../../../src/send/natural-order.ts';

const collator = new Intl.Collator('en', { numeric: true });
const stem = (name: string): string => /^(.+)\.[a-z]+$/is.exec(name)?.[1] ?? name;
const byCollator = (a: string, b: string): number =>
  collator.compare(stem(a), stem(b)) || collator.compare(a, b) || (a < b ? -1 : Number(a > b));
const sign = Math.sign;

describe('The order of names', () => {
  it('takes numbers by their value', () => {
    const names = ['IM10.dcm', 'IM2.dcm', 'IM1.dcm', 'IM010.dcm', 'im3.dcm', 'IM000041', 'IM000042', 'IM000039'];
    assert.deepEqual(names.sort(compareNaturally), [
      'IM1.dcm',
      'IM2.dcm',
      'im3.dcm',
      'IM010.dcm',
      'IM10.dcm',
      'IM000039',
      'IM000041',
      'IM000042',
    ]);
  });

  it('puts a file before its copies', () => {
    const names = ['IM1 (copy).dcm', 'IM2 - Copy.dcm', 'IM1.dcm', 'IM2.dcm', 'IM1', '1.2.3.10', '1.2.3.9'];
    assert.deepEqual(names.sort(compareNaturally), [
      '1.2.3.9',
      '1.2.3.10',
      'IM1',
      'IM1.dcm',
      'IM1 (copy).dcm',
      'IM2.dcm',
      'IM2 - Copy.dcm',
    ]);
  });

  it('is the same as the collator’s for any names', () => {
    const unit = fc.constantFrom('0', '1', '2', '9', 'I', 'i', 'M', '.', '-', ' ', '_', 'é', '\u0301', '٣', '²', '😀');
    const name = fc.string({ unit, maxLength: 8 });
    const pair = fc.tuple(name, name, name).map(([front, a, b]) => [front + a, front + b] as const);
    fc.assert(
      fc.property(pair, ([a, b]) => {
        assert.equal(sign(compareNaturally(a, b)), sign(byCollator(a, b)));
      }),
      { numRuns: 20_000 },
    );
  });
});
