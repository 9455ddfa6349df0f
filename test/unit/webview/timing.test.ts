import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FileOutcome } from '../../../src/send/outcome.ts';
import { RowTable } from '../../../src/webview/row-table.ts';
import { throughputOf, timingOf } from '../../../src/webview/timing.ts';
import { failingSend, messagesOf } from '../../support/result-samples.ts';

function tableOf(files: Iterable<FileOutcome>): RowTable {
  const table = new RowTable();
  for (const message of messagesOf(files)) if (message.type === 'rows') table.add(message);
  return table;
}

/** One file after the other, each `ms(index)` long. */
function* inTurn(count: number, ms: (index: number) => number): Generator<FileOutcome> {
  let atMs = 0;
  for (let index = 0; index < count; index++) {
    const elapsedMs = ms(index);
    const path = `/data/small3000/${index}`;
    yield { path, outcome: 'stored', status: 0, bytesSent: 1_000_000, startedAtMs: atMs, elapsedMs };
    atMs += elapsedMs;
  }
}

const storyOf = (files: Iterable<FileOutcome>): string => timingOf(tableOf(files), 'ARCHIVE').story;

test('a peer that is silent and slower afterwards', () => {
  const story = storyOf(failingSend(3_000));
  assert.match(
    story,
    /^At 6\.\d s ARCHIVE answered nothing for 6\.\d s\. Since then each file takes 7\d ms instead of 4\d ms\.$/,
  );
});

test('a peer that becomes slower', () => {
  assert.equal(
    storyOf(inTurn(400, (index) => (index < 200 ? 40 : 80))),
    'From 8 s on each file takes 80 ms instead of 40 ms.',
  );
});

test('nothing stands out: no sentence', () => {
  assert.equal(storyOf(inTurn(400, (index) => 40 + ((index * 7919) % 11))), '');
  assert.equal(storyOf(inTurn(10, (index) => 10 * (index + 1))), '');
  assert.equal(storyOf(inTurn(0, () => 1)), '');
  // Large files take long; that is no silence.
  assert.equal(storyOf(inTurn(30, () => 4_000)), '');
});

test('times that are missing or impossible draw nothing', () => {
  const files: FileOutcome[] = [
    { path: '/data/small3000/a', outcome: 'stored', bytesSent: 5 },
    { path: '/data/small3000/b', outcome: 'stored', bytesSent: 5, startedAtMs: -50, elapsedMs: -3 },
  ];
  const timing = timingOf(tableOf(files), 'ARCHIVE');
  assert.equal(timing.rows.length, 0);
  assert.deepEqual([...throughputOf(tableOf(files), timing, 4)], [0, 0, 0, 0]);
});

test('the bytes of all files are in the throughput', () => {
  const table = tableOf(inTurn(100, () => 50));
  const timing = timingOf(table, 'ARCHIVE');
  const bins = throughputOf(table, timing, 25);
  const seconds = timing.endMs / 25 / 1000;
  assert.ok(Math.abs(bins.reduce((sum, rate) => sum + rate * seconds, 0) - 100_000_000) < 1);
});
