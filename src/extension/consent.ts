// Decides when data may leave this machine without asking. A person who trusts a folder trusts its code, but has not agreed
// to send patients' data wherever its settings file says. So we ask once about each peer from a workspace, and again when
// it changes. We also ask once about each peer on another machine, because DICOM without TLS is not encrypted (PS3.15 B.1).

import { createHash } from 'node:crypto';
import { isLocalhost, type NetworkScope, scopeOf, widestScope } from '../net/network-scope.ts';
import type { Peer } from '../net/peer.ts';
import { ADDRESSES_MAX, CONSENT_NAME_MAX } from '../protocol/limits.ts';
import { formatBytes, plural } from '../trace/units.ts';
import type { ConfiguredPeer } from './peers.ts';
import { addressWords } from './peers.ts';
import { quotedWords } from './plain-words.ts';
import type { PlaintextConsent } from './settings.ts';

/** 'connect': an association without instances (C-ECHO). 'send': instances. Consent to send includes consent to connect. */
export type ConsentScope = 'connect' | 'send';

/**
 * What a person consents to: these two AE titles at this address, connected from this machine. The name of the peer and
 * its timeouts do not matter. It is hashed so that no addresses are in the editor's state store.
 * @param scope where the host name points now: consent to a host in a private network is none to a host on the internet
 */
export function consentKey(peer: Peer, machine: string, scope?: NetworkScope): string {
  const where = scope === undefined ? [] : [scope];
  const facts = JSON.stringify([peer.host, peer.port, peer.calledAETitle, peer.callingAETitle, machine, ...where]);
  return createHash('sha256').update(facts).digest('hex');
}

/**
 * True only if data cannot leave the machine. Any name but 'localhost' depends on a name server, so it does not count. For
 * 'localhost' the connection checks that it leads to this machine.
 */
export function isLoopback(host: string): boolean {
  return isLocalhost(host) || scopeOf(host) === 'this machine';
}

export type ConsentVerdict = 'go' | 'ask' | 'refused';

/**
 * @param given the consent that is stored for this peer, if any
 * @param plaintext the user setting `sendToPacs.plaintextConsent`
 */
export function consentVerdict(
  configured: ConfiguredPeer,
  asked: ConsentScope,
  given: ConsentScope | undefined,
  plaintext: PlaintextConsent,
): ConsentVerdict {
  if (configured.origin === 'built-in') return 'go';
  const remote = !isLoopback(configured.peer.host);
  if (asked === 'send' && remote && plaintext === 'refuse') return 'refused';
  if (given === 'send' || given === asked) return 'go';
  if (configured.origin !== 'user') return 'ask';
  return asked === 'send' && remote && plaintext === 'ask' ? 'ask' : 'go';
}

/** Whether a person could be asked at all. Only then the host name is looked up. */
export function isAskedFor(configured: ConfiguredPeer, asked: ConsentScope, plaintext: PlaintextConsent): boolean {
  return consentVerdict(configured, asked, undefined, plaintext) === 'ask';
}

/** A wide name goes to the next line as a whole, with its quotation marks: no line begins with a part of it. */
function chosenWords(text: string): string {
  return quotedWords(text, CONSENT_NAME_MAX).replaceAll(' ', '\u00a0').replaceAll('-', '\u2011');
}

export interface ConsentQuestion {
  readonly message: string;
  readonly detail: string;
  /** The button that consents. */
  readonly consent: string;
}

export interface Load {
  readonly files: number;
  readonly bytes: number;
  /** If the peer takes uncompressed images only. */
  readonly mostBytes?: number;
}

/** Images compress to a half or a tenth, rarely to less. What may grow more than this is said before it is sent. */
const USUAL_GROWTH = 20;

function bytesWords({ files, bytes, mostBytes = bytes }: Load): string {
  const isUnusual = mostBytes > USUAL_GROWTH * bytes || isLarge({ files: 0, bytes, mostBytes });
  const most = isUnusual && mostBytes > bytes ? `, ${formatBytes(mostBytes)} if decompressed` : '';
  return `${plural(files, 'DICOM file')} (${formatBytes(bytes)}${most})`;
}

/** 'Send 312 DICOM files (6.6 MB) to another machine, unencrypted?': only words of ours. */
function headline(configured: ConfiguredPeer, load: Load | undefined): string {
  const where = isLoopback(configured.peer.host) ? 'a local address' : 'another machine, unencrypted';
  if (load === undefined) return `Connect to ${where}?`;
  return `Send ${bytesWords(load)} to ${where}?`;
}

/**
 * The headline has only words of ours. Then the true address stands alone on its line, then what we say about it. What a
 * settings file can choose comes after that, each name on one line of its own and in quotation marks.
 * @param machine that opens the connection, in words
 * @param load what would be sent; undefined for a C-ECHO
 * @param addresses of the host name now; undefined: the host is an address
 */
export function consentQuestion(
  configured: ConfiguredPeer,
  machine: string,
  load: Load | undefined,
  addresses?: readonly string[],
): ConsentQuestion {
  const { peer } = configured;
  const lines = [
    addressWords(peer),
    ...(addresses === undefined ? [] : [lookedUpWords(addresses)]),
    '',
    isLoopback(peer.host)
      ? 'Unencrypted, but stays on the machine that connects.'
      : 'Unencrypted: everyone on the way can read what is sent, patient data included.',
    '',
    `Peer: ${chosenWords(peer.name)}`,
    ...originLines(configured),
    `AE titles: ${chosenWords(peer.calledAETitle)} (called), ${chosenWords(peer.callingAETitle)} (calling)`,
    `Connects from: ${machine}`,
    '',
    'You are asked once, and again when the address or an AE title changes.',
  ];
  return {
    message: headline(configured, load),
    detail: lines.join('\n'),
    consent: load === undefined ? 'Connect' : 'Send',
  };
}

/** The question before each large send. */
export function largeSendQuestion(configured: ConfiguredPeer, load: Load): ConsentQuestion {
  const lines = [
    addressWords(configured.peer),
    '',
    'That is a lot. You are asked in case another folder was meant.',
    '',
    `Peer: ${chosenWords(configured.peer.name)}`,
  ];
  return { message: headline(configured, load), detail: lines.join('\n'), consent: 'Send' };
}

/** 'this machine ("build-box")', or the machine of a remote window. */
export function machineWords(host: string, remote: string | undefined): string {
  const name = chosenWords(host);
  return remote === undefined ? `this machine (${name})` : `${name} (remote: ${chosenWords(remote)})`;
}

function lookedUpWords(addresses: readonly string[]): string {
  if (addresses.length === 0) return 'This name cannot be looked up now.';
  const first = addresses.slice(0, ADDRESSES_MAX).join(', ');
  return `Now ${first}${addresses.length > ADDRESSES_MAX ? ', …' : ''}, ${SCOPE_WORDS[widestScope(addresses)]}.`;
}

const SCOPE_WORDS: Readonly<Record<NetworkScope, string>> = {
  'this machine': 'this machine itself',
  'private network': 'in a private network',
  anywhere: 'outside of private networks',
};

function originLines({ origin, folderName }: ConfiguredPeer): readonly string[] {
  if (origin === 'user' || origin === 'built-in') return [];
  if (origin === 'workspace') return ['From the workspace settings, not your own.'];
  return ['From the settings of a folder, not your own.', `Folder: ${chosenWords(folderName ?? '')}`];
}

/** A larger send is confirmed each time: the person may have selected the wrong folder. */
export const MANY_FILES = 10_000;
export const MANY_BYTES = 20e9;

export function isLarge(load: Load): boolean {
  return load.files > MANY_FILES || Math.max(load.bytes, load.mostBytes ?? 0) > MANY_BYTES;
}
