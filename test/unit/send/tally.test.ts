import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tally } from '../../../src/send/tally.ts';

test('an outcome is on record before it counts', () => {
  const seen: number[] = [];
  const tally: Tally = new Tally(2, () => seen.push(tally.counts.stored));
  tally.settle(0, { path: '/1.dcm', outcome: 'stored', bytesSent: 1 });
  assert.equal(tally.counts.stored, 1);
  tally.settle(1, { path: '/2.dcm', outcome: 'stored', bytesSent: 1 });
  assert.deepEqual(seen, [0, 1]);
});

test('each file has one outcome: a second and a missing one are bugs', () => {
  const tally = new Tally(2, undefined);
  tally.settle(0, { path: '/1.dcm', outcome: 'unknown', bytesSent: 1 });
  assert.throws(() => tally.settle(0, { path: '/1.dcm', outcome: 'stored', bytesSent: 1 }), /has an outcome already/);
  assert.throws(() => tally.finish(), /file 1 has no outcome/);
});
