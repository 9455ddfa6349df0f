import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { describe, it } from 'node:test';
import type { Endpoint } from '../../../src/net/connection.ts';
import {
  addressesOf,
  isAddress,
  type Lookup,
  loopbackLookup,
  type NetworkScope,
  scopeOf,
  widestScope,
} from '../../../src/net/network-scope.ts';
import { startReceiver } from '../../../src/net/store-scp.ts';
import { tcpConnector } from '../../../src/net/tcp.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const SCOPES: Readonly<Record<NetworkScope, string>> = {
  'this machine': '127.0.0.1 127.255.0.9 ::1 ::ffff:127.0.0.1',
  'private network':
    '10.0.0.0 10.255.255.255 172.16.0.1 172.31.255.255 192.168.1.1 169.254.1.1 100.64.0.1 100.127.9.9 fe80::1%eth0 FEBF::1 fd00::1 fc12:3::4 ::ffff:10.1.2.3',
  anywhere:
    '9.255.255.255 11.0.0.0 172.15.0.1 172.32.0.1 192.167.1.1 192.169.1.1 169.253.1.1 100.63.0.1 100.128.0.1 0.0.0.0 255.255.255.255 8.8.8.8 :: ::2 2001:db8::1 fec0::1 fb00::1 ff02::1 ::ffff:8.8.8.8 256.0.0.1 10.0.0 10.0.0.1.evil.org 127.0.0.1%x nonsense',
};

describe('scopeOf', () => {
  for (const [scope, addresses] of Object.entries(SCOPES))
    for (const address of addresses.split(' ')) it(`${address}: ${scope}`, () => assert.equal(scopeOf(address), scope));

  it("is the widest of several addresses, and 'anywhere' without any", () => {
    assert.equal(widestScope(['127.0.0.1', '::1']), 'this machine');
    assert.equal(widestScope(['127.0.0.1', '10.0.0.1']), 'private network');
    assert.equal(widestScope(['127.0.0.1', '10.0.0.1', '8.8.8.8']), 'anywhere');
    assert.equal(widestScope([]), 'anywhere');
  });
});

it('an address and a host name are told apart', () => {
  for (const host of ['127.0.0.1', '::1', 'fe80::1%eth0']) assert.equal(isAddress(host), true, host);
  for (const host of ['localhost', '127.1', '2130706433', '1.2.3.4.example.org', '256.1.1.1'])
    assert.equal(isAddress(host), false, host);
});

describe('addressesOf', () => {
  it('gives the addresses that the system knows, or none', async () => {
    assert.deepEqual(await addressesOf('127.0.0.1', 5_000), ['127.0.0.1']);
    assert.deepEqual(await addressesOf('name.invalid', 5_000), []);
  });
});

describe('localhost', () => {
  const resolverOf =
    (found: string | LookupAddress[]): Lookup =>
    (_host, _options, callback) =>
      callback(null, found, 4);
  const asked = (found: string | LookupAddress[]): Promise<unknown> =>
    new Promise((resolve) => {
      loopbackLookup(resolverOf(found))('localhost', {}, (error, address) => resolve(error ?? address));
    });

  it('is this machine, or an error', async () => {
    assert.equal(await asked('127.0.0.1'), '127.0.0.1');
    const both = [
      { address: '::1', family: 6 },
      { address: '127.0.0.1', family: 4 },
    ];
    assert.deepEqual(await asked(both), both);
    for (const evil of ['192.0.2.1', '10.0.0.1', [...both, { address: '192.0.2.1', family: 4 }], []]) {
      const error = await asked(evil);
      assert.ok(error instanceof Error && /not this machine/.test(error.message), JSON.stringify(evil));
    }
  });

  it('can be connected to', async (t) => {
    const receiver = await startReceiver({ port: 0, directory: temporaryFolder(t) });
    t.after(() => receiver.stop());
    const remote = await new Promise<Endpoint>((resolve, reject) => {
      const connection = tcpConnector.connect(
        { host: 'localhost', port: receiver.port },
        {
          connected: () => {
            resolve(connection.remoteAddress);
            connection.destroy();
          },
          received: () => undefined,
          closed: (error) => reject(new Error(error?.message ?? 'closed')),
        },
      );
    });
    assert.deepEqual(remote, { host: '127.0.0.1', port: receiver.port });
  });
});
