// The options that every command towards a peer shares, in storescu's spelling, and the peer that they describe.
// Application entity titles: PS3.5 Table 6.2-1 (AE). Maximum length: PS3.8 Annex D.1.

import type { Peer } from '../net/peer.ts';
import { type OptionValues, UsageError } from './options.ts';

export const LEVEL_OPTIONS = {
  quiet: { spellings: ['-q', '--quiet'], help: 'print no trace and no summary, not even errors; the exit code tells' },
  verbose: { spellings: ['-v', '--verbose'], help: 'print a line for each association and each file' },
  debug: { spellings: ['-d', '--debug'], help: 'print PDUs, DIMSE messages and state transitions' },
  logLevel: {
    spellings: ['-ll', '--log-level'],
    value: 'LEVEL',
    help: 'critical, error, warning, info, debug or trace (default: warning)',
  },
} as const;

export const NETWORK_OPTIONS = {
  ...LEVEL_OPTIONS,
  callingAETitle: {
    spellings: ['-aet', '--calling-aet'],
    value: 'TITLE',
    help: 'our AE title (default: STORESCU)',
  },
  calledAETitle: {
    spellings: ['-aec', '--called-aet'],
    value: 'TITLE',
    help: "the peer's AE title (default: ANY-SCP)",
  },
  acseTimeout: {
    spellings: ['-ta', '--acse-timeout'],
    value: 'SECONDS',
    help: 'for the answer to an association or release request (default: 30; 0 = no limit)',
  },
  dimseTimeout: {
    spellings: ['-td', '--dimse-timeout'],
    value: 'SECONDS',
    help: 'for the response to a DIMSE request (default: 30; 0 = no limit)',
  },
  networkTimeout: {
    spellings: ['-tn', '--network-timeout'],
    value: 'SECONDS',
    help: 'for the connection, and while the peer takes no bytes (default: 30; 0 = no limit)',
  },
  maxPdu: {
    spellings: ['-pdu', '--max-pdu'],
    value: 'BYTES',
    help: 'longest PDU that we announce to receive (default: 16382; 0 = no limit)',
  },
} as const;

export const HELP_OPTION = {
  help: { spellings: ['-h', '--help'], help: 'print this text' },
} as const;

/** What is printed of the trace: this level and everything more important. 'critical': nothing of it. */
export type PrintLevel = 'critical' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

const LEVELS: Readonly<Record<string, PrintLevel>> = {
  critical: 'critical',
  error: 'error',
  warning: 'warn',
  warn: 'warn',
  info: 'info',
  debug: 'debug',
  trace: 'trace',
};

/** -v and -d are short for -ll info and -ll debug; -ll wins over them where both are given. */
export function printLevel(options: OptionValues<typeof LEVEL_OPTIONS>): PrintLevel {
  if ([options.quiet, options.verbose, options.debug].filter(Boolean).length > 1) {
    throw new UsageError('-q, -v and -d exclude each other');
  }
  if (options.logLevel !== undefined) {
    const level = Object.hasOwn(LEVELS, options.logLevel) ? LEVELS[options.logLevel] : undefined;
    if (level === undefined) {
      throw new UsageError(
        `'${options.logLevel}' is not a log level`,
        'one of critical, error, warning, info, debug, trace',
      );
    }
    return level;
  }
  if (options.debug) return 'debug';
  return options.verbose ? 'info' : 'warn';
}

/** @param address host name, IPv4 or IPv6 address, with or without brackets */
export function peerFrom(
  address: string | undefined,
  port: string | undefined,
  options: OptionValues<typeof NETWORK_OPTIONS>,
): Peer {
  if (address === undefined || address.trim() === '') throw new UsageError("the peer's address is missing");
  if (port === undefined) throw new UsageError("the peer's port is missing");
  const host = /^\[.*\]$/.test(address) ? address.slice(1, -1) : address;
  const portNumber = portFrom(port, 1);
  const acseMs = timeoutMs('-ta', options.acseTimeout);
  const networkMs = timeoutMs('-tn', options.networkTimeout);
  return {
    name: host.includes(':') ? `[${host}]:${portNumber}` : `${host}:${portNumber}`,
    host,
    port: portNumber,
    calledAETitle: aeTitleFrom('-aec', options.calledAETitle ?? 'ANY-SCP'),
    callingAETitle: aeTitleFrom('-aet', options.callingAETitle ?? 'STORESCU'),
    maxPduLength: maxPduLengthFrom(options.maxPdu),
    timeouts: {
      connectMs: networkMs,
      associationMs: acseMs,
      responseMs: timeoutMs('-td', options.dimseTimeout),
      writeStallMs: networkMs,
      releaseMs: acseMs,
    },
  };
}

export function portFrom(text: string, lowest: 0 | 1): number {
  const port = wholeNumber(text);
  if (port === undefined || port < lowest || port > 65_535) {
    throw new UsageError(`'${text}' is not a port: a whole number from ${lowest} to 65535`);
  }
  return port;
}

export function aeTitleFrom(spelling: string, title: string): string {
  const because = aeTitleProblem(title);
  if (because !== undefined) {
    throw new UsageError(
      `${spelling} '${title}' is not an AE title: ${because}`,
      'an AE title has 1 to 16 printable ASCII characters and no backslash',
    );
  }
  return title;
}

function aeTitleProblem(title: string): string | undefined {
  if (title.trim() === '') return 'it is blank';
  if (title.length > 16) return `it has ${title.length} characters`;
  if (title.includes('\\')) return 'it has a backslash';
  return /^[\x20-\x7e]*$/.test(title) ? undefined : 'it has a character that is not printable ASCII';
}

/** setTimeout counts in 31 bits; a longer wait would end at once. */
const TIMEOUT_MAX_SECONDS = 2_147_483;

function timeoutMs(spelling: string, text = '30'): number {
  const seconds = /^[+]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(seconds) || seconds > TIMEOUT_MAX_SECONDS) {
    throw new UsageError(
      `${spelling} '${text}' is not a timeout: seconds from 0 to ${TIMEOUT_MAX_SECONDS}`,
      '0 stands for no limit',
    );
  }
  return seconds === 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.round(seconds * 1000));
}

export function maxPduLengthFrom(text = '16382'): number {
  const length = wholeNumber(text);
  if (length === undefined || length > 0xffff_ffff || (length > 0 && length < 8)) {
    throw new UsageError(
      `-pdu '${text}' is not a maximum length: bytes from 8 to 4294967295`,
      '0 stands for no limit; below 8 nothing fits beside the header of a fragment',
    );
  }
  return length;
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}
