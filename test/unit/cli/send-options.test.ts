import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseOptions, UsageError } from '../../../src/cli/options.ts';
import { SEND_OPTIONS, sendOptionsFrom } from '../../../src/cli/send-options.ts';
import type { SendOptions } from '../../../src/send/options.ts';

const from = (...argv: string[]): Partial<SendOptions> => sendOptionsFrom(parseOptions(SEND_OPTIONS, argv).options);

describe('sendOptionsFrom', () => {
  it('has nothing to say where nothing was said', () => {
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
    [['--associations', '0'], /--associations '0' is not a whole number from 1 to 8/],
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
    it(`refuses ${argv.join(' ')}`, () => {
      assert.throws(
        () => from(...argv),
        (thrown) => thrown instanceof UsageError && message.test(thrown.message),
      );
    });
  }
});
