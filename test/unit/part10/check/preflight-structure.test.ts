import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { NESTING_MAX } from '../../../../src/protocol/limits.ts';
import {
  buildFile,
  CT_IMAGE,
  EXPLICIT_LE,
  element,
  encodeElements,
  RLE_LOSSLESS,
  sampleInstance,
  seededBytes,
} from '../../../support/dicom-builder.ts';
import {
  type Built,
  built,
  FRONT,
  findingsOf,
  IMAGE,
  inspection,
  PLAIN,
  UIDS,
  WALKED,
} from '../../../support/inspection.ts';

describe('structure', () => {
  const inserted = (hex: string): Built => {
    const raw = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    const before = encodeElements(FRONT, 'explicit LE');
    const dataSet = Buffer.concat([before, raw, encodeElements(IMAGE.slice(2), 'explicit LE')]);
    const file = buildFile({ transferSyntax: EXPLICIT_LE, sopClass: CT_IMAGE, sopInstance: '2.25.7', dataSet });
    return { file, start: file.length - dataSet.length + before.length };
  };

  // Each of these makes DCMTK's storescp and Orthanc abort the association.
  const broken: Readonly<Record<string, readonly [hex: string, offset: number]>> = {
    'an element without VR': ['1100 0100 02000000 4142', 0],
    'an item that nothing closes': [
      '0900 0110 5351 0000 ffffffff feff00e0 ffffffff 0800 0001 4c4f 0200 4142 feffdde0 00000000',
      30,
    ],
    'a delimiter without a sequence': ['feffdde0 00000000', 0],
    'an element where an item should be': [
      '0900 0110 5351 0000 ffffffff 0800 0001 4c4f 0200 4142 feffdde0 00000000',
      12,
    ],
  };
  for (const [name, [hex, offset]] of Object.entries(broken)) {
    test(`${name} is broken`, async () => {
      const { file, start } = inserted(hex);
      const [finding, ...others] = await findingsOf(file);
      assert.deepEqual(others, []);
      assert.deepEqual([finding?.code, finding?.offset], ['broken structure', start + offset]);
    });
  }

  test('a fragment whose length is wrong is broken', async () => {
    const { file } = built([...UIDS, element(0x7fe00010, 'OB', { fragments: [seededBytes(32, 1)] })], RLE_LOSSLESS);
    file.writeUInt32LE(30, file.length - 8 - 32 - 4);
    const found = await findingsOf(file);
    assert.deepEqual(
      found.map(({ code, offset }) => [code, offset]),
      [['broken structure', file.length - 10]],
    );
  });

  test('20,000 sequences inside each other are counted, not followed', async () => {
    const open = Buffer.from('09000110 53510000ffffffff feff00e0ffffffff'.replaceAll(' ', ''), 'hex');
    for (const close of ['', 'feff0de000000000feffdde000000000']) {
      const { file, start } = inserted(open.toString('hex').repeat(20_000) + close.repeat(20_000));
      assert.deepEqual(await findingsOf(file), [
        { code: 'deep nesting', offset: start + NESTING_MAX * open.length, depth: NESTING_MAX },
      ]);
    }
  });

  test('an image without pixel data has a finding, other objects have none', async () => {
    for (const transferSyntax of PLAIN) {
      const { file } = built(IMAGE.slice(0, 3), transferSyntax);
      assert.deepEqual(await findingsOf(file), [{ code: 'no pixel data', offset: file.length }]);
      assert.deepEqual(await findingsOf(built(UIDS, transferSyntax).file), []);
      const referenced = [...IMAGE.slice(0, 3), element(0x00287fe0, 'UR', 'http://pixels.example/1')];
      assert.deepEqual(await findingsOf(built(referenced, transferSyntax).file), []);
      const floats = [...IMAGE.slice(0, 3), element(0x7fe00008, 'OF', Buffer.alloc(16))];
      assert.deepEqual(await findingsOf(built(floats, transferSyntax).file), []);
    }
  });

  test('what is not checked is reported as not checked', async () => {
    const fragments = Array.from({ length: 50 }, (_, index) => seededBytes(10_000, index));
    const { file } = built([...UIDS, element(0x7fe00010, 'OB', { fragments })], RLE_LOSSLESS);
    const { findings, reads } = await inspection(file, AbortSignal.abort());
    assert.deepEqual(
      findings?.map(({ code }) => code),
      ['not checked'],
    );
    assert.deepEqual(reads, []);
  });
});

describe('whatever the bytes', () => {
  const starts = WALKED.map((transferSyntax) => built(IMAGE.slice(0, 3), transferSyntax).file);

  test('behind a good beginning: findings inside the file, a bounded number of reads, no exception', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 3000 }), async (start, tail) => {
        const file = Buffer.concat([start, tail]);
        const { findings, reads } = await inspection(file);
        for (const { offset } of findings ?? []) assert.ok(offset >= 0 && offset <= file.length);
        assert.ok(reads.length <= 2, `${reads.length} reads`);
      }),
      { numRuns: 1500 },
    );
  });

  test('flipped in a good file', async () => {
    const files = WALKED.map((transferSyntax) => sampleInstance({ transferSyntax, pixelBytes: 9_000 }).file);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(9_700), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (original, changes) => {
          const file = Buffer.from(original);
          for (const [at, value] of changes) if (at < file.length) file[at] = value;
          const { reads } = await inspection(file);
          assert.ok(reads.length < 1000);
        },
      ),
      { numRuns: 1500 },
    );
  });
});
