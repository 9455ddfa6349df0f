import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { writeSampleStudy } from '../../../scripts/sample-study.ts';
import type { InstanceHeader } from '../../../src/part10/header/header.ts';
import { scan } from '../../../src/send/scan.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('the sample study is 24 CT images in three transfer syntaxes, and two files that are skipped', async (context) => {
  const folder = temporaryFolder(context);
  const written = await writeSampleStudy(folder);
  const headers: InstanceHeader[] = [];
  const skipped: string[] = [];
  for await (const file of scan([folder], { recurse: true }, new AbortController().signal)) {
    if (file.type === 'instance') headers.push(file.header);
    else skipped.push(file.problem.code);
  }
  assert.equal(written.length, 26);
  assert.deepEqual(skipped.sort(), ['empty file', 'not DICOM']);
  assert.equal(new Set(headers.map(({ sopInstanceUID }) => sopInstanceUID)).size, 24);
  assert.ok(headers.every(({ sopClassUID }) => sopClassUID === '1.2.840.10008.5.1.4.1.1.2'));
  const countOf = (uid: string) => headers.filter(({ transferSyntaxUID }) => transferSyntaxUID === uid).length;
  const syntaxes = ['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.5'];
  assert.deepEqual(syntaxes.map(countOf), [5, 18, 1]);
  assert.ok(headers.every(({ dataSetLength }) => dataSetLength % 2 === 0));
});

test('the RLE slice unpacks to an image of 128 x 128 pixels', async (context) => {
  const paths = await writeSampleStudy(temporaryFolder(context));
  const compressed = paths.find((path) => path.endsWith('IM12.dcm') && path.includes('series-2')) ?? '';
  const file = readFileSync(compressed);
  // Two items: an empty offset table and the frame (PS3.5 A.4).
  const items = file.indexOf(Buffer.from('feff00e000000000feff00e0', 'hex'));
  const frame = file.subarray(items + 16, items + 16 + file.readUInt32LE(items + 12));
  assert.equal(frame.readUInt32LE(0), 2);
  const [high, low] = [
    unpackBits(frame.subarray(frame.readUInt32LE(4), frame.readUInt32LE(8))),
    unpackBits(frame.subarray(frame.readUInt32LE(8))),
  ];
  assert.equal(high.length, 128 * 128);
  assert.equal(low.length, 128 * 128);
  const corner = Buffer.from([low[0] ?? 0, high[0] ?? 0]).readInt16LE();
  const middle = 64 * 128 + 64;
  const water = Buffer.from([low[middle] ?? 0, high[middle] ?? 0]).readInt16LE();
  assert.equal(corner, -1000);
  assert.ok(Math.abs(water) <= 4, `${water} HU`);
});

/** PS3.5 G.3.2; stops at 128 x 128 bytes, as a pad byte may follow. */
function unpackBits(segment: Buffer): number[] {
  const bytes: number[] = [];
  for (let at = 0; at < segment.length && bytes.length < 128 * 128; ) {
    const count = segment.readInt8(at);
    if (count >= 0) bytes.push(...segment.subarray(at + 1, at + 2 + count));
    else if (count > -128) bytes.push(...Array<number>(1 - count).fill(segment[at + 1] ?? 0));
    at += count >= 0 ? count + 2 : 2;
  }
  return bytes;
}
