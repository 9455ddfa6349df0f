// What may be shown of the bytes that others wrote: what is not known to be harmless is not shown. Whatever shows, keeps or
// reports a value of a file or of a peer asks here.
//
// A damaged or hostile file can have a patient's name where a UID should be, and so can a message of a peer. So a UID is shown
// only if it can be nothing else; of any other value its length is told. Numbers (tags, lengths, statuses, offsets) are
// harmless. AE titles, implementation version names and the Error Comment are a peer's own words and are shown as such.
// The same rule for the bytes of PDUs: ul/redact.ts and dimse/command-redaction.ts.

import { aeTitleFault, withoutAETitlePadding } from './ae-title.ts';
import { isImplementationVersionName, UID_LENGTH_MAX, withoutTrailingPadding } from './ul/values.ts';

/**
 * Whether a value without its padding is a UID by PS3.5 9.1: two or more components of digits, of which the first is 0, 1
 * or 2, at most 64 characters. So a date, a number of a patient or a name is none. Zeros that lead a component are let
 * through: they are common in the field.
 */
export function isHarmlessUID(value: string): boolean {
  return value.length <= UID_LENGTH_MAX && /^[0-2](?:\.\d+)+$/.test(value);
}

const DOT = 0x2e;

/** A UID; or, where a value is none, how many bytes it has. */
export type UIDOrLength = string | number;

export function uidOrLength(value: string): UIDOrLength {
  return isHarmlessUID(value) ? value : value.length;
}

/**
 * The same of the bytes from `from` to `to`, as they stand in a PDU or in a command set, with padding. An empty one is
 * harmless. A request may hold tens of thousands, so no text is made of them; a test compares it with `isHarmlessUID`.
 */
export function isHarmlessUIDField(bytes: Uint8Array, from: number, to: number): boolean {
  let end = to;
  while (end > from && (bytes[end - 1] === 0 || bytes[end - 1] === 0x20)) end -= 1;
  if (end === from) return to - from <= 1;
  const isFirst = bytes[from]! >= 0x30 && bytes[from]! <= 0x32;
  if (!isFirst || end - from < 3 || to - from > UID_LENGTH_MAX + 1 || end - from > UID_LENGTH_MAX) return false;
  if (bytes[from + 1] !== DOT) return false;
  for (let at = from + 2; at < end; at += 1) {
    const byte = bytes[at]!;
    const isDigit = byte >= 0x30 && byte <= 0x39;
    // Neither two dots in a row nor one at the end.
    const isSeparator = byte === DOT && bytes[at - 1] !== DOT && at + 1 < end;
    if (!isDigit && !isSeparator) return false;
  }
  return true;
}

/** An AE title, or only padding. */
export function isHarmlessAETitleField(value: string): boolean {
  const fault = aeTitleFault(withoutAETitlePadding(value));
  return fault === undefined || fault === 'blank';
}

/** An implementation version name, padded or not. */
export function isHarmlessVersionNameField(value: string): boolean {
  const name = withoutTrailingPadding(value);
  return name === '' ? value.length <= 1 : isImplementationVersionName(name);
}
