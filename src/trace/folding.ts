// Folds consecutive P-DATA-TF PDUs into one line. A study is thousands of PDUs; a reader wants to know how many there were,
// how many bytes, how fast, and whether the message was complete. Bytes of data sets never come here; what may be seen of
// command sets is kept, bounded, for the hex dump of the level 'trace'.

import { HEX_BYTES_MAX } from '../protocol/limits.ts';
import type { Direction, ProtocolTraceEvent } from '../protocol/trace-event.ts';
import type { RedactedPart } from '../protocol/ul/redact.ts';
import { hexDump } from './hex.ts';
import { formatBytes, formatCount, formatDuration, formatRate } from './units.ts';

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
  commandLength: number;
  command: readonly RedactedPart[] | undefined;
}

export function beginFolding(event: PDataTfEvent, timeMs: number, keepsCommand: boolean): Folding {
  const folding: Folding = {
    direction: event.direction,
    presentationContextId: event.presentationContextId,
    isCommand: event.isCommand,
    firstMs: timeMs,
    lastMs: timeMs,
    pdus: 0,
    length: 0,
    isComplete: false,
    commandLength: 0,
    command: undefined,
  };
  extendFolding(folding, event, timeMs, keepsCommand);
  return folding;
}

export const continues = (folding: Folding, event: PDataTfEvent): boolean =>
  !(folding.isComplete && folding.isCommand) &&
  folding.direction === event.direction &&
  folding.presentationContextId === event.presentationContextId &&
  folding.isCommand === event.isCommand;

export function extendFolding(folding: Folding, event: PDataTfEvent, timeMs: number, keepsCommand: boolean): void {
  folding.pdus += event.pdus;
  folding.length += event.length;
  folding.lastMs = timeMs;
  folding.isComplete = event.isLastFragment;
  if (keepsCommand && event.parts !== undefined) {
    // Of more than this, no byte would be shown.
    if (folding.commandLength < HEX_BYTES_MAX) folding.command = [...(folding.command ?? []), ...event.parts];
    folding.commandLength += event.fragmentLength ?? 0;
  }
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

/** Hex of the command set, for the level 'trace'. */
export const foldingHex = (folding: Folding): string[] =>
  folding.isCommand && folding.command !== undefined ? hexDump(folding.command, folding.commandLength) : [];
