// The options of the commands and what their values mean, spelled as in pynetdicom's storescu if it has them. Words such as
// 'lossless' are those of the editor's settings. AE titles: PS3.5 Table 6.2-1. Maximum length: PS3.8 D.1.

import { PORT_MAX } from '../net/connection.ts';
import { DEFAULT_CALLED_AE_TITLE, DEFAULT_MAX_PDU_LENGTH, type Peer } from '../net/peer.ts';
import { AE_TITLE_LENGTH_MAX, type AETitleFault, aeTitleFault } from '../protocol/ae-title.ts';
import { ASSOCIATIONS_MAX } from '../protocol/limits.ts';
import {
  CONVERSIONS,
  type ConversionWord,
  type OptionWords,
  PREFLIGHT_CODES,
  PREFLIGHT_DECISIONS,
  PRIORITIES,
  type PriorityWord,
  type RequestedSyntaxWord,
  sendOptionsOf,
  wordsOf,
} from '../send/option-words.ts';
import { AUTO_ASSOCIATIONS_MAX, OPERATIONS_INVOKED_MAX, type SendOptions } from '../send/options.ts';
import type { PreflightPolicy } from '../send/preflight-policy.ts';
import { addressOf } from '../trace/names.ts';
import { exclusive, type OptionValues, UsageError, wrongValue } from './command-line.ts';

export const PEER_OPTIONS = {
  callingAETitle: {
    spellings: ['-aet', '--calling-aet'],
    value: 'TITLE',
    help: 'our AE title, as the peer knows it (default: STORESCU)',
  },
  calledAETitle: {
    spellings: ['-aec', '--called-aet'],
    value: 'TITLE',
    help: `the peer's AE title (default: ${DEFAULT_CALLED_AE_TITLE})`,
  },
  maxPdu: {
    spellings: ['-pdu', '--max-pdu'],
    value: 'BYTES',
    help: `largest PDU that we accept (default: ${DEFAULT_MAX_PDU_LENGTH}; 0 = no limit)`,
  },
} as const;

export const TIMEOUT_OPTIONS = {
  acseTimeout: {
    spellings: ['-ta', '--acse-timeout'],
    value: 'SECONDS',
    help: 'for the answer to an association request or a release request',
  },
  dimseTimeout: {
    spellings: ['-td', '--dimse-timeout'],
    value: 'SECONDS',
    help: 'for the response to a C-STORE or C-ECHO request',
  },
  networkTimeout: {
    spellings: ['-tn', '--network-timeout'],
    value: 'SECONDS',
    help: 'to connect, and while the peer takes no data',
  },
} as const;

export const SEND_OPTIONS = {
  associations: {
    spellings: ['--associations'],
    value: 'N',
    help: `associations open at the same time: 1 to ${ASSOCIATIONS_MAX}, or auto, the default,\nwhich opens up to ${AUTO_ASSOCIATIONS_MAX} while that helps`,
  },
  asyncWindow: {
    spellings: ['--async-window'],
    value: 'N',
    help: 'up to N unanswered requests on an association, if the peer agrees\n(default: 1, not negotiated; 0 = no limit of our own)',
  },
  priority: {
    spellings: ['--priority'],
    value: 'WORD',
    help: 'priority of the C-STORE requests: low, medium or high (default: medium)',
  },
  conversion: {
    spellings: ['--conversion'],
    value: 'WORD',
    help: 'convert files whose transfer syntax the peer refuses: never,\nlossless (the default), or any (also what was compressed with loss)',
  },
  preflight: {
    spellings: ['--preflight'],
    value: 'FINDING=WORD,...',
    help: "send or skip files with this finding,\nfor example 'trailing bytes=send,zero padding=skip'",
  },
} as const;

export const PROPOSAL_OPTIONS = {
  requestLittle: {
    spellings: ['-xe', '--request-little'],
    help: 'propose Explicit VR Little Endian only, and convert every file to it',
  },
  requestBig: {
    spellings: ['-xb', '--request-big'],
    help: 'propose Explicit VR Big Endian only, and convert every file to it',
  },
  requestImplicit: {
    spellings: ['-xi', '--request-implicit'],
    help: 'propose Implicit VR Little Endian only, and convert every file to it',
  },
  requiredContexts: {
    spellings: ['-cx', '--required-contexts'],
    help: 'propose only the presentation contexts that the files need (the default)',
  },
  allContexts: {
    spellings: ['--all-contexts'],
    help: 'also propose the other storage SOP classes, up to 128 contexts',
  },
} as const;

export const OUTPUT_OPTIONS = {
  quiet: { spellings: ['-q', '--quiet'], help: 'print nothing but usage errors; read the exit code' },
  verbose: { spellings: ['-v', '--verbose'], help: 'print each association and each file' },
  debug: { spellings: ['-d', '--debug'], help: 'print also PDUs, DIMSE messages and state transitions' },
  logLevel: {
    spellings: ['-ll', '--log-level'],
    value: 'LEVEL',
    help: 'critical, error, warning, info, debug or trace (default: warning)',
  },
  help: { spellings: ['-h', '--help'], help: 'print this text' },
} as const;

/** Everything that `peerFrom` reads. */
const NETWORK_OPTIONS = { ...PEER_OPTIONS, ...TIMEOUT_OPTIONS } as const;

export const TIMEOUTS_TITLE = 'Time limits (default: 30 seconds; 0 = no limit)';

/** The trace is printed from this level on. 'critical': not at all. */
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

/** -v is short for -ll info, -d for -ll debug; where both are given, -ll counts. */
export function printLevel(options: OptionValues<typeof OUTPUT_OPTIONS>): PrintLevel {
  exclusive({ '-q': options.quiet, '-v': options.verbose, '-d': options.debug });
  if (options.logLevel !== undefined) {
    const level = Object.hasOwn(LEVELS, options.logLevel) ? LEVELS[options.logLevel] : undefined;
    if (level === undefined) {
      const allowed = 'critical, error, warning, info, debug, trace';
      throw wrongValue('-ll', options.logLevel, 'a log level', allowed, '-ll info');
    }
    return level;
  }
  if (options.debug) return 'debug';
  return options.verbose ? 'info' : 'warn';
}

/** @param usage the command's first line of help, for what is missing */
export function peerFrom(
  address: string | undefined,
  port: string | undefined,
  options: OptionValues<typeof NETWORK_OPTIONS>,
  usage?: string,
): Peer {
  if (address === undefined || address.trim() === '')
    throw new UsageError("the peer's address is missing: ADDR", usage);
  if (port === undefined) throw new UsageError("the peer's port is missing: PORT", usage);
  const peer = { host: hostFrom(address), port: portFrom('PORT', port, 1) };
  const acseMs = timeoutMs('-ta', options.acseTimeout);
  const networkMs = timeoutMs('-tn', options.networkTimeout);
  return {
    name: addressOf(peer),
    ...peer,
    calledAETitle: aeTitleFrom('-aec', options.calledAETitle ?? DEFAULT_CALLED_AE_TITLE),
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

/** An IPv6 address may stand in brackets. */
export const hostFrom = (address: string): string => address.replace(/^\[(.*)\]$/, '$1');

export function portFrom(name: string, text: string, lowest: 0 | 1): number {
  const port = wholeNumber(text);
  if (port === undefined || port < lowest || port > PORT_MAX) {
    const example = name.startsWith('-') ? `${name} 11112` : '11112';
    throw wrongValue(name, text, 'a port', `a whole number from ${lowest} to ${PORT_MAX}`, example);
  }
  return port;
}

const AE_TITLE_FAULTS: Readonly<Record<AETitleFault, string>> = {
  blank: 'it is blank',
  'too long': `it has more than ${AE_TITLE_LENGTH_MAX} characters`,
  backslash: 'it has a backslash',
  characters: 'it has a character that is not printable ASCII',
};

export function aeTitleFrom(spelling: string, title: string): string {
  const fault = aeTitleFault(title);
  if (fault === undefined) return title;
  const allowed = `1 to ${AE_TITLE_LENGTH_MAX} printable ASCII characters, no backslash`;
  const expected = `an AE title: ${AE_TITLE_FAULTS[fault]}`;
  throw wrongValue(spelling, title, expected, allowed, `${spelling} WORKSTATION7`);
}

/** setTimeout counts milliseconds in 31 bits; a longer wait would end at once. */
const TIMEOUT_MAX_SECONDS = 2_147_483;

/** In milliseconds; Infinity: no limit. @throws UsageError */
export function timeoutMs(spelling: string, text = '30'): number {
  const seconds = /^[+]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(seconds) || seconds > TIMEOUT_MAX_SECONDS) {
    const allowed = `seconds from 0 to ${TIMEOUT_MAX_SECONDS}; 0 = no limit`;
    throw wrongValue(spelling, text, 'a timeout', allowed, `${spelling} 60`);
  }
  return seconds === 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.round(seconds * 1000));
}

/** Below 8 bytes, no data fits beside the header of a PDV. */
export function maxPduLengthFrom(text = String(DEFAULT_MAX_PDU_LENGTH)): number {
  const length = wholeNumber(text);
  if (length === undefined || length > 0xffff_ffff || (length > 0 && length < 8)) {
    throw wrongValue('-pdu', text, 'a maximum length', 'bytes from 8 to 4294967295; 0 = no limit', '-pdu 65536');
  }
  return length;
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

/** -xe, -xb and -xi in the words of the settings. */
const REQUESTED: Readonly<Record<'-xe' | '-xb' | '-xi', RequestedSyntaxWord>> = {
  '-xe': 'explicit little endian',
  '-xb': 'explicit big endian',
  '-xi': 'implicit little endian',
};

/** @throws UsageError */
export function sendOptionsFrom(
  options: OptionValues<typeof SEND_OPTIONS & typeof PROPOSAL_OPTIONS>,
): Partial<SendOptions> {
  const requested = exclusive({
    '-xe': options.requestLittle,
    '-xb': options.requestBig,
    '-xi': options.requestImplicit,
  });
  exclusive({ '-cx': options.requiredContexts, '--all-contexts': options.allContexts });
  const words: OptionWords = {
    requestTransferSyntax: requested === undefined ? undefined : REQUESTED[requested],
    proposeAllStorage: options.allContexts,
    associations: associationsFrom(options.associations),
    asynchronousOperations: numberFrom('--async-window', options.asyncWindow, 0, OPERATIONS_INVOKED_MAX, '8'),
    priority: wordFrom<PriorityWord>('--priority', options.priority, wordsOf(PRIORITIES)),
    conversion: wordFrom<ConversionWord>('--conversion', options.conversion, wordsOf(CONVERSIONS)),
    preflight: preflightFrom(options.preflight),
  };
  return sendOptionsOf(words);
}

function associationsFrom(text: string | undefined): number | 'auto' | undefined {
  return text === 'auto' ? text : numberFrom('--associations', text, 1, ASSOCIATIONS_MAX, '2', ', or auto');
}

/** 'truncated=send,zero padding=skip' */
function preflightFrom(text: string | undefined): Partial<PreflightPolicy> | undefined {
  if (text === undefined) return undefined;
  const example = "--preflight 'trailing bytes=send'";
  return Object.fromEntries(
    text.split(',').map((part) => {
      const [finding = '', decision = ''] = part.split('=', 2).map((word) => word.trim());
      const code = wordFrom('--preflight', finding, PREFLIGHT_CODES, example);
      return [code, wordFrom(`--preflight '${finding}'`, decision, wordsOf(PREFLIGHT_DECISIONS), example)];
    }),
  );
}

function numberFrom(
  spelling: string,
  text: string | undefined,
  least: number,
  most: number,
  example: string,
  alternative = '',
): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= least && number <= most)) {
    const allowed = `a whole number from ${least} to ${most}${alternative}`;
    throw wrongValue(spelling, text, 'allowed', allowed, `${spelling} ${example}`);
  }
  return number;
}

function wordFrom<Word extends string>(
  spelling: string,
  text: string | undefined,
  words: readonly Word[],
  example = `${spelling} ${words[0]}`,
): Word | undefined {
  if (text === undefined) return undefined;
  const word = words.find((known) => known === text);
  if (word === undefined) throw wrongValue(spelling, text, 'known', words.join(', '), example);
  return word;
}
