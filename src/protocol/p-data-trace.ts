// Trace events about P-DATA-TF PDUs: how many there were, their length and their message. They have what may be seen of a command
// set (ul/redact.ts), and nothing of a data set.

import { FRAGMENT_HEADER_LENGTH } from './dimse/fragment.ts';
import { TRACE_BYTES_MAX } from './limits.ts';
import type { Direction, ProtocolTraceEvent } from './trace-event.ts';
import { type PDataTf, PDU_HEADER_LENGTH, type PresentationDataValue } from './ul/pdu.ts';
import { PdvRuns } from './ul/pdv-runs.ts';
import { redactCommand } from './ul/redact.ts';

/** Of a command set or data set. */
export interface MessagePart {
  readonly presentationContextId: number;
  readonly isLastFragment: boolean;
}

/** One or more P-DATA-TF PDUs in a row, of one message. */
export interface DataStretch extends MessagePart {
  readonly isCommand: boolean;
  readonly pdus: number;
  /** Of the PDUs, headers included, in bytes. */
  readonly length: number;
  /** Of each of several PDUs but the last, which has the rest. */
  readonly eachLength?: number;
}

/** @param commandSet the command set, or a fragment of it; undefined for a data set, and where nobody is shown its bytes */
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

/** @param maxFragment of which all fragments but the last are */
export function sentStretch(
  { presentationContextId, isLastFragment }: MessagePart,
  isCommand: boolean,
  chunks: readonly Uint8Array[],
  pdus: number,
  maxFragment: number,
): DataStretch {
  let length = 0;
  for (const chunk of chunks) length += chunk.length;
  const stretch = { presentationContextId, isCommand, isLastFragment, pdus, length };
  return pdus > 1 ? { ...stretch, eachLength: FRAGMENT_HEADER_LENGTH + maxFragment } : stretch;
}

/** The fragments in a P-DATA-TF, in stretches that belong to the same command set or data set. */
export class ReceivedData {
  readonly #runs: PdvRuns;
  #pdus = 1;
  #length = PDU_HEADER_LENGTH;
  #stretch: DataStretch | undefined;

  /** @param pdu the whole PDU */
  constructor(pdu: Uint8Array) {
    this.#runs = new PdvRuns(pdu.subarray(PDU_HEADER_LENGTH));
  }

  /** Set where the fragment that `next` returned ends a stretch. */
  get stretch(): DataStretch | undefined {
    return this.#stretch;
  }

  next(): PresentationDataValue | undefined {
    this.#stretch = undefined;
    const run = this.#runs.next();
    if (run === undefined) return undefined;
    this.#length += run.length;
    if (!run.isEnd) return run;
    const { presentationContextId, isCommand, isLastFragment } = run;
    this.#stretch = { presentationContextId, isCommand, isLastFragment, pdus: this.#pdus, length: this.#length };
    this.#pdus = 0;
    this.#length = 0;
    return run;
  }
}

/** A P-DATA-TF that is not indicated to its user, whatever is in it, as one stretch. @param length of the PDU, in bytes */
export function ignoredData(
  { presentationDataValues }: PDataTf,
  length: number,
): [stretch: DataStretch, command: Uint8Array | undefined] {
  const first = presentationDataValues[Symbol.iterator]().next().value as PresentationDataValue | undefined;
  const stretch = {
    presentationContextId: first?.presentationContextId ?? 0,
    isCommand: first?.isCommand ?? false,
    isLastFragment: first?.isLastFragment ?? false,
    pdus: 1,
    length,
  };
  return [stretch, stretch.isCommand ? first?.data : undefined];
}
