// Trace events about P-DATA-TF PDUs: how many there were, their length and their message. They have what may be seen of a command
// set (ul/redact.ts), and nothing of a data set.

import { TRACE_BYTES_MAX } from './limits.ts';
import type { Direction, ProtocolTraceEvent } from './trace-event.ts';
import { type PDataTf, PDU_HEADER_LENGTH, type PresentationDataValue } from './ul/pdu.ts';
import { PdvRuns } from './ul/pdv-runs.ts';
import { redactCommand } from './ul/redact.ts';

/** One or more P-DATA-TF PDUs in a row, of one message. */
export interface DataStretch {
  readonly presentationContextId: number;
  readonly isCommand: boolean;
  readonly isLastFragment: boolean;
  readonly pdus: number;
  /** Of the PDUs, headers included, in bytes. */
  readonly length: number;
  /** Of each of several PDUs but the last, which has the rest. */
  readonly eachLength?: number;
}

/** @param commandSet the command set, or a fragment of it; undefined for a data set */
export function dataEvent(
  direction: Direction,
  { presentationContextId, isCommand, isLastFragment, pdus, length, eachLength }: DataStretch,
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
    ...(eachLength === undefined ? {} : { eachLength }),
  } as const;
  if (commandSet === undefined) return event;
  return { ...event, parts: redactCommand(commandSet, TRACE_BYTES_MAX), fragmentLength: commandSet.length };
}

/** The fragments in a P-DATA-TF, with an event for each stretch of them that belongs to the same command set or data set. */
export class ReceivedData {
  readonly #runs: PdvRuns;
  #pdus = 1;
  #length = PDU_HEADER_LENGTH;
  #event: ProtocolTraceEvent | undefined;

  /** @param pdu the whole PDU */
  constructor(pdu: Uint8Array) {
    this.#runs = new PdvRuns(pdu.subarray(PDU_HEADER_LENGTH));
  }

  /** Set where the fragment that `next` returned ends a stretch. */
  get event(): ProtocolTraceEvent | undefined {
    return this.#event;
  }

  next(): PresentationDataValue | undefined {
    this.#event = undefined;
    const run = this.#runs.next();
    if (run === undefined) return undefined;
    this.#length += run.length;
    if (!run.isEnd) return run;
    const { presentationContextId, isCommand, isLastFragment, data } = run;
    const stretch = { presentationContextId, isCommand, isLastFragment, pdus: this.#pdus, length: this.#length };
    this.#event = dataEvent('received', stretch, isCommand ? data : undefined);
    this.#pdus = 0;
    this.#length = 0;
    return run;
  }
}

/** One event for a P-DATA-TF that nobody is told of, whatever is in it. @param length of the PDU, in bytes */
export function ignoredDataEvent({ presentationDataValues }: PDataTf, length: number): ProtocolTraceEvent {
  const first = presentationDataValues[Symbol.iterator]().next().value as PresentationDataValue | undefined;
  const stretch = {
    presentationContextId: first?.presentationContextId ?? 0,
    isCommand: first?.isCommand ?? false,
    isLastFragment: first?.isLastFragment ?? false,
    pdus: 1,
    length,
  };
  return dataEvent('received', stretch, stretch.isCommand ? first?.data : undefined);
}
