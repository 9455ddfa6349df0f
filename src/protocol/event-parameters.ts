// What an event brings along for the steps of its action (ul/actions.ts). PS3.8 9.2.

import type { ProtocolError } from './errors.ts';
import type { Step } from './ul/actions.ts';
import type { AAssociateAc, AAssociateRj, Pdu, PduType } from './ul/pdu.ts';
import type { EventId } from './ul/states.ts';

/** The event of each PDU that arrives. */
export const PDU_EVENTS: Readonly<Record<PduType, EventId>> = {
  'A-ASSOCIATE-RQ': 'Evt6',
  'A-ASSOCIATE-AC': 'Evt3',
  'A-ASSOCIATE-RJ': 'Evt4',
  'P-DATA-TF': 'Evt10',
  'A-RELEASE-RQ': 'Evt12',
  'A-RELEASE-RP': 'Evt13',
  'A-ABORT': 'Evt16',
};

export interface EventParameters {
  readonly received?: Pdu;
  /** The bytes of `received`. */
  readonly bytes?: Uint8Array;
  readonly send?: AAssociateAc | AAssociateRj;
  readonly chunks?: readonly Uint8Array[];
  readonly error?: ProtocolError;
}

/** A step whose event did not bring what it needs is a bug, and throws. */
export function needed<T>(parameter: T | undefined, step: Step): T {
  if (parameter === undefined) throw new Error(`'${step}' without what it needs`);
  return parameter;
}

export function typed<T extends PduType>(type: T, pdu: Pdu | undefined, step: Step): Extract<Pdu, { type: T }> {
  if (pdu?.type !== type) throw new Error(`'${step}' with ${pdu?.type ?? 'no PDU'} instead of ${type}`);
  return pdu as Extract<Pdu, { type: T }>;
}
