// The codes of PS3.8 in the words of pynetdicom's `storescu -d`, which DICOM people already read. Codes that the standard
// does not define are shown as numbers: a peer may send any.

import type { AAssociateRj } from '../protocol/ul/pdu.ts';
import { EVENTS, type EventId } from '../protocol/ul/states.ts';

const lookUp = (table: Readonly<Record<number, string>>, code: number): string => table[code] ?? `${code} (unknown)`;

const REJECT_RESULTS = { 1: 'Permanent', 2: 'Transient' };

const REJECT_SOURCES = {
  1: 'DUL service-user',
  2: 'DUL service-provider (ACSE related)',
  3: 'DUL service-provider (presentation related)',
};

const REJECT_SOURCES_SHORT = {
  1: 'Service User',
  2: 'Service Provider (ACSE)',
  3: 'Service Provider (Presentation)',
};

/** Source, then reason. */
export const REJECT_REASONS: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  1: {
    1: 'No reason given',
    2: 'Application context name not supported',
    3: 'Calling AE title not recognised',
    7: 'Called AE title not recognised',
  },
  2: { 1: 'No reason given', 2: 'Protocol version not supported' },
  3: { 1: 'Temporary congestion', 2: 'Local limit exceeded' },
};

/** PS3.8 Table 9-21. */
export const rejectReasonText = (source: number, reason: number): string =>
  lookUp(REJECT_REASONS[source] ?? {}, reason);

export const rejectSourceText = (source: number): string => lookUp(REJECT_SOURCES, source);

/** 'Rejected (Permanent)' as in the block. */
export const rejectResultText = (result: number): string => `Rejected (${lookUp(REJECT_RESULTS, result)})`;

/** 'Permanent'. */
export const rejectDurationText = (result: number): string => lookUp(REJECT_RESULTS, result);

/** The two lines below 'Association Rejected'. */
export function rejectSummary(rj: AAssociateRj): readonly string[] {
  const result = lookUp(REJECT_RESULTS, rj.result);
  return [
    `Result: Rejected ${result}, Source: ${lookUp(REJECT_SOURCES_SHORT, rj.source)}`,
    `Reason: ${rejectReasonText(rj.source, rj.reason)}`,
  ];
}

const ABORT_SOURCES = { 0: 'DUL service-user', 1: '1 (reserved)', 2: 'DUL service-provider' };

export const ABORT_REASONS: Readonly<Record<number, string>> = {
  0: 'No reason given',
  1: 'Unrecognised PDU',
  2: 'Unexpected PDU',
  3: '3 (reserved)',
  4: 'Unrecognised PDU parameter',
  5: 'Unexpected PDU parameter',
  6: 'Invalid PDU parameter value',
};

/** PS3.8 Table 9-26. */
export const abortSourceText = (source: number): string => lookUp(ABORT_SOURCES, source);

/** Only the provider gives a reason; the reason of a service user is not significant. */
export const abortReasonText = (source: number, reason: number): string =>
  source === 0 ? '(no value available)' : lookUp(ABORT_REASONS, reason);

export const CONTEXT_RESULTS: Readonly<Record<number, string>> = {
  0: 'Accepted',
  1: 'Rejected - User Rejection',
  2: 'Rejected - No Reason Given',
  3: 'Rejected - Abstract Syntax Not Supported',
  4: 'Rejected - Transfer Syntaxes Not Supported',
};

/** PS3.8 Table 9-18; undefined = the peer did not answer the context. */
export const contextResultText = (result: number | undefined): string =>
  result === undefined ? 'Not Answered' : (CONTEXT_RESULTS[result] ?? `Rejected - ${result} (unknown)`);

export const eventText = (event: EventId): string => EVENTS[event];

const IDENTITY_TYPES = { 1: 'Username', 2: 'Username and Passcode', 3: 'Kerberos', 4: 'SAML', 5: 'JSON Web Token' };

/** PS3.7 Table D.3-14. */
export const identityTypeText = (type: number): string => `${type} - ${lookUp(IDENTITY_TYPES, type)}`;
