// What a state of the association allows, as PS3.8 Table 9-10 says it.

import { ProtocolError, UNEXPECTED_PDU } from './errors.ts';
import { PDU_EVENTS } from './event-parameters.ts';
import { ACTIONS, type Step } from './ul/actions.ts';
import type { PduType } from './ul/pdu.ts';
import { STATE_TABLE } from './ul/state-table.ts';
import type { State } from './ul/states.ts';

export function canSendData(state: State): boolean {
  return STATE_TABLE[state].Evt9 !== undefined;
}

/** Not after a request to abort, for example: what the peer has sent before is not for the user any more. */
export function indicatesData(state: State): boolean {
  const action = STATE_TABLE[state].Evt10;
  return action !== undefined && (ACTIONS[action].steps as readonly Step[]).includes('indicate P-DATA');
}

/** Where the table answers this PDU by an abort: the error that names the cause. */
export function unexpectedPdu(state: State, type: PduType): ProtocolError | undefined {
  const action = STATE_TABLE[state][PDU_EVENTS[type]];
  return action === 'AA-8' || action === 'AA-7' || action === 'AA-1'
    ? new ProtocolError(UNEXPECTED_PDU, `${type} in ${state} (PS3.8 Table 9-10)`)
    : undefined;
}
