import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  consentKey,
  consentQuestion,
  consentVerdict,
  type Deed,
  isLarge,
  isLoopback,
  MANY_BYTES,
  MANY_FILES,
} from '../../../src/extension/consent.ts';
import type { ConfiguredPeer } from '../../../src/extension/peers.ts';
import { peerOf } from '../../../src/extension/settings.ts';

const LOCAL = '127.0.0.1';
const REMOTE = 'pacs.example.org';

const configured = (origin: ConfiguredPeer['origin'], host: string): ConfiguredPeer => ({
  origin,
  overrides: [],
  peer: peerOf({ name: 'P', host, port: 104, calledAETitle: 'PACS' }, 'ME'),
});

describe('consentVerdict', () => {
  const cases: readonly (readonly [
    ConfiguredPeer['origin'],
    string,
    Deed,
    Deed | undefined,
    'ask' | 'allow' | 'refuse',
    string,
  ])[] = [
    ['built-in', LOCAL, 'send', undefined, 'ask', 'go'],
    ['user', LOCAL, 'send', undefined, 'ask', 'go'],
    ['user', LOCAL, 'send', undefined, 'refuse', 'go'],
    ['user', REMOTE, 'connect', undefined, 'ask', 'go'],
    ['user', REMOTE, 'send', undefined, 'ask', 'ask'],
    ['user', REMOTE, 'send', 'connect', 'ask', 'ask'],
    ['user', REMOTE, 'send', 'send', 'ask', 'go'],
    ['user', REMOTE, 'send', undefined, 'allow', 'go'],
    ['user', REMOTE, 'send', 'send', 'refuse', 'refused'],
    ['workspace', LOCAL, 'connect', undefined, 'ask', 'ask'],
    ['workspace', LOCAL, 'send', undefined, 'ask', 'ask'],
    ['workspace', LOCAL, 'send', undefined, 'allow', 'ask'],
    ['workspace', LOCAL, 'send', 'connect', 'ask', 'ask'],
    ['workspace', LOCAL, 'connect', 'connect', 'ask', 'go'],
    ['workspace', LOCAL, 'connect', 'send', 'ask', 'go'],
    ['workspace', REMOTE, 'send', undefined, 'allow', 'ask'],
    ['workspace', REMOTE, 'send', 'send', 'ask', 'go'],
    ['workspace', REMOTE, 'send', undefined, 'refuse', 'refused'],
    ['folder', REMOTE, 'send', undefined, 'allow', 'ask'],
    ['folder', REMOTE, 'connect', undefined, 'allow', 'ask'],
  ];
  for (const [origin, host, deed, given, plaintext, verdict] of cases)
    it(`${origin} ${host} ${deed}, given ${given ?? 'nothing'}, plaintext ${plaintext}: ${verdict}`, () => {
      assert.equal(consentVerdict(configured(origin, host), deed, given, plaintext), verdict);
    });
});

describe('consentKey', () => {
  const base = configured('workspace', REMOTE).peer;
  it('changes with address, AE titles and machine', () => {
    const changed = [
      consentKey({ ...base, host: 'evil' }, 'm'),
      consentKey({ ...base, port: 105 }, 'm'),
      consentKey({ ...base, calledAETitle: 'X' }, 'm'),
      consentKey({ ...base, callingAETitle: 'X' }, 'm'),
      consentKey(base, 'other'),
      consentKey(base, 'm'),
    ];
    assert.equal(new Set(changed).size, changed.length);
  });
  it('does not change with what does not matter, and hides the address', () => {
    const key = consentKey(base, 'm');
    assert.equal(consentKey({ ...base, name: 'Other', timeouts: { ...base.timeouts, connectMs: 1 } }, 'm'), key);
    assert.match(key, /^[0-9a-f]{64}$/);
  });
});

describe('isLoopback', () => {
  const loopback = ['127.0.0.1', '127.255.255.255', '::1', 'localhost', 'LOCALHOST'];
  const others =
    '10.0.0.1 128.0.0.1 0.0.0.0 :: 127.0.0.1.evil.org 127.1 127.0.0.256 127.0.0.01 localhost.evil.org evil-localhost ::2 127.0.0. 127...1'.split(
      ' ',
    );
  for (const host of loopback) it(`${host} is`, () => assert.equal(isLoopback(host), true));
  for (const host of ['', ...others]) it(`"${host}" is not`, () => assert.equal(isLoopback(host), false));
});

describe('consentQuestion', () => {
  const load = { files: 312, bytes: 6_600_000 };
  it('names who, where, how much, which machine, and that it is unencrypted', () => {
    const { message, detail, consent } = consentQuestion(configured('workspace', REMOTE), 'build-box', load);
    assert.equal(message, 'Send 312 DICOM files (6.6 MB) to P?');
    assert.equal(consent, 'Send');
    for (const fact of [`${REMOTE}:104`, 'PACS', 'ME', 'build-box', 'workspace settings', 'Unencrypted'])
      assert.ok(detail.includes(fact), fact);
  });
  it('does not call the person’s own settings foreign, nor loopback a danger', () => {
    const { detail } = consentQuestion(configured('user', LOCAL), 'm', load);
    assert.doesNotMatch(detail, /not from your own|patient/);
  });
  it('names the folder of a folder’s peer', () => {
    const peer = { ...configured('folder', REMOTE), folderName: 'study-7' };
    assert.match(consentQuestion(peer, 'm', load).detail, /"study-7"/);
  });
  it('asks to connect where nothing is sent', () => {
    const { message, consent, detail } = consentQuestion(configured('workspace', REMOTE), 'm', undefined);
    assert.deepEqual([message, consent], ['Connect to P?', 'Connect']);
    assert.doesNotMatch(detail, /Sends:/);
  });
});

it('a large send is one above either limit', () => {
  assert.equal(isLarge({ files: MANY_FILES, bytes: MANY_BYTES }), false);
  assert.equal(isLarge({ files: MANY_FILES + 1, bytes: 0 }), true);
  assert.equal(isLarge({ files: 1, bytes: MANY_BYTES + 1 }), true);
});
