// The command line's entry: one command per file; here they are only told apart.

import manifest from '../../package.json' with { type: 'json' };
import { echo } from './echo.ts';
import { UsageError } from './options.ts';
import { printable, surviveClosedPipes } from './output.ts';
import { receive } from './receive.ts';
import { store } from './store.ts';

const HELP = `Usage: send-to-pacs COMMAND [options] ...

  store [options] ADDR PORT PATH...     store DICOM files in a PACS (C-STORE)
  echo [options] ADDR PORT              verify that a DICOM peer answers (C-ECHO)
  receive --port PORT --out DIR         receive DICOM instances into a folder

send-to-pacs COMMAND --help tells the options of a command; --version the version.
`;

const COMMANDS = new Map([
  ['store', store],
  ['echo', echo],
  ['receive', receive],
]);

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  const command = COMMANDS.get(name ?? '');
  try {
    if (command !== undefined && !rest.includes('--version')) return await command(rest);
    if (name === '-h' || name === '--help' || name === 'help') {
      process.stdout.write(HELP);
      return 0;
    }
    if (name === '--version' || command !== undefined) {
      process.stdout.write(`send-to-pacs ${manifest.version}\n`);
      return 0;
    }
    throw new UsageError(
      name === undefined ? 'a command is missing' : `'${name}' is not a command`,
      'store, echo and receive are',
    );
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown;
    const ofCommand = command === undefined ? '' : ` ${name}`;
    process.stderr.write(`send-to-pacs${ofCommand}: ${printable(thrown.message)}\n`);
    if (thrown.hint !== undefined) process.stderr.write(`  ${thrown.hint}\n`);
    process.stderr.write(`  send-to-pacs${ofCommand} --help tells the rest\n`);
    return 2;
  }
}

surviveClosedPipes();
main(process.argv.slice(2)).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (thrown: unknown) => {
    process.stderr.write(
      `send-to-pacs failed: this is a bug of its own.\n${String((thrown as Error)?.stack ?? thrown)}\n`,
    );
    process.exitCode = 1;
  },
);
