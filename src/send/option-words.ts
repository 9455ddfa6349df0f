// The words for the options of a send, shared by the command line and the settings, so that both accept the same ones.

import type { Priority } from '../protocol/dimse/command.ts';
import { EXPLICIT_VR_BE, EXPLICIT_VR_LE, IMPLICIT_VR_LE } from '../protocol/uids.ts';
import type { ConversionPolicy, SendOptions } from './options.ts';
import { DEFAULT_PREFLIGHT_POLICY, type PreflightCode, type PreflightPolicy } from './preflight-policy.ts';

/** PS3.7 9.3.1.1, (0000,0700). */
export const PRIORITIES = { low: 2, medium: 0, high: 1 } as const satisfies Readonly<Record<string, Priority>>;

export const CONVERSIONS = {
  never: 'never',
  lossless: 'lossless',
  any: 'any',
} as const satisfies Readonly<Record<ConversionPolicy, ConversionPolicy>>;

/** Transfer syntaxes that can be proposed alone: every uncompressed data set can be converted to each of them. */
export const REQUESTED_SYNTAXES = {
  'explicit little endian': EXPLICIT_VR_LE,
  'implicit little endian': IMPLICIT_VR_LE,
  'explicit big endian': EXPLICIT_VR_BE,
} as const;

/** The codes of pre-flight findings, as reports show them. */
export const PREFLIGHT_CODES = wordsOf(DEFAULT_PREFLIGHT_POLICY) as readonly PreflightCode[];
export const PREFLIGHT_DECISIONS = { send: 'send', skip: 'skip' } as const;

export type PriorityWord = keyof typeof PRIORITIES;
export type ConversionWord = keyof typeof CONVERSIONS;
export type RequestedSyntaxWord = keyof typeof REQUESTED_SYNTAXES;

/** Undefined: the person has not set it. */
export interface OptionWords {
  /** 1 to ASSOCIATIONS_MAX, or as many as make the send faster. */
  readonly associations?: number | 'auto' | undefined;
  /** 0 (no limit) to OPERATIONS_INVOKED_MAX. */
  readonly asynchronousOperations?: number | undefined;
  readonly priority?: PriorityWord | undefined;
  readonly conversion?: ConversionWord | undefined;
  readonly requestTransferSyntax?: RequestedSyntaxWord | undefined;
  readonly proposeAllStorage?: boolean | undefined;
  /** Changes to DEFAULT_PREFLIGHT_POLICY. */
  readonly preflight?: { readonly [code in PreflightCode]?: 'send' | 'skip' | undefined } | undefined;
}

/** Only the options that were set; DEFAULT_SEND_OPTIONS has the others. */
export function sendOptionsOf(words: OptionWords): Partial<SendOptions> {
  const { associations, asynchronousOperations, priority, conversion } = words;
  const { requestTransferSyntax, proposeAllStorage, preflight } = words;
  return {
    ...(associations === undefined ? {} : { associations }),
    ...(asynchronousOperations === undefined ? {} : { operationsInvoked: asynchronousOperations }),
    ...(priority === undefined ? {} : { priority: PRIORITIES[priority] }),
    ...(conversion === undefined ? {} : { conversion: CONVERSIONS[conversion] }),
    ...(requestTransferSyntax === undefined ? {} : { requestOnly: REQUESTED_SYNTAXES[requestTransferSyntax] }),
    ...(proposeAllStorage === undefined ? {} : { propose: proposeAllStorage ? 'all storage' : 'needed' }),
    ...(preflight === undefined ? {} : { preflight: decided(preflight) }),
  };
}

function decided(preflight: NonNullable<OptionWords['preflight']>): Partial<PreflightPolicy> {
  return Object.fromEntries(Object.entries(preflight).filter(([, decision]) => decision !== undefined));
}

/** The words of one of the tables above, in the order of the table. */
export function wordsOf<Table extends object>(table: Table): readonly (keyof Table & string)[] {
  return Object.keys(table) as (keyof Table & string)[];
}
