// Where an address is: on this machine, in a private network, or anywhere. A host name is judged by the addresses that it
// has now, because a resolver may give others tomorrow.
// RFC 1122 3.2.1.3, RFC 1918, RFC 3927, RFC 4193, RFC 4291, RFC 6598.

import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';

export type NetworkScope = 'this machine' | 'private network' | 'anywhere';

const IPV4 = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;

function ipv4Of(address: string): readonly [number, number] | undefined {
  const octets = IPV4.exec(address)?.slice(1).map(Number);
  const [first, second] = octets ?? [];
  if (octets === undefined || first === undefined || second === undefined) return undefined;
  return octets.every((octet) => octet <= 255) ? [first, second] : undefined;
}

/** @param address as the system writes it. Anything that is no address counts as 'anywhere' */
export function scopeOf(address: string): NetworkScope {
  const plain = address
    .toLowerCase()
    .replace(/(?<=:.*)%.*$/, '')
    .replace(/^::ffff:(?=[\d.]+$)/, '');
  const ipv4 = ipv4Of(plain);
  if (ipv4 !== undefined) {
    const [first, second] = ipv4;
    if (first === 127) return 'this machine';
    const isPrivate =
      first === 10 ||
      (first === 172 && second >= 16 && second <= 31) ||
      (first === 192 && second === 168) ||
      (first === 169 && second === 254) ||
      (first === 100 && second >= 64 && second <= 127);
    return isPrivate ? 'private network' : 'anywhere';
  }
  if (plain === '::1') return 'this machine';
  return /^(f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):/.test(plain) ? 'private network' : 'anywhere';
}

/** Of several addresses, the widest scope. Of none: 'anywhere'. */
export function widestScope(addresses: readonly string[]): NetworkScope {
  const scopes = new Set(addresses.map(scopeOf));
  if (scopes.size === 0 || scopes.has('anywhere')) return 'anywhere';
  return scopes.has('private network') ? 'private network' : 'this machine';
}

/** The one host name that means this machine (RFC 6761 6.3). */
export const isLocalhost = (host: string): boolean => host.toLowerCase() === 'localhost';

/** False: a host name, which must be looked up. */
export const isAddress = (host: string): boolean => host.includes(':') || ipv4Of(host) !== undefined;

/** The addresses of a host name. Empty if it has none, or if the look-up takes longer than `withinMs`. Never rejects. */
export function addressesOf(host: string, withinMs: number): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve([]), withinMs);
    lookup(host, { all: true }, (error, found) => {
      clearTimeout(timer);
      resolve(error === null ? found.map(({ address }) => address) : []);
    });
  });
}

export type Lookup = (
  host: string,
  options: LookupOptions,
  callback: (error: NodeJS.ErrnoException | null, found: string | LookupAddress[], family?: number) => void,
) => void;

/** Looks up 'localhost'. Sends to it need no consent, so addresses outside of this machine are an error. */
export function loopbackLookup(resolver: Lookup = lookup): Lookup {
  return (host, options, callback) => {
    resolver(host, options, (error, found, family) => {
      if (error !== null) {
        callback(error, found, family);
        return;
      }
      const addresses = typeof found === 'string' ? [found] : found.map(({ address }) => address);
      if (widestScope(addresses) === 'this machine') {
        callback(null, found, family);
        return;
      }
      const message = `${host} is ${addresses.join(', ') || 'nothing'} here, which is not this machine`;
      callback(Object.assign(new Error(message), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }), '');
    });
  };
}
