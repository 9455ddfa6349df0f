import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChannelGrowth } from '../../../src/send/growth.ts';

/** Answers at a rate that depends on how many associations are open, until the time is over. */
function simulate(growth: ChannelGrowth, ms: number, answersPerSecond: (open: number) => number): void {
  let answers = 0;
  for (let now = 0; now < ms; now += 1_000 / answersPerSecond(growth.wanted)) {
    answers += 1;
    growth.observe(now, { answers, bytes: answers * 2_000, waiting: 100_000 });
  }
}

test('a number: that many from the start', () => {
  const growth = new ChannelGrowth(3);
  assert.equal(growth.wanted, 3);
  simulate(growth, 5_000, () => 100);
  assert.equal(growth.wanted, 3);
});

test('auto: grows to four while each association raises the throughput', () => {
  const growth = new ChannelGrowth('auto');
  assert.equal(growth.wanted, 1);
  simulate(growth, 10_000, (open) => open * 100);
  assert.equal(growth.wanted, 4);
});

test('auto: stops at two where the second brings no more throughput', () => {
  const growth = new ChannelGrowth('auto');
  simulate(growth, 10_000, () => 100);
  assert.equal(growth.wanted, 2);
});

test('auto: stops growing when an association is refused', () => {
  const growth = new ChannelGrowth('auto');
  simulate(growth, 110, (open) => open * 100);
  assert.equal(growth.wanted, 2);
  growth.refused(110, 1);
  simulate(growth, 10_000, (open) => open * 100);
  assert.equal(growth.wanted, 1);
});

test('auto: opens no further association for less than 0.1 s of work', () => {
  const growth = new ChannelGrowth('auto');
  for (let answers = 1; answers <= 200; answers += 1) {
    growth.observe(answers * 5, { answers, bytes: 0, waiting: 15 });
  }
  assert.equal(growth.wanted, 1);
});

test('a number: a peer that refused is asked again every 30 s, three times at most', () => {
  const growth = new ChannelGrowth(4);
  growth.refused(0, 3);
  growth.refused(1, 2);
  growth.refused(2, 1);
  assert.equal(growth.wanted, 1);
  growth.observe(30_001, { answers: 1, bytes: 0, waiting: 100 });
  assert.equal(growth.wanted, 1);
  const asked: number[] = [];
  for (let now = 30_002; now < 300_000; now += 1_000) {
    growth.observe(now, { answers: now, bytes: 0, waiting: 100 });
    if (growth.wanted === 1) continue;
    asked.push(now);
    growth.refused(now, 1);
  }
  assert.deepEqual(asked, [30_002, 60_002, 90_002]);
});

test('a number: never more than that number, also when the peer is asked again', () => {
  const growth = new ChannelGrowth(2);
  growth.refused(0, 1);
  for (let now = 0; now < 300_000; now += 1_000) growth.observe(now, { answers: now, bytes: 0, waiting: 100 });
  assert.equal(growth.wanted, 2);
});
