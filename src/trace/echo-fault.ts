// What was wrong when a peer was verified, as a word that can be kept, and as the few words that fit into a row. The whole
// explanation is in explain-echo.ts.

import type { EchoResult } from '../net/echo-scu.ts';
import type { KeptPeer } from '../net/peer.ts';
import { aeTitle } from './names.ts';
import { SHOWN_MAX, sanitize } from './sanitize.ts';

/** What a person would change to mend it. */
export type FaultyField = 'address' | 'calledAETitle' | 'callingAETitle';

interface FaultWords {
  readonly says: (peer: KeptPeer) => string;
  readonly field?: FaultyField;
}

const hostOf = ({ host }: KeptPeer): string => sanitize(host, SHOWN_MAX.host);

const FAULTS = {
  'called AE title': {
    says: ({ calledAETitle }) => `AE title ${aeTitle(calledAETitle)} is not known there`,
    field: 'calledAETitle',
  },
  'calling AE title': {
    says: ({ callingAETitle }) => `Our AE title ${aeTitle(callingAETitle)} is not known there`,
    field: 'callingAETitle',
  },
  rejected: { says: () => 'It rejected the association' },
  busy: { says: () => 'It is busy: it rejected the association for the time being' },
  'port closed': { says: ({ port }) => `Nothing listens on port ${port} there`, field: 'address' },
  'host not found': { says: (peer) => `No address is found for ${hostOf(peer)}`, field: 'address' },
  'host silent': { says: (peer) => `${hostOf(peer)} does not answer`, field: 'address' },
  'says nothing': { says: ({ port }) => `Port ${port} takes connections but says nothing`, field: 'address' },
  'web server': { says: ({ port }) => `A web server answers on port ${port}`, field: 'address' },
  'expects TLS': { says: ({ port }) => `Port ${port} seems to expect TLS`, field: 'address' },
  'no DICOM': { says: ({ port }) => `What answers on port ${port} is no DICOM`, field: 'address' },
  closed: { says: () => 'It closed the connection' },
  aborted: { says: () => 'It aborted the association' },
  'no C-ECHO': { says: () => 'It takes no C-ECHO; storing may work nevertheless' },
  'status of failure': { says: () => 'It answered C-ECHO with a failure' },
  'this machine': { says: () => 'This machine could not connect' },
  other: { says: () => 'It was not verified' },
} as const satisfies Readonly<Record<string, FaultWords>>;

export type EchoFault = keyof typeof FAULTS;

export function isEchoFault(value: unknown): value is EchoFault {
  return typeof value === 'string' && Object.hasOwn(FAULTS, value);
}

export function faultWords(fault: EchoFault): FaultWords {
  return FAULTS[fault];
}

const CONNECT: Readonly<Record<string, EchoFault>> = {
  ECONNREFUSED: 'port closed',
  ENOTFOUND: 'host not found',
  EAI_AGAIN: 'host not found',
  EHOSTUNREACH: 'host silent',
  ENETUNREACH: 'host silent',
  ETIMEDOUT: 'host silent',
  ECONNRESET: 'closed',
};

/** @param result of a peer that is not verified */
export function echoFault({ failure }: EchoResult): EchoFault {
  switch (failure?.code) {
    case undefined:
      return 'status of failure';
    case 'connection failed':
      return CONNECT[failure.error.code] ?? 'this machine';
    case 'connection lost':
    case 'released by peer':
      return 'closed';
    case 'timeout':
      return failure.phase === 'connect' ? 'host silent' : 'says nothing';
    case 'association rejected':
      return rejection(failure);
    case 'association aborted':
      return 'aborted';
    case 'protocol error':
      if (failure.looksLike === 'HTTP') return 'web server';
      return failure.looksLike === 'TLS' ? 'expects TLS' : 'no DICOM';
    case 'verification refused':
      return 'no C-ECHO';
    default:
      return 'other';
  }
}

/** PS3.8 Table 9-21. */
function rejection({ result, source, reason }: { result: number; source: number; reason: number }): EchoFault {
  if (source === 1 && reason === 7) return 'called AE title';
  if (source === 1 && reason === 3) return 'calling AE title';
  return result === 2 || source === 3 ? 'busy' : 'rejected';
}
