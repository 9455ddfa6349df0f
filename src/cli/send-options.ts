// The options of `store` that say how instances are offered and sent: storescu's -xe, -xb, -xi and -cx in its spelling,
// and what it lacks under long names. The words are those of the settings.

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
import { ASSOCIATIONS_MAX, OPERATIONS_INVOKED_MAX, type SendOptions } from '../send/options.ts';
import type { PreflightPolicy } from '../send/preflight-policy.ts';
import { type OptionValues, UsageError } from './options.ts';

export const SEND_OPTIONS = {
  requestLittle: {
    spellings: ['-xe', '--request-little'],
    help: 'propose Explicit VR Little Endian only; data sets are converted to it',
  },
  requestBig: {
    spellings: ['-xb', '--request-big'],
    help: 'propose Explicit VR Big Endian only; data sets are converted to it',
  },
  requestImplicit: {
    spellings: ['-xi', '--request-implicit'],
    help: 'propose Implicit VR Little Endian only; data sets are converted to it',
  },
  requiredContexts: {
    spellings: ['-cx', '--required-contexts'],
    help: 'propose only the presentation contexts that the files need (always so without --all-contexts)',
  },
  allContexts: {
    spellings: ['--all-contexts'],
    help: 'also propose the other storage SOP classes of the standard, up to 128 contexts',
  },
  associations: {
    spellings: ['--associations'],
    value: 'N',
    help: `how many associations at the same time, 1 to ${ASSOCIATIONS_MAX}; or auto, the default: as many as make it faster`,
  },
  asyncWindow: {
    spellings: ['--async-window'],
    value: 'N',
    help: 'up to N unanswered requests on an association, if the peer grants it\n(default: 1, not negotiated; 0 = as many as the peer likes)',
  },
  priority: {
    spellings: ['--priority'],
    value: 'WORD',
    help: 'priority of the C-STORE requests: low, medium or high (default: medium)',
  },
  conversion: {
    spellings: ['--conversion'],
    value: 'WORD',
    help: 'where the peer refuses what a file is: never, lossless or any (default: lossless)',
  },
  preflight: {
    spellings: ['--preflight'],
    value: 'FINDING=WORD,...',
    help: "send or skip files with a finding, e.g. 'trailing bytes=send,zero padding=skip'",
  },
} as const;

/** -xe, -xb and -xi in the words of the settings. */
const REQUESTS = [
  ['requestLittle', 'explicit little endian'],
  ['requestBig', 'explicit big endian'],
  ['requestImplicit', 'implicit little endian'],
] as const satisfies readonly (readonly [keyof typeof SEND_OPTIONS, RequestedSyntaxWord])[];

/** @throws UsageError */
export function sendOptionsFrom(options: OptionValues<typeof SEND_OPTIONS>): Partial<SendOptions> {
  const requested = REQUESTS.filter(([name]) => options[name]).map(([, word]) => word);
  if (requested.length > 1) throw new UsageError('-xe, -xb and -xi exclude each other');
  if (options.requiredContexts && options.allContexts)
    throw new UsageError('-cx and --all-contexts exclude each other');
  const words: OptionWords = {
    requestTransferSyntax: requested[0],
    proposeAllStorage: options.allContexts,
    associations:
      options.associations === 'auto'
        ? 'auto'
        : numberFrom('--associations', options.associations, 1, ASSOCIATIONS_MAX),
    asynchronousOperations: numberFrom('--async-window', options.asyncWindow, 0, OPERATIONS_INVOKED_MAX),
    priority: wordFrom<PriorityWord>('--priority', options.priority, wordsOf(PRIORITIES)),
    conversion: wordFrom<ConversionWord>('--conversion', options.conversion, wordsOf(CONVERSIONS)),
    preflight: preflightFrom(options.preflight),
  };
  return sendOptionsOf(words);
}

/** 'truncated=send,zero padding=skip' */
function preflightFrom(text: string | undefined): Partial<PreflightPolicy> | undefined {
  if (text === undefined) return undefined;
  return Object.fromEntries(
    text.split(',').map((part) => {
      const [finding = '', decision = ''] = part.split('=', 2).map((word) => word.trim());
      return [
        wordFrom('--preflight', finding, PREFLIGHT_CODES),
        wordFrom(`--preflight '${finding}'`, decision, wordsOf(PREFLIGHT_DECISIONS)),
      ];
    }),
  );
}

function numberFrom(spelling: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= least && number <= most)) {
    throw new UsageError(`${spelling} '${text}' is not a whole number from ${least} to ${most}`);
  }
  return number;
}

function wordFrom<Word extends string>(
  spelling: string,
  text: string | undefined,
  words: readonly Word[],
): Word | undefined {
  if (text === undefined) return undefined;
  const word = words.find((known) => known === text);
  if (word === undefined) throw new UsageError(`${spelling} '${text}' is not known`, `one of ${words.join(', ')}`);
  return word;
}
