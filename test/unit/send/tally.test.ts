import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FileOutcome, OUTCOMES, type Reason } from '../../../src/send/outcome.ts';
import { ScannedFiles } from '../../../src/send/scanned-files.ts';
import { type Ending, Tally } from '../../../src/send/tally.ts';
import { instanceSample, skippedSample } from '../../support/scanned-samples.ts';

const STORED: Ending = { outcome: 'stored', reason: undefined, facts: { bytesSent: 1 } };

test('write-ahead: the listener has an outcome before it counts', () => {
  const seen: number[] = [];
  const files = [instanceSample(1), instanceSample(2)] as const;
  const tally: Tally = new Tally(ScannedFiles.of(files), () => seen.push(tally.counts.stored));
  tally.settle(0, files[0], STORED);
  assert.equal(tally.counts.stored, 1);
  tally.settle(1, files[1], STORED);
  assert.deepEqual(seen, [0, 1]);
});

test('throws on a second outcome of a file, and on a missing one', () => {
  const files = [instanceSample(1), instanceSample(2)] as const;
  const tally = new Tally(ScannedFiles.of(files), undefined);
  tally.settle(0, files[0], { ...STORED, outcome: 'unknown' });
  assert.deepEqual([tally.at(0)?.outcome, tally.at(1), tally.at(2)], ['unknown', undefined, undefined]);
  assert.throws(() => tally.settle(0, files[0], STORED), /has an outcome already/);
  assert.throws(() => tally.finish(), /file 1 has no outcome/);
});

test('the final outcomes equal those that the listener was told', () => {
  const reason: Reason = { code: 'status', status: 0xa700, errorComment: 'full' };
  const findings = [{ code: 'not checked', offset: 7 }] as const;
  const files = [
    instanceSample(0),
    instanceSample(1, { findings }),
    skippedSample('/a/DICOMDIR'),
    instanceSample(3),
    instanceSample(4),
  ] as const;
  const told: FileOutcome[] = [];
  const tally = new Tally(ScannedFiles.of(files), (_index, outcome) => told.push(outcome));
  const { transferSyntaxUID } = files[0].header;
  tally.settle(4, files[4], {
    outcome: 'cancelled',
    reason: { code: 'cancelled', phase: 'write' },
    facts: { bytesSent: 0 },
  });
  tally.settle(0, files[0], {
    outcome: 'stored',
    reason: undefined,
    facts: {
      bytesSent: 2 ** 33,
      startedAtMs: 1_795_000_000_123,
      elapsedMs: 0.125,
      status: 0,
      transferSyntaxOnWire: transferSyntaxUID,
    },
  });
  tally.settle(1, files[1], { outcome: 'failed', reason, facts: { bytesSent: 3, elapsedMs: 0, status: 0xa700 } });
  tally.settle(2, files[2], { outcome: 'skipped', reason: { code: 'DICOMDIR' }, facts: { bytesSent: 0 } });
  tally.settle(3, files[3], {
    outcome: 'stored with warning',
    reason,
    facts: { bytesSent: 1, status: 0xffff, transferSyntaxOnWire: '1.2' },
  });
  const finished = tally.finish();
  const outcomes = [...finished];
  assert.deepEqual([...(finished.notable ?? [])], outcomes.slice(1));
  assert.deepEqual(outcomes, [...told.slice(1), told[0]]);
  const uids = (index: 0 | 1 | 3 | 4) => {
    const { sopClassUID, sopInstanceUID, transferSyntaxUID: syntax } = files[index].header;
    return { path: files[index].path, sopClassUID, sopInstanceUID, transferSyntaxUID: syntax };
  };
  assert.deepEqual(outcomes, [
    {
      ...uids(0),
      outcome: 'stored',
      bytesSent: 2 ** 33,
      startedAtMs: 1_795_000_000_123,
      elapsedMs: 0.125,
      status: 0,
      transferSyntaxOnWire: transferSyntaxUID,
    },
    { ...uids(1), outcome: 'failed', bytesSent: 3, elapsedMs: 0, status: 0xa700, reason, findings },
    { path: '/a/DICOMDIR', outcome: 'skipped', bytesSent: 0, reason: { code: 'DICOMDIR' } },
    { ...uids(3), outcome: 'stored with warning', bytesSent: 1, status: 0xffff, transferSyntaxOnWire: '1.2', reason },
    { ...uids(4), outcome: 'cancelled', bytesSent: 0, reason: { code: 'cancelled', phase: 'write' } },
  ]);
  assert.deepEqual(
    OUTCOMES.map((outcome) => tally.counts[outcome]),
    [1, 1, 1, 0, 1, 1, 0],
  );
});
