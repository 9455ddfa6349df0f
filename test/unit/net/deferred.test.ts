import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deferred, Occurrence } from '../../../src/net/deferred.ts';
import { heapUsed } from '../../support/heap.ts';

test('an occurrence ends what waits for it, before and after it happened', async () => {
  const occurrence = new Occurrence();
  const early = occurrence.or(new Deferred<number>().promise);
  occurrence.happen();
  assert.equal(await early, undefined);
  assert.equal(await occurrence.or(new Deferred<number>().promise), undefined);
});

test('work that ends first gives its value or its error', async () => {
  const occurrence = new Occurrence();
  assert.equal(await occurrence.or(Promise.resolve(7)), 7);
  await assert.rejects(occurrence.or(Promise.reject(new Error('work'))), /work/);
});

test('a waiter that gave up is not called', () => {
  const occurrence = new Occurrence();
  let calls = 0;
  const giveUp = occurrence.wait(() => {
    calls += 1;
  });
  giveUp();
  occurrence.wait(() => {
    calls += 10;
  });
  occurrence.happen();
  assert.equal(calls, 10);
});

test('100,000 finished waits take no memory', async () => {
  const occurrence = new Occurrence();
  const before = heapUsed();
  for (let index = 0; index < 100_000; index += 1) await occurrence.or(Promise.resolve(index));
  assert.ok(heapUsed() - before < 4_000_000);
  occurrence.happen();
});
