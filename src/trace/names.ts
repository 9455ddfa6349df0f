// Names in text: the name from the registry if there is one, otherwise the UID.

import { uidName } from '../protocol/uids.ts';
import { SHOWN_MAX, sanitize } from './sanitize.ts';

/** 'CT Image Storage', or '1.2.3.4 (unknown)'. */
export function nameOf(uid: string): string {
  return uidName(uid) ?? (uid === '' ? '(empty)' : `${sanitize(uid, SHOWN_MAX.uid)} (unknown)`);
}

/** 'RLE Lossless (1.2.840.10008.1.2.5)', for people who must configure it. */
export function nameAndUid(uid: string): string {
  const name = uidName(uid);
  return name === undefined ? nameOf(uid) : `${name} (${sanitize(uid, SHOWN_MAX.uid)})`;
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
export function addressOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
