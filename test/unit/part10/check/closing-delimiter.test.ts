// Compressed pixel data that ends without its Sequence Delimitation Item (PS3.5 A.4): whole, or cut between two fragments?

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readHeader } from '../../../../src/part10/header/read-header.ts';
import { element, JPEG_BASELINE, RLE_LOSSLESS } from '../../../support/dicom-builder.ts';
import { built, UIDS } from '../../../support/inspection.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const BOT = new Uint8Array(0);
const SOI = [0xff, 0xd8, 0xff, 0xe0];
const EOI = [0xff, 0xd9];
const whole = new Uint8Array([...SOI, 1, 2, 3, 4, ...EOI]);
const wholeAndPadded = new Uint8Array([...SOI, 1, 2, 3, ...EOI, 0]);
const begun = new Uint8Array([...SOI, 1, 2, 3, 4]);
const ended = new Uint8Array([5, 6, 7, 8, ...EOI]);
const rle = new Uint8Array([1, 0, 0, 0, 64, 0, 0, 0, 9, 9]);

const LENGTHS = new Uint8Array(5000);

interface Case {
  readonly says: string;
  readonly syntax: string;
  readonly frames?: string;
  readonly fragments: readonly Uint8Array[];
  readonly part: 'delimiter' | 'pixel data';
}

const CASES: readonly Case[] = [
  { says: 'one frame in one fragment', syntax: JPEG_BASELINE, fragments: [whole], part: 'delimiter' },
  { says: 'one frame that is padded', syntax: JPEG_BASELINE, fragments: [wholeAndPadded], part: 'delimiter' },
  { says: 'one frame in two fragments', syntax: JPEG_BASELINE, fragments: [begun, ended], part: 'delimiter' },
  { says: 'a large fragment between', syntax: JPEG_BASELINE, fragments: [begun, LENGTHS, ended], part: 'delimiter' },
  {
    says: 'three frames',
    syntax: JPEG_BASELINE,
    frames: '3 ',
    fragments: [whole, begun, ended, whole],
    part: 'delimiter',
  },
  { says: 'RLE', syntax: RLE_LOSSLESS, frames: '2', fragments: [rle, rle], part: 'delimiter' },
  { says: 'one frame without its end', syntax: JPEG_BASELINE, fragments: [begun], part: 'pixel data' },
  { says: 'a frame too few', syntax: JPEG_BASELINE, frames: '3', fragments: [whole, whole], part: 'pixel data' },
  {
    says: 'the second frame without its end',
    syntax: JPEG_BASELINE,
    frames: '2',
    fragments: [whole, begun],
    part: 'pixel data',
  },
  {
    says: 'as many fragments as frames',
    syntax: JPEG_BASELINE,
    frames: '2',
    fragments: [begun, ended],
    part: 'pixel data',
  },
  { says: 'an RLE frame too few', syntax: RLE_LOSSLESS, frames: '3', fragments: [rle, rle], part: 'pixel data' },
  { says: 'a count that is no number', syntax: RLE_LOSSLESS, frames: 'many', fragments: [rle], part: 'pixel data' },
  { says: 'no frame', syntax: JPEG_BASELINE, fragments: [], part: 'pixel data' },
];

describe('compressed pixel data that nothing closes', () => {
  for (const { says, syntax, frames, fragments, part } of CASES) {
    it(`${says}: ${part === 'delimiter' ? 'whole' : 'cut'}`, async (t) => {
      const count = frames === undefined ? [] : [element(0x00280008, 'IS', frames)];
      const pixels = element(0x7fe00010, 'OB', { fragments: [BOT, ...fragments] });
      const { file } = built([...UIDS, ...count, pixels], syntax);
      const path = join(temporaryFolder(t), 'open.dcm');
      writeFileSync(path, file.subarray(0, -8));
      const read = await readHeader(path);
      assert.equal(read.result.type, 'instance');
      assert.deepEqual(read.findings, [{ code: 'truncated', offset: file.length - 8, part, tag: '(7FE0,0010)' }]);
    });
  }
});
