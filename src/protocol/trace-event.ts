// What the protocol core tells whoever watches. Typed, never text: `trace/` makes the prose.

import type { Command } from './dimse/command.ts';
import type { ActionId } from './ul/actions.ts';
import type { PDataTf, Pdu } from './ul/pdu.ts';
import type { RedactedPart } from './ul/redact.ts';
import type { EventId, State } from './ul/states.ts';

export type Direction = 'sent' | 'received';

export type ProtocolTraceEvent =
  /** A PDU other than P-DATA-TF. `parts`: its first TRACE_BYTES_MAX bytes, without those that nobody may see. */
  | {
      readonly type: 'PDU';
      readonly direction: Direction;
      readonly pdu: Exclude<Pdu, PDataTf>;
      /** Of the whole PDU, header included, in bytes. */
      readonly length: number;
      readonly parts: readonly RedactedPart[];
    }
  /**
   * One or more P-DATA-TF PDUs of one message, in a row. Data-set bytes are never in a trace; `command` holds the bytes
   * of a command fragment (at most TRACE_BYTES_MAX; a copy, so that they hold no other bytes of the connection).
   */
  | {
      readonly type: 'P-DATA-TF';
      readonly direction: Direction;
      readonly presentationContextId: number;
      readonly isCommand: boolean;
      readonly isLastFragment: boolean;
      readonly pdus: number;
      /** Of the PDUs, headers included, in bytes. */
      readonly length: number;
      readonly command?: Uint8Array;
    }
  | {
      readonly type: 'DIMSE message';
      readonly direction: Direction;
      readonly presentationContextId: number;
      readonly command: Command;
      readonly hasDataSet: boolean;
    }
  | {
      readonly type: 'transition';
      readonly from: State;
      readonly event: EventId;
      readonly action: ActionId;
      readonly to: State;
    }
  /** The peer broke the protocol; A-ABORT with source 2 and this reason follows. `detail` is for a protocol engineer. */
  | { readonly type: 'protocol error'; readonly reason: number; readonly detail: string };

/** Bounds the bytes that one trace event holds. */
export const TRACE_BYTES_MAX = 512;
