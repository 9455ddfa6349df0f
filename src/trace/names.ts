// Names in text: the name from the registry if there is one, otherwise the UID. What is no UID is not shown: it may be a
// patient's name at the place of one (protocol/harmless.ts).

import { isHarmlessUID, type UIDOrLength } from '../protocol/harmless.ts';
import { uidName } from '../protocol/uids.ts';
import { SHOWN_MAX, sanitize } from './sanitize.ts';
import { plural } from './units.ts';

/** A UID; or '(23 bytes that are no UID)'. */
export function uidText(uid: UIDOrLength): string {
  if (typeof uid === 'string' && isHarmlessUID(uid)) return uid;
  return uid === '' ? '(empty)' : `(${noUID(uid)})`;
}

/** The same within a sentence: '"1.2.3"', or '23 bytes that are no UID'. */
export function uidInWords(uid: UIDOrLength): string {
  return typeof uid === 'string' && isHarmlessUID(uid) ? `"${uid}"` : noUID(uid);
}

/** Nobody reads a longer value to its end, so its length is not known. */
function noUID(uid: UIDOrLength): string {
  const length = typeof uid === 'string' ? uid.length : uid;
  if (length > SHOWN_MAX.uid) return `more than ${SHOWN_MAX.uid} bytes that are no UID`;
  return `${plural(length, 'byte')} that ${length === 1 ? 'is' : 'are'} no UID`;
}

/** 'CT Image Storage', '1.2.3.4 (unknown)', or '(23 bytes that are no UID)'. */
export function nameOf(uid: string): string {
  return uidName(uid) ?? (isHarmlessUID(uid) ? `${uid} (unknown)` : uidText(uid));
}

/** 'RLE Lossless (1.2.840.10008.1.2.5)', for people who must configure it. */
export function nameAndUid(uid: string): string {
  const name = uidName(uid);
  return name === undefined ? nameOf(uid) : `${name} (${uid})`;
}

/** Names that are too long for a column, and what people call them. */
const SHORT: readonly (readonly [RegExp, string])[] = [
  [/ (?:Image )?Storage\b/, ''],
  [/^Digital Mammography X-Ray/, 'Digital Mammography'],
  [/^JPEG Lossless, Non-Hierarchical, First-Order Prediction .*/, 'JPEG Lossless SV1'],
  [/^JPEG Baseline .*/, 'JPEG Baseline'],
  [/^High-Throughput JPEG 2000/, 'HTJ2K'],
  [/ Image Compression/, ''],
  [/ \(Lossless Only\)/, ' Lossless'],
  [/ Little Endian$/, ' LE'],
  [/ Big Endian$/, ' BE'],
];

/** The same as `nameOf`, short, for a column of a table: 'CT', 'JPEG 2000 Lossless', 'Explicit VR LE'. */
export function shortNameOf(uid: string): string {
  const name = uidName(uid);
  return name === undefined ? nameOf(uid) : SHORT.reduce((text, [long, short]) => text.replace(long, short), name);
}

/** An AE title as it is shown. */
export function aeTitle(title: string): string {
  return sanitize(title, SHOWN_MAX.aeTitle) || '(empty)';
}

/** The same, sanitised. */
export function shownAddress({ host, port }: { readonly host: string; readonly port: number }): string {
  return addressOf({ host: sanitize(host, SHOWN_MAX.host), port });
}

/** 'pacs.example:104', '[::1]:104'; not sanitised. */
export function addressOf({ host, port }: { readonly host: string; readonly port: number | string }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
