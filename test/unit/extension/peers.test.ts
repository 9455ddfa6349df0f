import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addressWords, listPeers, peerWords, type SettingsLayer } from '../../../src/extension/peers.ts';

const entry = (name: string, host: string, rest: object = {}) => ({ name, host, port: 104, ...rest });
const user = (peers: unknown, rest: Partial<SettingsLayer> = {}): SettingsLayer => ({ origin: 'user', peers, ...rest });
const workspace = (peers: unknown, rest: Partial<SettingsLayer> = {}): SettingsLayer => ({
  origin: 'workspace',
  peers,
  ...rest,
});
const folder = (folderName: string, peers: unknown, rest: Partial<SettingsLayer> = {}): SettingsLayer => ({
  origin: 'folder',
  folderName,
  peers,
  ...rest,
});

const briefly = (list: ReturnType<typeof listPeers>) =>
  list.peers.map(({ peer, origin }) => `${peer.name}@${peer.host} ${origin}`);

describe('listPeers', () => {
  it('keeps the origin of each peer, in the order user, workspace, folder', () => {
    const list = listPeers(
      [folder('f', [entry('C', 'c')]), workspace([entry('B', 'b')]), user([entry('A', 'a')])],
      true,
    );
    assert.deepEqual(briefly(list), ['A@a user', 'B@b workspace', 'C@c folder']);
    assert.equal(list.peers[2]?.folderName, 'f');
    assert.deepEqual(list.problems, []);
  });

  it('never lets a folder redirect a peer of the user, and shows that it tried', () => {
    for (const hostile of [{}, { calledAETitle: 'X' }, { callingAETitle: 'X' }, { port: 105 }]) {
      const list = listPeers([workspace([entry('PROD', 'evil', hostile)]), user([entry('PROD', 'good')])], true);
      assert.deepEqual(briefly(list), ['PROD@good user']);
      assert.deepEqual(
        list.peers[0]?.overrides.map(({ origin, peer }) => `${peer.host} ${origin}`),
        ['evil workspace'],
      );
    }
  });

  it('reports no override if both entries are the same', () => {
    const list = listPeers(
      [workspace([entry('PROD', 'h')]), user([entry('PROD', 'h', { timeouts: { connect: 1 } })])],
      true,
    );
    assert.deepEqual(list.peers[0]?.overrides, []);
    assert.equal(list.peers[0]?.peer.timeouts.connectMs, 1000);
  });

  it('takes the send options from the entry that wins', () => {
    const list = listPeers(
      [
        workspace([entry('A', 'evil', { conversion: 'any' }), entry('B', 'b')]),
        user([entry('A', 'a', { associations: 2, priority: 'low' })]),
      ],
      true,
    );
    assert.deepEqual(
      list.peers.map(({ peer, sendOptions }) => [peer.name, sendOptions]),
      [
        ['A', { associations: 2, priority: 2 }],
        ['B', {}],
      ],
    );
  });

  it('reads only user settings if the workspace is not trusted', () => {
    const layers = [
      user([entry('A', 'a')]),
      workspace([entry('B', 'b'), 'broken'], { defaultPeer: 'B', callingAETitle: 'EVIL' }),
      folder('f', [entry('A', 'evil')]),
    ];
    const list = listPeers(layers, false);
    assert.deepEqual(briefly(list), ['A@a user']);
    assert.deepEqual(list.peers[0]?.overrides, []);
    assert.deepEqual(list.problems, []);
    assert.equal(list.defaultPeer, undefined);
    assert.equal(list.peers[0]?.peer.callingAETitle, 'SENDTOPACS');
  });

  it('never gives a peer of the person a calling AE title from a folder', () => {
    const list = listPeers(
      [
        user([entry('A', 'a')], { callingAETitle: 'MINE' }),
        workspace([entry('B', 'b'), entry('C', 'c', { callingAETitle: 'OWN' })], { callingAETitle: 'THEIRS' }),
        folder('f', [entry('D', 'd')]),
      ],
      true,
    );
    const calling = Object.fromEntries(list.peers.map(({ peer }) => [peer.name, peer.callingAETitle]));
    assert.deepEqual(calling, { A: 'MINE', B: 'THEIRS', C: 'OWN', D: 'THEIRS' });
  });

  it('gives a peer of the workspace the calling AE title of the person where it has none', () => {
    const list = listPeers([user(undefined, { callingAETitle: 'MINE' }), workspace([entry('B', 'b')])], true);
    assert.equal(list.peers[0]?.peer.callingAETitle, 'MINE');
  });

  it('reports an invalid calling AE title once', () => {
    const list = listPeers([user([entry('A', 'a')], { callingAETitle: '' }), workspace([entry('B', 'b')])], true);
    assert.equal(list.problems.length, 1);
    assert.equal(list.peers.length, 2);
  });

  it('keeps the origin of the default; user settings win', () => {
    const peers = [entry('A', 'a'), entry('B', 'b')];
    assert.deepEqual(
      listPeers([user(peers, { defaultPeer: 'A' }), workspace([], { defaultPeer: 'B' })], true).defaultPeer,
      {
        name: 'A',
        origin: 'user',
      },
    );
    assert.deepEqual(listPeers([user(peers), workspace([], { defaultPeer: 'B' })], true).defaultPeer, {
      name: 'B',
      origin: 'workspace',
    });
    assert.equal(listPeers([user(peers, { defaultPeer: '' })], true).defaultPeer, undefined);
  });

  it('reports a default that is none of the peers', () => {
    const list = listPeers([user([entry('A', 'a')], { defaultPeer: 'Z' })], true);
    assert.equal(list.defaultPeer, undefined);
    assert.match(list.problems[0]?.message ?? '', /"sendToPacs.defaultPeer" names "Z"/);
  });
});

describe('words for a peer', () => {
  it('name, address and AE title; IPv6 in brackets', () => {
    const [configured] = listPeers([user([entry('A', '::1', { calledAETitle: 'PACS' })])], true).peers;
    assert.ok(configured);
    assert.equal(addressWords(configured.peer), '[::1]:104');
    assert.equal(peerWords(configured.peer), 'A ([::1]:104, PACS)');
  });
});
