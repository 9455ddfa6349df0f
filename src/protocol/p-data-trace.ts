// Trace events about P-DATA-TF PDUs: how many there were, their length and their message. They have what may be seen of a command
// set (ul/redact.ts), and nothing of a data set.

import { TRACE_BYTES_MAX } from './limits.ts';
import { type Direction, type ProtocolTraceEvent } from './trace-event.ts';
import { type PDataTf, PDU_HEADER_LENGTH, PDV_HEADER_LENGTH } from './ul/pdu.ts';
import { redactCommand } from './ul/redact.ts';

/** One or more P-DATA-TF PDUs in a row, of one message. */
export interface DataStretch {
  readonly presentationContextId: number;
  readonly isCommand: boolean;
  readonly isLastFragment: boolean;
  readonly pdus: number;
  /** Of the PDUs, headers included, in bytes. */
  readonly length: number;
}

/** @param commandSet the command set, or a fragment of it; undefined for a data set */
export function dataEvent(
  direction: Direction,
  { presentationContextId, isCommand, isLastFragment, pdus, length }: DataStretch,
  commandSet: Uint8Array | undefined,
): ProtocolTraceEvent {
  const event = {
    type: 'P-DATA-TF',
    direction,
    presentationContextId,
    isCommand,
    isLastFragment,
    pdus,
    length,
  } as const;
  if (commandSet === undefined) return event;
  return { ...event, parts: redactCommand(commandSet, TRACE_BYTES_MAX), fragmentLength: commandSet.length };
}

/** One event for each run of PDVs that belong to the same command set or data set. A PDU may have thousands of PDVs. */
export function receivedDataEvents({ presentationDataValues }: PDataTf): ProtocolTraceEvent[] {
  const events: ProtocolTraceEvent[] = [];
  let pdus = 1;
  let length = PDU_HEADER_LENGTH;
  presentationDataValues.forEach((pdv, index) => {
    const { presentationContextId, isCommand, isLastFragment, data } = pdv;
    length += data.length + PDV_HEADER_LENGTH;
    const next = presentationDataValues[index + 1];
    const goesOn =
      next !== undefined &&
      !isLastFragment &&
      next.presentationContextId === presentationContextId &&
      next.isCommand === isCommand;
    if (goesOn) return;
    const stretch = { presentationContextId, isCommand, isLastFragment, pdus, length };
    events.push(dataEvent('received', stretch, isCommand ? data : undefined));
    pdus = 0;
    length = 0;
  });
  return events;
}
