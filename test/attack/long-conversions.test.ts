// Data sets that consist of headers only: every byte of them is work. Whoever else needs the thread gets it within 50 ms, whether
// the data set is converted or decompressed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convertedSource } from '../../src/part10/convert/converted-source.ts';
import { decompressedSource } from '../../src/part10/decompress/decompressed-source.ts';
import type { DataSetSource } from '../../src/part10/read/data-set-source.ts';
import { attackSize, measured } from '../support/attack.ts';
import { memorySource, UID } from '../support/decompression-run.ts';
import { EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE } from '../support/dicom-builder.ts';
import { longestTurnMs, STALL_MS } from '../support/stall.ts';

const COUNT = attackSize(40_000, 1_000_000);
/** A stall that others cause by using the machine is none: the least of so many. */
const TRIES = 3;
const PIECE = 0x40000;

function header(group: number, number: number, vr: string, length: number): Buffer {
  const isLong = vr === 'SQ' || vr === 'UN';
  const bytes = Buffer.alloc(isLong ? 12 : 8);
  bytes.writeUInt16LE(group, 0);
  bytes.writeUInt16LE(number, 2);
  bytes.write(vr, 4, 'latin1');
  if (isLong) bytes.writeUInt32LE(length, 8);
  else bytes.writeUInt16LE(length, 6);
  return bytes;
}

function item(number: number, length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(0xfffe, 0);
  bytes.writeUInt16LE(number, 2);
  bytes.writeUInt32LE(length, 4);
  return bytes;
}

const repeated = (piece: Buffer, count: number): Buffer => Buffer.alloc(piece.length * count, piece);
const UNDEFINED = 0xffffffff;
const END_OF_SEQUENCE = item(0xe0dd, 0);
const END_OF_ITEM = item(0xe00d, 0);

/** Ascending, in private groups. */
function emptyElements(count: number): Buffer {
  const bytes = repeated(header(0x0029, 0x1000, 'LO', 0), count);
  for (let index = 0; index < count; index += 1) {
    bytes.writeUInt16LE(0x0029 + 2 * Math.floor(index / 0xe000), 8 * index);
    bytes.writeUInt16LE(0x1000 + (index % 0xe000), 8 * index + 2);
  }
  return bytes;
}

function nested(depth: number): Buffer {
  const begin = Buffer.concat([header(0x0029, 0x1001, 'SQ', UNDEFINED), item(0xe000, UNDEFINED)]);
  const end = Buffer.concat([END_OF_ITEM, END_OF_SEQUENCE]);
  return Buffer.concat([repeated(begin, depth), repeated(end, depth)]);
}

const UIDS = [
  header(0x0008, 0x0016, 'UI', 26),
  Buffer.from('1.2.840.10008.5.1.4.1.1.7\0', 'latin1'),
  header(0x0008, 0x0018, 'UI', 10),
  Buffer.from('2.25.4711\0', 'latin1'),
];

const DATA_SETS: readonly (readonly [string, Buffer])[] = [
  ['empty elements', emptyElements(COUNT)],
  [
    'empty items',
    Buffer.concat([header(0x0029, 0x1001, 'SQ', UNDEFINED), repeated(item(0xe000, 0), COUNT), END_OF_SEQUENCE]),
  ],
  [
    'items of undefined length with an empty element each',
    Buffer.concat([
      header(0x0029, 0x1001, 'SQ', UNDEFINED),
      repeated(Buffer.concat([item(0xe000, UNDEFINED), header(0x0029, 0x1002, 'LO', 0), END_OF_ITEM]), COUNT / 4),
      END_OF_SEQUENCE,
    ]),
  ],
  ['sequences 900 deep, one after the other', repeated(nested(900), Math.ceil(COUNT / 3_600))],
  [
    'a UN of empty items',
    Buffer.concat([header(0x0029, 0x1001, 'UN', UNDEFINED), repeated(item(0xe000, 0), COUNT), END_OF_SEQUENCE]),
  ],
];

async function drain(source: DataSetSource): Promise<number> {
  let length = 0;
  for await (const { bytes } of source.chunks(PIECE)) length += bytes.length;
  return length;
}

/** Work that is slow by itself is slow each time. */
async function assertNoStall(name: string, work: () => Promise<unknown>): Promise<void> {
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < TRIES && least > STALL_MS; tries += 1) {
    least = Math.min(least, await longestTurnMs(async () => void (await work())));
  }
  measured(name, Math.round(least), 'ms');
  assert.ok(least <= STALL_MS, `${name}: ${least} ms`);
}

const noDecoders = { decode: () => Promise.reject(new Error('there are no frames')) };

test('a million empty elements, items or nested sequences are converted without a stall', async () => {
  for (const [name, elements] of DATA_SETS) {
    const dataSet = Buffer.concat([...UIDS, elements]);
    const source = (uid: string) => memorySource(dataSet, uid, PIECE);
    for (const to of [IMPLICIT_LE, EXPLICIT_BE]) {
      await assertNoStall(`${name} to ${to}`, () => drain(convertedSource(source(EXPLICIT_LE), to)));
    }
  }
});

test('they are passed on beside pixel data that are decompressed without a stall', async () => {
  for (const [name, elements] of DATA_SETS) {
    const dataSet = Buffer.concat([...UIDS, elements]);
    const decompressed = () => decompressedSource(memorySource(dataSet, UID.rle, PIECE), noDecoders);
    await assertNoStall(`${name}, decompressed`, () => drain(decompressed()));
    await assertNoStall(`${name}, then converted`, () => drain(convertedSource(decompressed(), IMPLICIT_LE)));
  }
});
