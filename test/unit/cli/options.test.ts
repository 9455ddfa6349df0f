import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseOptions, UsageError } from '../../../src/cli/command-line.ts';
import { peerFrom, printLevel, sendOptionsFrom } from '../../../src/cli/options.ts';
import { STORE_OPTIONS } from '../../../src/cli/store.ts';
import type { SendOptions } from '../../../src/send/options.ts';

function usage(message: RegExp, hint?: RegExp): (thrown: unknown) => true {
  return (thrown) => {
    assert.ok(thrown instanceof UsageError);
    assert.match(thrown.message, message);
    if (hint !== undefined) assert.match(thrown.hint ?? '', hint);
    return true;
  };
}

const store = (...argv: string[]) => parseOptions(STORE_OPTIONS, argv);
const peer = (...argv: string[]) => peerFrom('host', '104', store(...argv).options);
describe('printLevel', () => {
  it('shows warnings by default, -v information, -d debug', () => {
    assert.equal(printLevel(store().options), 'warn');
    assert.equal(printLevel(store('-v').options), 'info');
    assert.equal(printLevel(store('-d').options), 'debug');
  });

  it('takes every documented level, and both spellings of warning', () => {
    const expected = [
      ['critical', 'critical'],
      ['error', 'error'],
      ['warning', 'warn'],
      ['warn', 'warn'],
      ['info', 'info'],
      ['debug', 'debug'],
      ['trace', 'trace'],
    ] as const;
    for (const [given, level] of expected) assert.equal(printLevel(store('-ll', given).options), level);
  });

  it('rejects other levels and contradictions', () => {
    for (const level of ['loud', '', 'DEBUG', 'toString']) {
      assert.throws(() => printLevel(store(`-ll=${level}`).options), usage(/not a log level/, /critical, error/));
    }
    assert.throws(() => printLevel(store('-q', '-v').options), usage(/exclude each other/));
    assert.throws(() => printLevel(store('-v', '-d').options), usage(/exclude each other/));
  });
});

describe('peerFrom', () => {
  it('has the documented defaults', () => {
    assert.deepEqual(peer(), {
      name: 'host:104',
      host: 'host',
      port: 104,
      calledAETitle: 'ANY-SCP',
      callingAETitle: 'STORESCU',
      maxPduLength: 16_382,
      timeouts: {
        connectMs: 30_000,
        associationMs: 30_000,
        responseMs: 30_000,
        writeStallMs: 30_000,
        releaseMs: 30_000,
      },
    });
  });

  it('applies each timeout to its own phases, in milliseconds', () => {
    assert.deepEqual(peer('-ta', '1.5', '-td', '2', '-tn', '.25').timeouts, {
      connectMs: 250,
      associationMs: 1500,
      responseMs: 2000,
      writeStallMs: 250,
      releaseMs: 1500,
    });
  });

  it('reads 0 as no limit, and never rounds a limit down to 0', () => {
    assert.deepEqual(new Set(Object.values(peer('-ta', '0', '-td', '0.0', '-tn', '0').timeouts)), new Set([Infinity]));
    assert.equal(peer('-td', '0.0001').timeouts.responseMs, 1);
  });

  it('rejects values that are not timeouts', () => {
    for (const text of ['-5', 'nan', 'NaN', 'inf', 'Infinity', '', ' ', '1e3', '0x10', '5s', '2147484']) {
      for (const spelling of ['-ta', '-td', '-tn']) {
        assert.throws(
          () => peer(`${spelling}=${text}`),
          usage(/is not a timeout/, /^Allowed: seconds from 0 to 2147483; 0 = no limit\. Example: -t/),
          `${spelling} ${text}`,
        );
      }
    }
  });

  it('takes a maximum length of 0 and of 8 to 4294967295 bytes', () => {
    for (const length of [0, 8, 4096, 4_294_967_295]) assert.equal(peer('-pdu', `${length}`).maxPduLength, length);
    for (const text of ['-1', '1', '7', '4294967296', '16k', '', '1.5']) {
      assert.throws(
        () => peer(`-pdu=${text}`),
        usage(/is not a maximum length/, /^Allowed: bytes from 8 .* Example: -pdu/),
        text,
      );
    }
  });

  it('takes AE titles of 1 to 16 characters as they are, and never cuts one', () => {
    assert.equal(peer('-aet', '1234567890123456').callingAETitle, '1234567890123456');
    assert.equal(peer('-aec', 'a B~').calledAETitle, 'a B~');
    for (const [title, because] of [
      ['', /blank/],
      ['   ', /blank/],
      ['12345678901234567', /more than 16 characters/],
      ['A\\B', /backslash/],
      ['KÖLN', /printable/],
      ['A\tB', /printable/],
    ] as const) {
      assert.throws(
        () => peer(`-aet=${title}`),
        usage(because, /^Allowed: 1 to 16 printable ASCII characters, no backslash\. Example: -ae/),
      );
      assert.throws(
        () => peer(`-aec=${title}`),
        usage(because, /^Allowed: 1 to 16 printable ASCII characters, no backslash\. Example: -ae/),
      );
    }
  });

  it('takes ports from 1 to 65535', () => {
    for (const port of ['1', '65535']) assert.equal(peerFrom('h', port, {}).port, Number(port));
    for (const port of ['0', '65536', '-1', '104x', '', '1.0', ' 104']) {
      assert.throws(
        () => peerFrom('h', port, {}),
        usage(/^PORT '.*' is not a port$/, /^Allowed: a whole number from 1 to 65535\. Example: 11112$/),
        port,
      );
    }
    assert.throws(() => peerFrom('h', undefined, {}), usage(/port is missing/));
  });

  it('takes IPv6 addresses with and without brackets', () => {
    assert.equal(peerFrom('::1', '104', {}).host, '::1');
    assert.equal(peerFrom('[::1]', '104', {}).host, '::1');
    assert.throws(() => peerFrom(undefined, undefined, {}), usage(/address is missing/));
    assert.throws(() => peerFrom(' ', '104', {}), usage(/address is missing/));
  });
});

const from = (...argv: string[]): Partial<SendOptions> => sendOptionsFrom(store(...argv).options);

describe('sendOptionsFrom', () => {
  it('sets nothing if no option was given', () => {
    assert.deepEqual(from(), {});
  });

  for (const [argv, expected] of [
    [['-xe'], { requestOnly: '1.2.840.10008.1.2.1' }],
    [['--request-little'], { requestOnly: '1.2.840.10008.1.2.1' }],
    [['-xb'], { requestOnly: '1.2.840.10008.1.2.2' }],
    [['--request-big'], { requestOnly: '1.2.840.10008.1.2.2' }],
    [['-xi'], { requestOnly: '1.2.840.10008.1.2' }],
    [['--request-implicit'], { requestOnly: '1.2.840.10008.1.2' }],
    [['-cx'], {}],
    [['--required-contexts'], {}],
    [['-cx', '-xi'], { requestOnly: '1.2.840.10008.1.2' }],
    [['--all-contexts'], { propose: 'all storage' }],
    [['--associations', '8'], { associations: 8 }],
    [['--associations=1'], { associations: 1 }],
    [['--associations', 'auto'], { associations: 'auto' }],
    [['--async-window', '0'], { operationsInvoked: 0 }],
    [['--async-window', '65535'], { operationsInvoked: 65_535 }],
    [['--priority', 'low'], { priority: 2 }],
    [['--priority', 'medium'], { priority: 0 }],
    [['--priority', 'high'], { priority: 1 }],
    [['--conversion', 'never'], { conversion: 'never' }],
    [['--conversion', 'lossless'], { conversion: 'lossless' }],
    [['--conversion', 'any'], { conversion: 'any' }],
    [['--preflight', 'truncated=send'], { preflight: { truncated: 'send' } }],
    [
      ['--preflight', 'trailing bytes=send, zero padding=skip'],
      { preflight: { 'trailing bytes': 'send', 'zero padding': 'skip' } },
    ],
  ] as const) {
    it(`reads ${argv.join(' ')}`, () => {
      assert.deepEqual(from(...argv), expected);
    });
  }

  for (const [argv, message] of [
    [['-xe', '-xb'], /exclude each other/],
    [['-xb', '-xi'], /exclude each other/],
    [['-xe', '--request-implicit'], /exclude each other/],
    [['-cx', '--all-contexts'], /-cx and --all-contexts exclude each other/],
    [['--associations', '0'], /--associations '0' is not allowed\nAllowed: a whole number from 1 to 8, or auto/],
    [['--associations', '9'], /from 1 to 8/],
    [['--associations', '-1'], /from 1 to 8/],
    [['--associations', '2.0'], /from 1 to 8/],
    [['--associations', 'NaN'], /from 1 to 8/],
    [['--associations='], /from 1 to 8/],
    [['--async-window', '65536'], /from 0 to 65535/],
    [['--async-window', '-1'], /from 0 to 65535/],
    [['--priority', 'urgent'], /--priority 'urgent' is not known/],
    [['--priority', 'LOW'], /is not known/],
    [['--priority', 'toString'], /is not known/],
    [['--conversion', ''], /--conversion '' is not known/],
    [['--preflight', 'cut=send'], /--preflight 'cut' is not known/],
    [['--preflight', 'truncated'], /--preflight 'truncated' '' is not known/],
    [['--preflight', 'truncated=maybe'], /'maybe' is not known/],
    [['--conversion', 'lossy'], /is not known/],
  ] as const) {
    it(`rejects ${argv.join(' ')}`, () => {
      assert.throws(
        () => from(...argv),
        (thrown) => {
          assert.ok(thrown instanceof UsageError);
          assert.match(`${thrown.message}\n${thrown.hint}`, message);
          assert.match(thrown.hint ?? '', /^Allowed: .+\. Example: .+/);
          return true;
        },
      );
    });
  }
});
