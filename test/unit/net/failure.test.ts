import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AssociationFailure, type Culprit, culpritOf } from '../../../src/net/failure.ts';

const error = (code: string) => ({ code, message: code });

const CASES: readonly (readonly [Culprit, AssociationFailure])[] = [
  ['peer', { code: 'connection failed', error: error('ECONNREFUSED') }],
  ['peer', { code: 'connection failed', error: error('ENOTFOUND') }],
  ['local', { code: 'connection failed', error: error('EMFILE') }],
  ['local', { code: 'connection failed', error: error('EADDRNOTAVAIL') }],
  ['local', { code: 'connection failed', error: error('EACCES') }],
  ['peer', { code: 'connection lost', phase: 'write' }],
  ['peer', { code: 'connection lost', phase: 'write', error: error('ECONNRESET') }],
  ['local', { code: 'connection lost', phase: 'write', error: error('ENOBUFS') }],
  ['peer', { code: 'timeout', phase: 'response', afterMs: 1 }],
  ['peer', { code: 'association rejected', result: 2, source: 3, reason: 2 }],
  ['peer', { code: 'association aborted', phase: 'write', source: 2, reason: 0 }],
  ['peer', { code: 'released by peer' }],
  ['peer', { code: 'protocol error', phase: 'response', detail: 'x' }],
  ['peer', { code: 'unusable maximum length', maximumLength: 4 }],
  ['local', { code: 'abandoned', phase: 'write' }],
  ['person', { code: 'cancelled', phase: 'connect' }],
];

for (const [culprit, failure] of CASES) {
  const detail = 'error' in failure ? ` (${failure.error?.code})` : '';
  test(`${failure.code}${detail}: the culprit is the ${culprit}`, () => {
    assert.equal(culpritOf(failure), culprit);
  });
}
