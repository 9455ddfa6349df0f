// The folder of an instance by study and series, from the first bytes of its data set. Names of patients and whatever else
// people wrote are no part of it: only UIDs become names of folders (PS3.5 9.1).

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { isHarmlessUID } from '../../protocol/harmless.ts';
import { INFLATE_LIMIT } from '../../protocol/limits.ts';
import { type ByteWindow, type Encoding, readElementHeader, skipValue } from '../element-walk.ts';
import { detectEncoding } from '../encoding-detection.ts';
import { encodingOf, isDeflated, isPrivate } from '../transfer-syntax-encoding.ts';
import { inflatePrefix } from './inflate-prefix.ts';
import { uidAt } from './meta-group.ts';

const STUDY_INSTANCE_UID = 0x0020000d;
const SERIES_INSTANCE_UID = 0x0020000e;

/**
 * '1.2.3/1.2.3.4', relative. A UID that is missing, or not within these bytes, is 'unknown'.
 * @param start the first bytes of the data set
 */
export function seriesFolder(start: Uint8Array, transferSyntaxUID: string): string {
  const uids = uidsIn(start, transferSyntaxUID);
  return join(folderName(uids.get(STUDY_INSTANCE_UID)), folderName(uids.get(SERIES_INSTANCE_UID)));
}

function folderName(uid: string | undefined): string {
  if (uid === undefined || uid === '') return 'unknown';
  return isHarmlessUID(uid) ? uid : createHash('sha256').update(uid).digest('hex');
}

function uidsIn(start: Uint8Array, transferSyntaxUID: string): ReadonlyMap<number, string> {
  const window = (bytes: Uint8Array): ByteWindow => ({ bytes, end: Number.POSITIVE_INFINITY });
  if (isDeflated(transferSyntaxUID))
    return walk(window(inflatePrefix(start, INFLATE_LIMIT).bytes), 'Explicit VR Little Endian');
  if (!isPrivate(transferSyntaxUID)) return walk(window(start), encodingOf(transferSyntaxUID));
  const detected = detectEncoding(window(start), 0, false);
  return detected.type === 'detected' ? walk(window(start), detected.encoding) : new Map();
}

function walk(window: ByteWindow, encoding: Encoding): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  let at = 0;
  for (;;) {
    const element = readElementHeader(window, at, encoding);
    if (element.type !== 'element' || element.tag > SERIES_INSTANCE_UID) return found;
    const skipped = skipValue(window, element, encoding);
    if (skipped.type !== 'skipped') return found;
    if (element.tag === STUDY_INSTANCE_UID || element.tag === SERIES_INSTANCE_UID) {
      const uid = uidAt(window, element);
      if (typeof uid === 'string') found.set(element.tag, uid);
    }
    at = skipped.next;
  }
}
