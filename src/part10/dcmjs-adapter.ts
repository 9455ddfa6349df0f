// The only importer of dcmjs. It serves what needs more than structure: the data dictionary for a conversion, a few attributes
// to show to a person, and a second opinion on a data set without a meta group. Sending a file as it is needs none of it.
//
// dcmjs reads whole files, recurses into sequences and takes a truncated value for a whole one. So it never gets a file:
// only single elements of the top level, each complete and small, that our own walk has picked out.

import { INFLATE_LIMIT, SHOWN_VALUE_MAX } from '../protocol/limits.ts';
import { type ByteWindow, type Encoding, readElementHeader, skipValue } from './element-walk.ts';
import type { InstanceHeader } from './header/header.ts';
import { inflatePrefix } from './header/inflate-prefix.ts';
import { UNDEFINED_LENGTH } from './structure.ts';
import { encodingOf, isDeflated, transferSyntaxOf } from './transfer-syntax-encoding.ts';

export interface DataDictionary {
  /**
   * The VR of a standard element (PS3.6 clause 6): two letters, or where several are possible 'US or SS', 'OB or OW',
   * 'US or OW'. Undefined for private and unknown ones, and for items and delimiters.
   * @param tag 0xGGGGEEEE
   */
  vrOf(tag: number): string | undefined;
  keywordOf(tag: number): string | undefined;
}

/** Attributes that say what was made, not of whom. */
const DESCRIPTIVE_TAGS: readonly number[] = [
  0x00080060, // Modality
  0x00080070, // Manufacturer
  0x00081030, // Study Description
  0x0008103e, // Series Description
  0x00081090, // Manufacturer's Model Name
  0x00180015, // Body Part Examined
  0x00200011, // Series Number
  0x00200013, // Instance Number
  0x00280004, // Photometric Interpretation
  0x00280008, // Number of Frames
  0x00280010, // Rows
  0x00280011, // Columns
  0x00280100, // Bits Allocated
];

const SPECIFIC_CHARACTER_SET = 0x00080005;
const SOP_CLASS_UID = 0x00080016;
const SOP_INSTANCE_UID = 0x00080018;

/** dcmjs's own short names for what PS3.6 says in words. */
const CHOICES: Readonly<Record<string, string | undefined>> = {
  ox: 'OB or OW',
  xs: 'US or SS',
  lt: 'US or OW',
  up: 'UL',
  na: undefined,
};

type Dcmjs = typeof import('dcmjs');

let loading: Promise<Dcmjs> | undefined;

function load(): Promise<Dcmjs> {
  loading ??= import('dcmjs').then((dcmjs) => {
    // It warns on the console, which nobody reads in the editor.
    dcmjs.log.setLevel('silent');
    return dcmjs;
  });
  return loading;
}

/** Loaded once, on the first call. */
export async function loadDictionary(): Promise<DataDictionary> {
  const { dictionary } = (await load()).data.DicomMetaDictionary;
  const entry = (tag: number) => dictionary[hexTag(tag)];
  return {
    vrOf: (tag) => {
      const vr = entry(tag)?.vr;
      return vr !== undefined && vr in CHOICES ? CHOICES[vr] : vr;
    },
    keywordOf: (tag) => entry(tag)?.name.replace(/^RETIRED_/u, ''),
  };
}

function hexTag(tag: number): string {
  return tag.toString(16).toUpperCase().padStart(8, '0');
}

/**
 * Values of top-level attributes by tag, as text; several values joined by a backslash. Absent, empty, long and cut-off
 * ones are left out.
 *
 * @param prefix the first bytes of the data set (not of the file), in its own transfer syntax
 * @param tags ascending; by default attributes that do not identify the patient
 * @throws where dcmjs cannot read an element
 */
export async function readAttributes(
  prefix: Uint8Array,
  transferSyntaxUID: string,
  tags: readonly number[] = DESCRIPTIVE_TAGS,
): Promise<ReadonlyMap<number, string>> {
  const plain = isDeflated(transferSyntaxUID) ? inflatePrefix(prefix, INFLATE_LIMIT).bytes : prefix;
  const encoding = encodingOf(transferSyntaxUID);
  const wanted = new Set([SPECIFIC_CHARACTER_SET, ...tags]);
  const elements = pickElements({ bytes: plain, end: plain.length }, encoding, wanted);
  const { data } = await load();
  const { dict } = data.DicomMessage.readFile(smallFile(encoding, elements));
  const found = new Map<number, string>();
  for (const tag of tags) {
    const values = (dict[hexTag(tag)]?.Value ?? []).filter((value) => value !== null && value !== undefined);
    const text = values.map(String).join('\\');
    if (text !== '') found.set(tag, text);
  }
  return found;
}

/** A second opinion on a data set without a meta group: whether dcmjs finds the same instance in it. */
export async function confirmsInstance(prefix: Uint8Array, header: InstanceHeader): Promise<boolean> {
  const dataSet = prefix.subarray(header.dataSetOffset);
  try {
    const uids = await readAttributes(dataSet, header.transferSyntaxUID, [SOP_CLASS_UID, SOP_INSTANCE_UID]);
    return uids.get(SOP_CLASS_UID) === header.sopClassUID && uids.get(SOP_INSTANCE_UID) === header.sopInstanceUID;
  } catch {
    return false;
  }
}

function pickElements(window: ByteWindow, encoding: Encoding, wanted: ReadonlySet<number>): readonly Uint8Array[] {
  const highest = Math.max(...wanted);
  const picked: Uint8Array[] = [];
  let at = 0;
  for (;;) {
    const element = readElementHeader(window, at, encoding);
    if (element.type !== 'element' || element.tag > highest) return picked;
    const skipped = skipValue(window, element, encoding);
    if (skipped.type !== 'skipped') return picked;
    const isSmall = element.length !== UNDEFINED_LENGTH && element.length <= SHOWN_VALUE_MAX;
    if (wanted.has(element.tag) && isSmall) picked.push(window.bytes.subarray(at, skipped.next));
    at = skipped.next;
  }
}

/** The least that dcmjs takes for a file: preamble, group length, transfer syntax (PS3.10 7.1). */
function smallFile(encoding: Encoding, elements: readonly Uint8Array[]): ArrayBuffer {
  const uid = Buffer.from(transferSyntaxOf(encoding), 'latin1');
  const value = Buffer.alloc(uid.length + (uid.length % 2));
  uid.copy(value);
  const groupLength = Buffer.from([0x02, 0, 0, 0, 0x55, 0x4c, 4, 0, 8 + value.length, 0, 0, 0]);
  const syntax = Buffer.from([0x02, 0, 0x10, 0, 0x55, 0x49, value.length, 0]);
  const parts = [Buffer.alloc(128), Buffer.from('DICM', 'latin1'), groupLength, syntax, value, ...elements];
  const file = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file.buffer;
}
