// When each peer was last verified, and what came of it: kept from window to window. The key is a hash of the address and the
// AE titles, and the value has no names, so that the editor's state store tells nobody where data go.

import type { Memento } from 'vscode';
import type { EchoResult } from '../net/echo-scu.ts';
import type { Peer } from '../net/peer.ts';
import { VERIFICATIONS_MAX } from '../protocol/limits.ts';
import { type EchoFault, echoFault, isEchoFault } from '../trace/echo-fault.ts';
import { consentKey } from './consent.ts';
import { MACHINE } from './consent-prompt.ts';

export interface Verification {
  /** By the system's clock, in milliseconds. */
  readonly atMs: number;
  /** Undefined: the peer answered. */
  readonly fault?: EchoFault;
  /** Of the C-ECHO, in milliseconds. */
  readonly roundTripMs?: number;
  /** When it last answered. */
  readonly verifiedAtMs?: number;
  /** How often it has failed since. */
  readonly failures: number;
}

const PREFIX = 'verification:';

/** What tells one verified peer from another: as for consent, address and AE titles, seen from this machine. */
export const verificationKey = (peer: Peer): string => `${PREFIX}${consentKey(peer, MACHINE)}`;

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;

/** What was kept, if it can be read: another version may have written it. */
function readKept(value: unknown): Verification | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { atMs, fault, roundTripMs, verifiedAtMs, failures } = value as Record<string, unknown>;
  if (!isTime(atMs) || !isTime(failures) || (fault !== undefined && !isEchoFault(fault))) return undefined;
  return {
    atMs,
    failures,
    ...(fault === undefined ? {} : { fault }),
    ...(isTime(roundTripMs) ? { roundTripMs } : {}),
    ...(isTime(verifiedAtMs) ? { verifiedAtMs } : {}),
  };
}

export function verificationOf(state: Memento, peer: Peer): Verification | undefined {
  return readKept(state.get<unknown>(verificationKey(peer)));
}

export async function keepVerification(state: Memento, peer: Peer, result: EchoResult, nowMs: number): Promise<void> {
  const before = verificationOf(state, peer);
  const kept: Verification = result.verified
    ? {
        atMs: nowMs,
        verifiedAtMs: nowMs,
        failures: 0,
        ...(result.phases.echoMs === undefined ? {} : { roundTripMs: result.phases.echoMs }),
      }
    : {
        atMs: nowMs,
        fault: echoFault(result),
        failures: (before?.failures ?? 0) + 1,
        ...(before?.verifiedAtMs === undefined ? {} : { verifiedAtMs: before.verifiedAtMs }),
      };
  await state.update(verificationKey(peer), kept);
  await forgetOld(state);
}

/** Peers come and go; what is kept of them must not grow for ever. */
async function forgetOld(state: Memento): Promise<void> {
  const kept = state
    .keys()
    .filter((key) => key.startsWith(PREFIX))
    .map((key) => ({ key, atMs: readKept(state.get<unknown>(key))?.atMs ?? 0 }))
    .sort((one, other) => other.atMs - one.atMs);
  for (const { key } of kept.slice(VERIFICATIONS_MAX)) await state.update(key, undefined);
}
