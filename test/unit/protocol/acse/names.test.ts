import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { abortReason, contextResultName, rejectReason } from '../../../../src/protocol/acse/names.ts';

suite('rejectReason', () => {
  test('every combination that PS3.8 Table 9-21 assigns', () => {
    const user = 'DICOM UL service-user';
    const acse = 'DICOM UL service-provider (ACSE related function)';
    const presentation = 'DICOM UL service-provider (Presentation related function)';
    for (const [result, resultName] of [
      [1, 'rejected-permanent'],
      [2, 'rejected-transient'],
    ] as const) {
      for (const [source, reason, sourceName, reasonName] of [
        [1, 1, user, 'no-reason-given'],
        [1, 2, user, 'application-context-name-not-supported'],
        [1, 3, user, 'calling-AE-title-not-recognized'],
        [1, 7, user, 'called-AE-title-not-recognized'],
        [2, 1, acse, 'no-reason-given'],
        [2, 2, acse, 'protocol-version-not-supported'],
        [3, 1, presentation, 'temporary-congestion'],
        [3, 2, presentation, 'local-limit-exceeded'],
      ] as const) {
        assert.deepEqual(rejectReason(result, source, reason), {
          result: resultName,
          source: sourceName,
          reason: reasonName,
        });
      }
    }
  });

  test('reserved and unknown numbers are named as numbers', () => {
    assert.equal(rejectReason(1, 1, 5).reason, 'reserved (5)');
    assert.equal(rejectReason(1, 3, 0).reason, 'reserved (0)');
    assert.deepEqual(rejectReason(9, 9, 99), { result: 'unknown (9)', source: 'unknown (9)', reason: 'unknown (99)' });
    assert.equal(rejectReason(1, 2, 7).reason, 'unknown (7)');
  });
});

suite('abortReason', () => {
  test('a user gives no reason, a provider gives one of PS3.8 Table 9-26', () => {
    assert.deepEqual(abortReason(0, 6), { source: 'DICOM UL service-user', reason: 'not significant' });
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5, 6].map((reason) => abortReason(2, reason).reason),
      [
        'reason-not-specified',
        'unrecognized-PDU',
        'unexpected-PDU',
        'reserved (3)',
        'unrecognized-PDU parameter',
        'unexpected-PDU parameter',
        'invalid-PDU-parameter value',
      ],
    );
    assert.deepEqual(abortReason(2, 255), { source: 'DICOM UL service-provider', reason: 'unknown (255)' });
    assert.deepEqual(abortReason(1, 2), { source: 'reserved (1)', reason: 'unknown (2)' });
    assert.equal(abortReason(3, 0).source, 'unknown (3)');
  });
});

test('contextResultName covers PS3.8 Table 9-18, silence, and numbers of no table', () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 255, undefined].map(contextResultName), [
    'acceptance',
    'user-rejection',
    'no-reason (provider rejection)',
    'abstract-syntax-not-supported (provider rejection)',
    'transfer-syntaxes-not-supported (provider rejection)',
    'unknown (5)',
    'unknown (255)',
    'not answered',
  ]);
});
