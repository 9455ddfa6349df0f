import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  formatBytes,
  formatClock,
  formatCount,
  formatDay,
  formatDuration,
  formatExactClock,
  formatLocalTime,
  formatRate,
  formatTag,
  formatTimeSpan,
  hexWord,
  plural,
} from '../../../src/trace/units.ts';

describe('units', () => {
  it('bytes', () => {
    assert.deepEqual([0, 1, 999, 1000, 38_786, 999_949, 999_950, 6_592_000, 1e10].map(formatBytes), [
      '0 bytes',
      '1 byte',
      '999 bytes',
      '1.0 kB',
      '38.8 kB',
      '999.9 kB',
      '1.0 MB',
      '6.6 MB',
      '10.0 GB',
    ]);
  });

  it('times, local, with the offset of that day', () => {
    const before = process.env['TZ'];
    try {
      for (const [zone, winter, summer] of [
        ['UTC', '2026-01-02 23:04:05 +00:00', '2026-07-02 23:04:05 +00:00'],
        ['Europe/Berlin', '2026-01-03 00:04:05 +01:00', '2026-07-03 01:04:05 +02:00'],
        ['America/St_Johns', '2026-01-02 19:34:05 -03:30', '2026-07-02 20:34:05 -02:30'],
        ['Asia/Kathmandu', '2026-01-03 04:49:05 +05:45', '2026-07-03 04:49:05 +05:45'],
      ] as const) {
        process.env['TZ'] = zone;
        assert.equal(formatLocalTime(Date.UTC(2026, 0, 2, 23, 4, 5, 999)), winter);
        assert.equal(formatLocalTime(Date.UTC(2026, 6, 2, 23, 4, 5)), summer);
      }
      process.env['TZ'] = 'Europe/Berlin';
      const start = Date.UTC(2026, 0, 2, 22, 4, 5);
      assert.equal(formatClock(start), '23:04:05');
      assert.equal(formatExactClock(start + 7), '23:04:05.007');
      assert.equal(formatDay(start), '2026-01-02');
      assert.equal(formatTimeSpan(start, start + 61_000), '2026-01-02 23:04:05 to 23:05:06 +01:00');
      const night = '2026-01-02 23:04:05 +01:00 to 2026-01-03 00:04:05 +01:00';
      assert.equal(formatTimeSpan(start, start + 3_600_000), night);
    } finally {
      if (before === undefined) delete process.env['TZ'];
      else process.env['TZ'] = before;
    }
  });

  it('durations', () => {
    assert.deepEqual(
      [0, 0.42, 12, 999.4, 999.6, 1234, 30_000, 59_949, 59_999, 125_000, 3_600_000, 3_725_000].map(formatDuration),
      [
        '0 ms',
        '0.4 ms',
        '12 ms',
        '999 ms',
        '1.0 s',
        '1.2 s',
        '30 s',
        '59.9 s',
        '1 min',
        '2 min 5 s',
        '1 h',
        '1 h 2 min',
      ],
    );
  });

  it('counts, rates, statuses, tags', () => {
    assert.equal(formatCount(1_234_567), '1,234,567');
    assert.equal(formatCount(999), '999');
    assert.equal(plural(1, 'file'), '1 file');
    assert.equal(plural(2000, 'file'), '2,000 files');
    assert.equal(formatRate(1_000_000, 500), '2.0 MB/s');
    assert.equal(formatRate(1_000_000, 0), undefined);
    assert.equal(hexWord(0x0122), '0122');
    assert.equal(formatTag(0x7fe00010), '(7FE0,0010)');
    assert.equal(formatTag(0xffff0001), '(FFFF,0001)');
  });
});
