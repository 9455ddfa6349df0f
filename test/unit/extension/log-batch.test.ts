import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  entryText,
  FLUSH_MS,
  LogBatch,
  type LogEntry,
  type LogLevel,
  type LogLine,
} from '../../../src/extension/log-batch.ts';

const line = (level: LogLevel, text: string, timeMs = 0): LogLine => ({ level, text, timeMs });

function recordedBatch() {
  const written: LogEntry[] = [];
  const source: LogLine[] = [];
  const hidden = new Set<LogLevel>();
  const batch: LogBatch = new LogBatch({
    drain: () => batch.add(source.splice(0)),
    shows: (level) => !hidden.has(level),
    write: (entry) => written.push(entry),
  });
  return { batch, written, source, hidden };
}

describe('what the channel is given', () => {
  it('has the time of each line itself and its level, in the format of the channel', () => {
    const atMs = new Date(2026, 0, 2, 3, 4, 5, 6).getTime();
    const lines = [
      line('debug', 'request', atMs),
      line('info', 'its answer', atMs + 68),
      line('warn', 'b', atMs + 61_000),
      line('debug', 'd\n  e', atMs + 61_000),
    ];
    assert.equal(
      entryText({ level: 'debug', lines }),
      [
        '-- 4 lines',
        '2026-01-02 03:04:05.006 [debug] request',
        '2026-01-02 03:04:05.074 [info] its answer',
        '2026-01-02 03:05:06.006 [warning] b',
        '2026-01-02 03:05:06.006 [debug] d',
        '  e',
      ].join('\n'),
    );
  });
});

describe('LogBatch', () => {
  it('batches lines, then writes them in one call', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { batch, written } = recordedBatch();
    batch.add([line('info', 'a')]);
    batch.add([line('info', 'b')]);
    t.mock.timers.tick(FLUSH_MS - 1);
    assert.deepEqual(written, []);
    t.mock.timers.tick(1);
    assert.deepEqual(written, [{ level: 'info', lines: [line('info', 'a'), line('info', 'b')] }]);
  });

  it('drains its source before it writes, also when only woken', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { batch, written, source } = recordedBatch();
    source.push(line('debug', 'held back'));
    batch.wake();
    t.mock.timers.tick(FLUSH_MS);
    assert.deepEqual(written, [{ level: 'debug', lines: [line('debug', 'held back')] }]);
  });

  it('logs an entry at the level of its first line', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { batch, written } = recordedBatch();
    batch.add([line('debug', 'a'), line('error', 'b')]);
    batch.flush();
    assert.deepEqual(
      written.map(({ level }) => level),
      ['debug'],
    );
  });

  it('drops the lines that a level chosen meanwhile hides, and no others', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { batch, written, hidden } = recordedBatch();
    batch.add([line('debug', 'a'), line('info', 'b'), line('debug', 'c'), line('warn', 'd')]);
    hidden.add('debug');
    batch.flush();
    assert.deepEqual(written, [{ level: 'info', lines: [line('info', 'b'), line('warn', 'd')] }]);
    hidden.add('info');
    batch.add([line('info', 'e')]);
    batch.flush();
    assert.equal(written.length, 1);
  });

  it('writes eight entries a second when lines of all levels never end, and every line in its order', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { batch, written } = recordedBatch();
    let added = 0;
    for (let ms = 0; ms < 20_000; ms += 5) {
      for (const level of ['info', 'debug', 'error'] as const) {
        batch.add([line(level, String(added))]);
        added += 1;
      }
      t.mock.timers.tick(5);
    }
    batch.flush();
    assert.deepEqual(
      written.flatMap(({ lines }) => lines.map(({ text }) => text)),
      Array.from({ length: added }, (_, index) => String(index)),
    );
    assert.ok(written.length <= 20 * 8 + 1, String(written.length));
  });

  it('writes at once when its buffer is full', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { batch, written } = recordedBatch();
    const megabyte = 'x'.repeat(1_000_000);
    for (let count = 1; count <= 4; count += 1) {
      assert.equal(written.length, 0);
      batch.add([line('trace', megabyte)]);
    }
    assert.equal(written[0]?.lines.length, 4);
  });
});
