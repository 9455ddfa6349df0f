// What the protocol room reports to a trace: typed events. `trace/` makes text of them. Events never hold secrets or bytes of data
// sets; what must be hidden is hidden before the event is made (ul/redact.ts, secret.ts).

import type { Command } from './dimse/command.ts';
import type { ActionId } from './ul/actions.ts';
import type { PDataTf, Pdu } from './ul/pdu.ts';
import type { RedactedPart } from './ul/redact.ts';
import type { EventId, State } from './ul/states.ts';

export type Direction = 'sent' | 'received';

/** What a trace shows of P-DATA-TF: nothing, how much there was, or the bytes of command sets as well. */
export type DataDetail = 'nothing' | 'amounts' | 'bytes';

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
   * One or more P-DATA-TF PDUs in a row, of one message. `parts`: the first TRACE_BYTES_MAX bytes of a command fragment,
   * without those that nobody may see; absent for data sets.
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
      /** Of each of several PDUs but the last, which has the rest. */
      readonly eachLength?: number;
      readonly parts?: readonly RedactedPart[];
      /** Of the command fragment, in bytes. */
      readonly fragmentLength?: number;
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
  /** The peer broke the protocol. An A-ABORT with source 2 and this reason follows. `detail`: one line for an engineer. */
  | { readonly type: 'protocol error'; readonly reason: number; readonly detail: string };
