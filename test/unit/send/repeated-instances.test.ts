import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RepeatedInstances } from '../../../src/send/repeated-instances.ts';

/** The repeated ones of these UIDs, added with indexes 10, 11, ... */
function repeated(uids: readonly string[]): [number, number][] {
  const instances = new RepeatedInstances((index) => uids[index - 10] ?? '');
  for (const [at, uid] of uids.entries()) instances.add(at + 10, uid);
  return [...instances.firsts].sort(([a], [b]) => a - b);
}

/** Two of the same FNV-1a hash, found by search. */
const COLLIDING = ['1.2.826.626957096.95213', '1.2.826.1668293902.80846'] as const;

test('names each instance whose UID another one has, and the first with that UID', () => {
  assert.deepEqual(repeated(['1.1', '1.2', '1.1', '1.3', '1.2', '1.1']), [
    [10, 10],
    [11, 11],
    [12, 10],
    [14, 11],
    [15, 10],
  ]);
});

test('does not take UIDs with equal hashes for the same', () => {
  const [one, other] = COLLIDING;
  assert.deepEqual(repeated([one, other]), []);
  assert.deepEqual(repeated([one, other, other, one]), [
    [10, 10],
    [11, 11],
    [12, 11],
    [13, 10],
  ]);
});

test('finds one pair among many, also after the table has grown', () => {
  const uids = Array.from({ length: 20_000 }, (_, index) => `1.2.3.${index}`);
  assert.deepEqual(repeated(uids), []);
  assert.deepEqual(repeated([...uids, '1.2.3.77']), [
    [87, 87],
    [20_010, 87],
  ]);
});
