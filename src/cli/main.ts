// Entry of the command line: chooses the command, and turns its end into an exit code. Each command has a file.

import './early-start.ts';
import { setImmediate } from 'node:timers/promises';
import manifest from '../../package.json' with { type: 'json' };
import { printable, printableLines } from '../text/printable.ts';
import { bugText } from '../trace/bug-text.ts';
import { wholeArguments } from './argument-bytes.ts';
import { UsageError } from './command-line.ts';
import { echo } from './echo.ts';
import { endDespiteHangingFiles, endIfInterrupted } from './interruption.ts';
import { surviveLostOutput } from './output.ts';
import { receive } from './receive.ts';
import { store } from './store.ts';

const HELP = `Usage: send-to-pacs COMMAND [options] ...

Commands:
  store [options] ADDR PORT PATH...            store DICOM files in a PACS (C-STORE)
  echo [options] ADDR PORT                     verify that a DICOM peer answers (C-ECHO)
  receive --port PORT --out DIR [options]      receive DICOM instances into a folder

send-to-pacs COMMAND --help  lists the options of a command
send-to-pacs --version       prints the version
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
      'Allowed: store, echo, receive. Example: send-to-pacs echo 192.0.2.10 11112',
    );
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown;
    const ofCommand = command === undefined ? '' : ` ${name}`;
    process.stderr.write(`send-to-pacs${ofCommand}: ${printable(thrown.message)}\n`);
    if (thrown.hint !== undefined) process.stderr.write(`  ${printable(thrown.hint)}\n`);
    process.stderr.write(`  All options: send-to-pacs${ofCommand} --help\n`);
    return 2;
  }
}

/** Reports on the other stream, even with -q, that output was lost. */
function reportLost(name: 'stdout' | 'stderr', to: NodeJS.WriteStream): void {
  const error = lost.errors.get(name);
  if (error !== undefined) to.write(`Not everything could be written to ${name}: ${printable(error.message)}\n`);
}

const lost = surviveLostOutput();
main(wholeArguments(process.argv.slice(2))).then(
  async (exitCode) => {
    // The error of a stream's last write is emitted in the next turn of the event loop.
    await setImmediate();
    process.exitCode = exitCode;
    reportLost('stdout', process.stderr);
    reportLost('stderr', process.stdout);
    if (lost.errors.has('stdout') && exitCode === 0) process.exitCode = 1;
    endIfInterrupted(exitCode);
    await endDespiteHangingFiles(exitCode);
  },
  (thrown: unknown) => {
    process.stderr.write(
      `send-to-pacs failed: this is a bug of the program. Please report it with these lines:\n${printableLines(bugText(thrown))}\n`,
    );
    process.exitCode = 1;
  },
);
