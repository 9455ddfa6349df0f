import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Deadline } from '../../../src/net/deadline.ts';

interface Clock {
  /** Time passes, timers fire, and the event loop turns. */
  pass(ms: number): Promise<void>;
}

function clock(t: TestContext): Clock {
  let now = 1_000;
  t.mock.method(performance, 'now', () => now);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  return {
    pass: async (ms) => {
      now += ms;
      t.mock.timers.tick(ms);
      for (let turn = 0; turn < 4; turn += 1) {
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
      }
    },
  };
}

test('a deadline expires after the limit, once', async (t) => {
  const { pass } = clock(t);
  const expired: number[] = [];
  new Deadline((afterMs) => expired.push(afterMs)).start(100);
  await pass(99);
  assert.deepEqual(expired, []);
  await pass(1);
  assert.deepEqual(expired, [100]);
  await pass(1_000);
  assert.deepEqual(expired, [100]);
});

test('a sign of life restarts it, also when the timer has already fired', async (t) => {
  const { pass } = clock(t);
  const expired: number[] = [];
  const deadline = new Deadline((afterMs) => expired.push(afterMs));
  deadline.start(100);
  await pass(90);
  deadline.restart();
  await pass(90);
  assert.deepEqual(expired, []);
  await pass(10);
  assert.deepEqual(expired, [100]);

  deadline.start(100);
  const fired = pass(100);
  // The timer has fired, and what arrived during a suspend is read in the same turn.
  deadline.restart();
  await fired;
  assert.deepEqual(expired, [100]);
});

test('a shorter limit takes effect while a longer one runs', async (t) => {
  const { pass } = clock(t);
  const expired: number[] = [];
  const deadline = new Deadline((afterMs) => expired.push(afterMs));
  deadline.start(1_000);
  deadline.start(100);
  await pass(100);
  assert.deepEqual(expired, [100]);
});

test('a longer limit takes effect while a shorter one runs', async (t) => {
  const { pass } = clock(t);
  const expired: number[] = [];
  const deadline = new Deadline((afterMs) => expired.push(afterMs));
  deadline.start(100);
  deadline.start(1_000);
  await pass(990);
  assert.deepEqual(expired, []);
  await pass(10);
  assert.deepEqual(expired, [1_000]);
});

test('nothing expires while nothing is waited for', async (t) => {
  const { pass } = clock(t);
  const deadline = new Deadline(() => assert.fail('nothing was waited for'));
  deadline.start(100);
  deadline.pause();
  await pass(1_000);
  deadline.start(100);
  deadline.stop();
  await pass(1_000);
  deadline.start(Number.POSITIVE_INFINITY);
  await pass(2 ** 33);
});
