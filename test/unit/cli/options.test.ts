import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HELP_OPTION, NETWORK_OPTIONS, peerFrom, printLevel } from '../../../src/cli/network-options.ts';
import { optionsHelp, parseOptions, UsageError } from '../../../src/cli/options.ts';
import { RECEIVE_OPTIONS } from '../../../src/cli/receive.ts';
import { STORE_OPTIONS } from '../../../src/cli/store.ts';

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

describe('parseOptions', () => {
  const spellings: readonly (readonly [string, string, string])[] = [
    ['quiet', '-q', '--quiet'],
    ['verbose', '-v', '--verbose'],
    ['debug', '-d', '--debug'],
    ['recurse', '-r', '--recurse'],
    ['help', '-h', '--help'],
    ['logLevel', '-ll', '--log-level'],
    ['callingAETitle', '-aet', '--calling-aet'],
    ['calledAETitle', '-aec', '--called-aet'],
    ['acseTimeout', '-ta', '--acse-timeout'],
    ['dimseTimeout', '-td', '--dimse-timeout'],
    ['networkTimeout', '-tn', '--network-timeout'],
    ['maxPdu', '-pdu', '--max-pdu'],
  ];
  const flags = new Set(['quiet', 'verbose', 'debug', 'recurse', 'help']);

  for (const [name, short, long] of spellings) {
    it(`reads ${short} and ${long}, before, between and after the positionals`, () => {
      for (const spelling of [short, long]) {
        const given = flags.has(name) ? [spelling] : [spelling, 'VALUE'];
        const expected = { options: { [name]: flags.has(name) ? true : 'VALUE' }, positionals: ['host', '104', 'a'] };
        assert.deepEqual(store(...given, 'host', '104', 'a'), expected);
        assert.deepEqual(store('host', ...given, '104', 'a'), expected);
        assert.deepEqual(store('host', '104', ...given, 'a'), expected);
        assert.deepEqual(store('host', '104', 'a', ...given), expected);
      }
    });
    if (!flags.has(name)) {
      it(`reads ${short}=VALUE and ${long}=VALUE`, () => {
        for (const spelling of [short, long]) {
          assert.deepEqual(store(`${spelling}=A=B`).options, { [name]: 'A=B' });
          assert.deepEqual(store(`${spelling}=`).options, { [name]: '' });
        }
      });
      it(`says that ${short} and ${long} need a value`, () => {
        for (const spelling of [short, long]) {
          assert.throws(() => store('host', spelling), usage(/needs a value/));
          assert.throws(() => store(spelling, '-q', 'host'), usage(/needs a value/));
          assert.throws(() => store(spelling, '--', 'host'), usage(/needs a value/));
        }
      });
    } else {
      it(`says that ${short} and ${long} take no value`, () => {
        for (const spelling of [short, long]) assert.throws(() => store(`${spelling}=1`), usage(/takes no value/));
      });
    }
  }

  it('takes everything after -- as it stands', () => {
    assert.deepEqual(store('host', '--', '-v', '--', '--report'), {
      options: {},
      positionals: ['host', '-v', '--', '--report'],
    });
  });

  it('takes a lone dash as a positional, and a negative number as a value', () => {
    assert.deepEqual(store('-', '-ta', '-5'), { options: { acseTimeout: '-5' }, positionals: ['-'] });
  });

  it('lets the last value count', () => {
    assert.deepEqual(store('-aet', 'A', '--calling-aet=B').options, { callingAETitle: 'B' });
  });

  it('refuses unknown options and says what is near', () => {
    assert.throws(() => store('--recruse'), usage(/unknown option --recruse/, /--recurse/));
    assert.throws(() => store('--aet', 'X'), usage(/unknown option --aet/, /-aet/));
    assert.throws(() => store('--called=X'), usage(/unknown option --called$/, /--called-aet/));
    assert.throws(
      () => store('-zz'),
      (thrown) => thrown instanceof UsageError && thrown.hint === undefined,
    );
    assert.throws(() => store('--constructor'), usage(/unknown option/));
    assert.throws(() => store('--__proto__=1'), usage(/unknown option/));
  });

  it('gives the hint of the command where there is one', () => {
    assert.throws(() => parseOptions(HELP_OPTION, ['-cx'], { '-cx': 'not needed' }), usage(/-cx/, /not needed/));
  });

  it('has no spelling twice in any command', () => {
    for (const table of [STORE_OPTIONS, RECEIVE_OPTIONS, { ...NETWORK_OPTIONS, ...HELP_OPTION }]) {
      const all = Object.values(table).flatMap(({ spellings: own }) => own);
      assert.equal(new Set(all).size, all.length);
    }
  });

  it('lists every option in the help text', () => {
    const text = optionsHelp(STORE_OPTIONS);
    for (const { spellings: own } of Object.values(STORE_OPTIONS)) assert.ok(text.includes(own.join(', ')));
  });
});

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

  it('refuses other levels and contradictions', () => {
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

  it('gives each timeout to its own phases, in milliseconds', () => {
    assert.deepEqual(peer('-ta', '1.5', '-td', '2', '-tn', '.25').timeouts, {
      connectMs: 250,
      associationMs: 1500,
      responseMs: 2000,
      writeStallMs: 250,
      releaseMs: 1500,
    });
  });

  it('reads 0 as no limit, and never rounds a limit down to none', () => {
    assert.deepEqual(new Set(Object.values(peer('-ta', '0', '-td', '0.0', '-tn', '0').timeouts)), new Set([Infinity]));
    assert.equal(peer('-td', '0.0001').timeouts.responseMs, 1);
  });

  it('refuses timeouts that are none', () => {
    for (const text of ['-5', 'nan', 'NaN', 'inf', 'Infinity', '', ' ', '1e3', '0x10', '5s', '2147484']) {
      for (const spelling of ['-ta', '-td', '-tn']) {
        assert.throws(() => peer(`${spelling}=${text}`), usage(/is not a timeout/, /no limit/), `${spelling} ${text}`);
      }
    }
  });

  it('takes a maximum length of 0 and of 8 to 4294967295 bytes', () => {
    for (const length of [0, 8, 4096, 4_294_967_295]) assert.equal(peer('-pdu', `${length}`).maxPduLength, length);
    for (const text of ['-1', '1', '7', '4294967296', '16k', '', '1.5']) {
      assert.throws(() => peer(`-pdu=${text}`), usage(/is not a maximum length/), text);
    }
  });

  it('takes AE titles of 1 to 16 characters as they are, and never cuts one', () => {
    assert.equal(peer('-aet', '1234567890123456').callingAETitle, '1234567890123456');
    assert.equal(peer('-aec', 'a B~').calledAETitle, 'a B~');
    for (const [title, because] of [
      ['', /blank/],
      ['   ', /blank/],
      ['12345678901234567', /17 characters/],
      ['A\\B', /backslash/],
      ['KÖLN', /printable/],
      ['A\tB', /printable/],
    ] as const) {
      assert.throws(() => peer(`-aet=${title}`), usage(because));
      assert.throws(() => peer(`-aec=${title}`), usage(because));
    }
  });

  it('takes ports from 1 to 65535', () => {
    for (const port of ['1', '65535']) assert.equal(peerFrom('h', port, {}).port, Number(port));
    for (const port of ['0', '65536', '-1', '104x', '', '1.0', ' 104']) {
      assert.throws(() => peerFrom('h', port, {}), usage(/is not a port/), port);
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
