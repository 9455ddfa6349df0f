// Reads the address of a peer as people have it: from a colleague, a conformance statement, another program's settings.

import { SHOWN_MAX } from '../trace/sanitize.ts';
import { aeTitleProblem, hostProblem, portProblem } from './settings.ts';

export interface PeerAddress {
  readonly host: string;
  readonly port?: number;
  readonly calledAETitle?: string;
}

/** One sentence without its full stop. */
export interface AddressProblem {
  readonly problem: string;
}

/** Around what was copied from a page, a mail or a chat. */
const EDGES = /^[\s"'`<\u200b-\u200f\u2060\ufeff]+|[\s"'`>,;\u200b-\u200f\u2060\ufeff]+$/g;

/**
 * `host`, `host:port`, `AE@host:port`, `dicom://AE@host:port`, `AE host port`, `host port`; IPv6 addresses in brackets, or
 * alone. Of several `@` the last one counts: an AE title may have some (PS3.5 6.2).
 */
export function parsePeerAddress(text: string): PeerAddress | AddressProblem {
  if (text.length > SHOWN_MAX.address) return { problem: 'The host is too long' };
  const bare = text.replace(EDGES, '');
  const [, scheme, behind = bare] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(bare) ?? [];
  if (scheme === undefined) return addressFrom(partsOfList(bare) ?? partsOf(bare));
  const problem = schemeProblem(scheme.toLowerCase());
  if (problem !== undefined) return { problem };
  const parts = partsOf(behind.replace(/\/$/, ''));
  if (/[/?#]/.test(parts.address)) return { problem: 'The address ends with the port, without a path' };
  return addressFrom({ ...parts, ...(parts.aeTitle === undefined ? {} : { aeTitle: decoded(parts.aeTitle) }) });
}

function schemeProblem(scheme: string): string | undefined {
  if (scheme === 'dicom') return undefined;
  if (scheme === 'http' || scheme === 'https')
    return 'That is a web address. Give host and DICOM port of the server instead, such as ARCHIVE@pacs.example.org:104';
  if (scheme === 'dicoms' || scheme === 'dicom-tls')
    return 'There is no TLS yet. Give the port for unencrypted DICOM, or that of a tunnel';
  return 'An address begins with dicom:// or has no such beginning';
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

interface Parts {
  readonly aeTitle?: string;
  readonly address: string;
}

function partsOf(text: string): Parts {
  const at = text.lastIndexOf('@');
  return at < 0 ? { address: text } : { aeTitle: text.slice(0, at).trim(), address: text.slice(at + 1).trim() };
}

/** `AE host port` or `host port`, as in the lists and on the command lines of other programs. */
function partsOfList(text: string): Parts | undefined {
  const [, aeTitle, host, port] = /^(?:(\S+)\s+)?([^\s@]+)\s+(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || port === undefined) return undefined;
  const address = host.includes(':') && !host.startsWith('[') ? `[${host}]:${port}` : `${host}:${port}`;
  return aeTitle === undefined ? { address } : { aeTitle, address };
}

function addressFrom({ aeTitle, address }: Parts): PeerAddress | AddressProblem {
  // An IPv6 address without brackets has no port behind it.
  const isBareV6 = /^[^[\]]*:[^[\]]*:[^[\]]*$/.test(address);
  const [, inBrackets, outside, , port] = isBareV6
    ? [address, undefined, address]
    : (/^(?:\[([^[\]]*)\]|([^[\]:]*))(:(.*))?$/s.exec(address) ?? []);
  const host = inBrackets ?? outside ?? '';
  const isV6 = host.includes(':');
  const hostFault = (inBrackets !== undefined && !isV6) || (isV6 && !isBareV6 && inBrackets === undefined);
  if (hostFault || hostProblem(host) !== undefined)
    return { problem: `The host ${hostProblem('') ?? ''}; brackets are for IPv6 addresses only` };
  const portFault = port === undefined ? undefined : portProblem(port);
  if (portFault !== undefined) return { problem: `The port ${portFault}` };
  const titleFault = aeTitle === undefined ? undefined : aeTitleProblem(aeTitle);
  if (titleFault !== undefined) return { problem: `The AE title ${titleFault}` };
  return {
    host,
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(aeTitle === undefined ? {} : { calledAETitle: aeTitle }),
  };
}
