// Files of a few hundred bytes that claim enormous images, and large images that are honest.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ImageOptions, imageDataSet, UID } from './decompression-run.ts';
import { buildFile, element, SECONDARY_CAPTURE } from './dicom-builder.ts';
import { type EncodedAs, type EncoderInput, encodeFrame } from './frame-encoder.ts';

export const SYNTAX: Readonly<Record<EncodedAs | 'RLE', string>> = {
  RLE: UID.rle,
  JPEG: UID.jpegBaseline,
  'JPEG lossless': UID.jpegLossless,
  'JPEG-LS': UID.jpegLs,
  'JPEG 2000': UID.jpeg2000Lossless,
  HTJ2K: UID.htj2kLossless,
};

const NO_TABLE = new Uint8Array(0);

/** A code stream of 16 x 16 pixels whose header claims another size. */
export async function claiming(as: EncodedAs, rows: number, columns: number): Promise<Uint8Array> {
  const pixels = new Uint8Array(256);
  const stream = Uint8Array.from(await encodeFrame(as, { rows: 16, columns: 16, samplesPerPixel: 1, bits: 8, pixels }));
  const view = new DataView(stream.buffer);
  if (as === 'JPEG 2000' || as === 'HTJ2K') {
    // SIZ stands first: the image, and one tile as large.
    for (const [at, value] of [
      [8, columns],
      [12, rows],
      [24, columns],
      [28, rows],
    ] as const) {
      view.setUint32(at, value);
    }
    return stream;
  }
  for (let at = 2; at < stream.length; at += 2 + view.getUint16(at + 2)) {
    if (![0xc0, 0xc1, 0xc3, 0xf7].includes(view.getUint8(at + 1))) continue;
    view.setUint16(at + 5, rows);
    view.setUint16(at + 7, columns);
    return stream;
  }
  throw new Error('no frame header');
}

/** A square of `side` pixels in tiles of `tileSide`, all of them empty. */
export async function tiled(side: number, tileSide: number): Promise<Uint8Array> {
  const stream = await claiming('JPEG 2000', side, side);
  const view = new DataView(stream.buffer);
  view.setUint32(24, tileSide);
  view.setUint32(28, tileSide);
  const firstTile = Buffer.from(stream).indexOf(Buffer.of(0xff, 0x90));
  const tiles = Array.from({ length: Math.ceil(side / tileSide) ** 2 }, (_, index) => {
    const tile = Buffer.from('ff90000a00000000000e0001ff93', 'hex');
    tile.writeUInt16BE(index, 4);
    return tile;
  });
  return Buffer.concat([stream.subarray(0, firstTile), ...tiles, Buffer.of(0xff, 0xd9)]);
}

/** RLE of black pixels: as short as it can be. */
export function blackRle(pixels: number, segments: number): Uint8Array {
  const length = 2 * Math.ceil(pixels / 128);
  const stream = new Uint8Array(64 + segments * length);
  const header = new DataView(stream.buffer);
  header.setUint32(0, segments, true);
  for (let index = 0; index < segments; index += 1) header.setUint32(4 + 4 * index, 64 + index * length, true);
  // 129: the next byte, 128 times.
  for (let at = 64; at < stream.length; at += 2) stream[at] = 129;
  return stream;
}

let made = 0;

/** Writes an image of these encoded frames, and returns its path. */
export function writeImage(
  folder: string,
  name: string,
  transferSyntax: string,
  options: ImageOptions,
  frames: readonly Uint8Array[],
): string {
  made += 1;
  const sopInstance = `2.25.99${made}`;
  const more = [...(options.more ?? []), element(0x00080018, 'UI', sopInstance)];
  const many = frames.length > 1 ? { frames: frames.length } : {};
  const fragments = [
    NO_TABLE,
    ...frames.map((frame) => (frame.length % 2 === 0 ? frame : Buffer.concat([frame, NUL]))),
  ];
  const dataSet = imageDataSet({ ...many, ...options, more }, { fragments });
  const path = join(folder, name);
  writeFileSync(path, buildFile({ transferSyntax, sopClass: SECONDARY_CAPTURE, sopInstance, dataSet }));
  return path;
}

const NUL = new Uint8Array(1);

/** One frame of a real image, encoded. `noise`: how many of its low bits are at random. */
export async function honest(as: EncodedAs, size: Omit<EncoderInput, 'pixels'>, noise: number): Promise<Uint8Array> {
  const { rows, columns, samplesPerPixel, bits } = size;
  const samples = rows * columns * samplesPerPixel;
  const pixels = new Uint8Array((samples * bits) / 8);
  let state = 4711;
  for (let index = 0; index < samples; index += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const value = ((index % columns) >> 4) + ((state >>> 16) & ((1 << noise) - 1));
    if (bits === 8) pixels[index] = value;
    else {
      pixels[2 * index] = value & 0xff;
      pixels[2 * index + 1] = (value >> 8) & 0xff;
    }
  }
  return await encodeFrame(as, { ...size, pixels });
}
