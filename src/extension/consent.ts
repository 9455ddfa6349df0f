// When data may leave this machine without asking again. Trusting a folder means trusting its code, not that patients'
// data go wherever its settings file says; so a peer from a workspace is asked for once, and again when it changes,
// and so is any peer on another machine, because plain DICOM travels unencrypted (PS3.15 B.1 names the alternative).

import { createHash } from 'node:crypto';
import { isLocalhost, type NetworkScope, scopeOf, widestScope } from '../net/network-scope.ts';
import type { Peer } from '../net/peer.ts';
import { formatBytes, plural } from '../trace/units.ts';
import type { ConfiguredPeer } from './peers.ts';
import { addressWords } from './peers.ts';
import type { PlaintextConsent } from './settings.ts';

/** 'connect': an association without data (C-ECHO); 'send': instances. Consent to send includes consent to connect. */
export type Deed = 'connect' | 'send';

/**
 * What a consent is given to: these two AEs at this address, connected from this machine. Deadlines and the display
 * name do not matter. The hash keeps addresses out of the editor's state store.
 * @param scope where the host name points now: who agreed to a host of a private network did not agree to one of the internet
 */
export function consentKey(peer: Peer, machine: string, scope?: NetworkScope): string {
  const where = scope === undefined ? [] : [scope];
  const facts = JSON.stringify([peer.host, peer.port, peer.calledAETitle, peer.callingAETitle, machine, ...where]);
  return createHash('sha256').update(facts).digest('hex');
}

/**
 * True only for what can not leave the machine. Names other than 'localhost' depend on a resolver, so they do not count;
 * that 'localhost' leads nowhere else is seen to when it is connected to.
 */
export function isLoopback(host: string): boolean {
  return isLocalhost(host) || scopeOf(host) === 'this machine';
}

export type ConsentVerdict = 'go' | 'ask' | 'refused';

/**
 * @param given what was consented to for this peer's key, if anything
 * @param plaintext the person's own setting
 */
export function consentVerdict(
  configured: ConfiguredPeer,
  deed: Deed,
  given: Deed | undefined,
  plaintext: PlaintextConsent,
): ConsentVerdict {
  if (configured.origin === 'built-in') return 'go';
  const remote = !isLoopback(configured.peer.host);
  if (deed === 'send' && remote && plaintext === 'refuse') return 'refused';
  if (given === 'send' || given === deed) return 'go';
  if (configured.origin !== 'user') return 'ask';
  return deed === 'send' && remote && plaintext === 'ask' ? 'ask' : 'go';
}

/** Whether this is anything that is ever asked about, so that a name is looked up only then. */
export function isAskedFor(configured: ConfiguredPeer, deed: Deed, plaintext: PlaintextConsent): boolean {
  return consentVerdict(configured, deed, undefined, plaintext) === 'ask';
}

/** Addresses of a name that a question shows; a resolver may give a hundred. */
const ADDRESSES_MAX = 4;

export interface ConsentQuestion {
  readonly message: string;
  readonly detail: string;
  /** The button that consents. */
  readonly consent: string;
}

/**
 * @param machine who opens the connection, in words
 * @param load what would go out; undefined for a deed without data
 * @param addresses what the host's name stands for now; undefined: the host is no name
 */
export function consentQuestion(
  configured: ConfiguredPeer,
  machine: string,
  load: { readonly files: number; readonly bytes: number } | undefined,
  addresses?: readonly string[],
): ConsentQuestion {
  const { peer, origin } = configured;
  const what = load === undefined ? undefined : `${plural(load.files, 'DICOM file')} (${formatBytes(load.bytes)})`;
  const lines = [
    `Peer: ${peer.name}${origin === 'user' ? '' : ` – from the ${originOf(configured)}, not from your own settings`}`,
    `Address: ${addressWords(peer)}${lookedUpWords(addresses)}`,
    `AE titles: ${peer.calledAETitle} (called), ${peer.callingAETitle} (calling)`,
    `Connects from: ${machine}`,
    ...(what === undefined ? [] : [`Sends: ${what}`]),
    isLoopback(peer.host)
      ? 'Stays on that machine, unencrypted.'
      : 'Unencrypted: everyone on the way can read what is sent, patient data included.',
    '',
    'You are asked once, and again when the address or an AE title changes.',
  ];
  return {
    message: what === undefined ? `Connect to ${peer.name}?` : `Send ${what} to ${peer.name}?`,
    detail: lines.join('\n'),
    consent: what === undefined ? 'Connect' : 'Send',
  };
}

function lookedUpWords(addresses: readonly string[] | undefined): string {
  if (addresses === undefined) return '';
  if (addresses.length === 0) return ' – a name that cannot be looked up now';
  const first = addresses.slice(0, ADDRESSES_MAX).join(', ');
  return ` – now ${first}${addresses.length > ADDRESSES_MAX ? ', …' : ''}, ${SCOPE_WORDS[widestScope(addresses)]}`;
}

const SCOPE_WORDS: Readonly<Record<NetworkScope, string>> = {
  'this machine': 'this machine itself',
  'private network': 'in a private network',
  anywhere: 'outside of private networks',
};

function originOf(configured: ConfiguredPeer): string {
  if (configured.origin === 'folder') return `settings of the folder "${configured.folderName ?? ''}"`;
  return 'workspace settings';
}

/** Above these a send is confirmed each time: someone may have picked the wrong folder. */
export const MANY_FILES = 10_000;
export const MANY_BYTES = 20e9;

export function isLarge(load: { readonly files: number; readonly bytes: number }): boolean {
  return load.files > MANY_FILES || load.bytes > MANY_BYTES;
}
