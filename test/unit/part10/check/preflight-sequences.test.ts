import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { sequenceTagsModule } from '../../../../scripts/sequence-tags.ts';
import { loadStandardDictionary } from '../../../../src/part10/convert/standard-dictionary.ts';
import { isSequenceAttribute } from '../../../../src/part10/sequence-attributes.ts';
import { NESTING_MAX } from '../../../../src/protocol/limits.ts';
import {
  type BuiltElement,
  EXPLICIT_LE,
  element,
  encodeElements,
  IMPLICIT_LE,
  RLE_LOSSLESS,
} from '../../../support/dicom-builder.ts';
import { built, FRONT, findingsOf, IMAGE, inspection, PLAIN } from '../../../support/inspection.ts';
import { sequenceFaults } from '../../../support/sequence-faults.ts';

describe('sequences that receivers cannot parse', () => {
  for (const { name, file, offset, detail } of sequenceFaults()) {
    test(name, async () => {
      const [finding, ...others] = await findingsOf(file);
      assert.deepEqual(others, []);
      assert.ok(finding?.code === 'broken structure');
      assert.equal(finding.offset, offset, finding.detail);
      assert.ok(finding.detail.includes(detail), finding.detail);
    });
  }
});

describe('a value without a length', () => {
  const fragments = Buffer.from('feff00e000000000feff00e004000000aabbccddfeffdde000000000', 'hex');

  for (const vr of ['OB', 'OW', 'OF', 'UT']) {
    test(`of VR ${vr} is neither a sequence nor pixel data`, async () => {
      const open: BuiltElement = { tag: 0x00082112, vr, value: fragments, lyingLength: 0xffff_ffff };
      const before = [...FRONT, element(0x00280010, 'US', [4])].filter(({ tag }) => tag < open.tag);
      const { file, start } = built([...before, open, ...IMAGE.slice(2)], EXPLICIT_LE);
      const offset = start + encodeElements(before, 'explicit LE').length;
      const detail = `(0008,2112) of VR ${vr} without a length`;
      assert.deepEqual(await findingsOf(file), [{ code: 'broken structure', offset, detail }]);
    });
  }
});

describe('pixel data that is a sequence', () => {
  for (const vr of ['SQ', 'UN']) {
    test(`of VR ${vr} is not compressed: receivers store something else than an image`, async () => {
      const items = encodeElements(
        [element(0x00080100, 'SQ', { items: [[element(0x00080104, 'LO', 'Head')]], undefinedLength: true })],
        vr === 'SQ' ? 'explicit LE' : 'implicit LE',
      ).subarray(vr === 'SQ' ? 12 : 8);
      const pixels: BuiltElement = { tag: 0x7fe00010, vr, value: items, lyingLength: 0xffff_ffff };
      const before = [...FRONT, ...IMAGE.filter(({ tag }) => tag < pixels.tag)];
      const { file } = built([...before, pixels], RLE_LOSSLESS);
      const broken = (await findingsOf(file)).filter(({ code }) => code === 'broken structure');
      assert.deepEqual(
        broken.map((finding) => finding.code === 'broken structure' && finding.detail),
        [`(7FE0,0010) of VR ${vr} without a length`],
      );
    });
  }
});

describe('a value without a length in Implicit VR', () => {
  const items = Buffer.from('feff00e000000000feffdde000000000', 'hex');
  const open = (tag: number): BuiltElement => ({ tag, vr: 'SQ', value: items, lyingLength: 0xffff_ffff });
  const found = async (tag: number) => {
    const { file, start } = built([...FRONT, open(tag), ...IMAGE.slice(2)], IMPLICIT_LE);
    const offset = start + encodeElements(FRONT, 'implicit LE').length;
    return (await findingsOf(file)).map((finding) => ({ ...finding, offset: finding.offset - offset }));
  };

  test('is broken where the dictionary knows another VR', async () => {
    for (const [tag, detail] of [
      [0x00080104, '(0008,0104) of VR LO without a length'],
      [0x00100000, '(0010,0000) of VR UL without a length'],
      [0x00280106, '(0028,0106) of VR US or SS without a length'],
      [0x60003000, '(6000,3000) of VR OB or OW without a length'],
    ] as const) {
      assert.deepEqual(await found(tag), [{ code: 'broken structure', offset: 0, detail }]);
    }
  });

  test('is a sequence where it knows a sequence, or nothing', async () => {
    for (const tag of [0x00081140, 0x00091001, 0x00082119]) assert.deepEqual(await found(tag), []);
  });
});

describe('sequences as they should be', () => {
  const reference = [element(0x00081150, 'UI', '1.2.3'), element(0x00081155, 'UI', '2.25.77')];
  const images = (undefinedLength: boolean, undefinedItemLength: boolean): BuiltElement[] => [
    element(0x00081140, 'SQ', {
      items: [
        [...reference, element(0x0040a170, 'SQ', { items: [reference, []], undefinedLength, undefinedItemLength })],
        [],
        reference,
      ],
      undefinedLength,
      undefinedItemLength,
    }),
    element(0x00082112, 'SQ', { items: [], undefinedLength }),
  ];

  test('defined and undefined lengths inside each other, empty items and sequences', async () => {
    for (const transferSyntax of PLAIN) {
      for (const open of [false, true]) {
        for (const openItems of [false, true]) {
          const { file } = built([...IMAGE.slice(0, 2), ...images(open, openItems), ...IMAGE.slice(2)], transferSyntax);
          assert.deepEqual(await findingsOf(file), []);
        }
      }
    }
  });

  test('private values of defined length in Implicit VR, and UN, are no sequences for anybody', async () => {
    const value = Buffer.from('text of a maker ');
    for (const [transferSyntax, vr] of [
      [IMPLICIT_LE, 'SQ'],
      [EXPLICIT_LE, 'UN'],
    ] as const) {
      const { file } = built([...IMAGE.slice(0, 2), element(0x00091001, vr, value), ...IMAGE.slice(2)], transferSyntax);
      assert.deepEqual(await findingsOf(file), []);
    }
  });

  test('nested as deep as the limit, of defined length, they are followed without recursion', async () => {
    const nested = (depth: number): Buffer => {
      let bytes: Buffer = Buffer.alloc(0);
      for (let level = 0; level < depth; level += 1) {
        const head = Buffer.from('feff00e000000000', 'hex');
        head.writeUInt32LE(bytes.length, 4);
        bytes = encodeElements([element(0x00081140, 'SQ', Buffer.concat([head, bytes]))], 'explicit LE');
      }
      return bytes;
    };
    const value = nested(NESTING_MAX).subarray(12);
    const { file } = built([...IMAGE.slice(0, 2), element(0x00081140, 'SQ', value), ...IMAGE.slice(2)], EXPLICIT_LE);
    assert.deepEqual(await findingsOf(file), []);
    const deeper = built(
      [...IMAGE.slice(0, 2), element(0x00081140, 'SQ', nested(NESTING_MAX + 1).subarray(12)), ...IMAGE.slice(2)],
      EXPLICIT_LE,
    );
    assert.deepEqual(
      (await findingsOf(deeper.file)).map(({ code }) => code),
      ['deep nesting'],
    );
  });

  test('a long one is read piece by piece, its large values are not', async () => {
    const frame = [element(0x00281054, 'LO', 'US'), element(0x00286010, 'US', [1])];
    const items = Array.from({ length: 20_000 }, () => frame);
    const large = [element(0x00091002, 'OB', Buffer.alloc(3_000_000))];
    const sequence = element(0x00289145, 'SQ', { items: [...items, large] });
    const { file } = built([...IMAGE.slice(0, 2), sequence, ...IMAGE.slice(3)], EXPLICIT_LE);
    const { findings, reads } = await inspection(file);
    assert.deepEqual(findings, []);
    const read = reads.reduce((total, [, length]) => total + length, 0);
    assert.ok(read < file.length - 2_800_000 && reads.length < 30, `${read} bytes in ${reads.length} reads`);
    assert.ok(reads.every(([, length]) => length <= 65_536));
  });
});

describe('the table of sequence attributes', () => {
  const path = join(import.meta.dirname, '../../../../src/part10/sequence-tags.ts');

  test('is what `npm run docs` writes', async () => {
    assert.equal(readFileSync(path, 'utf8'), await sequenceTagsModule());
  });

  test('says the same as the dictionary of the conversion', async () => {
    const { vrOf } = await loadStandardDictionary();
    for (let group = 0x0004; group <= 0x0080; group += 2) {
      for (let low = 0; low <= 0xffff; low += group === 0x0008 || group === 0x0040 ? 1 : 0x10) {
        const tag = group * 0x10000 + low;
        assert.equal(isSequenceAttribute(tag), vrOf(tag) === 'SQ', tag.toString(16));
      }
    }
    assert.ok(isSequenceAttribute(0x500e2600));
  });
});
