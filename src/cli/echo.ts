// `echo`: does the peer answer, who is it, and how long does each step take? PS3.4 Annex A (Verification).

import { echo as runEcho } from '../net/echo-scu.ts';
import { explainEcho } from '../trace/explain.ts';
import { watchForInterruption } from './interruption.ts';
import { HELP_OPTION, NETWORK_OPTIONS, peerFrom, printLevel } from './network-options.ts';
import { optionsHelp, parseOptions, UsageError } from './options.ts';
import { Output } from './output.ts';
import { traceTo } from './trace-output.ts';

export const ECHO_OPTIONS = { ...NETWORK_OPTIONS, ...HELP_OPTION } as const;

export const ECHO_HELP = `Usage: send-to-pacs echo [options] ADDR PORT

Verifies with C-ECHO that a DICOM peer answers. Prints how long each step took and who the peer says it is.
The trace goes to stderr.

Options:
${optionsHelp(ECHO_OPTIONS)}

Exit code:
  0    the peer answered with success
  1    it did not
  2    the command line was wrong
  130  interrupted by Ctrl-C (143: terminated)
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
  const peer = peerFrom(address, port, options);
  if (rest.length > 0) throw new UsageError(`unexpected argument '${rest[0]}'`);

  const output = new Output({ level, quiet: options.quiet ?? false });
  const interruption = watchForInterruption();
  try {
    const { sink, flush } = traceTo(output, level);
    const result = await runEcho(peer, sink, interruption.signal);
    flush();
    const peerName = result.verified ? peer.calledAETitle : `${peer.calledAETitle} (${peer.name})`;
    const { what, cause, action } = explainEcho(result, { peerName });
    output.result([what, cause, action].filter((part) => part !== undefined).join('\n'));
    return interruption.exitCode() ?? (result.verified ? 0 : 1);
  } finally {
    output.end();
    interruption.end();
  }
}
