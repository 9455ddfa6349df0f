// What the extension and the page of results say to each other. Both sides check what they get: a page that VS Code restored
// may be of another version of the extension, and a page is a place where hostile text is shown.
//
// Rows travel as columns: a typed array each for a few thousand files, with texts that many files share sent once and
// referred to by number. A hundred thousand files are never a hundred thousand objects.

import { isCount, isFields, isFlag, isListOf, isMaybe, isOneOf, isShape, isText } from './check.ts';

/** Of these messages. A message of another version is not taken. */
export const RESULTS_VERSION = 1;

/** The number of an outcome is its place here. */
export const OUTCOME_NAMES = [
  'stored',
  'stored with warning',
  'failed',
  'held back',
  'skipped',
  'cancelled',
  'unknown',
] as const;
export type OutcomeName = (typeof OUTCOME_NAMES)[number];
export type SignName = OutcomeName | 'sending' | 'note';
const SIGNS: readonly SignName[] = [...OUTCOME_NAMES, 'sending', 'note'];

/** Rows in one message. */
export const ROWS_MAX = 10_000;
/** UTF-16 units. */
const TEXT_MAX = 4_096;
const NAMES_MAX = ROWS_MAX * 520;
/** Entries of a list of texts. */
const LIST_MAX = 100_000;

/** What a person can ask for. Those of ROW_ACTIONS are about one row, 'retry' and 'review' may be about one problem. */
export const ACTIONS = [
  'cancel',
  'retry',
  'resume',
  'review',
  'show trace',
  'open document',
  'copy ticket',
  'export csv',
  'export json',
  'export junit',
  'copy command',
  'copy storescu',
  'reveal',
  'copy path',
] as const;
export type Action = (typeof ACTIONS)[number];

export interface Problem {
  readonly outcome: OutcomeName;
  readonly count: number;
  /** Such as 'A900'; '' = there is none. */
  readonly code: string;
  readonly title: string;
  /** What the peer said, quoted; '' = nothing. */
  readonly said: string;
  readonly advice: string;
  /** What its button does, and what is on it; the button comes first. */
  readonly action?: Action;
  readonly label?: string;
}

export interface HeadMessage {
  readonly type: 'head';
  readonly version: number;
  /** Files still go out, and more rows will come. */
  readonly isRunning: boolean;
  readonly sign: SignName;
  readonly verdict: string;
  readonly facts: readonly string[];
  /** By number of outcome. */
  readonly counts: readonly number[];
  /** All files of the send. */
  readonly files: number;
  /** Nothing has come from the peer for a while. */
  readonly silence?: string;
  /** In the order in which rows refer to them, from 1. */
  readonly problems: readonly Problem[];
  readonly buttons: readonly { readonly action: Action; readonly label: string }[];
  /** The folder that all files are in; '' = there is none. */
  readonly root: string;
  readonly peer: string;
  /** Rows that are there when all have come; while it runs, those so far. */
  readonly rows: number;
}

/** New rows; the texts are those that no earlier message had. */
export interface RowsMessage {
  readonly type: 'rows';
  readonly version: number;
  /** Number of the first. 0: all earlier rows and texts are void. */
  readonly from: number;
  readonly folders: readonly string[];
  readonly classes: readonly string[];
  readonly syntaxes: readonly string[];
  readonly reasons: readonly string[];
  /** A line for each row. */
  readonly names: string;
  readonly outcome: Uint8Array;
  /** Plus 1; 0: no answer. */
  readonly status: Uint32Array;
  readonly folder: Uint32Array;
  /** These from 1; 0: none. */
  readonly sopClass: Uint16Array;
  readonly syntax: Uint16Array;
  readonly syntaxOnWire: Uint16Array;
  readonly reason: Uint16Array;
  readonly problem: Uint16Array;
  /** Milliseconds from the start of the send; NaN: never tried. */
  readonly startedMs: Float32Array;
  readonly elapsedMs: Float32Array;
  readonly bytes: Float64Array;
}

export interface DetailLine {
  readonly text: string;
  readonly sign?: SignName;
  /** A name before it, or the time of an event. */
  readonly label?: string;
  /** Of an event on the wire. */
  readonly direction?: 'to the peer' | 'from the peer' | 'none';
}

export interface DetailsMessage {
  readonly type: 'details';
  readonly version: number;
  readonly row: number;
  readonly name: string;
  readonly folder: string;
  readonly parts: readonly { readonly heading: string; readonly lines: readonly DetailLine[] }[];
}

/** There is nothing to show. */
export interface GoneMessage {
  readonly type: 'gone';
  readonly version: number;
}

export type ToPage = HeadMessage | RowsMessage | DetailsMessage | GoneMessage;

export type FromPage =
  | { readonly type: 'ready'; readonly version: number }
  /** A message came that the page does not know. */
  | { readonly type: 'dropped'; readonly version: number }
  | { readonly type: 'details'; readonly version: number; readonly row: number }
  /** `row` or `problem`: what it is about, by number. */
  | {
      readonly type: 'do';
      readonly version: number;
      readonly action: Action;
      readonly row?: number;
      readonly problem?: number;
    };

const text = isText(TEXT_MAX);
const texts = isListOf(text, LIST_MAX);
const version = isOneOf([RESULTS_VERSION]);
const action = isOneOf(ACTIONS);
const sign = isOneOf(SIGNS);

const isProblem = isShape({
  outcome: isOneOf(OUTCOME_NAMES),
  count: isCount,
  code: text,
  title: text,
  said: text,
  advice: text,
  action: isMaybe(action),
  label: isMaybe(text),
});

const isHead = isShape({
  type: isOneOf(['head']),
  version,
  isRunning: isFlag,
  sign,
  verdict: text,
  facts: isListOf(text, 20),
  counts: (value) =>
    isListOf(isCount, OUTCOME_NAMES.length)(value) && (value as unknown[]).length === OUTCOME_NAMES.length,
  files: isCount,
  silence: isMaybe(text),
  problems: isListOf(isProblem, 65_535),
  buttons: isListOf(isShape({ action, label: text }), 10),
  root: text,
  peer: text,
  rows: isCount,
});

type Column = 'outcome' | 'status' | 'folder' | 'sopClass' | 'syntax' | 'syntaxOnWire' | 'reason' | 'problem';
const COLUMNS: Readonly<Record<Column | 'startedMs' | 'elapsedMs' | 'bytes', new () => { readonly length: number }>> = {
  outcome: Uint8Array,
  status: Uint32Array,
  folder: Uint32Array,
  sopClass: Uint16Array,
  syntax: Uint16Array,
  syntaxOnWire: Uint16Array,
  reason: Uint16Array,
  problem: Uint16Array,
  startedMs: Float32Array,
  elapsedMs: Float32Array,
  bytes: Float64Array,
};

function isRows(value: unknown): boolean {
  if (!isFields(value) || !(value['outcome'] instanceof Uint8Array)) return false;
  const { length } = value['outcome'];
  const column = (kind: new () => { readonly length: number }) => (values: unknown) =>
    values instanceof kind && values.length === length;
  return (
    length <= ROWS_MAX &&
    value['outcome'].every((number) => number < OUTCOME_NAMES.length) &&
    isShape({
      type: isOneOf(['rows']),
      version,
      from: isCount,
      folders: texts,
      classes: texts,
      syntaxes: texts,
      reasons: texts,
      names: isText(NAMES_MAX),
      ...Object.fromEntries(Object.entries(COLUMNS).map(([name, kind]) => [name, column(kind)])),
    })(value)
  );
}

const isDetails = isShape({
  type: isOneOf(['details']),
  version,
  row: isCount,
  name: text,
  folder: text,
  parts: isListOf(
    isShape({
      heading: text,
      lines: isListOf(
        isShape({
          text,
          sign: isMaybe(sign),
          label: isMaybe(text),
          direction: isMaybe(isOneOf(['to the peer', 'from the peer', 'none'])),
        }),
        200,
      ),
    }),
    20,
  ),
});

/** @returns undefined: no message of this version */
export function toPage(value: unknown): ToPage | undefined {
  const isGone = isShape({ type: isOneOf(['gone']), version });
  return isHead(value) || isRows(value) || isDetails(value) || isGone(value) ? (value as ToPage) : undefined;
}

/** @returns undefined: no message of this version */
export function fromPage(value: unknown): FromPage | undefined {
  const isReady = isShape({ type: isOneOf(['ready', 'dropped']), version });
  const isAsk = isShape({ type: isOneOf(['details']), version, row: isCount });
  const isDo = isShape({ type: isOneOf(['do']), version, action, row: isMaybe(isCount), problem: isMaybe(isCount) });
  return isReady(value) || isAsk(value) || isDo(value) ? (value as FromPage) : undefined;
}
