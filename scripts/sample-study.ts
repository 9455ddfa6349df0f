// Writes a small study to try things with: two CT series of an invented phantom, in three transfer syntaxes, and
// two files that are not DICOM, to show how files are skipped. PS3.3 A.3 (CT Image IOD), PS3.5 Annex A and G (RLE).
//
//   node scripts/sample-study.ts DIRECTORY

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const CT_IMAGE_STORAGE = '1.2.840.10008.5.1.4.1.1.2';
const IMPLICIT_VR_LITTLE_ENDIAN = '1.2.840.10008.1.2';
const EXPLICIT_VR_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
const RLE_LOSSLESS = '1.2.840.10008.1.2.5';

const SIZE = 128;
const SLICES_PER_SERIES = 12;
/** The first UID; the others count on from it, in the form of PS3.5 B.2. They are the same each time. */
const FIRST_UID = 244_619_580_391_744_091_207_718_634_470_510_281_600n;
const IMPLEMENTATION_CLASS_UID = sampleUID(0);
const STUDY_UID = sampleUID(1);
const FRAME_OF_REFERENCE_UID = sampleUID(2);
const SERIES_DESCRIPTIONS = ['Sphere', 'Rods'] as const;

const AIR = -1000;
const WATER = 0;

type Element = readonly [tag: number, vr: string, value: Uint8Array];

/** Returns the paths written, in the order of the study. The directory is made if it is missing. */
export async function writeSampleStudy(directory: string): Promise<string[]> {
  const paths: string[] = [];
  const write = async (path: string, content: Uint8Array | string) => {
    await writeFile(path, content);
    paths.push(path);
  };
  for (const [series, description] of SERIES_DESCRIPTIONS.entries()) {
    const folder = join(directory, `series-${series + 1}-${description.toLowerCase()}`);
    await mkdir(folder, { recursive: true });
    for (let slice = 0; slice < SLICES_PER_SERIES; slice++) {
      await write(join(folder, `IM${slice + 1}.dcm`), sliceFile(series, slice));
    }
  }
  await write(
    join(directory, 'README.txt'),
    'A phantom: a sphere and some rods in water. No person was ever scanned.\n',
  );
  await write(join(directory, 'empty.dcm'), new Uint8Array(0));
  return paths;
}

/** The second series is half in Implicit VR, and its last slice is compressed. */
function transferSyntaxOf(series: number, slice: number): string {
  if (series === 0) return EXPLICIT_VR_LITTLE_ENDIAN;
  if (slice === SLICES_PER_SERIES - 1) return RLE_LOSSLESS;
  return slice % 2 === 0 ? EXPLICIT_VR_LITTLE_ENDIAN : IMPLICIT_VR_LITTLE_ENDIAN;
}

function sliceFile(series: number, slice: number): Buffer {
  const transferSyntax = transferSyntaxOf(series, slice);
  const instanceUID = sampleUID(100 * (series + 1) + slice + 1);
  const isExplicit = transferSyntax !== IMPLICIT_VR_LITTLE_ENDIAN;
  const dataSet = encode(sliceElements(series, slice, instanceUID), isExplicit);
  const pixels = sliceImage(series, slice);
  const pixelData = transferSyntax === RLE_LOSSLESS ? rlePixelData(pixels) : nativePixelData(pixels, isExplicit);
  const meta = encode(
    [
      [0x00020001, 'OB', Uint8Array.of(0, 1)],
      [0x00020002, 'UI', uid(CT_IMAGE_STORAGE)],
      [0x00020003, 'UI', uid(instanceUID)],
      [0x00020010, 'UI', uid(transferSyntax)],
      [0x00020012, 'UI', uid(IMPLEMENTATION_CLASS_UID)],
    ],
    true,
  );
  const groupLength = encode([[0x00020000, 'UL', u32(meta.length)]], true);
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), groupLength, meta, dataSet, pixelData]);
}

function sliceElements(series: number, slice: number, instanceUID: string): Element[] {
  const position = `-64\\-64\\${slice * 5}`;
  return [
    [0x00080005, 'CS', text('ISO_IR 100')],
    [0x00080008, 'CS', text('ORIGINAL\\PRIMARY\\AXIAL')],
    [0x00080016, 'UI', uid(CT_IMAGE_STORAGE)],
    [0x00080018, 'UI', uid(instanceUID)],
    [0x00080020, 'DA', text('20200101')],
    [0x00080021, 'DA', text('20200101')],
    [0x00080023, 'DA', text('20200101')],
    [0x00080030, 'TM', text('120000')],
    [0x00080033, 'TM', text('120000')],
    [0x00080050, 'SH', text('SAMPLE')],
    [0x00080060, 'CS', text('CT')],
    [0x00080070, 'LO', text('Sample study')],
    [0x00080090, 'PN', text('')],
    [0x00081030, 'LO', text('Phantom')],
    [0x0008103e, 'LO', text(SERIES_DESCRIPTIONS[series] ?? '')],
    [0x00100010, 'PN', text('SAMPLE^PHANTOM')],
    [0x00100020, 'LO', text('SAMPLE-1')],
    [0x00100030, 'DA', text('')],
    [0x00100040, 'CS', text('O')],
    [0x00180050, 'DS', text('5')],
    [0x00180060, 'DS', text('120')],
    [0x0020000d, 'UI', uid(STUDY_UID)],
    [0x0020000e, 'UI', uid(sampleUID(100 * (series + 1)))],
    [0x00200010, 'SH', text('1')],
    [0x00200011, 'IS', text(String(series + 1))],
    [0x00200012, 'IS', text('1')],
    [0x00200013, 'IS', text(String(slice + 1))],
    [0x00200032, 'DS', text(position)],
    [0x00200037, 'DS', text('1\\0\\0\\0\\1\\0')],
    [0x00200052, 'UI', uid(FRAME_OF_REFERENCE_UID)],
    [0x00201040, 'LO', text('')],
    [0x00280002, 'US', u16(1)],
    [0x00280004, 'CS', text('MONOCHROME2')],
    [0x00280010, 'US', u16(SIZE)],
    [0x00280011, 'US', u16(SIZE)],
    [0x00280030, 'DS', text('1\\1')],
    [0x00280100, 'US', u16(16)],
    [0x00280101, 'US', u16(16)],
    [0x00280102, 'US', u16(15)],
    [0x00280103, 'US', u16(1)],
    [0x00281050, 'DS', text('40')],
    [0x00281051, 'DS', text('400')],
    [0x00281052, 'DS', text('0')],
    [0x00281053, 'DS', text('1')],
    [0x00281054, 'LO', text('HU')],
  ];
}

/** Hounsfield units, row by row: a round tank of water with a sphere in it, or with rods of rising density. */
function sliceImage(series: number, slice: number): Int16Array {
  const image = new Int16Array(SIZE * SIZE);
  const depth = (slice - (SLICES_PER_SERIES - 1) / 2) * 5;
  for (let row = 0; row < SIZE; row++) {
    for (let column = 0; column < SIZE; column++) {
      const x = column - (SIZE - 1) / 2;
      const y = row - (SIZE - 1) / 2;
      const inside = series === 0 ? sphereAt(x, y, depth) : rodsAt(x, y, slice);
      const isTank = Math.hypot(x, y) < 56;
      // A small ripple: flat water would hide errors of a codec or a viewer.
      const ripple = ((row * 7 + column * 13 + slice * 5) % 9) - 4;
      image[row * SIZE + column] = isTank ? inside + ripple : AIR;
    }
  }
  return image;
}

function sphereAt(x: number, y: number, depth: number): number {
  const distance = Math.hypot(x, y, depth);
  return distance < 30 ? 120 + Math.round(30 - distance) * 4 : WATER;
}

function rodsAt(x: number, y: number, slice: number): number {
  for (let rod = 0; rod < 8; rod++) {
    const angle = (rod * Math.PI) / 4 + slice * 0.05;
    if (Math.hypot(x - 36 * Math.cos(angle), y - 36 * Math.sin(angle)) < 8) return 100 + rod * 100;
  }
  return WATER;
}

function nativePixelData(pixels: Int16Array, isExplicit: boolean): Buffer {
  const bytes = Buffer.alloc(pixels.length * 2);
  for (const [index, value] of pixels.entries()) bytes.writeInt16LE(value, index * 2);
  return encode([[0x7fe00010, 'OW', bytes]], isExplicit);
}

/** One frame: an empty offset table and one fragment (PS3.5 A.4.2). */
function rlePixelData(pixels: Int16Array): Buffer {
  const frame = rleFrame(pixels);
  return Buffer.concat([
    Buffer.from([0xe0, 0x7f, 0x10, 0x00, 0x4f, 0x42, 0, 0, 0xff, 0xff, 0xff, 0xff]),
    Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]),
    Buffer.from([0xfe, 0xff, 0x00, 0xe0]),
    u32(frame.length),
    frame,
    Buffer.from([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]),
  ]);
}

/** A header of 64 bytes, then the high bytes of all pixels, then the low ones (PS3.5 G.3-G.5). */
function rleFrame(pixels: Int16Array): Buffer {
  const segments = [8, 0].map((shift) => {
    const rows: Buffer[] = [];
    for (let row = 0; row < SIZE; row++) {
      const bytes = Uint8Array.from(pixels.subarray(row * SIZE, (row + 1) * SIZE), (value) => (value >> shift) & 0xff);
      rows.push(packBits(bytes));
    }
    return evenly(Buffer.concat(rows), 0);
  });
  const header = Buffer.alloc(64);
  header.writeUInt32LE(segments.length, 0);
  let offset = header.length;
  for (const [index, segment] of segments.entries()) {
    header.writeUInt32LE(offset, 4 + index * 4);
    offset += segment.length;
  }
  return Buffer.concat([header, ...segments]);
}

/** PS3.5 G.3.1. Each row is packed by itself, as the standard requires. */
function packBits(row: Uint8Array): Buffer {
  const packed: number[] = [];
  let at = 0;
  while (at < row.length) {
    const run = runLength(row, at);
    if (run >= 2) {
      packed.push(257 - run, row[at] ?? 0);
      at += run;
      continue;
    }
    const start = at;
    while (at < row.length && at - start < 128 && runLength(row, at) < 3) at += 1;
    packed.push(at - start - 1, ...row.subarray(start, at));
  }
  return Buffer.from(packed);
}

function runLength(row: Uint8Array, at: number): number {
  let length = 1;
  while (length < 128 && at + length < row.length && row[at + length] === row[at]) length += 1;
  return length;
}

const LONG_VRS = ['OB', 'OW'];

/** PS3.5 7.1, little endian. */
function encode(elements: readonly Element[], isExplicit: boolean): Buffer {
  const parts = elements.flatMap(([tag, vr, value]) => {
    const name = Buffer.concat([u16(tag >>> 16), u16(tag & 0xffff)]);
    if (!isExplicit) return [name, u32(value.length), value];
    const length = LONG_VRS.includes(vr) ? Buffer.concat([u16(0), u32(value.length)]) : u16(value.length);
    return [name, Buffer.from(vr), length, value];
  });
  return Buffer.concat(parts);
}

function sampleUID(index: number): string {
  return `2.25.${FIRST_UID + BigInt(index)}`;
}

function text(value: string): Buffer {
  return evenly(Buffer.from(value, 'latin1'), 0x20);
}

function uid(value: string): Buffer {
  return evenly(Buffer.from(value, 'latin1'), 0);
}

function evenly(bytes: Buffer, pad: number): Buffer {
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.from([pad])]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const directory = process.argv[2];
  if (directory === undefined) {
    process.stderr.write('usage: node scripts/sample-study.ts DIRECTORY\n');
    process.exitCode = 2;
  } else {
    const paths = await writeSampleStudy(directory);
    process.stdout.write(`${paths.length} files in ${directory}\n`);
  }
}
