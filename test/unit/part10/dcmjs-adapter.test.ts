import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { confirmsInstance, loadDictionary, readAttributes } from '../../../src/part10/dcmjs-adapter.ts';
import {
  DEFLATED_LE,
  EXPLICIT_BE,
  EXPLICIT_LE,
  element,
  encodeDataSet,
  IMPLICIT_LE,
  sampleInstance,
} from '../../support/dicom-builder.ts';

describe('the data dictionary', () => {
  test('knows VRs, also those that leave a choice, and repeating groups', async () => {
    const { vrOf } = await loadDictionary();
    const expected: readonly (readonly [number, string | undefined])[] = [
      [0x00080018, 'UI'],
      [0x00100010, 'PN'],
      [0x7fe00010, 'OB or OW'],
      [0x00280106, 'US or SS'],
      [0x00283006, 'US or OW'],
      [0x60003000, 'OB or OW'],
      [0x60023000, 'OB or OW'],
      [0x00041200, 'UL'],
      [0xfffee000, undefined],
      [0x00091001, undefined],
    ];
    for (const [tag, vr] of expected) assert.equal(vrOf(tag), vr, tag.toString(16));
  });

  test('knows keywords', async () => {
    const { keywordOf } = await loadDictionary();
    assert.equal(keywordOf(0x00080018), 'SOPInstanceUID');
    assert.equal(keywordOf(0x00091001), undefined);
  });
});

describe('readAttributes', () => {
  for (const transferSyntax of [IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE, DEFLATED_LE]) {
    test(`reads attributes of the image, none of the patient, ${transferSyntax}`, async () => {
      const { dataSet } = sampleInstance({ transferSyntax, seed: 12 });
      const found = await readAttributes(dataSet, transferSyntax);
      assert.equal(found.get(0x00080060), 'OT');
      assert.equal(found.get(0x00200013), '12');
      assert.equal(found.get(0x00280011), '256');
      assert.equal(JSON.stringify([...found]).includes('TEST^BUILDER'), false);
    });
  }

  test('a prefix that ends anywhere yields its whole elements', async () => {
    const { dataSet } = sampleInstance({ seed: 3 });
    for (let length = 0; length < dataSet.length; length += 7) {
      const found = await readAttributes(dataSet.subarray(0, length), EXPLICIT_LE);
      assert.ok([undefined, '3'].includes(found.get(0x00200013)), `${length}: ${found.get(0x00200013)}`);
    }
  });

  test('20,000 nested sequences and a long value are not passed to dcmjs', async () => {
    const open = Buffer.from('08000600ffffffff' + 'feff00e0ffffffff', 'hex');
    const deep = Buffer.concat(Array(20_000).fill(open));
    assert.equal((await readAttributes(deep, IMPLICIT_LE)).size, 0);
    const long = encodeDataSet(
      [element(0x00081030, 'LO', 'x'.repeat(5000)), element(0x0008103e, 'LO', 'short')],
      EXPLICIT_LE,
    );
    assert.deepEqual([...(await readAttributes(long, EXPLICIT_LE))], [[0x0008103e, 'short']]);
  });
});

test('confirmsInstance compares UIDs', async () => {
  const { dataSet, sopClass, sopInstance } = sampleInstance({ transferSyntax: IMPLICIT_LE });
  const header = {
    sopClassUID: sopClass,
    sopInstanceUID: sopInstance,
    transferSyntaxUID: IMPLICIT_LE,
    dataSetOffset: 0,
    dataSetLength: dataSet.length,
    form: 'bare data set',
  } as const;
  assert.equal(await confirmsInstance(dataSet, header), true);
  assert.equal(await confirmsInstance(dataSet, { ...header, sopInstanceUID: '1.2.3' }), false);
  assert.equal(await confirmsInstance(Buffer.alloc(64, 0xff), header), false);
});
