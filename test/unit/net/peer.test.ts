// What is kept of a peer with a past send, and whether a peer is still the same destination.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isKeptPeer, type KeptPeer, keptPeer, sameDestination } from '../../../src/net/peer.ts';
import { peerAt } from '../../support/jobs.ts';

const KEPT: KeptPeer = { name: 'TEST', host: '127.0.0.1', port: 104, calledAETitle: 'ANY-SCP', callingAETitle: 'ME' };

test('what is kept of a peer is enough to find it the same again, and nothing else', () => {
  const peer = peerAt(104, { callingAETitle: 'ME' });
  assert.deepEqual(keptPeer(peer), KEPT);
  assert.ok(sameDestination(peer, keptPeer(peer)));
});

test('another address or AE title is another destination, another name is not', () => {
  for (const other of [{ host: '::1' }, { port: 105 }, { calledAETitle: 'X' }, { callingAETitle: 'X' }]) {
    assert.equal(sameDestination(KEPT, { ...KEPT, ...other }), false, JSON.stringify(other));
  }
  assert.ok(sameDestination(KEPT, { ...KEPT, ...{ name: 'X' } }));
});

test('a record on disk without one of its fields, or with one of another type, is no peer', () => {
  assert.ok(isKeptPeer({ ...KEPT }));
  for (const key of Object.keys(KEPT)) {
    assert.equal(isKeptPeer({ ...KEPT, [key]: undefined }), false, key);
    assert.equal(isKeptPeer({ ...KEPT, [key]: true }), false, key);
  }
  assert.equal(isKeptPeer({ ...KEPT, port: '104' }), false);
});
