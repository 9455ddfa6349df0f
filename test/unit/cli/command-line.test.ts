import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exclusive, parseOptions, UsageError } from '../../../src/cli/command-line.ts';
import { ECHO_HELP, ECHO_OPTIONS } from '../../../src/cli/echo.ts';
import { RECEIVE_HELP, RECEIVE_OPTIONS } from '../../../src/cli/receive.ts';
import { STORE_HELP, STORE_OPTIONS } from '../../../src/cli/store.ts';

function usage(message: RegExp, hint?: RegExp): (thrown: unknown) => true {
  return (thrown) => {
    assert.ok(thrown instanceof UsageError);
    assert.match(thrown.message, message);
    if (hint !== undefined) assert.match(thrown.hint ?? '', hint);
    return true;
  };
}

const store = (...argv: string[]) => parseOptions(STORE_OPTIONS, argv);

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

  it('takes everything after -- as positional', () => {
    assert.deepEqual(store('host', '--', '-v', '--', '--report'), {
      options: {},
      positionals: ['host', '-v', '--', '--report'],
    });
  });

  it('takes a lone dash as a positional, and a negative number as a value', () => {
    assert.deepEqual(store('-', '-ta', '-5'), { options: { acseTimeout: '-5' }, positionals: ['-'] });
  });

  it('uses the last value of a repeated option', () => {
    assert.deepEqual(store('-aet', 'A', '--calling-aet=B').options, { callingAETitle: 'B' });
  });

  it('rejects unknown options and suggests similar ones', () => {
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
});

describe('exclusive', () => {
  it('returns the option that was given, or none', () => {
    assert.equal(exclusive({ '-a': undefined, '-b': true }), '-b');
    assert.equal(exclusive({ '-a': undefined, '-b': undefined }), undefined);
  });

  it('names all options and those that were given', () => {
    assert.throws(
      () => exclusive({ '-a': true, '-b': undefined, '-c': true }),
      usage(/^-a, -b and -c exclude each other, but -a and -c were given$/, /^Allowed: one of them\. Example: -a$/),
    );
  });
});

describe('the options of a command', () => {
  for (const [name, table, help] of [
    ['store', STORE_OPTIONS, STORE_HELP],
    ['echo', ECHO_OPTIONS, ECHO_HELP],
    ['receive', RECEIVE_OPTIONS, RECEIVE_HELP],
  ] as const) {
    it(`${name}: each spelling belongs to one option`, () => {
      const all = Object.values(table).flatMap(({ spellings }) => [...spellings]);
      assert.equal(new Set(all).size, all.length);
    });

    it(`${name}: each option is in the help text once`, () => {
      for (const { spellings } of Object.values(table)) {
        const lines = help.split('\n').filter((line) => line.startsWith(`  ${spellings.join(', ')} `));
        assert.equal(lines.length, 1, spellings.join());
      }
      assert.match(help, /^Example: send-to-pacs /m);
      assert.match(help, /^Output:\n {2}-q, --quiet/m);
    });
  }
});
