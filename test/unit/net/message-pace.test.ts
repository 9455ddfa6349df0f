import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { MessagePace } from '../../../src/net/message-pace.ts';
import { MESSAGE_STRETCH_LENGTH, MESSAGE_STRETCH_MS } from '../../../src/protocol/limits.ts';

interface Paced {
  readonly pace: MessagePace;
  readonly pass: (ms: number) => Promise<void>;
  readonly tooSlow: () => number;
}

function paced(t: TestContext, isOurs: () => boolean = () => false): Paced {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let count = 0;
  const pace = new MessagePace(isOurs, () => {
    count += 1;
  });
  t.after(() => pace.stop());
  const turn = () =>
    new Promise((resolve) => {
      setImmediate(resolve);
    });
  return {
    pace,
    tooSlow: () => count,
    pass: async (ms) => {
      now += ms;
      t.mock.timers.tick(ms);
      // A deadline waits two turns for what has arrived.
      for (let turns = 0; turns < 3; turns++) await turn();
    },
  };
}

describe('the pace of a message', () => {
  it('is too slow if a stretch brings less than the least, once', async (t) => {
    const { pace, pass, tooSlow } = paced(t);
    pace.took(MESSAGE_STRETCH_LENGTH);
    await pass(MESSAGE_STRETCH_MS);
    assert.equal(tooSlow(), 0);
    pace.took(MESSAGE_STRETCH_LENGTH - 1);
    await pass(MESSAGE_STRETCH_MS);
    assert.equal(tooSlow(), 1);
    await pass(10 * MESSAGE_STRETCH_MS);
    assert.equal(tooSlow(), 1);
  });

  it('does not count time between messages', async (t) => {
    const { pace, pass, tooSlow } = paced(t);
    for (let count = 0; count < 5; count++) {
      pace.took(1);
      await pass(MESSAGE_STRETCH_MS - 1);
      pace.complete();
      await pass(10 * MESSAGE_STRETCH_MS);
    }
    assert.equal(tooSlow(), 0);
  });

  it('does not count a stretch in which the peer waits for us, and counts the next', async (t) => {
    let isOurs = true;
    const { pace, pass, tooSlow } = paced(t, () => isOurs);
    pace.took(1);
    await pass(MESSAGE_STRETCH_MS);
    isOurs = false;
    pace.excuse();
    await pass(MESSAGE_STRETCH_MS);
    assert.equal(tooSlow(), 0);
    await pass(MESSAGE_STRETCH_MS);
    assert.equal(tooSlow(), 1);
  });
});
