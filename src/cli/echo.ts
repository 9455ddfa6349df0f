// `echo`: verifies with C-ECHO that a peer answers. PS3.4 Annex A.

import { echo as runEcho } from '../net/echo-scu.ts';
import { contextOf } from '../trace/explain.ts';
import { explainEcho } from '../trace/explain-echo.ts';
import { type OptionGroup, optionsHelp, parseOptions, UsageError } from './command-line.ts';
import { watchForInterruption } from './interruption.ts';
import { OUTPUT_OPTIONS, PEER_OPTIONS, peerFrom, printLevel, TIMEOUT_OPTIONS, TIMEOUTS_TITLE } from './options.ts';
import { Output, traceTo } from './output.ts';

const GROUPS: readonly OptionGroup[] = [
  ['Peer', PEER_OPTIONS],
  [TIMEOUTS_TITLE, TIMEOUT_OPTIONS],
  ['Output', OUTPUT_OPTIONS],
];

export const ECHO_OPTIONS = { ...PEER_OPTIONS, ...TIMEOUT_OPTIONS, ...OUTPUT_OPTIONS } as const;

const USAGE = 'Usage: send-to-pacs echo [options] ADDR PORT';

export const ECHO_HELP = `${USAGE}

Verifies with C-ECHO that a DICOM peer answers. Prints the time of each step and the peer's implementation.

  ADDR PORT  the peer: its host name or IP address, and its DICOM port

Example: send-to-pacs echo 192.0.2.10 11112 -aet WORKSTATION -aec PACS

${optionsHelp(GROUPS)}

Results go to stdout, the trace goes to stderr.

Exit code:
  0    the peer answered with success
  1    the peer did not answer with success
  2    the command line was wrong; nothing was sent
  130  interrupted by Ctrl-C (143: by SIGTERM)
`;

/** @returns the exit code */
export async function echo(argv: readonly string[]): Promise<number> {
  const { options, positionals } = parseOptions(ECHO_OPTIONS, argv);
  if (options.help) {
    process.stdout.write(ECHO_HELP);
    return 0;
  }
  const level = printLevel(options);
  const [address, port, ...rest] = positionals;
  const peer = peerFrom(address, port, options, USAGE);
  if (rest.length > 0) throw new UsageError(`unexpected argument '${rest[0]}'`, USAGE);

  const output = new Output({ level, quiet: options.quiet ?? false });
  const interruption = watchForInterruption(() => output.hurry());
  try {
    const { sink, flush } = traceTo(output, level);
    const result = await runEcho(peer, sink, interruption.signal);
    flush();
    const peerName = result.verified ? peer.calledAETitle : `${peer.calledAETitle} (${peer.name})`;
    const { what, cause, action } = explainEcho(result, contextOf({ ...peer, name: peerName }, 'terminal'));
    output.result(...[what, cause, action].filter((part) => part !== undefined));
    return interruption.exitCode() ?? (result.verified ? 0 : 1);
  } finally {
    output.end();
    interruption.end();
  }
}
