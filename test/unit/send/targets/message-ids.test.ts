import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MessageIds } from '../../../../src/send/targets/message-ids.ts';

describe('Message IDs', () => {
  it('begin at 1', () => {
    const ids = new MessageIds();
    assert.deepEqual([ids.take(), ids.take(), ids.take()], [1, 2, 3]);
  });

  it('begin again at 1 after 65535, never at 0', () => {
    const ids = new MessageIds(65_533);
    assert.deepEqual([ids.take(), ids.take(), ids.take(), ids.take()], [65_534, 65_535, 1, 2]);
  });

  it('pass over one that is still open', () => {
    const ids = new MessageIds();
    assert.equal(ids.take(), 1);
    for (let id = 2; id <= 65_535; id++) ids.close(ids.take());
    assert.equal(ids.take(), 2);
    ids.close(1);
    for (let id = 3; id <= 65_535; id++) ids.close(ids.take());
    assert.equal(ids.take(), 1);
  });

  it('run out only when all are open', () => {
    const ids = new MessageIds(7);
    const taken = new Set(Array.from({ length: 65_535 }, () => ids.take()));
    assert.equal(taken.size, 65_535);
    assert.ok(!taken.has(0));
    assert.throws(() => ids.take(), RangeError);
    ids.close(4711);
    assert.equal(ids.take(), 4711);
  });
});
