import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { UsageError } from '../../../src/cli/command-line.ts';
import { echo } from '../../../src/cli/echo.ts';
import { receive } from '../../../src/cli/receive.ts';
import { store } from '../../../src/cli/store.ts';
import { runCli } from '../../support/cli-process.ts';

describe('a wrong command line', () => {
  for (const [command, argv, message] of [
    [store, [], /address is missing/],
    [store, ['host'], /port is missing/],
    [store, ['host', '104'], /nothing to send/],
    [store, ['host', 'x', 'file'], /not a port/],
    [store, ['host', '104', 'file', '-ta', '-5'], /not a timeout/],
    [store, ['host', '104', ''], /path is empty/],
    [store, ['host', '104', 'file', '-xe', '-xi'], /-xe, -xb and -xi exclude each other/],
    [store, ['host', '104', 'file', '--associations', '9'], /--associations '9' is not allowed/],
    [store, ['host', '104', 'file', '--report='], /--report needs a file name/],
    [echo, ['host', '104', 'more'], /unexpected argument 'more'/],
    [echo, ['host', '104', '-r'], /unknown option -r/],
    [receive, ['--out', 'x'], /--port is missing/],
    [receive, ['--port', '0'], /--out is missing/],
    [receive, ['--port', '65536', '--out', 'x'], /not a port/],
    [receive, ['--port', '0', '--out', 'x', '--host='], /--host is empty/],
    [receive, ['--port', '0', '--out', 'x', '-aet', '\\'], /not an AE title/],
    [receive, ['x', '--port', '0', '--out', 'x'], /unexpected argument 'x'/],
  ] as const) {
    it(`is rejected before anything is done: ${command.name} ${argv.join(' ')}`, async () => {
      await assert.rejects(command(argv), (thrown) => {
        assert.ok(thrown instanceof UsageError);
        assert.match(thrown.message, message);
        // The hint of an unknown option is optional: main prints where all options are listed.
        assert.match(
          thrown.hint ?? 'none',
          thrown.message.startsWith('unknown option')
            ? /./
            : /^(Usage: send-to-pacs |Allowed: .+\. Example: |Example: |-)/,
        );
        return true;
      });
    });
  }

  for (const [argv, stderr] of [
    [
      [],
      /^send-to-pacs: a command is missing\n {2}Allowed: store, echo, receive\. Example: .*\n {2}All options: send-to-pacs --help\n$/,
    ],
    [['sotre'], /^send-to-pacs: 'sotre' is not a command\n/],
    [
      ['store', 'host', '104', 'file', '--priority', 'urgent'],
      /^send-to-pacs store: --priority 'urgent' is not known\n {2}Allowed: low, medium, high\. Example: --priority low\n/,
    ],
  ] as const) {
    it(`exits 2, with a message and a hint on stderr alone: ${argv.join(' ')}`, async () => {
      const exit = await runCli(argv);
      assert.equal(exit.code, 2);
      assert.equal(exit.stdout, '');
      assert.match(exit.stderr, stderr);
    });
  }
});

describe('help', () => {
  for (const argv of [['--help'], ['store', '-h'], ['echo', '--help'], ['receive', '--help']]) {
    it(`is on stdout: ${argv.join(' ')}`, async () => {
      const { code, stdout, stderr } = await runCli(argv);
      assert.equal(code, 0);
      assert.equal(stderr, '');
      assert.match(stdout, /^Usage: send-to-pacs /);
      for (const line of stdout.split('\n')) assert.ok(line.length <= 132, line);
    });
  }

  it('prints the version of the package', async () => {
    const manifest = await readFile(new URL('../../../package.json', import.meta.url), 'utf8');
    const { version } = JSON.parse(manifest) as { version: string };
    assert.deepEqual(await runCli(['--version']), { code: 0, stdout: `send-to-pacs ${version}\n`, stderr: '' });
  });
});
