// Secrets in tests: comparing what they hold, and finding them where they must not be.

import { inspect } from 'node:util';
import { serialize } from 'node:v8';
import { Secret } from '../../src/protocol/secret.ts';

/** A copy in which each Secret is its bytes: `deepEqual` does not look into a Secret, and takes any two for equal. */
export function revealed<T>(value: T): unknown {
  if (value instanceof Secret) return new Uint8Array(value.disclose());
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  // Arrays, and the PDVs of a PDU.
  if (Symbol.iterator in value) return [...(value as Iterable<unknown>)].map(revealed);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revealed(inner)]));
}

/** As bytes, UTF-16, percent-encoded, hexadecimal, and Base64 at each of the three ways in which it can be aligned. */
export function disguises(canary: string): Buffer[] {
  const bytes = Buffer.from(canary);
  const hex = bytes.toString('hex');
  const base64 = [0, 1, 2].map((shift) => {
    // The first and the last characters depend on the neighbours too.
    const whole = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    return whole.slice(shift === 0 ? 0 : shift + 1, Math.floor(((shift + bytes.length) * 8) / 6));
  });
  const spaced = hex.replaceAll(/(..)(?=.)/g, '$1 ');
  const percent = hex.replaceAll(/../g, '%$&');
  const texts = [hex, hex.toUpperCase(), spaced, spaced.toUpperCase(), [...bytes].join(), ...base64];
  texts.push(percent, percent.toUpperCase(), encodeURIComponent(canary));
  const utf16 = Buffer.from(canary, 'utf16le');
  return [bytes, utf16, Buffer.from(utf16).swap16(), ...texts.map((text) => Buffer.from(text))];
}

/** Every string and every byte that can be reached from `value`: with symbols, hidden properties, whole buffers behind views. */
function reachable(value: unknown, seen: Set<unknown>, found: Buffer[]): void {
  if (typeof value === 'string') found.push(Buffer.from(value));
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return;
  seen.add(value);
  if (ArrayBuffer.isView(value)) found.push(Buffer.from(value.buffer));
  else if (value instanceof ArrayBuffer) found.push(Buffer.from(value));
  else if (value instanceof Map || value instanceof Set) for (const inner of value) reachable(inner, seen, found);
  if (ArrayBuffer.isView(value)) return;
  for (const key of Reflect.ownKeys(value)) {
    reachable(key, seen, found);
    reachable(Reflect.get(value, key), seen, found);
  }
}

/** Where `canary` can be seen, by whichever way a sink may take to look at `value`; empty = nowhere. */
export function waysToSee(canary: string, value: unknown): string[] {
  const views: Readonly<Record<string, () => unknown>> = {
    properties: () => value,
    JSON: () => JSON.stringify(value),
    inspect: () => inspect(value, { depth: null, showHidden: true, maxArrayLength: null, maxStringLength: null }),
    string: () => String(value),
    structuredClone: () => structuredClone(value),
    serialize: () => serialize(value),
    spread: () => (typeof value === 'object' ? { ...value } : value),
  };
  const needles = disguises(canary);
  return Object.entries(views).flatMap(([name, view]) => {
    const found: Buffer[] = [];
    reachable(view(), new Set(), found);
    return needles.some((needle) => found.some((bytes) => bytes.includes(needle))) ? [name] : [];
  });
}
