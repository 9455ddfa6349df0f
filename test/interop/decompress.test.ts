// Decompressed pixels are the ones that DCMTK and GDCM find in the same files: the files of the corpus, and images that
// their tools compress here.
//
// JPEG-LS, JPEG lossless, RLE and JPEG 2000 leave no choice: every sample is equal. ISO/IEC 10918-1 lets inverse DCTs
// differ by one per sample; between libijg here and in DCMTK they do not, so 8-bit and 12-bit lossy JPEG is held to
// equality as well.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { DataSetConversionError } from '../../src/part10/convert/conversion-error.ts';
import { type DecoderThread, decoderThread } from '../../src/part10/decompress/decoder-thread.ts';
import { decompressionOf } from '../../src/part10/decompress/decompression.ts';
import { readHeader } from '../../src/part10/header/read-header.ts';
import { fileSource } from '../../src/part10/read/data-set-file.ts';
import { corpusDescribe, corpusFiles, hasCorpus } from '../support/corpus.ts';
import {
  decompress,
  type ImageOptions,
  imageDataSet,
  pixelsOf,
  rowsOf,
  textOf,
  UID,
} from '../support/decompression-run.ts';
import { buildFile, element, seededBytes } from '../support/dicom-builder.ts';
import { encodeFrame } from '../support/frame-encoder.ts';
import type { NaiveRow } from '../support/naive-data-set.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder({ after });
const decoders: DecoderThread = decoderThread();
after(() => decoders.close());

function lacks(tool: string): string | false {
  return spawnSync(tool, ['--version']).error === undefined ? false : `${tool} is not installed`;
}
const noDcmtk = lacks('dcmdjpeg') || lacks('dcmcjpls') || lacks('dcmcrle');
const noGdcm = lacks('gdcmconv');

/** The tools that decode a syntax, without and with their options. */
function decoderOf(uid: string): readonly [tool: string, ...options: string[]] {
  if (uid === UID.rle) return ['dcmdrle'];
  if (/4\.[57]\d$/u.test(uid)) return ['dcmdjpeg'];
  return /4\.8\d$/u.test(uid) ? ['dcmdjpls'] : ['gdcmconv', '--raw'];
}

function run(tool: string, options: readonly string[], from: string, to: string): void {
  const { status, stderr } = spawnSync(tool, [...options, from, to], { encoding: 'utf8' });
  assert.equal(status, 0, `${tool} ${options.join(' ')}: ${stderr}`);
}

async function headerOf(path: string) {
  const { result, identity } = await readHeader(path);
  assert.equal(result.type, 'instance');
  assert.ok(result.type === 'instance' && identity !== undefined);
  return { header: result.header, identity };
}

async function theirs(path: string): Promise<Map<string, NaiveRow>> {
  const { header } = await headerOf(path);
  assert.equal(header.transferSyntaxUID, '1.2.840.10008.1.2.1');
  return rowsOf(readFileSync(path).subarray(header.dataSetOffset));
}

async function ours(path: string): Promise<Map<string, NaiveRow>> {
  const { header, identity } = await headerOf(path);
  return rowsOf(await decompress(fileSource(path, header, identity), decoders));
}

/** Everything but VRs and what the tools change on their own account: private elements, and group 0028. */
function others(rows: ReadonlyMap<string, NaiveRow>): string[] {
  return [...rows.values()]
    .filter(({ path }) => !/^(0028|7fe0|...[13579bdf])|0000$/u.test(path))
    .map(({ path, value }) => `${path} ${value.replace(/(20|00)+$/u, '')}`);
}

/** What describes the pixels. GDCM takes Bits Stored from the stream, which is no better than the data set's. */
const DESCRIPTION = ['00280002', '00280004', '00280006', '00280008', '00280010', '00280011', '00280100', '00280103'];

async function agrees(path: string, uid: string): Promise<void> {
  const [tool, ...options] = decoderOf(uid);
  const to = `${path}.${tool}`;
  run(tool, options, path, to);
  const [mine, expected] = [await ours(path), await theirs(to)];
  assert.deepEqual(others(mine), others(expected));
  for (const tag of DESCRIPTION) assert.equal(textOf(mine, tag), textOf(expected, tag), tag);
  assert.equal(Buffer.compare(pixelsOf(mine), pixelsOf(expected)), 0, 'the pixels differ');
}

corpusDescribe('the corpus', { skip: noDcmtk || noGdcm }, () => {
  const files = corpusFiles().filter(({ transferSyntax }) => decompressionOf(transferSyntax) !== undefined);
  const copies = hasCorpus ? join(folder, 'corpus') : folder;
  mkdirSync(copies, { recursive: true });

  it('has files of nine compressed syntaxes', () => {
    assert.deepEqual([...new Set(files.map(({ transferSyntax }) => transferSyntax.slice(18)))].sort(), [
      '4.50',
      '4.51',
      '4.70',
      '4.80',
      '4.81',
      '4.90',
      '4.91',
      '5',
    ]);
    assert.ok(files.length >= 19, `only ${files.length}`);
  });

  for (const { name, path, transferSyntax } of files) {
    it(name, async () => {
      const copy = join(copies, name);
      writeFileSync(copy, readFileSync(path));
      await agrees(copy, transferSyntax);
    });
  }
});

interface Sample extends ImageOptions {
  readonly name: string;
  /** Of the samples; the rest of the bits is zero or the sign. */
  readonly bitsStored?: number;
}

const SAMPLES: readonly Sample[] = [
  { name: '8 bit', rows: 33, columns: 57 },
  { name: '8 bit of odd size, three frames', rows: 7, columns: 5, frames: 3 },
  { name: '12 bit', rows: 64, columns: 31, bitsAllocated: 16, bitsStored: 12 },
  { name: '16 bit, five frames', rows: 19, columns: 23, bitsAllocated: 16, frames: 5 },
  { name: '16 bit signed', rows: 40, columns: 41, bitsAllocated: 16, pixelRepresentation: 1 },
  { name: '8 bit signed', rows: 16, columns: 17, pixelRepresentation: 1 },
  { name: 'RGB', rows: 21, columns: 35, samplesPerPixel: 3 },
  { name: 'RGB of odd size, three frames', rows: 9, columns: 11, samplesPerPixel: 3, frames: 3 },
];

/** Smooth enough to be compressed, with noise in the low bits. */
function samplePixels({
  rows,
  columns,
  samplesPerPixel = 1,
  bitsAllocated = 8,
  frames = 1,
  bitsStored,
  pixelRepresentation,
}: Sample): Buffer {
  const count = rows * columns * samplesPerPixel * frames;
  const bits = bitsStored ?? bitsAllocated;
  const noise = seededBytes(count, rows);
  const pixels = Buffer.alloc((count * bitsAllocated) / 8);
  for (let index = 0; index < count; index++) {
    const wave = Math.sin(index / (columns * samplesPerPixel * 3)) * 0.4 + 0.5;
    const value = Math.floor(wave * 2 ** bits) ^ ((noise[index] as number) & 7);
    const sample = pixelRepresentation === 1 ? value - 2 ** (bits - 1) : value;
    if (bitsAllocated === 8) pixels[index] = sample & 0xff;
    else pixels.writeUInt16LE(sample & 0xffff, 2 * index);
  }
  return pixels;
}

function writeSample(sample: Sample): string {
  const path = join(folder, `${sample.name.replaceAll(/\W+/gu, '-')}.dcm`);
  const stored = sample.bitsStored ?? sample.bitsAllocated ?? 8;
  const more = [element(0x00280101, 'US', [stored]), element(0x00280102, 'US', [stored - 1])];
  const dataSet = imageDataSet({ ...sample, more }, samplePixels(sample));
  const isWide = (sample.bitsAllocated ?? 8) > 8;
  if (isWide) dataSet.write('OW', dataSet.lastIndexOf(Buffer.from([0xe0, 0x7f, 0x10, 0])) + 4, 'latin1');
  const content = {
    sopClass: '1.2.840.10008.5.1.4.1.1.7',
    sopInstance: '2.25.4711',
    transferSyntax: '1.2.840.10008.1.2.1',
  };
  writeFileSync(path, buildFile({ ...content, dataSet }));
  return path;
}

interface Encoder {
  readonly tool: string;
  readonly options: readonly string[];
  readonly uid: string;
  readonly takes?: (sample: Sample) => boolean;
}

const is8Bit = ({ bitsAllocated = 8 }: Sample): boolean => bitsAllocated === 8;
const is8Or12Bit = (sample: Sample): boolean => is8Bit(sample) || sample.bitsStored === 12;
const isUnsigned = ({ pixelRepresentation = 0 }: Sample): boolean => pixelRepresentation === 0;
/** Frames of odd length, and with RLE rows of odd length, are too much for it. */
const gdcmTakes = (sample: Sample): boolean => !is8Bit(sample) || sample.frames === undefined;

const ENCODERS: readonly Encoder[] = [
  { tool: 'dcmcrle', options: [], uid: UID.rle },
  { tool: 'dcmcrle', options: ['+fs', '1', '-ot'], uid: UID.rle },
  { tool: 'dcmcrle', options: ['+fs', '1', '+ot'], uid: UID.rle },
  { tool: 'dcmcjpeg', options: ['+e1'], uid: UID.jpegLossless },
  // A kilobyte and no more in a fragment, and no offset table: frames are told by their first marker.
  { tool: 'dcmcjpeg', options: ['+e1', '+fs', '1', '-ot'], uid: UID.jpegLossless },
  { tool: 'dcmcjpeg', options: ['+e1', '+fs', '1', '+ot'], uid: UID.jpegLossless },
  { tool: 'dcmcjpeg', options: ['+el'], uid: '1.2.840.10008.1.2.4.57' },
  {
    tool: 'dcmcjpeg',
    options: ['+eb'],
    uid: UID.jpegBaseline,
    takes: (sample) => is8Bit(sample) && isUnsigned(sample),
  },
  { tool: 'dcmcjpeg', options: ['+eb', '+s4'], uid: UID.jpegBaseline, takes: (sample) => sample.samplesPerPixel === 3 },
  // Without a colour transform: the data set says RGB, and RGB it stays.
  { tool: 'dcmcjpeg', options: ['+eb', '+cr'], uid: UID.jpegBaseline, takes: (sample) => sample.samplesPerPixel === 3 },
  { tool: 'dcmcjpeg', options: ['+ee'], uid: UID.jpegExtended, takes: (sample) => sample.bitsStored === 12 },
  {
    tool: 'dcmcjpeg',
    options: ['+es'],
    uid: '1.2.840.10008.1.2.4.53',
    takes: (sample) => is8Or12Bit(sample) && isUnsigned(sample),
  },
  {
    tool: 'dcmcjpeg',
    options: ['+ep'],
    uid: '1.2.840.10008.1.2.4.55',
    takes: (sample) => is8Or12Bit(sample) && isUnsigned(sample),
  },
  { tool: 'dcmcjpls', options: [], uid: UID.jpegLs },
  { tool: 'dcmcjpls', options: ['+fs', '1'], uid: UID.jpegLs },
  { tool: 'dcmcjpls', options: ['+il'], uid: UID.jpegLs, takes: (sample) => sample.samplesPerPixel === 3 },
  { tool: 'dcmcjpls', options: ['+in'], uid: UID.jpegLs, takes: (sample) => sample.samplesPerPixel === 3 },
  { tool: 'dcmcjpls', options: ['+en', '+md', '2'], uid: UID.jpegLsNearLossless, takes: isUnsigned },
  { tool: 'gdcmconv', options: ['--j2k'], uid: UID.jpeg2000Lossless, takes: gdcmTakes },
  { tool: 'gdcmconv', options: ['--j2k', '--lossy', '-r', '10'], uid: UID.jpeg2000, takes: gdcmTakes },
  { tool: 'gdcmconv', options: ['--jpegls'], uid: UID.jpegLs },
  { tool: 'gdcmconv', options: ['--rle'], uid: UID.rle, takes: (sample) => !is8Bit(sample) },
];

describe('images that the tools compressed', { skip: noDcmtk || noGdcm }, () => {
  for (const { tool, options, uid, takes = () => true } of ENCODERS) {
    for (const sample of SAMPLES.filter(takes)) {
      it(`${tool} ${options.join(' ')}: ${sample.name}`, async () => {
        const from = writeSample(sample);
        const path = join(folder, `${tool}${options.join('')}-${sample.name.replaceAll(/\W+/gu, '-')}.dcm`);
        run(tool, options, from, path);
        assert.equal((await headerOf(path)).header.transferSyntaxUID, uid);
        await agrees(path, uid);
        const mine = await ours(path);
        if (decompressionOf(uid) === 'lossless') {
          const original = rowsOf(readFileSync(from).subarray((await headerOf(from)).header.dataSetOffset));
          assert.equal(Buffer.compare(pixelsOf(mine), pixelsOf(original)), 0, 'not the pixels that were compressed');
          assert.equal(textOf(mine, '00282110'), textOf(original, '00282110'));
        } else {
          assert.equal(textOf(mine, '00282110'), '01');
        }
      });
    }
  }
});

describe('what DCMTK decodes though it is not as it should be', { skip: noDcmtk || noGdcm }, () => {
  const gray = SAMPLES[0] as Sample;
  const compressed = (name: string, tool: string, options: readonly string[], sample: Sample): [string, Buffer] => {
    const path = join(folder, `${name}.dcm`);
    run(tool, options, writeSample(sample), path);
    return [path, readFileSync(path)];
  };

  it('JPEG-LS whose scan ends with a zero', async () => {
    let decoded = 0;
    for (let seed = 1; seed <= 10; seed++) {
      const sample: Sample = { name: 'noise', rows: 4 + seed, columns: 9, bitsAllocated: 16 };
      const [path, file] = compressed('surplus', 'dcmcjpls', [], sample);
      const fragment = file.indexOf(Buffer.of(0xff, 0xd8, 0xff));
      const end = file.lastIndexOf(Buffer.of(0xff, 0xd9));
      const stream = Buffer.concat([file.subarray(fragment, end), Buffer.of(0, 0xff, 0xd9)]);
      const even = Buffer.concat([stream, Buffer.alloc(stream.length % 2)]);
      const front = Buffer.from(file.subarray(0, fragment));
      front.writeUInt32LE(even.length, front.length - 4);
      writeFileSync(path, Buffer.concat([front, even, file.subarray(-8)]));
      assert.equal(Buffer.compare(pixelsOf(await ours(path)), samplePixels(sample)), 0);
      // DCMTK takes a zero in some positions of the last bit only.
      if (spawnSync('dcmdjpls', [path, `${path}.out`]).status !== 0) continue;
      decoded += 1;
      await agrees(path, UID.jpegLs);
    }
    assert.ok(decoded > 0);
  });

  it('compressed icons, of each family', async () => {
    const family = [
      ['dcmcrle', [], UID.rle],
      ['dcmcjpls', [], UID.jpegLs],
      ['dcmcjpeg', ['+e1'], UID.jpegLossless],
      ['dcmcjpeg', ['+ep'], '1.2.840.10008.1.2.4.55'],
    ] as const;
    for (const [tool, options, uid] of family) {
      const [path, file] = compressed(`icon-${uid}`, tool, options, gray);
      const { header } = await headerOf(path);
      const dataSet = file.subarray(header.dataSetOffset);
      const image = dataSet.indexOf(Buffer.from([0x28, 0, 0x02, 0]));
      const pixelData = dataSet.indexOf(Buffer.from([0xe0, 0x7f, 0x10, 0]));
      const behindGroup = dataSet.indexOf(Buffer.from([0x29, 0x92]), image) - 2;
      const item = Buffer.concat([dataSet.subarray(image, behindGroup), dataSet.subarray(pixelData)]);
      const lengths = Buffer.from('88000002535100000000000 0feff00e000000000'.replace(' ', ''), 'hex');
      lengths.writeUInt32LE(item.length + 8, 8);
      lengths.writeUInt32LE(item.length, 16);
      const withIcon = [dataSet.subarray(0, behindGroup), lengths, item, dataSet.subarray(behindGroup)];
      writeFileSync(path, Buffer.concat([file.subarray(0, header.dataSetOffset), ...withIcon]));
      await agrees(path, uid);
      const [tools] = decoderOf(uid);
      const [mine, expected] = [await ours(path), await theirs(`${path}.${tools}`)];
      for (const tag of [...DESCRIPTION, '7fe00010']) {
        const inIcon = `00880200[0].${tag}`;
        assert.equal(mine.get(inIcon)?.value, expected.get(inIcon)?.value, `${uid} ${inIcon}`);
      }
    }
  });
});

describe('High-Throughput JPEG 2000, which none of the tools writes', { skip: noGdcm }, () => {
  for (const sample of SAMPLES.filter(
    ({ frames, pixelRepresentation, bitsAllocated }) =>
      frames === undefined && (pixelRepresentation !== 1 || bitsAllocated === 16),
  )) {
    it(`${sample.name}: what OpenJPH encoded is decoded as GDCM's OpenJPEG decodes it`, async () => {
      const { rows, columns, samplesPerPixel = 1, bitsAllocated: bits = 8 } = sample;
      const pixels = samplePixels(sample);
      const isSigned = sample.pixelRepresentation === 1;
      const stream = await encodeFrame('HTJ2K', {
        rows,
        columns,
        samplesPerPixel: samplesPerPixel === 3 ? 3 : 1,
        bits,
        isSigned,
        pixels,
      });
      const path = join(folder, `htj2k-${sample.name.replaceAll(/\W+/gu, '-')}.dcm`);
      const write = (transferSyntax: string): void => {
        const photometric = samplesPerPixel === 3 ? 'YBR_RCT' : 'MONOCHROME2';
        const dataSet = imageDataSet({ ...sample, photometric }, { fragments: [new Uint8Array(0), stream] });
        writeFileSync(
          path,
          buildFile({ sopClass: '1.2.840.10008.5.1.4.1.1.7', sopInstance: '2.25.4711', transferSyntax, dataSet }),
        );
      };
      write(UID.htj2kLossless);
      const mine = await ours(path);
      assert.equal(Buffer.compare(pixelsOf(mine).subarray(0, pixels.length), pixels), 0);
      assert.equal(textOf(mine, '00280004'), samplesPerPixel === 3 ? 'RGB' : 'MONOCHROME2');
      // GDCM does not know the transfer syntax; the code stream it does.
      write(UID.jpeg2000Lossless);
      await agrees(path, UID.jpeg2000Lossless);
    });
  }
});

corpusDescribe('files cut off or damaged on the way', () => {
  const names = [
    'JPEG-lossy.dcm',
    'MR_small_RLE.dcm',
    'MR_small_jpeg_ls_lossless.dcm',
    'MR_small_jp2klossless.dcm',
    'examples_ybr_color.dcm',
  ];
  for (const { name, path, transferSyntax } of corpusFiles().filter((file) => names.includes(file.name))) {
    it(`${name}: an encoded frame that lost its second half is an error that names the frame`, async () => {
      const { header, identity } = await headerOf(path);
      const chunks: Buffer[] = [];
      for await (const { bytes } of fileSource(path, header, identity).chunks(0x10000)) chunks.push(Buffer.from(bytes));
      const dataSet = Buffer.concat(chunks);
      const shortened = halveLastFragment(dataSet);
      const source = {
        transferSyntaxUID: transferSyntax,
        length: shortened.length,
        async *chunks() {
          yield { bytes: shortened, isLast: true };
        },
      };
      await assert.rejects(decompress(source, decoders), (error) => {
        assert.ok(error instanceof DataSetConversionError);
        assert.match(error.detail, /^(the image|frame 30 of 30) cannot be decompressed: .{10,}/u);
        return true;
      });
    });
  }
});

/** With its length made right, so that only the code stream is wrong. */
function halveLastFragment(dataSet: Buffer): Buffer {
  let at = dataSet.lastIndexOf(Buffer.from('e07f1000', 'hex')) + 12;
  for (;;) {
    const next = at + 8 + dataSet.readUInt32LE(at + 4);
    if (dataSet.readUInt32LE(next) === 0xe0ddfffe) {
      const half = Math.floor((next - at - 8) / 4) * 2;
      const head = Buffer.from(dataSet.subarray(0, at + 8 + half));
      head.writeUInt32LE(half, at + 4);
      return Buffer.concat([head, dataSet.subarray(next)]);
    }
    at = next;
  }
}
