import assert from 'node:assert/strict';
import { BlockList, isIPv6 } from 'node:net';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type ConsentScope,
  consentKey,
  consentQuestion,
  consentVerdict,
  isAskedFor,
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
    ConsentScope,
    ConsentScope | undefined,
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
  for (const [origin, host, asked, given, plaintext, verdict] of cases)
    it(`${origin} ${host} ${asked}, given ${given ?? 'nothing'}, plaintext ${plaintext}: ${verdict}`, () => {
      assert.equal(consentVerdict(configured(origin, host), asked, given, plaintext), verdict);
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
  it('does not change with name and timeouts, and hides the address', () => {
    const key = consentKey(base, 'm');
    assert.equal(consentKey({ ...base, name: 'Other', timeouts: { ...base.timeouts, connectMs: 1 } }, 'm'), key);
    assert.match(key, /^[0-9a-f]{64}$/);
  });
});

describe('isLoopback', () => {
  const loopback = [
    '127.0.0.1',
    '127.255.255.255',
    '::1',
    'localhost',
    'LOCALHOST',
    '::ffff:127.0.0.1',
    '::FFFF:127.9.9.9',
  ];
  const others =
    '10.0.0.1 128.0.0.1 0.0.0.0 :: 127.0.0.1.evil.org 127.1 127.0.0.256 127.0.0.01 localhost.evil.org evil-localhost localhost. localhost6 2130706433 0x7f000001 0177.0.0.1 0 ::ffff:10.0.0.1 ::ffff:0:127.0.0.1 ::127.0.0.1 64:ff9b::127.0.0.1 0:0:0:0:0:0:0:2 1::1 fe80::1 192.168.0.1 169.254.169.254 ::2 127.0.0. 127...1'.split(
      ' ',
    );
  for (const host of loopback) it(`${host} is`, () => assert.equal(isLoopback(host), true));
  for (const host of ['', ...others]) it(`"${host}" is not`, () => assert.equal(isLoopback(host), false));
});

describe('plaintext to an address', () => {
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8, 'ipv4');
  loopback.addAddress('::1', 'ipv6');
  const isIn = (address: string): boolean => loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  const ask = (host: string) => consentVerdict(configured('user', host), 'send', undefined, 'ask');

  it('needs consent for every address that is not of this machine, in every notation', () => {
    const near = fc.tuple(fc.constantFrom(126, 127, 128), fc.nat(255), fc.nat(255), fc.nat(255));
    const address = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      near.map((octets) => octets.join('.')),
      near.map((octets) => `::ffff:${octets.join('.')}`),
    );
    fc.assert(
      fc.property(address, (host) => {
        if (!isIn(host)) assert.equal(ask(host), 'ask', host);
      }),
      { numRuns: 1_000 },
    );
  });

  it('needs no consent for the usual addresses of this machine', () => {
    for (const host of ['127.0.0.1', '::1', 'localhost', '127.8.9.10']) assert.equal(ask(host), 'go', host);
  });
});

describe('a name', () => {
  const peer = configured('user', REMOTE).peer;
  it('needs consent again if it points farther away than when the person agreed', () => {
    const keys = (['this machine', 'private network', 'anywhere'] as const).map((scope) =>
      consentKey(peer, 'm', scope),
    );
    assert.equal(new Set([...keys, consentKey(peer, 'm')]).size, 4);
  });
  it('is shown with its addresses of now', () => {
    const detail = (addresses?: readonly string[]) =>
      consentQuestion(configured('user', REMOTE), 'm', undefined, addresses).detail;
    assert.match(detail(['10.1.2.3']), /^pacs\.example\.org:104\nNow 10\.1\.2\.3, in a private network\.$/m);
    assert.match(detail(['10.1.2.3', '192.0.2.7']), /^Now 10\.1\.2\.3, 192\.0\.2\.7, outside of private networks\.$/m);
    assert.match(detail([]), /cannot be looked up now/);
    assert.match(detail(Array.from({ length: 100 }, () => '10.0.0.1')), /10\.0\.0\.1, …, in a private/);
    assert.match(detail(), /pacs\.example\.org:104$/m);
  });
  it('is looked up only if a question is possible', () => {
    assert.equal(isAskedFor(configured('user', REMOTE), 'connect', 'ask'), false);
    assert.equal(isAskedFor(configured('user', REMOTE), 'send', 'allow'), false);
    assert.equal(isAskedFor(configured('user', REMOTE), 'send', 'ask'), true);
    assert.equal(isAskedFor(configured('workspace', REMOTE), 'connect', 'allow'), true);
  });
});

describe('consentQuestion', () => {
  const load = { files: 312, bytes: 6_600_000 };
  it('names peer, address, amount and machine, and says that it is unencrypted', () => {
    const { message, detail, consent } = consentQuestion(configured('workspace', REMOTE), 'build box', load);
    assert.equal(message, 'Send 312 DICOM files (6.6 MB) to another machine, unencrypted?');
    assert.equal(consent, 'Send');
    for (const fact of [`${REMOTE}:104`, 'PACS', 'ME', 'build box', 'workspace settings', 'Unencrypted'])
      assert.ok(detail.includes(fact), fact);
  });
  it('has no warning for user settings, nor for loopback', () => {
    const { message, detail } = consentQuestion(configured('user', LOCAL), 'm', load);
    assert.match(message, /to a local address\?$/);
    assert.doesNotMatch(detail, /not from your own|patient/);
  });
  it('names the folder of a folder’s peer', () => {
    const peer = { ...configured('folder', REMOTE), folderName: 'study-7' };
    assert.match(consentQuestion(peer, 'm', load).detail, /^Folder: "study\u20117"$/m);
  });
  it('asks to connect if nothing is sent', () => {
    const { message, consent } = consentQuestion(configured('workspace', REMOTE), 'm', undefined);
    assert.deepEqual([message, consent], ['Connect to another machine, unencrypted?', 'Connect']);
  });
});

it('a send is large above the limit of files or of bytes', () => {
  assert.equal(isLarge({ files: MANY_FILES, bytes: MANY_BYTES }), false);
  assert.equal(isLarge({ files: MANY_FILES + 1, bytes: 0 }), true);
  assert.equal(isLarge({ files: 1, bytes: MANY_BYTES + 1 }), true);
});
