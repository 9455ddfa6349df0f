import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { peerOf } from '../../../src/extension/settings.ts';
import { closingWords, countsWords, progressPercent, progressWords, severityOf } from '../../../src/extension/words.ts';
import type { SendProgress, SendResult } from '../../../src/send/job.ts';
import type { OutcomeCounts } from '../../../src/send/outcome.ts';

const NONE: OutcomeCounts = {
  stored: 0,
  'stored with warning': 0,
  failed: 0,
  'held back': 0,
  skipped: 0,
  cancelled: 0,
  unknown: 0,
};
const peer = peerOf({ name: 'ORTHANC', host: '127.0.0.1', port: 4242, calledAETitle: 'ORTHANC' }, 'ME');

const result = (counts: Partial<OutcomeCounts>, cancelled = false): SendResult => ({
  peer,
  startedAtMs: 1000,
  endedAtMs: 6000,
  outcomes: [],
  counts: { ...NONE, ...counts },
  bytesSent: 412_000_000,
  associations: [],
  cancelled,
});

const progress = (rest: Partial<SendProgress>): SendProgress => ({
  filesDone: 12,
  filesTotal: 340,
  bytesDone: 1_200_000_000,
  bytesTotal: 8_100_000_000,
  counts: NONE,
  bytesPerSecond: undefined,
  remainingMs: undefined,
  ...rest,
});

describe('progress', () => {
  it('says files, bytes, rate and remaining time as far as they are known', () => {
    const words = (changes: Partial<SendProgress>): string =>
      progressWords(progress(changes)).replaceAll('\u00a0', ' ');
    assert.equal(words({}), '12/340 files · 1.2 GB of 8.1 GB');
    assert.equal(
      words({ bytesPerSecond: 84_000_000.4, remainingMs: 61_234 }),
      '12/340 files · 1.2 GB of 8.1 GB · 84.0 MB/s · ~1 min 1 s left',
    );
  });
  it('has line breaks between its parts only', () => {
    assert.doesNotMatch(progressWords(progress({ bytesPerSecond: 84_000_000 })).replaceAll(' · ', ''), / /);
  });
  it('leaves out a remaining time below one second', () => {
    assert.doesNotMatch(progressWords(progress({ remainingMs: 400 })), /left/);
  });
  it('is by bytes, or by files if there are no bytes, within 0 and 100', () => {
    assert.equal(progressPercent(progress({ bytesDone: 1, bytesTotal: 4 })), 25);
    assert.equal(progressPercent(progress({ bytesDone: 0, bytesTotal: 0, filesDone: 1, filesTotal: 2 })), 50);
    assert.equal(progressPercent(progress({ bytesDone: 9, bytesTotal: 4 })), 100);
    assert.equal(progressPercent(progress({ bytesTotal: 0, filesDone: 0, filesTotal: 0 })), 0);
  });
});

describe('the closing notification', () => {
  const cases: readonly (readonly [Partial<OutcomeCounts>, boolean, string, string])[] = [
    [{ stored: 24 }, false, 'information', '24 stored'],
    [{ stored: 24, skipped: 2 }, false, 'information', '24 stored, 2 skipped'],
    [{ skipped: 2 }, false, 'warning', '2 skipped'],
    [{ stored: 3, 'stored with warning': 1 }, false, 'warning', '3 stored, 1 stored with warning'],
    [{ stored: 3, 'held back': 1 }, false, 'warning', '3 stored, 1 held back'],
    [{ stored: 1200, failed: 1 }, false, 'error', '1,200 stored, 1 failed'],
    [{ stored: 3, unknown: 1 }, false, 'error', '3 stored, 1 unknown'],
    [{ stored: 3, cancelled: 7 }, true, 'warning', '3 stored, 7 cancelled'],
    [{ failed: 1, cancelled: 7 }, true, 'error', '1 failed, 7 cancelled'],
    [{}, false, 'warning', 'nothing to send'],
  ];
  for (const [counts, cancelled, severity, words] of cases)
    it(`${words}: ${severity}`, () => {
      assert.equal(countsWords({ ...NONE, ...counts }), words);
      assert.equal(severityOf(result(counts, cancelled)), severity);
    });
  it('is one line with figures, and says when the person stopped it', () => {
    assert.equal(closingWords(result({ stored: 24, skipped: 2 })), 'ORTHANC: 24 stored, 2 skipped (412.0 MB in 5 s)');
    assert.match(closingWords(result({ cancelled: 2 }, true)), /^Cancelled\. ORTHANC: 2 cancelled/);
  });
});
