// Speed of conversion alone: conversion-run.ts MEGABYTES ROUNDS prints lines of { what, megabytesPerSecond }. Source and
// destination are in memory.

import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { convertedSource } from '../src/part10/convert/converted-source.ts';
import { loadStandardDictionary } from '../src/part10/convert/standard-dictionary.ts';
import type { DataSetSource } from '../src/part10/read/data-set-source.ts';
import {
  type BuiltElement,
  DEFLATED_LE,
  EXPLICIT_BE,
  EXPLICIT_LE,
  element,
  encodeElements,
  encodingOfSyntax,
  IMPLICIT_LE,
  seededBytes,
} from '../test/support/dicom-builder.ts';
import { median } from './measure.ts';

const PIECE_LENGTH = 16_378;

function memorySource(transferSyntaxUID: string, bytes: Uint8Array): DataSetSource {
  return {
    transferSyntaxUID,
    length: bytes.length,
    async *chunks(length) {
      for (let at = 0; at < bytes.length; at += length) {
        yield { bytes: bytes.subarray(at, at + length), isLast: at + length >= bytes.length };
      }
    },
  };
}

async function convertAll(source: DataSetSource, to: string): Promise<number> {
  let length = 0;
  for await (const { bytes } of convertedSource(source, to).chunks(PIECE_LENGTH)) length += bytes.length;
  return length;
}

/** 12 bits in 16, as CT has them. */
function pixels(length: number): Buffer {
  const bytes = seededBytes(length, 7);
  for (let at = 1; at < length; at += 2) bytes[at] = (bytes[at] ?? 0) & 0x03;
  return bytes;
}

/** Items of ten short elements each: the worst case, as an image is the best. */
function smallElements(length: number): BuiltElement[] {
  const item = [
    element(0x00081150, 'UI', '1.2.840.10008.5.1.4.1.1.2'),
    element(0x00081155, 'UI', '2.25.1234567890'),
    element(0x00100020, 'LO', 'PATIENT-1'),
    element(0x00280010, 'US', [512]),
    element(0x00280011, 'US', [512]),
    element(0x00280030, 'DS', '0.5\\0.5'),
    element(0x00281050, 'DS', '40'),
    element(0x00281051, 'DS', '400'),
    element(0x0040a124, 'UI', '2.25.987654321'),
    element(0x00409096, 'SQ', { items: [[element(0x00280120, 'US', [0])]] }),
  ];
  const count = Math.ceil(length / encodeElements(item, 'explicit LE').length);
  return [element(0x00081140, 'SQ', { items: Array.from({ length: count }, () => item), undefinedLength: true })];
}

const megabytes = Number(process.argv[2]);
const rounds = Number(process.argv[3]);
const image = [
  element(0x00280100, 'US', [16]),
  element(0x00280103, 'US', [0]),
  element(0x7fe00010, 'OW', pixels(megabytes * 1e6)),
];
await loadStandardDictionary();

/** The conversions of one call take turns. */
async function report(length: number, runs: Readonly<Record<string, () => Promise<unknown>>>): Promise<void> {
  const times = new Map<string, number[]>();
  for (let round = 0; round <= rounds; round++) {
    for (const [what, run] of Object.entries(runs)) {
      const started = performance.now();
      await run();
      // The first round warms up.
      if (round > 0) times.set(what, [...(times.get(what) ?? []), performance.now() - started]);
    }
  }
  for (const [what, ofOne] of times) {
    console.log(JSON.stringify({ what, megabytesPerSecond: length / 1e3 / median(ofOne) }));
  }
}

const elements = smallElements(Math.min(megabytes, 16) * 1e6);
for (const [label, content] of [
  ['image', image],
  ['short elements', elements],
] as const) {
  for (const [what, from, to] of [
    ['implicit to explicit', IMPLICIT_LE, EXPLICIT_LE],
    ['explicit to implicit', EXPLICIT_LE, IMPLICIT_LE],
    ['little to big endian', EXPLICIT_LE, EXPLICIT_BE],
    ['big to little endian', EXPLICIT_BE, EXPLICIT_LE],
  ] as const) {
    const bytes = encodeElements(content, encodingOfSyntax(from));
    await report(bytes.length, { [`${what}, ${label}`]: () => convertAll(memorySource(from, bytes), to) });
  }
}
const plain = encodeElements(image, 'explicit LE');
const deflated = deflateRawSync(plain);
await report(plain.length, {
  inflate: () => convertAll(memorySource(DEFLATED_LE, deflated), EXPLICIT_LE),
  'zlib alone': async () => inflateRawSync(deflated),
});
