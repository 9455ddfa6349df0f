// What the protocol core tells whoever watches. Typed, never text: `trace/` makes the prose.

import type { Command } from './dimse/command.ts';
import type { PDataTf, Pdu } from './ul/pdu.ts';
import type { ActionId, EventId, State } from './ul/states.ts';

export type Direction = 'sent' | 'received';

export type ProtocolTraceEvent =
  /** A PDU other than P-DATA-TF. `bytes`: the first bytes of its encoding, at most TRACE_BYTES_MAX. */
  | {
      readonly type: 'PDU';
      readonly direction: Direction;
      readonly pdu: Exclude<Pdu, PDataTf>;
      /** Of the whole PDU, header included, in bytes. */
      readonly length: number;
      readonly bytes: Uint8Array;
    }
  /**
   * One or more P-DATA-TF PDUs of one message, in a row. Data-set bytes are never in a trace; `command` holds the bytes
   * of a command fragment (at most TRACE_BYTES_MAX).
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
