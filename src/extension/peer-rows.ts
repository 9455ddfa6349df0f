// What the rows of the view Peers say. The first words must survive in a side bar of 250 px.

import { faultWords } from '../trace/echo-fault.ts';
import { formatDuration } from '../trace/units.ts';
import { addressWords, type ConfiguredPeer } from './peers.ts';
import { nameWords, plainWords } from './plain-words.ts';
import { originWords } from './settings.ts';
import type { Verification } from './verifications.ts';

export type PeerState = 'verified' | 'failed' | 'never';

export function stateOf(verification: Verification | undefined): PeerState {
  if (verification === undefined) return 'never';
  return verification.fault === undefined ? 'verified' : 'failed';
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** 'just now', '3 min', '11 h', '5 d'. A clock that was set back counts as now. */
export function ageWords(ms: number): string {
  if (ms < MINUTE) return 'just now';
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  return ms < 2 * DAY ? `${Math.floor(ms / HOUR)} h` : `${Math.floor(ms / DAY)} d`;
}

const agoWords = (ms: number): string => (ms < MINUTE ? 'just now' : `${ageWords(ms)} ago`);

/** '2.5 ms', '340 ms', '1.2 s' */
const roundTripWords = (ms: number): string => (ms < 0.05 ? '0.1 ms' : formatDuration(Math.round(ms * 10) / 10));

const originWord = ({ origin, folderName }: ConfiguredPeer): string =>
  origin === 'folder' ? `folder ${nameWords(folderName ?? '')}` : origin;

/** 'verified 11 h ago', 'failed 20 min ago', 'never verified' */
export function stateWords(
  verification: Verification | undefined,
  nowMs: number,
): { readonly state: PeerState; readonly words: string } {
  const state = stateOf(verification);
  return {
    state,
    words: state === 'never' ? 'never verified' : `${state} ${agoWords(nowMs - (verification?.atMs ?? 0))}`,
  };
}

/** '10.20.4.11:104 · default · 2.5 ms · 3 min · user', '192.0.2.10:11112 · failed 20 min ago · user' */
export function peerDescription(
  configured: ConfiguredPeer,
  verification: Verification | undefined,
  isDefault: boolean,
  nowMs: number,
): string {
  const age = nowMs - (verification?.atMs ?? 0);
  const state = {
    never: () => ['never verified'],
    failed: () => [`failed ${agoWords(age)}`],
    verified: () => [
      ...(verification?.roundTripMs === undefined ? [] : [roundTripWords(verification.roundTripMs)]),
      ageWords(age),
    ],
  }[stateOf(verification)]();
  const parts = [addressWords(configured.peer), ...(isDefault ? ['default'] : []), ...state, originWord(configured)];
  return plainWords(parts.join(' · '));
}

/** 'ARCHIVE, verified 3 min ago, 10.20.4.11 port 104, default peer, user settings' */
export function peerLabel(
  configured: ConfiguredPeer,
  verification: Verification | undefined,
  isDefault: boolean,
  nowMs: number,
): string {
  const { peer, origin } = configured;
  const state = stateOf(verification);
  const age = agoWords(nowMs - (verification?.atMs ?? 0));
  return [
    nameWords(peer.name),
    state === 'never' ? 'never verified' : `${state} ${age}`,
    ...(verification?.fault === undefined ? [] : [faultWords(verification.fault).says(peer)]),
    `${peer.host} port ${peer.port}`,
    ...(isDefault ? ['default peer'] : []),
    ...(origin === 'built-in' ? [] : [originWords(origin)]),
  ].join(', ');
}

/** For hovering: everything for which the row has no room, as lines of a name and a value. */
export function peerDetails(
  configured: ConfiguredPeer,
  verification: Verification | undefined,
): readonly (readonly [string, string])[] {
  const { peer, origin, overrides } = configured;
  const time = (ms: number): string =>
    new Date(ms).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  const { verifiedAtMs, failures = 0, fault, atMs = 0 } = verification ?? {};
  const times = failures > 1 ? `, ${failures} times` : '';
  return [
    ['Written in', origin === 'built-in' ? '' : originWords(origin)],
    ['Address', `${addressWords(peer)}, not encrypted`],
    ['AE titles', `${peer.callingAETitle} → ${peer.calledAETitle}`],
    ['Verified', verifiedAtMs === undefined ? 'never' : time(verifiedAtMs)],
    ...(fault === undefined ? [] : [['Failed', `${time(atMs)}${times}: ${faultWords(fault).says(peer)}`] as const]),
    ...overrides.map((other) => ['Also in', `${originWords(other.origin)}, as ${addressWords(other.peer)}`] as const),
  ];
}
