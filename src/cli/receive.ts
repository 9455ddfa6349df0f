// `receive`: the built-in receiver in a terminal, until it is interrupted.

import { scopeOf } from '../net/network-scope.ts';
import { startReceiver } from '../net/store-scp.ts';
import { sinkBefore } from '../net/trace-record.ts';
import { systemErrorInfo } from '../part10/system-error.ts';
import { explainReceiverStart } from '../trace/explain-receiver.ts';
import { addressOf, aeTitle, nameOf } from '../trace/names.ts';
import { answerWords } from '../trace/receiver-words.ts';
import { formatBytes } from '../trace/units.ts';
import { type OptionGroup, optionsHelp, parseOptions, UsageError } from './command-line.ts';
import { watchForInterruption } from './interruption.ts';
import { boundYoungGeneration } from './memory.ts';
import {
  aeTitleFrom,
  hostFrom,
  maxPduLengthFrom,
  OUTPUT_OPTIONS,
  PEER_OPTIONS,
  portFrom,
  printLevel,
} from './options.ts';
import { Output, traceTo } from './output.ts';

const RECEIVER_OPTIONS = {
  port: { spellings: ['--port'], value: 'PORT', help: 'port to listen on, required; 0 = any free port' },
  out: {
    spellings: ['--out'],
    value: 'DIR',
    help: 'folder for the received instances, required; created if it does not exist',
  },
  host: {
    spellings: ['--host'],
    value: 'ADDRESS',
    help: 'address to listen on (default: 127.0.0.1, which only this machine can reach)',
  },
  aeTitle: {
    spellings: ['-aet', '--ae-title'],
    value: 'TITLE',
    help: 'our AE title; associations for another one are rejected (default: accept any)',
  },
  acceptMismatch: {
    spellings: ['--accept-mismatch'],
    help: 'store a data set whose UIDs are not those of the request, and warn with B007 (default: A900)',
  },
  maxPdu: PEER_OPTIONS.maxPdu,
} as const;

const GROUPS: readonly OptionGroup[] = [
  ['Receiver', RECEIVER_OPTIONS],
  ['Output', OUTPUT_OPTIONS],
];

export const RECEIVE_OPTIONS = { ...RECEIVER_OPTIONS, ...OUTPUT_OPTIONS } as const;

const USAGE = 'Usage: send-to-pacs receive --port PORT --out DIR [options]';

export const RECEIVE_HELP = `${USAGE}

Receives DICOM instances with C-STORE into a folder and answers C-ECHO, until Ctrl-C. Prints
'Listening on HOST:PORT' when it is ready; with -v also a line for each stored instance.

Example: send-to-pacs receive --port 11112 --out received/ -v

${optionsHelp(GROUPS)}

Results go to stdout, the trace goes to stderr.

Exit code:
  0    stopped by Ctrl-C or SIGTERM
  1    the port or the folder could not be used
  2    the command line was wrong; nothing was started
`;

/** @returns the exit code */
export async function receive(argv: readonly string[]): Promise<number> {
  const { options, positionals } = parseOptions(RECEIVE_OPTIONS, argv);
  if (options.help) {
    process.stdout.write(RECEIVE_HELP);
    return 0;
  }
  const level = printLevel(options);
  if (positionals.length > 0) throw new UsageError(`unexpected argument '${positionals[0]}'`, USAGE);
  if (options.port === undefined) throw new UsageError('--port is missing', USAGE);
  if (!options.out) throw new UsageError('--out is missing', USAGE);
  const port = portFrom('--port', options.port, 0);
  const host = hostFrom(options.host ?? '127.0.0.1');
  if (host.trim() === '') {
    throw new UsageError(
      '--host is empty',
      'Allowed: an IP address or a host name of this machine. Example: --host 0.0.0.0',
    );
  }
  const ourTitle = options.aeTitle === undefined ? undefined : aeTitleFrom('-aet', options.aeTitle);
  const maxPduLength = maxPduLengthFrom(options.maxPdu);

  const output = new Output({ level, quiet: options.quiet ?? false });
  const interruption = watchForInterruption(() => output.hurry());
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
        ...(ourTitle === undefined ? {} : { aeTitle: ourTitle }),
        maxPduLength,
        mismatch: options.acceptMismatch ? 'accept' : 'refuse',
        trace: sinkBefore(sink, (record) => {
          // Stored instances are printed on stdout.
          if (record.event.type !== 'instance received') sink(record);
        }),
        received: (instance) => {
          bytes += instance.bytes;
          if (!showsInstances) return;
          const what = `${nameOf(instance.sopClassUID)}, ${formatBytes(instance.bytes)}`;
          output.result(`Stored ${instance.path} (${what}, from ${aeTitle(instance.callingAETitle)})`);
        },
      });
    } catch (thrown) {
      const { what, cause, action } = explainReceiverStart(systemErrorInfo(thrown), 'terminal');
      output.line('error', ...[what, cause, action].filter((part) => part !== undefined));
      return 1;
    }
    boundYoungGeneration();
    const address = addressOf(receiver);
    // Also with -q: a program that started the receiver on a free port waits for this line.
    process.stdout.write(`Listening on ${address}\n`);
    if (scopeOf(receiver.host) !== 'this machine') {
      output.line('warn', `Everyone who can reach ${address} can store files here, without a password or encryption.`);
    }
    await whenAborted(interruption.signal);
    await receiver.stop();
    flush();
    output.result(`Received ${formatBytes(bytes)}: ${answerWords(receiver.answers)}, in ${receiver.directory}`);
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
