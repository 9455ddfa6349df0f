// Decompresses whole data sets, and makes compressed images for that.

import assert from 'node:assert/strict';
import { decompressedSource } from '../../src/part10/decompress/decompressed-source.ts';
import type { FrameDecoders } from '../../src/part10/decompress/frame-format.ts';
import type { DataSetSource } from '../../src/part10/read/data-set-source.ts';
import { type BuiltElement, element, encodeElements } from './dicom-builder.ts';
import { EXPLICIT, type NaiveRow, readDataSet } from './naive-data-set.ts';

export const UID = {
  rle: '1.2.840.10008.1.2.5',
  deflatedFrames: '1.2.840.10008.1.2.8.1',
  jpegBaseline: '1.2.840.10008.1.2.4.50',
  jpegExtended: '1.2.840.10008.1.2.4.51',
  jpegLossless: '1.2.840.10008.1.2.4.70',
  jpegLs: '1.2.840.10008.1.2.4.80',
  jpegLsNearLossless: '1.2.840.10008.1.2.4.81',
  jpeg2000Lossless: '1.2.840.10008.1.2.4.90',
  jpeg2000: '1.2.840.10008.1.2.4.91',
  htj2kLossless: '1.2.840.10008.1.2.4.201',
  htj2k: '1.2.840.10008.1.2.4.203',
} as const;

/** A source of bytes in memory, in pieces of `pieceLength` whose buffer is used again. */
export function memorySource(dataSet: Uint8Array, transferSyntaxUID: string, pieceLength = 0x8000): DataSetSource {
  return {
    transferSyntaxUID,
    length: dataSet.length,
    async *chunks() {
      const buffer = new Uint8Array(pieceLength);
      for (let at = 0; at < dataSet.length || at === 0; at += pieceLength) {
        const bytes = buffer.subarray(0, Math.min(pieceLength, dataSet.length - at));
        bytes.set(dataSet.subarray(at, at + bytes.length));
        yield { bytes, isLast: at + pieceLength >= dataSet.length };
        buffer.fill(0xee);
      }
    },
  };
}

/** The whole decompressed data set; the pieces are held to the contract of DataSetSource. */
export async function decompress(
  source: DataSetSource,
  decoders: FrameDecoders,
  chunkLength = 0x1000,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let ended = false;
  for await (const { bytes, isLast } of decompressedSource(source, decoders).chunks(chunkLength)) {
    assert.ok(!ended, 'a piece behind the last');
    assert.ok(bytes.length <= chunkLength && bytes.length % 2 === 0, `a piece of ${bytes.length} bytes`);
    pieces.push(Buffer.from(bytes));
    ended = isLast;
  }
  assert.ok(ended, 'no last piece');
  return Buffer.concat(pieces);
}

export interface ImageOptions {
  readonly rows: number;
  readonly columns: number;
  readonly samplesPerPixel?: number;
  readonly bitsAllocated?: number;
  readonly pixelRepresentation?: number;
  readonly photometric?: string;
  readonly frames?: number;
  /** Written in place of the above, or besides. */
  readonly more?: readonly BuiltElement[];
  readonly behind?: readonly BuiltElement[];
}

/** A data set of an image in explicit LE with that pixel data element; elements are sorted. */
export function imageDataSet(options: ImageOptions, pixelData: BuiltElement['value'] | undefined): Buffer {
  const { samplesPerPixel = 1, bitsAllocated = 8, frames } = options;
  const elements: BuiltElement[] = [
    element(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.7'),
    element(0x00080018, 'UI', '2.25.4711'),
    element(0x00081140, 'SQ', {
      items: [[element(0x00081155, 'UI', '2.25.4712')]],
      undefinedLength: true,
      undefinedItemLength: true,
    }),
    element(0x00100010, 'PN', 'TEST^IMAGE'),
    // GDCM adds them where they are missing.
    element(0x0020000d, 'UI', '2.25.4713'),
    element(0x0020000e, 'UI', '2.25.4714'),
    element(0x00280002, 'US', [samplesPerPixel]),
    element(0x00280004, 'CS', options.photometric ?? (samplesPerPixel === 3 ? 'RGB' : 'MONOCHROME2')),
    ...(samplesPerPixel === 1 ? [] : [element(0x00280006, 'US', [0])]),
    ...(frames === undefined ? [] : [element(0x00280008, 'IS', String(frames))]),
    element(0x00280010, 'US', [options.rows]),
    element(0x00280011, 'US', [options.columns]),
    element(0x00280100, 'US', [bitsAllocated]),
    element(0x00280101, 'US', [bitsAllocated]),
    element(0x00280102, 'US', [bitsAllocated - 1]),
    element(0x00280103, 'US', [options.pixelRepresentation ?? 0]),
    element(0x52009229, 'SQ', {
      items: [[element(0x00289110, 'SQ', { items: [] })]],
      undefinedLength: true,
      undefinedItemLength: true,
    }),
  ];
  const given = [...(options.more ?? []), ...(options.behind ?? [])];
  const kept = elements.filter(({ tag }) => !given.some((other) => other.tag === tag));
  const pixels = pixelData === undefined ? [] : [element(0x7fe00010, 'OB', pixelData)];
  return encodeElements(
    [...kept, ...given, ...pixels].sort((a, b) => a.tag - b.tag),
    'explicit LE',
  );
}

export function rowsOf(dataSet: Uint8Array): Map<string, NaiveRow> {
  return new Map(readDataSet(dataSet, EXPLICIT).map((row) => [row.path, row]));
}

/** Of an element of the top level by its eight digits: text without the padding of either kind. */
export function textOf(rows: ReadonlyMap<string, NaiveRow>, path: string): string | undefined {
  const row = rows.get(path);
  return (
    row &&
    Buffer.from(row.value, 'hex')
      .toString('latin1')
      .replace(/[ \0]+$/u, '')
  );
}

export function pixelsOf(rows: ReadonlyMap<string, NaiveRow>): Buffer {
  return Buffer.from(rows.get('7fe00010')?.value ?? '', 'hex');
}
