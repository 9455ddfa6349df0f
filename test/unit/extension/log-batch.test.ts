import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  blocksOf,
  entryText,
  FLUSH_MS,
  joinLines,
  LogBatch,
  type LogEntry,
  type LogLevel,
  type LogLine,
} from '../../../src/extension/log-batch.ts';

const LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug', 'trace'];
const line = (level: LogLevel, text: string): LogLine => ({ level, text });

function batchWithClock() {
  const written: LogEntry[] = [];
  const clock = { ms: 0 };
  const source: LogLine[] = [];
  const batch: LogBatch = new LogBatch({
    drain: () => batch.add(source.splice(0)),
    write: (entry) => written.push(entry),
    nowMs: () => clock.ms,
  });
  return { batch, written, clock, source };
}

describe('joinLines', () => {
  it('joins neighbours of one level', () => {
    assert.deepEqual(joinLines([line('info', 'a'), line('info', 'b'), line('debug', 'c'), line('info', 'd')], 9), [
      { level: 'info', lines: ['a', 'b'] },
      { level: 'debug', lines: ['c'] },
      { level: 'info', lines: ['d'] },
    ]);
  });

  it('loses no line, keeps the order, stays within the limit, and hides nothing under a lesser level', () => {
    const anyLines = fc.array(fc.record({ level: fc.constantFrom(...LEVELS), text: fc.string() }), { maxLength: 60 });
    fc.assert(
      fc.property(anyLines, fc.integer({ min: 1, max: 10 }), (lines, max) => {
        const entries = joinLines(lines, max);
        assert.deepEqual(
          entries.flatMap((entry) => entry.lines),
          lines.map(({ text }) => text),
        );
        assert.ok(entries.length <= max);
        let index = 0;
        for (const entry of entries)
          for (const _ of entry.lines) {
            const { level } = lines[index++] as LogLine;
            assert.ok(LEVELS.indexOf(entry.level) <= LEVELS.indexOf(level));
          }
      }),
    );
  });
});

describe('what the channel is given', () => {
  it('has a time and a level before each event, as the channel itself puts them', () => {
    const now = new Date(2026, 0, 2, 3, 4, 5, 6);
    assert.equal(entryText({ level: 'info', lines: ['a', 'b'] }, now), 'a\n2026-01-02 03:04:05.006 [info] b');
    assert.equal(entryText({ level: 'warn', lines: ['a', 'b'] }, now), 'a\n2026-01-02 03:04:05.006 [warning] b');
  });

  it('keeps the lines of one event together', () => {
    const lines = [
      { ...line('debug', 'PDU'), timeMs: 1 },
      { ...line('debug', '  field'), timeMs: 1 },
      { ...line('info', 'said'), timeMs: 1 },
      { ...line('info', 'later'), timeMs: 2 },
    ];
    assert.deepEqual(
      blocksOf(lines).map(({ level, text }) => [level, text]),
      [
        ['debug', 'PDU\n  field'],
        ['info', 'said'],
        ['info', 'later'],
      ],
    );
  });
});

describe('LogBatch', () => {
  it('waits, then writes at once', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { batch, written } = batchWithClock();
    batch.add([line('info', 'a')]);
    batch.add([line('info', 'b')]);
    t.mock.timers.tick(FLUSH_MS - 1);
    assert.deepEqual(written, []);
    t.mock.timers.tick(1);
    assert.deepEqual(written, [{ level: 'info', lines: ['a', 'b'] }]);
  });

  it('drains its source before it writes, also when only woken', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { batch, written, source } = batchWithClock();
    source.push(line('debug', 'held back'));
    batch.wake();
    t.mock.timers.tick(FLUSH_MS);
    assert.deepEqual(written, [{ level: 'debug', lines: ['held back'] }]);
  });

  it('writes about ten entries a second when lines of all levels never end, and every line', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { batch, written, clock } = batchWithClock();
    let added = 0;
    for (let flushes = 0; flushes < 200; flushes += 1) {
      for (let index = 0; index < 50; index += 1) {
        batch.add([line(index % 2 === 0 ? 'info' : 'debug', String(added))]);
        added += 1;
      }
      clock.ms += FLUSH_MS;
      t.mock.timers.tick(FLUSH_MS);
    }
    assert.deepEqual(
      written.flatMap((entry) => entry.lines),
      Array.from({ length: added }, (_, index) => String(index)),
    );
    // 20 seconds, and what may go out at once at the start.
    assert.ok(written.length <= 200 + 50, String(written.length));
  });

  it('keeps no more than it must', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { batch, written } = batchWithClock();
    batch.add(Array.from({ length: 6000 }, () => line('trace', 'x')));
    assert.equal(written[0]?.lines.length, 6000);
  });
});
