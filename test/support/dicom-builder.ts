// Writes DICOM files for tests, straight from the standard, and shares no code with src: the product is never tested only on what
// it wrote itself. PS3.5 clause 7 (elements, sequences), A.4 (encapsulation), A.5 (deflated), PS3.10 clause 7.1 (File Meta
// Information). Everything is deterministic.

import { deflateRawSync } from 'node:zlib';

export const IMPLICIT_LE = '1.2.840.10008.1.2';
export const EXPLICIT_LE = '1.2.840.10008.1.2.1';
export const EXPLICIT_BE = '1.2.840.10008.1.2.2';
export const DEFLATED_LE = '1.2.840.10008.1.2.1.99';
export const JPEG_BASELINE = '1.2.840.10008.1.2.4.50';
export const JPEG_2000_LOSSLESS = '1.2.840.10008.1.2.4.90';
export const RLE_LOSSLESS = '1.2.840.10008.1.2.5';

export const CT_IMAGE = '1.2.840.10008.5.1.4.1.1.2';
export const MR_IMAGE = '1.2.840.10008.5.1.4.1.1.4';
export const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';
export const MEDIA_STORAGE_DIRECTORY = '1.2.840.10008.1.3.10';

export type Encoding = 'implicit LE' | 'explicit LE' | 'explicit BE';

export interface SequenceValue {
  readonly items: readonly (readonly BuiltElement[])[];
  /** Lengths 0xFFFFFFFF with delimiters, for the sequence and for its items. */
  readonly undefinedLength?: boolean;
  readonly undefinedItemLength?: boolean;
}

export interface FragmentsValue {
  /** The first is the basic offset table (may be empty). */
  readonly fragments: readonly Uint8Array[];
}

/**
 * - string: Latin-1, padded to even length with NUL (UI), a space (text), as the VR asks.
 * - number[]: as US, SS, UL, SL, FL, FD or AT (as 0xGGGGEEEE) in the data set's byte order.
 * - Uint8Array: as it is (in 16-bit words for OW it is the caller's business), padded with NUL.
 */
export interface BuiltElement {
  /** 0xGGGGEEEE */
  readonly tag: number;
  readonly vr: string;
  readonly value: string | readonly number[] | Uint8Array | SequenceValue | FragmentsValue;
  /** Written instead of the true length. */
  readonly lyingLength?: number;
  /** Leaves an odd value odd. */
  readonly unpadded?: boolean;
}

export function element(tag: number, vr: string, value: BuiltElement['value']): BuiltElement {
  return { tag, vr, value };
}

const LONG_VRS = ['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV'];
const UNDEFINED_LENGTH = 0xffffffff;

function u16(value: number, bigEndian: boolean): Buffer {
  const bytes = Buffer.alloc(2);
  if (bigEndian) bytes.writeUInt16BE(value);
  else bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number, bigEndian: boolean): Buffer {
  const bytes = Buffer.alloc(4);
  if (bigEndian) bytes.writeUInt32BE(value);
  else bytes.writeUInt32LE(value);
  return bytes;
}

function tagBytes(tag: number, bigEndian: boolean): Buffer {
  return Buffer.concat([u16(tag >>> 16, bigEndian), u16(tag & 0xffff, bigEndian)]);
}

function numberBytes(vr: string, value: number, bigEndian: boolean): Buffer {
  switch (vr) {
    case 'US':
      return u16(value, bigEndian);
    case 'SS':
      return u16(value & 0xffff, bigEndian);
    case 'UL':
      return u32(value, bigEndian);
    case 'SL':
      return u32(value >>> 0, bigEndian);
    case 'AT':
      return tagBytes(value, bigEndian);
    case 'FL': {
      const bytes = Buffer.alloc(4);
      if (bigEndian) bytes.writeFloatBE(value);
      else bytes.writeFloatLE(value);
      return bytes;
    }
    case 'FD': {
      const bytes = Buffer.alloc(8);
      if (bigEndian) bytes.writeDoubleBE(value);
      else bytes.writeDoubleLE(value);
      return bytes;
    }
    default:
      throw new Error(`numbers do not go into ${vr}`);
  }
}

function delimiter(tag: number, bigEndian: boolean): Buffer {
  return Buffer.concat([tagBytes(tag, bigEndian), u32(0, bigEndian)]);
}

function encodeSequence(value: SequenceValue, encoding: Encoding): Buffer {
  const bigEndian = encoding === 'explicit BE';
  const parts: Buffer[] = [];
  for (const item of value.items) {
    const content = encodeElements(item, encoding);
    const length = value.undefinedItemLength === true ? UNDEFINED_LENGTH : content.length;
    parts.push(tagBytes(0xfffee000, bigEndian), u32(length, bigEndian), content);
    if (value.undefinedItemLength === true) parts.push(delimiter(0xfffee00d, bigEndian));
  }
  if (value.undefinedLength === true) parts.push(delimiter(0xfffee0dd, bigEndian));
  return Buffer.concat(parts);
}

function encodeFragments(value: FragmentsValue, bigEndian: boolean): Buffer {
  const parts: Buffer[] = [];
  for (const fragment of value.fragments) {
    const padded = padded2(Buffer.from(fragment), 0);
    parts.push(tagBytes(0xfffee000, bigEndian), u32(padded.length, bigEndian), padded);
  }
  parts.push(delimiter(0xfffee0dd, bigEndian));
  return Buffer.concat(parts);
}

function padded2(bytes: Buffer, pad: number): Buffer {
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.from([pad])]);
}

function encodeValue(built: BuiltElement, encoding: Encoding): { bytes: Buffer; undefinedLength: boolean } {
  const { value, vr } = built;
  const bigEndian = encoding === 'explicit BE';
  if (typeof value === 'string') {
    const bytes = Buffer.from(value, 'latin1');
    return { bytes: built.unpadded === true ? bytes : padded2(bytes, vr === 'UI' ? 0 : 0x20), undefinedLength: false };
  }
  if (value instanceof Uint8Array) {
    const bytes = Buffer.from(value);
    return { bytes: built.unpadded === true ? bytes : padded2(bytes, 0), undefinedLength: false };
  }
  if ('items' in value) {
    return { bytes: encodeSequence(value, encoding), undefinedLength: value.undefinedLength === true };
  }
  if ('fragments' in value) return { bytes: encodeFragments(value, bigEndian), undefinedLength: true };
  return { bytes: Buffer.concat(value.map((one) => numberBytes(vr, one, bigEndian))), undefinedLength: false };
}

/** The elements as given: the order, too, is the caller's. */
export function encodeElements(elements: readonly BuiltElement[], encoding: Encoding): Buffer {
  const bigEndian = encoding === 'explicit BE';
  const parts: Buffer[] = [];
  for (const built of elements) {
    const { bytes, undefinedLength } = encodeValue(built, encoding);
    const length = built.lyingLength ?? (undefinedLength ? UNDEFINED_LENGTH : bytes.length);
    parts.push(tagBytes(built.tag, bigEndian));
    if (encoding === 'implicit LE') parts.push(u32(length, false));
    else if (LONG_VRS.includes(built.vr))
      parts.push(Buffer.from(built.vr, 'latin1'), Buffer.alloc(2), u32(length, bigEndian));
    else parts.push(Buffer.from(built.vr, 'latin1'), u16(length, bigEndian));
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

/** How a data set is encoded in a transfer syntax; everything but the three old ones is Explicit VR Little Endian. */
export function encodingOfSyntax(transferSyntax: string): Encoding {
  if (transferSyntax === IMPLICIT_LE) return 'implicit LE';
  return transferSyntax === EXPLICIT_BE ? 'explicit BE' : 'explicit LE';
}

/** The bytes of a data set in a transfer syntax; deflated where the syntax says so (a raw deflate stream, not padded). */
export function encodeDataSet(elements: readonly BuiltElement[], transferSyntax: string): Buffer {
  const plain = encodeElements(elements, encodingOfSyntax(transferSyntax));
  return transferSyntax === DEFLATED_LE ? deflateRawSync(plain) : plain;
}

export interface FileOptions {
  /** Default: 128 zero bytes and DICM. A given buffer stands for the 128 bytes; false = neither preamble nor DICM. */
  readonly preamble?: boolean | Uint8Array;
  /** false = no group 0002 at all. */
  readonly meta?: boolean;
  /** Default 'right'. A number is written instead. */
  readonly groupLength?: 'right' | 'absent' | number;
  /** What (0002,0010) says, if not the syntax of the data set; false = leave it out. */
  readonly metaTransferSyntax?: string | false;
  readonly metaSopClass?: string | false;
  readonly metaSopInstance?: string | false;
  /** Writes group 0002 in Implicit VR, as some wrong writers did. */
  readonly implicitMeta?: boolean;
  /** More elements of group 0002, to stand behind the others. */
  readonly extraMeta?: readonly BuiltElement[];
}

export interface FileContent {
  readonly transferSyntax: string;
  readonly sopClass: string;
  readonly sopInstance: string;
  readonly dataSet: Uint8Array;
}

/** A whole file around a data set. */
export function buildFile(content: FileContent, options: FileOptions = {}): Buffer {
  const parts: Buffer[] = [];
  if (options.preamble !== false) {
    const preamble = options.preamble instanceof Uint8Array ? Buffer.from(options.preamble) : Buffer.alloc(128);
    parts.push(preamble, Buffer.from('DICM', 'latin1'));
  }
  if (options.meta !== false) parts.push(encodeMeta(content, options));
  parts.push(Buffer.from(content.dataSet));
  return Buffer.concat(parts);
}

function encodeMeta(content: FileContent, options: FileOptions): Buffer {
  const encoding: Encoding = options.implicitMeta === true ? 'implicit LE' : 'explicit LE';
  const syntax = options.metaTransferSyntax ?? content.transferSyntax;
  const sopClass = options.metaSopClass ?? content.sopClass;
  const sopInstance = options.metaSopInstance ?? content.sopInstance;
  const elements: BuiltElement[] = [element(0x00020001, 'OB', Uint8Array.of(0, 1))];
  if (sopClass !== false) elements.push(element(0x00020002, 'UI', sopClass));
  if (sopInstance !== false) elements.push(element(0x00020003, 'UI', sopInstance));
  if (syntax !== false) elements.push(element(0x00020010, 'UI', syntax));
  elements.push(
    element(0x00020012, 'UI', '2.25.305828488182831875890203105390285383139'),
    ...(options.extraMeta ?? []),
  );
  const rest = encodeElements(elements, encoding);
  const groupLength = options.groupLength ?? 'right';
  if (groupLength === 'absent') return rest;
  const length = groupLength === 'right' ? rest.length : groupLength;
  return Buffer.concat([encodeElements([element(0x00020000, 'UL', [length])], encoding), rest]);
}

/** A generator of bytes that is the same everywhere (mulberry32). Not for secrets. */
export function seededBytes(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed >>> 0;
  for (let at = 0; at < length; at++) {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    bytes[at] = (mixed ^ (mixed >>> 14)) & 0xff;
  }
  return bytes;
}

export interface SampleOptions {
  readonly sopClass?: string;
  readonly transferSyntax?: string;
  /** Of the pixel data, in bytes; even. */
  readonly pixelBytes?: number;
  /** Makes UIDs and pixels; another seed, another instance. */
  readonly seed?: number;
}

export interface SampleInstance extends FileContent {
  readonly elements: readonly BuiltElement[];
  /** The whole Part 10 file. */
  readonly file: Buffer;
  /** Where in `file` the data set begins. */
  readonly dataSetOffset: number;
}

/**
 * A small image of random pixels with the attributes that a receiver looks at. Encapsulated syntaxes carry the pixels in
 * one fragment: not a true bitstream, which no one on the way has to decode.
 */
export function sampleInstance(options: SampleOptions = {}): SampleInstance {
  const { sopClass = CT_IMAGE, transferSyntax = EXPLICIT_LE, pixelBytes = 512, seed = 1 } = options;
  const sopInstance = `2.25.${1_000_000_000 + seed}`;
  const pixels = seededBytes(pixelBytes, seed);
  // One row, unless Columns could not hold it: then `pixelBytes` must be a multiple of 1,000.
  const columns = pixelBytes / 2 > 0xffff ? 500 : pixelBytes / 2;
  const encapsulated = ![IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE, DEFLATED_LE].includes(transferSyntax);
  const elements: BuiltElement[] = [
    element(0x00080008, 'CS', 'ORIGINAL\\PRIMARY'),
    element(0x00080016, 'UI', sopClass),
    element(0x00080018, 'UI', sopInstance),
    element(0x00080020, 'DA', '20200101'),
    element(0x00080060, 'CS', 'OT'),
    element(0x00081140, 'SQ', {
      items: [[element(0x00081150, 'UI', SECONDARY_CAPTURE), element(0x00081155, 'UI', `${sopInstance}.9`)]],
      undefinedLength: true,
      undefinedItemLength: true,
    }),
    element(0x00100010, 'PN', 'TEST^BUILDER'),
    element(0x00100020, 'LO', `ID-${seed}`),
    element(0x0020000d, 'UI', '2.25.900000001'),
    element(0x0020000e, 'UI', '2.25.900000002'),
    element(0x00200013, 'IS', String(seed)),
    element(0x00280002, 'US', [1]),
    element(0x00280004, 'CS', 'MONOCHROME2'),
    element(0x00280010, 'US', [pixelBytes / 2 / columns]),
    element(0x00280011, 'US', [columns]),
    element(0x00280100, 'US', [16]),
    element(0x00280101, 'US', [16]),
    element(0x00280102, 'US', [15]),
    element(0x00280103, 'US', [0]),
    encapsulated
      ? element(0x7fe00010, 'OB', { fragments: [new Uint8Array(0), pixels] })
      : element(0x7fe00010, 'OW', pixels),
  ];
  const content = { transferSyntax, sopClass, sopInstance, dataSet: encodeDataSet(elements, transferSyntax) };
  const file = buildFile(content);
  return { ...content, elements, file, dataSetOffset: file.length - content.dataSet.length };
}
