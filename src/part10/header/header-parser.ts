// Reads what a sender must know of a file from its first bytes. PS3.10 clause 7.1 (preamble, File Meta
// Information), PS3.5 clause 7.1 and 9.1 (elements, UIDs), Annex A (encodings).
//
// Strict about what the C-STORE-RQ says of the file, lenient about the rest: preamble, meta group and group length may be
// missing or wrong, but UIDs must be UIDs, or the file is refused. The encoding of the data set is compared with the one that
// its transfer syntax names, so that no file is sent under a wrong transfer syntax unless a person decides so.

import { HEADER_LIMIT, INFLATE_LIMIT } from '../../protocol/limits.ts';
import { MEDIA_STORAGE_DIRECTORY } from '../../protocol/uids.ts';
import { isUID } from '../../protocol/ul/values.ts';
import {
  type ByteWindow,
  type Encoding,
  type Malformed,
  type NeedMore,
  readElementHeader,
  skipValue,
  u16At,
} from '../element-walk.ts';
import { detectEncoding } from '../encoding-detection.ts';
import { PIXEL_DATA, tagText, UNDEFINED_LENGTH } from '../structure.ts';
import { encodingOf, isDeflated, isPrivate, transferSyntaxOf } from '../transfer-syntax-encoding.ts';
import type { HeaderProblem, HeaderResult, InstanceHeader, NamedAttribute } from './header.ts';
import { inflatePrefix } from './inflate-prefix.ts';
import { isMetaElementAt, type MetaGroup, readMetaGroup, uidAt } from './meta-group.ts';
import { OTHER_FORMAT_SIGHT, otherFormat } from './other-format.ts';

/** `bytes`: how many from the start of the file are needed to say more; never more than the file has. */
export type HeaderStep = HeaderResult | NeedMore;

const SOP_CLASS_UID = 0x00080016;
const SOP_INSTANCE_UID = 0x00080018;
const TRANSFER_SYNTAX_UID = 0x00020010;
const DIRECTORY_RECORD_SEQUENCE = 0x00041220;
/** Where DICM stands behind a preamble. */
const PREAMBLE_LENGTH = 128;

const NO_META: Omit<MetaGroup, 'type' | 'end'> = {
  sopClass: undefined,
  sopInstance: undefined,
  transferSyntaxUID: undefined,
  strays: undefined,
};

interface Found {
  readonly form: InstanceHeader['form'];
  readonly dataSetOffset: number;
  readonly meta: Omit<MetaGroup, 'type' | 'end'>;
}

interface DataSetUIDs {
  readonly type: 'UIDs';
  readonly sopClassUID: string | undefined;
  readonly sopInstanceUID: string | undefined;
  readonly isDirectory: boolean;
}

/**
 * @param prefix the first bytes of the file. Never throws, whatever they are.
 * @param fileSize in bytes
 *
 * An answer stays the same with a longer prefix of the same file.
 *
 * UIDs are those of the data set. If it has none, or an empty one, the meta group's (0002,0002) or (0002,0003) stands in for
 * it, which the result says.
 */
export function parseHeader(prefix: Uint8Array, fileSize: number): HeaderStep {
  if (fileSize === 0) return problem({ code: 'empty file' });
  const sight = Math.min(fileSize, OTHER_FORMAT_SIGHT);
  if (prefix.length < sight) return { type: 'need more', bytes: sight };
  const window: ByteWindow = { bytes: prefix.subarray(0, fileSize), end: fileSize };

  const start = markedStart(prefix);
  const isMarked = start > 0;
  const metaStart = afterCommandElements(window, start);
  if (!beginsMetaGroup(window, metaStart, isMarked)) {
    const form = start > PREAMBLE_LENGTH ? 'Part 10' : isMarked ? 'no preamble' : 'bare data set';
    return readInstance(window, { form, dataSetOffset: start, meta: NO_META });
  }
  const meta = readMetaGroup(window, metaStart);
  if (meta.type !== 'meta group') return stepOf(meta);
  if (meta.sopClass?.value === MEDIA_STORAGE_DIRECTORY) return problem({ code: 'DICOMDIR' });
  if (meta.end >= fileSize) return malformed('the file ends where the data set should begin', fileSize);
  const form = start > PREAMBLE_LENGTH ? 'Part 10' : 'no preamble';
  return readInstance(window, { form, dataSetOffset: meta.end, meta });
}

/**
 * The UIDs of a data set that stands alone, as it comes over the network. An answer stays the same with a longer prefix.
 * @param prefix its first bytes; all of them if `isWhole`
 * @param transferSyntaxUID what it is encoded in
 */
export function dataSetUIDs(
  prefix: Uint8Array,
  isWhole: boolean,
  transferSyntaxUID: string,
): DataSetUIDs | NeedMore | Malformed {
  const window: ByteWindow = { bytes: prefix, end: isWhole ? prefix.length : Number.POSITIVE_INFINITY };
  if (isPrivate(transferSyntaxUID)) {
    const detected = detectEncoding(window, 0, false);
    if (detected.type === 'need more') return detected;
    return detected.type === 'detected' ? findUIDs(window, 0, detected.encoding) : noUIDs();
  }
  if (!isDeflated(transferSyntaxUID)) return findUIDs(window, 0, encodingOf(transferSyntaxUID));
  const { bytes, endedBy } = inflatePrefix(prefix, INFLATE_LIMIT);
  const isEnd = isWhole && endedBy === 'input';
  const uids = findUIDs(
    { bytes, end: isEnd ? bytes.length : Number.POSITIVE_INFINITY },
    0,
    'Explicit VR Little Endian',
  );
  if (uids.type !== 'need more') return uids;
  return endedBy === 'input' ? moreThan(prefix) : noUIDs();
}

const noUIDs = (): DataSetUIDs => ({
  type: 'UIDs',
  sopClassUID: undefined,
  sopInstanceUID: undefined,
  isDirectory: false,
});

/** Behind 'DICM', with its preamble or without it; 0 where there is none. */
function markedStart(prefix: Uint8Array): number {
  for (const at of [PREAMBLE_LENGTH, 0]) {
    if (prefix[at] === 0x44 && prefix[at + 1] === 0x49 && prefix[at + 2] === 0x43 && prefix[at + 3] === 0x4d) {
      return at + 4;
    }
  }
  return 0;
}

/** Some programs save the command set (group 0000) in front of group 0002. It is no part of the file. */
function afterCommandElements(window: ByteWindow, start: number): number {
  let at = start;
  while (at + 8 <= OTHER_FORMAT_SIGHT && at + 8 <= window.bytes.length && u16At(window.bytes, at, false) === 0) {
    const element = readElementHeader(window, at, 'Implicit VR Little Endian');
    if (element.type !== 'element') return start;
    const skipped = skipValue(window, element, 'Implicit VR Little Endian');
    if (skipped.type !== 'skipped') return start;
    at = skipped.next;
  }
  return isMetaElementAt(window, at) && at + 8 <= OTHER_FORMAT_SIGHT ? at : start;
}

/** Without 'DICM', one element of group 0002 could be an accident. Two are not. */
function beginsMetaGroup(window: ByteWindow, at: number, isMarked: boolean): boolean {
  if (!isMetaElementAt(window, at)) return false;
  if (isMarked) return true;
  const second = [8, 12].map((header) => at + header + u16At(window.bytes, at + (header === 8 ? 6 : 8), false));
  // Implicit VR has its length where Explicit VR has its letters.
  second.push(at + 8 + u16At(window.bytes, at + 4, false));
  return second.some((next) => next + 8 <= OTHER_FORMAT_SIGHT && isMetaElementAt(window, next));
}

function readInstance(file: ByteWindow, found: Found): HeaderStep {
  const { dataSetOffset: offset, meta } = found;
  const declared = meta.transferSyntaxUID;
  if (declared !== undefined && !isUID(declared)) return invalidUID(TRANSFER_SYNTAX_UID, declared);
  if (declared !== undefined && isDeflated(declared)) return readDeflated(file, found, declared);

  const detected = detectEncoding(file, offset, found.form === 'bare data set');
  if (detected.type === 'need more') return stepOf(detected);
  if (declared === undefined || isPrivate(declared)) {
    if (detected.type === 'undetected') return unrecognised(file, found);
    const { encoding } = detected;
    const uids = findUIDs(file, offset, encoding);
    if (declared !== undefined || uids.type !== 'UIDs') return conclude(file, found, declared ?? '', uids);
    const fragments = findFragments(file, offset, encoding);
    return fragments === undefined ? conclude(file, found, transferSyntaxOf(encoding), uids) : stepOf(fragments);
  }
  const encoding = encodingOf(declared);
  if (detected.type === 'undetected') {
    const uids = findUIDs(file, offset, encoding);
    if (uids.type === 'malformed' || (uids.type === 'need more' && uids.bytes <= HEADER_LIMIT)) return stepOf(uids);
    // Elements that are not in order look like no encoding; two UIDs in their places are no accident.
    const areUIDs = uids.type === 'UIDs' && isUID(uids.sopClassUID ?? '') && isUID(uids.sopInstanceUID ?? '');
    return areUIDs ? conclude(file, found, declared, uids) : malformed(`the data set is not in ${encoding}`, offset);
  }
  const uids = findUIDs(file, offset, detected.encoding);
  const step = conclude(file, found, declared, uids);
  return step.type !== 'instance' || detected.encoding === encoding
    ? step
    : { ...step, actualEncoding: detected.encoding };
}

function unrecognised(file: ByteWindow, found: Found): HeaderStep {
  if (found.form !== 'bare data set') {
    return malformed('no data set begins where it should', found.dataSetOffset);
  }
  const looksLike = otherFormat(file.bytes);
  return problem({ code: 'not DICOM', ...(looksLike === undefined ? {} : { looksLike }) });
}

function readDeflated(file: ByteWindow, found: Found, declared: string): HeaderStep {
  const offset = found.dataSetOffset;
  const { bytes, endedBy } = inflatePrefix(file.bytes.subarray(offset), INFLATE_LIMIT);
  const isComplete = file.bytes.length >= file.end && endedBy === 'input';
  const inflated: ByteWindow = { bytes, end: isComplete ? bytes.length : Number.POSITIVE_INFINITY };
  const detected = bytes.length === 0 ? moreThan(bytes) : detectEncoding(inflated, 0, false);
  const limit = endedBy === 'input' ? INFLATE_LIMIT : bytes.length;
  const uids = detected.type === 'need more' ? detected : findUIDs(inflated, 0, 'Explicit VR Little Endian', limit);
  if (uids.type === 'need more') {
    if (endedBy === 'corrupt') return malformed('the data set is not a deflate stream', offset);
    if (endedBy === 'limit')
      return malformed(`no SOP Instance UID in the first ${INFLATE_LIMIT} inflated bytes`, offset);
    if (isComplete) return malformed('the deflated data set ends within its first elements', offset);
    return { type: 'need more', bytes: Math.min(file.end, Math.max(2 * file.bytes.length, offset + 1024)) };
  }
  if (detected.type === 'detected' && detected.encoding !== 'Explicit VR Little Endian') {
    return malformed(`the data set inflates to ${detected.encoding}, not to Explicit VR Little Endian`, offset);
  }
  if (detected.type === 'undetected' || uids.type === 'malformed') {
    return malformed('what the data set inflates to is not in Explicit VR Little Endian', offset);
  }
  return conclude(file, found, declared, uids);
}

function moreThan(bytes: Uint8Array): NeedMore {
  return { type: 'need more', bytes: bytes.length + 1 };
}

/**
 * Goes over the top level of a data set as far as the two UIDs. Tags ascend, so both stand near its beginning. If one does
 * not, the rest is searched for it, because some writers do not sort; but only as far as bytes can be read and lie within
 * `limit`.
 */
function findUIDs(
  window: ByteWindow,
  start: number,
  encoding: Encoding,
  limit = HEADER_LIMIT,
): DataSetUIDs | NeedMore | Malformed {
  let sopClassUID: string | undefined;
  let sopInstanceUID: string | undefined;
  let isBehind = false;
  let at = start;
  const isBeyond = (step: NeedMore | Malformed) => isBehind && (step.type === 'malformed' || step.bytes > limit);
  while (at < window.end && (sopClassUID === undefined || sopInstanceUID === undefined)) {
    const element = readElementHeader(window, at, encoding);
    if (element.type !== 'element' && isBeyond(element)) break;
    if (element.type !== 'element') return element;
    if (element.tag === DIRECTORY_RECORD_SEQUENCE && !isBehind) {
      return { type: 'UIDs', sopClassUID, sopInstanceUID, isDirectory: true };
    }
    isBehind ||= element.tag > SOP_INSTANCE_UID;
    const skipped = skipValue(window, element, encoding);
    if (skipped.type !== 'skipped' && isBeyond(skipped)) break;
    if (skipped.type !== 'skipped') return skipped;
    if (element.tag === SOP_CLASS_UID || element.tag === SOP_INSTANCE_UID) {
      const uid = uidAt(window, element);
      if (typeof uid !== 'string') return uid;
      if (element.tag === SOP_CLASS_UID) sopClassUID ??= uid;
      else sopInstanceUID ??= uid;
    }
    at = skipped.next;
  }
  return { type: 'UIDs', sopClassUID, sopInstanceUID, isDirectory: false };
}

/**
 * Finds compressed pixel data in a file without a transfer syntax: nothing says how it is compressed, so it cannot be sent.
 * Other errors behind the UIDs are left to the pre-flight check.
 */
function findFragments(window: ByteWindow, start: number, encoding: Encoding): NeedMore | Malformed | undefined {
  if (encoding !== 'Explicit VR Little Endian') return undefined;
  let at = start;
  while (at < window.end) {
    const element = readElementHeader(window, at, encoding);
    if (element.type === 'need more') return element;
    if (element.type === 'malformed' || element.tag > PIXEL_DATA) return undefined;
    if (element.tag === PIXEL_DATA && element.length === UNDEFINED_LENGTH) {
      return { type: 'malformed', detail: 'the pixel data is compressed, and no transfer syntax says how', offset: at };
    }
    const skipped = skipValue(window, element, encoding);
    if (skipped.type === 'need more') return skipped;
    if (skipped.type === 'malformed') return undefined;
    at = skipped.next;
  }
  return undefined;
}

function conclude(
  file: ByteWindow,
  found: Found,
  transferSyntaxUID: string,
  uids: DataSetUIDs | NeedMore | Malformed,
): HeaderStep {
  if (uids.type !== 'UIDs') return stepOf(uids);
  // An empty value is no value.
  const sopClassUID = uids.sopClassUID || found.meta.sopClass?.value;
  const sopInstanceUID = uids.sopInstanceUID || found.meta.sopInstance?.value;
  const standIns = [
    ...(uids.sopClassUID ? [] : [attribute(SOP_CLASS_UID)]),
    ...(uids.sopInstanceUID ? [] : [attribute(SOP_INSTANCE_UID)]),
  ];
  if (uids.isDirectory || sopClassUID === MEDIA_STORAGE_DIRECTORY) return problem({ code: 'DICOMDIR' });
  if (sopClassUID === undefined) return missing(SOP_CLASS_UID);
  if (sopInstanceUID === undefined) return missing(SOP_INSTANCE_UID);
  if (!isUID(sopClassUID)) return invalidUID(SOP_CLASS_UID, sopClassUID);
  if (!isUID(sopInstanceUID)) return invalidUID(SOP_INSTANCE_UID, sopInstanceUID);
  const { form, dataSetOffset } = found;
  const { sopClass, sopInstance, strays } = found.meta;
  const dataSetLength = file.end - dataSetOffset;
  return {
    type: 'instance',
    header: { sopClassUID, sopInstanceUID, transferSyntaxUID, dataSetOffset, dataSetLength, form },
    mediaStorage: {
      ...(sopClass === undefined ? {} : { sopClass }),
      ...(sopInstance === undefined ? {} : { sopInstance }),
    },
    ...(strays === undefined ? {} : { strays }),
    ...(standIns.length === 0 ? {} : { standIns }),
  };
}

const KEYWORDS: Readonly<Record<number, string>> = {
  [TRANSFER_SYNTAX_UID]: 'TransferSyntaxUID',
  [SOP_CLASS_UID]: 'SOPClassUID',
  [SOP_INSTANCE_UID]: 'SOPInstanceUID',
};

function attribute(tag: number): NamedAttribute {
  return { tag: tagText(tag), keyword: KEYWORDS[tag] ?? '' };
}

function missing(tag: number): HeaderStep {
  return problem({ code: 'missing attribute', ...attribute(tag) });
}

function invalidUID(tag: number, value: string): HeaderStep {
  return problem({ code: 'invalid UID', tag: tagText(tag), keyword: KEYWORDS[tag] ?? '', length: value.length });
}

function malformed(detail: string, offset: number): HeaderStep {
  return problem({ code: 'malformed', detail, offset });
}

function problem(found: HeaderProblem): HeaderStep {
  return { type: 'problem', problem: found };
}

function stepOf(step: NeedMore | Malformed): HeaderStep {
  return step.type === 'need more' ? step : malformed(step.detail, step.offset);
}
