// `receive`: the built-in receiver in a terminal, until it is interrupted.

import { scopeOf } from '../net/network-scope.ts';
import { startReceiver } from '../net/store-scp.ts';
import { systemErrorInfo } from '../part10/system-error.ts';
import { nameOf } from '../trace/names.ts';
import { formatBytes, plural } from '../trace/units.ts';
import { watchForInterruption } from './interruption.ts';
import {
  aeTitleFrom,
  HELP_OPTION,
  LEVEL_OPTIONS,
  maxPduLengthFrom,
  NETWORK_OPTIONS,
  portFrom,
  printLevel,
} from './network-options.ts';
import { optionsHelp, parseOptions, UsageError } from './options.ts';
import { Output } from './output.ts';
import { traceTo } from './trace-output.ts';

export const RECEIVE_OPTIONS = {
  port: { spellings: ['--port'], value: 'PORT', help: 'where to listen; 0 = any free port' },
  out: { spellings: ['--out'], value: 'DIR', help: 'folder for what is received; made where it is missing' },
  host: {
    spellings: ['--host'],
    value: 'ADDRESS',
    help: 'address to listen on (default: 127.0.0.1, which only this machine reaches)',
  },
  aeTitle: { spellings: ['-aet', '--ae-title'], value: 'TITLE', help: 'our AE title (default: any is answered to)' },
  maxPdu: NETWORK_OPTIONS.maxPdu,
  ...LEVEL_OPTIONS,
  ...HELP_OPTION,
} as const;

export const RECEIVE_HELP = `Usage: send-to-pacs receive --port PORT --out DIR [options]

Receives DICOM instances with C-STORE and answers C-ECHO. Prints 'Listening on HOST:PORT' on stdout when it is ready,
and runs until Ctrl-C. With -v, every stored instance has a line. The trace goes to stderr.

Options:
${optionsHelp(RECEIVE_OPTIONS)}

Exit code:
  0    stopped by Ctrl-C or a termination signal
  1    could not listen, or could not use the folder
  2    the command line was wrong
`;

/** @returns the exit code */
export async function receive(argv: readonly string[]): Promise<number> {
  const { options, positionals } = parseOptions(RECEIVE_OPTIONS, argv);
  if (options.help) {
    process.stdout.write(RECEIVE_HELP);
    return 0;
  }
  const level = printLevel(options);
  if (positionals.length > 0) throw new UsageError(`unexpected argument '${positionals[0]}'`);
  if (options.port === undefined) throw new UsageError('--port is missing');
  if (!options.out) throw new UsageError('--out is missing: where should the instances go?');
  const port = portFrom(options.port, 0);
  const host = (options.host ?? '127.0.0.1').replace(/^\[(.*)\]$/, '$1');
  if (host.trim() === '') throw new UsageError('--host is empty');
  const aeTitle = options.aeTitle === undefined ? undefined : aeTitleFrom('-aet', options.aeTitle);
  const maxPduLength = maxPduLengthFrom(options.maxPdu);

  const output = new Output({ level, quiet: options.quiet ?? false });
  const interruption = watchForInterruption();
  try {
    const { sink, flush } = traceTo(output, level);
    const showsInstances = level === 'info' || level === 'debug' || level === 'trace';
    let bytes = 0;
    let receiver: Awaited<ReturnType<typeof startReceiver>>;
    try {
      receiver = await startReceiver({
        port,
        host,
        directory: options.out,
        ...(aeTitle === undefined ? {} : { aeTitle }),
        maxPduLength,
        trace: (record) => {
          // Stored instances have their line on stdout.
          if (record.event.type !== 'instance received') sink(record);
        },
        received: (instance) => {
          bytes += instance.bytes;
          if (!showsInstances) return;
          const what = `${nameOf(instance.sopClassUID)}, ${formatBytes(instance.bytes)}`;
          output.result(`Stored ${instance.path} (${what}, from ${instance.callingAETitle.trim()})`);
        },
      });
    } catch (thrown) {
      output.line('error', `The receiver cannot start: ${systemErrorInfo(thrown).message}`);
      return 1;
    }
    const address = `${receiver.host.includes(':') ? `[${receiver.host}]` : receiver.host}:${receiver.port}`;
    // Also when quiet: whoever started the receiver on a free port waits for this line.
    process.stdout.write(`Listening on ${address}\n`);
    if (scopeOf(receiver.host) !== 'this machine') {
      output.line('warn', `Everyone who can reach ${address} can store files here, without a password or encryption.`);
    }
    await whenAborted(interruption.signal);
    await receiver.stop();
    flush();
    output.result(`Received ${plural(receiver.count, 'instance')} (${formatBytes(bytes)}) in ${receiver.directory}`);
    return 0;
  } finally {
    output.end();
    interruption.end();
  }
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}
