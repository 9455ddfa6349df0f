// The UIDs of what is kept on disk. A damaged file may have the number of a patient where a UID should be, and a peer may
// send anything: such a value is kept as the empty text (protocol/harmless.ts).

import { isHarmlessUID } from '../protocol/harmless.ts';

/** Fields of outcomes, reasons, findings and associations that hold UIDs from files and peers. */
const UID_FIELDS: ReadonlySet<string> = new Set([
  'abstractSyntax',
  'accepted',
  'acceptedTransferSyntax',
  'dataSet',
  'from',
  'further',
  'meta',
  'peerImplementationClassUID',
  'proposedTransferSyntaxes',
  'sopClassUID',
  'sopInstanceUID',
  'to',
  'transferSyntaxUID',
  'unproposedTransferSyntax',
  'value',
]);

/** The UID itself; empty: it is none. */
export function keptUID(uid: string): string {
  return isHarmlessUID(uid) ? uid : '';
}

/** A copy of plain data in which each UID field has a UID or nothing. */
export function withHarmlessUIDs<T>(value: T): T {
  return copied(value, false) as T;
}

function copied(value: unknown, isUID: boolean): unknown {
  if (typeof value === 'string') return isUID ? keptUID(value) : value;
  if (Array.isArray(value)) return value.map((one) => copied(one, isUID));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, copied(one, UID_FIELDS.has(name))]));
}
