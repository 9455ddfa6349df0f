// Files with one or two faults in their data sets, by seed: what damaged media, defective software and editing by hand do. Half of
// a send's trust is in lengths, so most mutations are of lengths, tags and VRs. PS3.5 7.1, 7.5, A.4, A.5.

import { deflateRawSync } from 'node:zlib';
import {
  type BuiltElement,
  buildFile,
  CT_IMAGE,
  DEFLATED_LE,
  type Encoding,
  EXPLICIT_BE,
  EXPLICIT_LE,
  element,
  encodeElements,
  encodingOfSyntax,
  IMPLICIT_LE,
  JPEG_2000_LOSSLESS,
  RLE_LOSSLESS,
  sampleInstance,
  seededBytes,
} from './dicom-builder.ts';
import { elementFields, type Field, Random } from './mutate.ts';

export interface MutatedFile {
  readonly seed: number;
  /** What was done to which kind of file. */
  readonly story: string;
  readonly transferSyntax: string;
  readonly sopInstance: string;
  readonly file: Buffer;
  /** Where the data set begins, which is the only part that is mutated. */
  readonly start: number;
}

type Source = readonly [name: string, transferSyntax: string, elements: readonly BuiltElement[], un?: Buffer];

const SYNTAXES = [IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE] as const;

const plain = (seed: number, transferSyntax: string): BuiltElement[] =>
  sampleInstance({ seed, transferSyntax, pixelBytes: 128 }).elements.filter(({ vr }) => vr !== 'SQ');

const withElements = (seed: number, transferSyntax: string, more: readonly BuiltElement[]): BuiltElement[] =>
  [...plain(seed, transferSyntax), ...more].sort((a, b) => a.tag - b.tag);

function sequences(undefinedLength: boolean, undefinedItemLength: boolean, isPrivate: boolean): BuiltElement[] {
  const of = (...items: readonly BuiltElement[][]) => ({ items, undefinedLength, undefinedItemLength });
  const code = [
    element(0x00080100, 'SH', 'T-D1100'),
    element(0x00080102, 'SH', 'SRT'),
    element(0x00080104, 'LO', 'Head'),
  ];
  const reference = [element(0x00081150, 'UI', CT_IMAGE), element(0x00081155, 'UI', '2.25.77')];
  const nested = [...reference, element(0x0040a170, 'SQ', of(code, code))];
  return [
    element(0x00081140, 'SQ', of(reference, reference)),
    element(0x00082112, 'SQ', of([...nested, element(0x00081160, 'IS', '1')])),
    element(0x00082218, 'SQ', of(code)),
    ...(isPrivate
      ? [
          element(0x00091001, 'SQ', of([element(0x00090010, 'LO', 'MAKER'), element(0x00091002, 'LO', 'inside')])),
          element(0x00090010, 'LO', 'MAKER'),
        ]
      : []),
  ];
}

function withSequences(seed: number): readonly Source[] {
  return SYNTAXES.flatMap((syntax) =>
    [false, true].flatMap((open) =>
      [false, true].flatMap((openItems) =>
        [false, true].map((isPrivate): Source => {
          const name = `${open ? 'undefined' : 'defined'} sequences, ${openItems ? 'undefined' : 'defined'} items`;
          const more = sequences(open, openItems, isPrivate && (open || syntax !== IMPLICIT_LE));
          return [name, syntax, withElements(seed, syntax, more)];
        }),
      ),
    ),
  ).concat([unknownSequence(seed)]);
}

/** UN of undefined length: its items are in Implicit VR (PS3.5 6.2.2). */
function unknownSequence(seed: number): Source {
  const items = encodeElements(
    [element(0x00091001, 'SQ', { items: [[element(0x00080104, 'LO', 'Head')]], undefinedLength: true })],
    'implicit LE',
  ).subarray(8);
  const un: BuiltElement = { tag: 0x00091001, vr: 'UN', value: items, lyingLength: 0xffff_ffff };
  return ['UN of undefined length', EXPLICIT_LE, withElements(seed, EXPLICIT_LE, [element(0x00090010, 'LO', 'M'), un])];
}

function withoutSequences(seed: number): readonly Source[] {
  const fragments = [new Uint8Array(0), seededBytes(64, seed), seededBytes(30, seed + 1)];
  const frames = element(0x7fe00010, 'OB', { fragments });
  return [
    ...SYNTAXES.map((syntax): Source => ['no sequences', syntax, plain(seed, syntax)]),
    ...[RLE_LOSSLESS, JPEG_2000_LOSSLESS].map(
      (syntax): Source => [
        'fragments',
        syntax,
        [...plain(seed, syntax).filter(({ tag }) => tag !== 0x7fe00010), frames],
      ],
    ),
    ['deflated', DEFLATED_LE, plain(seed, DEFLATED_LE)],
  ];
}

/** Half of them by name; the others as chance has it, as damage leaves them, or in lower case. */
function anyVR(random: Random): string {
  const bytes = (below: number) => String.fromCharCode(random.below(below), random.below(below));
  switch (random.below(6)) {
    case 0:
      return bytes(256);
    case 1:
      return bytes(32);
    case 2:
      return random.pick(VRS).toLowerCase();
    default:
      return random.pick(VRS);
  }
}

const VRS = [
  'LO',
  'SQ',
  'OB',
  'OW',
  'UN',
  'US',
  'UT',
  'DS',
  'FD',
  'AT',
  '??',
  '  ',
  'lo',
  'XX',
  '\0\0',
  'lt',
  'ox',
  'na',
  'xs',
];
const ITEM_TAGS = [0xfffee000, 0xfffee00d, 0xfffee0dd];

function write(bytes: Buffer, { at, size, littleEndian }: Field, value: number): void {
  if (at + size > bytes.length) return;
  const wrapped = size === 4 ? value >>> 0 : value & 0xffff;
  if (littleEndian === true) bytes.writeUIntLE(wrapped, at, size);
  else bytes.writeUIntBE(wrapped, at, size);
}

function read(bytes: Buffer, { at, size, littleEndian }: Field): number {
  if (at + size > bytes.length) return 0;
  return littleEndian === true ? bytes.readUIntLE(at, size) : bytes.readUIntBE(at, size);
}

type Mutation = (bytes: Buffer, fields: readonly Field[], random: Random, encoding: Encoding) => Buffer;

const cut = (bytes: Buffer, from: number, to: number, instead: Buffer = Buffer.alloc(0)): Buffer =>
  Buffer.concat([bytes.subarray(0, from), instead, bytes.subarray(to)]);

/** Where elements and items begin, and the end. */
function starts(bytes: Buffer, fields: readonly Field[]): number[] {
  const found = fields
    .filter(({ kind, size }, index) => kind === 'type' && size === 2 && fields[index + 1]?.kind === 'type')
    .filter((field, index, all) => all[index - 1]?.at !== field.at - 2)
    .map(({ at }) => at);
  return [...found, bytes.length];
}

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'a length changed a little': (bytes, fields, random) => {
    const field = random.pick(fields.filter(({ kind }) => kind === 'length'));
    write(bytes, field, read(bytes, field) + random.pick([1, -1, 2, -2, 4, -4, 8, -8, 12, 16, -16, 20, 30]));
    return bytes;
  },
  'a length changed altogether': (bytes, fields, random) => {
    const field = random.pick(fields.filter(({ kind }) => kind === 'length'));
    write(bytes, field, random.pick([0, 2, 0xffff_ffff, 0xffff_fffe, random.below(65_536), random.below(256)]));
    return bytes;
  },
  'bytes flipped': (bytes, _, random) => {
    for (let left = 1 + random.below(3); left > 0; left -= 1) {
      const at = random.below(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
    }
    return bytes;
  },
  'a byte of a header changed': (bytes, fields, random) => {
    const { at, size } = random.pick(fields);
    if (at + size <= bytes.length) bytes[at + random.below(size)] = random.below(256);
    return bytes;
  },
  'bytes deleted': (bytes, fields, random) => {
    const at = random.below(2) === 0 ? random.pick(fields).at : random.below(bytes.length);
    return cut(bytes, at, at + random.pick([1, 2, 4, 6, 8, 12]));
  },
  'bytes inserted': (bytes, fields, random) => {
    const at = random.below(2) === 0 ? random.pick(fields).at : random.below(bytes.length);
    const many = random.pick([1, 2, 4, 8, 12]);
    return cut(bytes, at, at, random.below(2) === 0 ? Buffer.alloc(many) : seededBytes(many, random.below(1e6)));
  },
  'a VR changed': (bytes, fields, random, encoding) => {
    if (encoding === 'implicit LE') return bytes;
    const vrs = fields.filter((field, index) => field.kind === 'type' && fields[index + 1]?.kind === 'length');
    const { at } = random.pick(vrs);
    bytes.write(anyVR(random), at, 'latin1');
    return bytes;
  },
  'cut off': (bytes, fields, random) =>
    bytes.subarray(0, random.below(2) === 0 ? random.pick(fields).at : random.below(bytes.length)),
  'an element twice': (bytes, fields, random) => {
    const all = starts(bytes, fields);
    const index = random.below(all.length - 1);
    const [from = 0, to = 0] = [all[index], all[index + 1]];
    return cut(bytes, to, to, bytes.subarray(from, to));
  },
  'an element gone': (bytes, fields, random) => {
    const all = starts(bytes, fields);
    const index = random.below(all.length - 1);
    return cut(bytes, all[index] ?? 0, all[index + 1] ?? 0);
  },
  'two elements change places': (bytes, fields, random) => {
    const all = starts(bytes, fields);
    const index = random.below(Math.max(1, all.length - 2));
    const [from = 0, middle = 0, to = bytes.length] = [all[index], all[index + 1], all[index + 2]];
    return cut(bytes, from, to, Buffer.concat([bytes.subarray(middle, to), bytes.subarray(from, middle)]));
  },
  'a tag of an item where another stood': (bytes, fields, random) => {
    const from = random.pick(starts(bytes, fields).slice(0, -1));
    const tag = random.pick(ITEM_TAGS);
    const littleEndian = fields[0]?.littleEndian === true;
    write(bytes, { at: from, size: 2, kind: 'type', littleEndian }, tag >>> 16);
    write(bytes, { at: from + 2, size: 2, kind: 'type', littleEndian }, tag & 0xffff);
    return bytes;
  },
  'an item or delimiter inserted': (bytes, fields, random) => {
    const at = random.pick(starts(bytes, fields));
    const littleEndian = fields[0]?.littleEndian === true;
    const inserted = Buffer.alloc(8);
    const tag = random.pick(ITEM_TAGS);
    write(inserted, { at: 0, size: 2, kind: 'type', littleEndian }, tag >>> 16);
    write(inserted, { at: 2, size: 2, kind: 'type', littleEndian }, tag & 0xffff);
    if (random.below(4) === 0) write(inserted, { at: 4, size: 4, kind: 'length', littleEndian }, 0xffff_ffff);
    return cut(bytes, at, at, inserted);
  },
};

const NAMES = Object.keys(MUTATIONS);

/** The same seed gives the same file. About `sequences` in 8 have sequences. */
export function mutatedFile(seed: number, hasSequences: boolean): MutatedFile {
  const random = new Random(seed);
  const [name, transferSyntax, elements] = random.pick((hasSequences ? withSequences : withoutSequences)(seed));
  const encoding = encodingOfSyntax(transferSyntax);
  let bytes = encodeElements(elements, encoding);
  const done: string[] = [];
  for (let left = random.below(4) === 0 ? 2 : 1; left > 0; left -= 1) {
    const fields = elementFields(bytes, 0, encoding !== 'implicit LE', encoding !== 'explicit BE');
    if (fields.length < 8) break;
    const mutation = random.pick(NAMES);
    bytes = Buffer.from(MUTATIONS[mutation]?.(bytes, fields, random, encoding) ?? bytes);
    done.push(mutation);
  }
  let dataSet = bytes;
  if (transferSyntax === DEFLATED_LE) {
    dataSet = deflateRawSync(bytes);
    if (random.below(2) === 0) dataSet = deflateDamage(dataSet, random, done);
  }
  const sopInstance = `2.25.${1_000_000_000 + seed}`;
  const file = buildFile({ transferSyntax, sopClass: CT_IMAGE, sopInstance, dataSet });
  const story = `${encoding}, ${name}: ${done.join(', ')}`;
  return { seed, story, transferSyntax, sopInstance, file, start: file.length - dataSet.length };
}

/** Of the deflate stream itself. */
function deflateDamage(stream: Buffer, random: Random, done: string[]): Buffer {
  switch (random.below(3)) {
    case 0:
      done.push('stream cut off');
      return stream.subarray(0, random.below(stream.length));
    case 1:
      done.push('bytes behind the stream');
      return Buffer.concat([stream, seededBytes(1 + random.below(40), random.below(1e6))]);
    default: {
      done.push('a byte of the stream flipped');
      const at = random.below(stream.length);
      const flipped = Buffer.from(stream);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random.below(8));
      return flipped;
    }
  }
}
