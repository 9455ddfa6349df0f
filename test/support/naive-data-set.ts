// Reads and writes whole data sets in memory, recursively and one byte at a time, and shares no code with src. Tests compare
// conversions with it. PS3.5 7.1, 7.3, 7.5, 6.2.2. Values are always little endian in here.

export interface NaiveEncoding {
  readonly explicit: boolean;
  readonly big: boolean;
}

export const IMPLICIT: NaiveEncoding = { explicit: false, big: false };
export const EXPLICIT: NaiveEncoding = { explicit: true, big: false };
export const BIG: NaiveEncoding = { explicit: true, big: true };

export interface NaiveElement {
  /** 0xGGGGEEEE */
  readonly tag: number;
  readonly vr: string;
  /** Bytes in little endian order, or the items of a sequence (of VR SQ, or UN: then of undefined length). */
  readonly value: Uint8Array | readonly NaiveItem[];
  /** The sequence itself. */
  readonly undefinedLength?: boolean;
}

export interface NaiveItem {
  readonly elements: readonly NaiveElement[];
  readonly undefinedLength?: boolean;
}

const LONG = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
const SHORT = new Set('AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US'.split(' '));

/** Two capitals that no table has: a VR of a later edition, PS3.5 7.1.2. Or a VR that only DCMTK has. 32 bits of length. */
const isUnknown = (vr: string): boolean => /^(?:[A-Z]{2}|lt|ox|px)$/u.test(vr) && !LONG.has(vr) && !SHORT.has(vr);

const WORDS: readonly (readonly [number, string])[] = [
  // With the VRs that only DCMTK has.
  [2, 'AT OW SS US lt px xs'],
  [4, 'FL OF OL SL UL up'],
  [8, 'FD OD OV SV UV'],
];

function wordOf(vr: string): number {
  return WORDS.find(([, names]) => names.split(' ').includes(vr))?.[0] ?? 1;
}

function turned(bytes: Uint8Array, vr: string, encoding: NaiveEncoding): number[] {
  const word = encoding.big ? wordOf(vr) : 1;
  const result: number[] = [];
  for (let at = 0; at < bytes.length; at += word) result.push(...[...bytes.subarray(at, at + word)].reverse());
  return result;
}

function number(value: number, size: 2 | 4, big: boolean): number[] {
  const bytes = [];
  for (let index = 0; index < size; index++) bytes.push(Math.floor(value / 256 ** index) % 256);
  return big ? bytes.reverse() : bytes;
}

function tagOf(tag: number, big: boolean): number[] {
  return [...number(Math.floor(tag / 0x10000), 2, big), ...number(tag % 0x10000, 2, big)];
}

const UNDEFINED = 0xffffffff;

/** `undefinedLengths`: every sequence and item that is not empty has undefined length, whatever it says itself. */
export function writeDataSet(
  elements: readonly NaiveElement[],
  encoding: NaiveEncoding,
  undefinedLengths = false,
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  for (const element of elements) {
    const { tag, vr, value } = element;
    let content: Uint8Array;
    let length: number;
    if (value instanceof Uint8Array) {
      content = Uint8Array.from(turned(value, vr, encoding));
      length = content.length;
    } else {
      const inner = vr === 'UN' ? IMPLICIT : encoding;
      const isOpen = vr === 'UN' || (undefinedLengths ? value.length > 0 : element.undefinedLength === true);
      const items = value.map((item) => {
        const body = writeDataSet(item.elements, inner, undefinedLengths);
        const open = undefinedLengths ? body.length > 0 : item.undefinedLength === true;
        const end = open ? [...tagOf(0xfffee00d, inner.big), 0, 0, 0, 0] : [];
        const head = [...tagOf(0xfffee000, inner.big), ...number(open ? UNDEFINED : body.length, 4, inner.big)];
        return Buffer.concat([Uint8Array.from(head), body, Uint8Array.from(end)]);
      });
      const end = isOpen ? [...tagOf(0xfffee0dd, inner.big), 0, 0, 0, 0] : [];
      content = Buffer.concat([...items, Uint8Array.from(end)]);
      length = isOpen ? UNDEFINED : content.length;
    }
    const head = tagOf(tag, encoding.big);
    if (encoding.explicit) {
      head.push(vr.charCodeAt(0), vr.charCodeAt(1));
      if (LONG.has(vr)) head.push(0, 0, ...number(length, 4, encoding.big));
      else head.push(...number(length, 2, encoding.big));
    } else {
      head.push(...number(length, 4, encoding.big));
    }
    parts.push(Uint8Array.from(head), content);
  }
  return new Uint8Array(Buffer.concat(parts));
}

export interface NaiveRow {
  /** '00081140[0].00081150' */
  readonly path: string;
  /** '' in implicit VR. */
  readonly vr: string;
  /** Hex of the value in little endian order; 'N items' for a sequence that is not empty. */
  readonly value: string;
}

/** Every element, depth first. `isSequence` tells of an element of defined length in implicit VR what it is. */
export function readDataSet(
  bytes: Uint8Array,
  encoding: NaiveEncoding,
  isSequence: (tag: number) => boolean = () => false,
): NaiveRow[] {
  const rows: NaiveRow[] = [];
  let at = 0;

  function take(size: 2 | 4, big: boolean): number {
    if (at + size > bytes.length) throw new Error(`naive reader: nothing left at ${at}`);
    let value = 0;
    for (let index = 0; index < size; index++) {
      value += (bytes[at + (big ? size - 1 - index : index)] as number) * 256 ** index;
    }
    at += size;
    return value;
  }

  function takeTag(big: boolean): number {
    return take(2, big) * 0x10000 + take(2, big);
  }

  function items(path: string, length: number, inner: NaiveEncoding): number {
    const end = length === UNDEFINED ? Infinity : at + length;
    let count = 0;
    while (at < end) {
      const tag = takeTag(inner.big);
      const itemLength = take(4, inner.big);
      if (tag === 0xfffee0dd) break;
      if (tag !== 0xfffee000) throw new Error(`naive reader: no item at ${at - 8}`);
      dataSet(`${path}[${count}].`, itemLength === UNDEFINED ? Infinity : at + itemLength, inner);
      count += 1;
    }
    if (end !== Infinity && at !== end) throw new Error(`naive reader: ${path} does not end with its last item`);
    return count;
  }

  /** Encapsulated pixel data (PS3.5 A.4): the items' bytes, hex, one after the other. */
  function fragments(inner: NaiveEncoding): string {
    const values: string[] = [];
    for (;;) {
      const tag = takeTag(inner.big);
      const length = take(4, inner.big);
      if (tag === 0xfffee0dd) return values.join(' ');
      if (tag !== 0xfffee000 || at + length > bytes.length) throw new Error(`naive reader: no fragment at ${at - 8}`);
      values.push(Buffer.from(bytes.subarray(at, at + length)).toString('hex'));
      at += length;
    }
  }

  function dataSet(prefix: string, end: number, inner: NaiveEncoding): void {
    while (at < end && at < bytes.length) {
      const tag = takeTag(inner.big);
      if (tag === 0xfffee00d) {
        if (end !== Infinity) throw new Error(`naive reader: nothing to close at ${at - 4}`);
        take(4, inner.big);
        return;
      }
      const vr = inner.explicit ? String.fromCharCode(...bytes.subarray(at, at + 2)) : '';
      const isLong = LONG.has(vr) || isUnknown(vr);
      if (inner.explicit) at += isLong ? 4 : 2;
      const length = inner.explicit && !isLong ? take(2, inner.big) : take(4, inner.big);
      const path = `${prefix}${tag.toString(16).padStart(8, '0')}`;
      if ((vr === 'OB' || vr === 'OW') && length === UNDEFINED) {
        rows.push({ path, vr, value: fragments(inner) });
        continue;
      }
      if (vr === 'SQ' || length === UNDEFINED || (vr === '' && isSequence(tag))) {
        const row = rows.length;
        const count = items(path, length, vr === 'UN' || isUnknown(vr) ? IMPLICIT : inner);
        rows.splice(row, 0, { path, vr, value: count === 0 ? '' : `${count} items` });
        continue;
      }
      if (at + length > bytes.length) throw new Error(`naive reader: ${path} is cut off`);
      const value = Uint8Array.from(turned(bytes.subarray(at, at + length), vr, inner));
      rows.push({ path, vr, value: Buffer.from(value).toString('hex') });
      at += length;
    }
    if (end !== Infinity && at !== end) throw new Error(`naive reader: ${prefix} does not end with its last element`);
    if (end === Infinity) throw new Error(`naive reader: ${prefix} has no end`);
  }

  dataSet('', bytes.length, encoding);
  return rows;
}

/** What a conversion must keep: everything but VRs and group lengths. */
export function withoutVRs(rows: readonly NaiveRow[]): string[] {
  return rows.filter(({ path }) => !path.endsWith('0000')).map(({ path, value }) => `${path} ${value}`);
}
