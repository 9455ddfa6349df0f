// Folds consecutive P-DATA-TF PDUs into one line. A study is thousands of PDUs; a reader wants to know how many there were,
// how many bytes, how fast, and whether the message was complete. Bytes of data sets never come here; what may be seen of
// command sets is kept, bounded, for the hex dump of the level 'trace'.

import { HEX_BYTES_MAX, PDU_LENGTHS_SHOWN_MAX } from '../protocol/limits.ts';
import type { Direction, ProtocolTraceEvent } from '../protocol/trace-event.ts';
import type { RedactedPart } from '../protocol/ul/redact.ts';
import { hexDump } from './hex.ts';
import { formatBytes, formatCount, formatDuration, formatRate, plural } from './units.ts';

export type PDataTfEvent = Extract<ProtocolTraceEvent, { type: 'P-DATA-TF' }>;

/** P-DATA-TF PDUs of one direction, presentation context and kind. Changed in place: one addition per event. */
export interface Folding {
  readonly direction: Direction;
  readonly presentationContextId: number;
  readonly isCommand: boolean;
  readonly firstMs: number;
  lastMs: number;
  pdus: number;
  length: number;
  isComplete: boolean;
  /** In order, PDUs of the same length together; the first PDU_LENGTHS_SHOWN_MAX such runs. */
  readonly runs: { length: number; count: number }[];
  hasMoreRuns: boolean;
  commandLength: number;
  command: readonly RedactedPart[] | undefined;
}

export function beginFolding(event: PDataTfEvent, timeMs: number, isDetailed: boolean): Folding {
  const folding: Folding = {
    direction: event.direction,
    presentationContextId: event.presentationContextId,
    isCommand: event.isCommand,
    firstMs: timeMs,
    lastMs: timeMs,
    pdus: 0,
    length: 0,
    isComplete: false,
    runs: [],
    hasMoreRuns: false,
    commandLength: 0,
    command: undefined,
  };
  extendFolding(folding, event, timeMs, isDetailed);
  return folding;
}

export const continues = (folding: Folding, event: PDataTfEvent): boolean =>
  !(folding.isComplete && folding.isCommand) &&
  folding.direction === event.direction &&
  folding.presentationContextId === event.presentationContextId &&
  folding.isCommand === event.isCommand;

/** @param isDetailed lengths of the PDUs and bytes of the command set are kept, for the level 'trace' */
export function extendFolding(folding: Folding, event: PDataTfEvent, timeMs: number, isDetailed: boolean): void {
  folding.pdus += event.pdus;
  folding.length += event.length;
  folding.lastMs = timeMs;
  folding.isComplete = event.isLastFragment;
  if (!isDetailed) return;
  addLengths(folding, event);
  if (event.parts !== undefined) {
    // Of more than this, no byte would be shown.
    if (folding.commandLength < HEX_BYTES_MAX) folding.command = [...(folding.command ?? []), ...event.parts];
    folding.commandLength += event.fragmentLength ?? 0;
  }
}

function addLengths(folding: Folding, { pdus, length, eachLength = 0 }: PDataTfEvent): void {
  if (pdus > 1) addRun(folding, eachLength, pdus - 1);
  addRun(folding, length - (pdus > 1 ? (pdus - 1) * eachLength : 0), 1);
}

function addRun(folding: Folding, length: number, count: number): void {
  const { runs } = folding;
  const last = runs.at(-1);
  if (folding.hasMoreRuns) return;
  if (last?.length === length) last.count += count;
  else if (runs.length < PDU_LENGTHS_SHOWN_MAX) runs.push({ length, count });
  else folding.hasMoreRuns = true;
}

/** 'Lengths of the PDUs: 411 × 16384, 812 bytes', headers included, for the level 'trace'. */
export function foldingLengths({ pdus, length: total, runs, hasMoreRuns }: Folding): string[] {
  // The length of a short one is in the line above.
  if (runs.length === 0 || (pdus === 1 && total < 1000)) return [];
  const lengths = runs.map(({ length, count }) => (count === 1 ? String(length) : `${formatCount(count)} × ${length}`));
  return [`Lengths of the PDUs: ${lengths.join(', ')} bytes${hasMoreRuns ? ' and more' : ''}`];
}

/** 'Sent P-DATA-TF ×412, 6.6 MB (presentation context 3, data set) in 1.2 s, 5.5 MB/s'. */
export function foldingLine(folding: Folding): string {
  const elapsedMs = folding.lastMs - folding.firstMs;
  const kind = `${folding.isCommand ? 'command' : 'data set'}${folding.isComplete ? '' : ', no last fragment'}`;
  const rate = formatRate(folding.length, elapsedMs);
  return (
    `${folding.direction === 'sent' ? 'Sent' : 'Received'} P-DATA-TF ×${formatCount(folding.pdus)}, ` +
    `${formatBytes(folding.length)} (presentation context ${folding.presentationContextId}, ${kind})` +
    (folding.isCommand || rate === undefined ? '' : ` in ${formatDuration(elapsedMs)}, ${rate}`)
  );
}

/** Hex of the command set, for the level 'trace'. It has a title, beside which a reader may write time and level. */
export function foldingHex({ isCommand, command, commandLength }: Folding): string[] {
  if (!isCommand || command === undefined) return [];
  return [`Command set, ${plural(commandLength, 'byte')}:`, ...hexDump(command, commandLength)];
}
