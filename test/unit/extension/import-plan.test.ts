import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planImport } from '../../../src/extension/import-plan.ts';
import { readPeerList } from '../../../src/extension/peer-lists.ts';
import { PeerNames } from '../../../src/extension/peer-names.ts';
import type { ConfiguredPeer } from '../../../src/extension/peers.ts';
import { peerAt } from '../../support/jobs.ts';

describe('peers that would be imported', () => {
  const there: ConfiguredPeer = {
    peer: { ...peerAt(104, { calledAETitle: 'ARCHIVE' }), name: 'PROD', host: 'pacs' },
    origin: 'user',
    overrides: [],
  };
  const plan = (text: string, taken: readonly string[], names = new PeerNames()) =>
    planImport(readPeerList(text), [there], taken, names);

  it('get a name of their own, and the person is told', () => {
    const planned = plan('ARCHIVE@a:1\nARCHIVE@b:1\nPROD@c:1', ['PROD', 'ARCHIVE']);
    assert.deepEqual(
      planned.map(({ entry, note, isProposed }) => [entry.name, entry.host, note, isProposed]),
      [
        ['ARCHIVE 2', 'a', '"ARCHIVE" is taken', true],
        ['ARCHIVE 3', 'b', '"ARCHIVE" is taken', true],
        ['PROD 2', 'c', '"PROD" is taken', true],
      ],
    );
  });

  it('do not look like another peer of the settings', () => {
    const names = new PeerNames();
    names.add({ name: 'PROD', where: 'user settings' });
    const [planned] = plan('PR0D@c:1', [], names);
    assert.equal(planned?.entry.name, 'PR0D 2');
  });

  it('are not chosen if they are there already', () => {
    const [planned] = plan('ARCHIVE@pacs:104', ['PROD']);
    assert.deepEqual([planned?.entry.name, planned?.isProposed], ['ARCHIVE', false]);
    assert.equal(planned?.note, 'already there as "PROD"');
    assert.equal(planned?.description, 'pacs:104, ARCHIVE');
  });
});
