import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { progressPercent, progressWords } from '../../../src/extension/words.ts';
import type { SendProgress } from '../../../src/send/job.ts';
import { NO_OUTCOMES } from '../../support/outcome-counts.ts';

const progress = (rest: Partial<SendProgress>): SendProgress => ({
  filesDone: 12,
  filesTotal: 340,
  bytesDone: 1_200_000_000,
  bytesTotal: 8_100_000_000,
  counts: NO_OUTCOMES,
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
