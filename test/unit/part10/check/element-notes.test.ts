// What single elements tell: strays of group 0002, pixel data against the transfer syntax, missing UIDs, unknown VRs.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encodingOf } from '../../../../src/part10/transfer-syntax-encoding.ts';
import {
  type BuiltElement,
  buildFile,
  CT_IMAGE,
  DEFLATED_LE,
  EXPLICIT_BE,
  EXPLICIT_LE,
  element,
  encodeDataSet,
  encodeElements,
  encodingOfSyntax,
  IMPLICIT_LE,
  JPEG_2000_LOSSLESS,
  JPEG_BASELINE,
  RLE_LOSSLESS,
  sampleInstance,
  seededBytes,
} from '../../../support/dicom-builder.ts';
import { built, FRONT, findingsOf, PLAIN, UIDS, WALKED, wholeInspection } from '../../../support/inspection.ts';

describe('elements of group 0002', () => {
  const STRAY = element(0x00020010, 'UI', RLE_LOSSLESS);

  for (const transferSyntax of PLAIN) {
    test(`in the data set are counted, ${transferSyntax}`, async () => {
      const { elements } = sampleInstance();
      const nested = element(0x00081140, 'SQ', { items: [[STRAY]], undefinedLength: true, undefinedItemLength: true });
      const { file } = built(
        elements.flatMap((one) => (one.tag === 0x00081140 ? [nested] : one.tag === 0x00280010 ? [one, STRAY] : [one])),
        transferSyntax,
      );
      const findings = await findingsOf(file);
      const strays = findings.find(({ code }) => code === 'stray meta elements');
      const offset = file.indexOf(encodeElements([STRAY], encodingOfSyntax(transferSyntax)));
      assert.deepEqual(strays, { code: 'stray meta elements', place: 'in the data set', offset, count: 2 });
    });
  }

  test('in front of the data set are told, with the first of them', async () => {
    const { dataSet, ...sample } = sampleInstance();
    const file = buildFile({ ...sample, dataSet: Buffer.concat([encodeElements([STRAY], 'explicit LE'), dataSet]) });
    const strays = { place: 'before the data set', offset: sample.dataSetOffset, count: 1 };
    assert.deepEqual(await findingsOf(file), [{ code: 'stray meta elements', ...strays }]);
  });
});

describe('pixel data and transfer syntax', () => {
  const NATIVE = [IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE];
  const ENCAPSULATED = [
    RLE_LOSSLESS,
    JPEG_BASELINE,
    JPEG_2000_LOSSLESS,
    '1.2.840.10008.1.2.4.100',
    '1.2.840.10008.1.2.4.201',
  ];
  const pixels = seededBytes(64, 1);
  const fragments = (tag = 0x7fe00010) => element(tag, 'OB', { fragments: [new Uint8Array(0), pixels] });
  const icon = (inside: BuiltElement, undefinedLength: boolean) =>
    element(0x00880200, 'SQ', { items: [[inside]], undefinedLength, undefinedItemLength: undefinedLength });
  const against = async (elements: readonly BuiltElement[], transferSyntax: string) =>
    (await findingsOf(built([...FRONT, ...elements], transferSyntax).file)).flatMap((finding) =>
      finding.code === 'pixel data against transfer syntax' ? [[finding.tag, finding.pixels, finding.count]] : [],
    );

  for (const transferSyntax of ENCAPSULATED) {
    test(`must be encapsulated in ${transferSyntax}, but not in a sequence`, async () => {
      const native = [['(7FE0,0010)', 'native', 1]];
      assert.deepEqual(await against([element(0x7fe00010, 'OW', pixels)], transferSyntax), native);
      assert.deepEqual(await against([element(0x7fe00010, 'OB', new Uint8Array(0))], transferSyntax), native);
      assert.deepEqual(await against([fragments()], transferSyntax), []);
      for (const undefinedLength of [true, false]) {
        const inIcon = icon(element(0x7fe00010, 'OB', pixels), undefinedLength);
        assert.deepEqual(await against([inIcon, fragments()], transferSyntax), []);
      }
      assert.deepEqual(await against([icon(fragments(), true), fragments()], transferSyntax), []);
    });
  }

  for (const transferSyntax of NATIVE) {
    test(`must be native in ${transferSyntax}, in a sequence, too`, async () => {
      const { file, start } = built([...FRONT, fragments()], transferSyntax);
      const [finding] = await findingsOf(file);
      const offset = start + encodeElements(FRONT, encodingOfSyntax(transferSyntax)).length;
      assert.deepEqual(finding, {
        code: 'pixel data against transfer syntax',
        offset,
        tag: '(7FE0,0010)',
        transferSyntaxUID: transferSyntax,
        pixels: 'encapsulated',
        count: 1,
      });
      assert.deepEqual(await against([icon(fragments(), true), fragments()], transferSyntax), [
        ['(7FE0,0010)', 'encapsulated', 2],
      ]);
      assert.deepEqual(await against([element(0x7fe00010, 'OW', new Uint8Array(0))], transferSyntax), []);
    });
  }

  test('is never encapsulated if it is float', async () => {
    for (const transferSyntax of [...NATIVE, RLE_LOSSLESS]) {
      for (const [tag, vr] of [
        [0x7fe00008, 'OF'],
        [0x7fe00009, 'OD'],
      ] as const) {
        assert.deepEqual(await against([element(tag, vr, pixels)], transferSyntax), []);
        const [[, form] = []] = await against([fragments(tag)], transferSyntax);
        assert.equal(form, 'encapsulated');
      }
    }
  });

  test('is not judged in a syntax that nobody knows', async () => {
    for (const metaTransferSyntax of ['1.2.840.10008.1.2.4.999', '1.3.46.1.2']) {
      for (const one of [element(0x7fe00010, 'OW', pixels), fragments()]) {
        const sample = { transferSyntax: EXPLICIT_LE, sopClass: CT_IMAGE, sopInstance: '2.25.7' };
        const dataSet = encodeElements([...FRONT, one], 'explicit LE');
        assert.deepEqual(await findingsOf(buildFile({ ...sample, dataSet }, { metaTransferSyntax })), []);
      }
    }
  });

  test('an encoding that the transfer syntax does not name is a finding', async () => {
    const { elements, ...sample } = sampleInstance();
    for (const [declared, actual] of [
      [JPEG_BASELINE, IMPLICIT_LE],
      [EXPLICIT_LE, EXPLICIT_BE],
    ] as const) {
      const file = buildFile({ ...sample, transferSyntax: declared, dataSet: encodeDataSet(elements, actual) });
      const [finding] = await findingsOf(file);
      assert.deepEqual(finding, {
        code: 'wrong encoding',
        offset: file.length - encodeDataSet(elements, actual).length,
        transferSyntaxUID: declared,
        actual: encodingOf(actual),
      });
    }
  });
});

describe('UIDs that the data set lacks', () => {
  const attribute = (code: string, tag: string, keyword: string, offset: number) => ({ code, offset, tag, keyword });
  const without = (tags: readonly number[], transferSyntax: string, isEmpty: boolean) => {
    const sample = sampleInstance({ transferSyntax });
    const elements = sample.elements.flatMap((one) =>
      tags.includes(one.tag) ? (isEmpty ? [{ ...one, value: '' }] : []) : [one],
    );
    return buildFile({ ...sample, dataSet: encodeDataSet(elements, transferSyntax) });
  };

  for (const transferSyntax of [...WALKED, DEFLATED_LE]) {
    for (const isEmpty of [false, true]) {
      const how = `${isEmpty ? 'empty' : 'absent'}, ${transferSyntax}`;

      test(`SOP class and instance, ${how}`, async () => {
        const offset = sampleInstance({ transferSyntax }).dataSetOffset;
        const sopClass = attribute('missing attribute', '(0008,0016)', 'SOPClassUID', offset);
        const sopInstance = attribute('missing attribute', '(0008,0018)', 'SOPInstanceUID', offset);
        assert.deepEqual(await findingsOf(without([0x00080016], transferSyntax, isEmpty)), [sopClass]);
        assert.deepEqual(await findingsOf(without([0x00080018], transferSyntax, isEmpty)), [sopInstance]);
        const both = without([0x00080016, 0x00080018], transferSyntax, isEmpty);
        assert.deepEqual(await findingsOf(both), [sopClass, sopInstance]);
      });

      // Offsets in a deflated data set count from the start of what it inflates to.
      if (transferSyntax === DEFLATED_LE) continue;
      test(`study and series, ${how}`, async () => {
        const offset = sampleInstance({ transferSyntax }).dataSetOffset;
        const study = { tag: '(0020,000D)', keyword: 'StudyInstanceUID' };
        const series = { tag: '(0020,000E)', keyword: 'SeriesInstanceUID' };
        const lacking = (...missing: object[]) => [{ code: 'no study or series', offset, missing }];
        const findings = async (...tags: number[]) =>
          (await wholeInspection(without(tags, transferSyntax, isEmpty))).findings;
        assert.deepEqual(await findings(0x0020000d), lacking(study));
        assert.deepEqual(await findings(0x0020000e), lacking(series));
        assert.deepEqual(await findings(0x0020000d, 0x0020000e), lacking(study, series));
      });
    }
  }

  test('an object that belongs to no study has no finding', async () => {
    const sopClass = '1.2.840.10008.5.1.4.39.1';
    const elements = [element(0x00080016, 'UI', sopClass), ...UIDS.slice(1), element(0x00080060, 'CS', 'OT')];
    const dataSet = encodeElements(elements, 'explicit LE');
    const file = buildFile({ transferSyntax: EXPLICIT_LE, sopClass, sopInstance: '2.25.7', dataSet });
    assert.deepEqual((await wholeInspection(file)).findings, []);
  });
});

test('text in an attribute that is a sequence is a note: not every reader sees the VR', async () => {
  const text = element(0x00120064, 'LO', 'some text ');
  for (const transferSyntax of [EXPLICIT_LE, EXPLICIT_BE]) {
    const { elements } = sampleInstance();
    const at = elements.findIndex(({ tag }) => tag > text.tag);
    const { file } = built(elements.toSpliced(at, 0, text), transferSyntax);
    const offset = file.indexOf(encodeElements([text], encodingOfSyntax(transferSyntax)));
    const found = (await findingsOf(file)).find(({ code }) => code === 'VR against dictionary');
    assert.deepEqual(found, { code: 'VR against dictionary', offset, tag: '(0012,0064)', count: 1 });
  }
});

describe('what stands in place of a VR', () => {
  /** As DCMTK reads them: two capitals, lt, ox and px with a length of 32 bits, anything else with 16. */
  const KINDS: readonly (readonly [vr: string, kind: string])[] = [
    ['ZZ', 'capitals'],
    ['--', 'hyphens'],
    ['??', 'question marks'],
    ['  ', 'blanks'],
    ['\0\0', 'zero bytes'],
    ['lo', 'lower case'],
    ['Lo', 'lower case'],
    ['xx', 'other characters'],
    ['12', 'other characters'],
    ['lt', 'lt, ox or px'],
    ['ox', 'lt, ox or px'],
    ['px', 'lt, ox or px'],
    ['up', 'up or xs'],
    ['xs', 'up or xs'],
    ['\0\x10', 'other bytes'],
    ['\xff\xff', 'other bytes'],
    ['L\0', 'other bytes'],
    ['\x06\0', 'other bytes'],
  ];

  function withVR(vr: string, tag: number, transferSyntax: string, depth: 'top' | 'nested' = 'top') {
    const bigEndian = transferSyntax === EXPLICIT_BE;
    const encoding = encodingOfSyntax(transferSyntax);
    const isLong = /^(?:[A-Z]{2}|lt|ox|px)$/u.test(vr);
    const raw = encodeElements([element(tag, isLong ? 'UN' : 'SH', 'ABCD')], encoding);
    raw.write(vr, 4, 'latin1');
    const { elements, ...sample } = sampleInstance({ transferSyntax });
    const front = encodeElements(
      elements.filter((one) => one.tag < tag),
      encoding,
    );
    const item = encodeElements(
      [element(0x00081140, 'SQ', { items: [[{ ...element(tag, 'SH', 'ABCD') }]] })],
      encoding,
    );
    const inItem = Buffer.concat([item.subarray(0, 20), raw]);
    if (bigEndian) {
      inItem.writeUInt32BE(8 + raw.length, 8);
      inItem.writeUInt32BE(raw.length, 16);
    } else {
      inItem.writeUInt32LE(8 + raw.length, 8);
      inItem.writeUInt32LE(raw.length, 16);
    }
    const behind = encodeElements(
      elements.filter((one) => one.tag > tag),
      encoding,
    );
    const dataSet = Buffer.concat([front, depth === 'top' ? raw : inItem, behind]);
    const offset = sample.dataSetOffset + front.length + (depth === 'top' ? 0 : 20);
    return { file: buildFile({ ...sample, dataSet }), offset };
  }

  for (const transferSyntax of [EXPLICIT_LE, EXPLICIT_BE, JPEG_BASELINE]) {
    for (const [vr, kind] of KINDS) {
      test(`${kind} ${JSON.stringify(vr)}: the same in front of the UIDs and behind them, ${transferSyntax}`, async () => {
        // The first element of all, one in front of the UIDs, and one behind them.
        for (const tag of [0x00080001, 0x00080012, 0x00100032]) {
          const { file, offset } = withVR(vr, tag, transferSyntax);
          const name = `(${tag
            .toString(16)
            .padStart(8, '0')
            .replace(/(?<=^.{4})/u, ',')})`;
          assert.deepEqual(await findingsOf(file), [{ code: 'unknown VR', offset, tag: name, kind, count: 1 }]);
        }
        const { file, offset } = withVR(vr, 0x00081150, transferSyntax, 'nested');
        assert.deepEqual(
          (await findingsOf(file)).map((finding) => [finding.code, finding.offset]),
          [['unknown VR', offset]],
        );
      });
    }
  }

  test('names on which DCMTK fails hold the file back and are told', async () => {
    for (const vr of ['na', 'pi']) {
      for (const depth of ['top', 'nested'] as const) {
        const { file, offset } = withVR(vr, 0x00081150, EXPLICIT_LE, depth);
        const [finding, ...more] = await findingsOf(file);
        assert.deepEqual([finding?.code, finding?.offset, more], ['broken structure', offset, []]);
        assert.match(finding?.code === 'broken structure' ? finding.detail : '', new RegExp(`has ${vr} .*DCMTK`, 'u'));
      }
    }
  });

  /** Elements that no writer can have meant, one behind the other, and what follows them. */
  const withRaw = (raw: readonly Buffer[], behind: readonly BuiltElement[], tail = Buffer.alloc(0)) => {
    const front = encodeElements(FRONT, 'explicit LE');
    const dataSet = Buffer.concat([front, ...raw, encodeElements(behind, 'explicit LE'), tail]);
    const sample = { transferSyntax: EXPLICIT_LE, sopClass: CT_IMAGE, sopInstance: '2.25.7' };
    const file = buildFile({ ...sample, dataSet });
    return { file, offset: file.length - dataSet.length + front.length };
  };
  const raw = (tag: number, vr: string, value = 'ABCD') => {
    const bytes = encodeElements([element(tag, 'SH', value)], 'explicit LE');
    bytes.write(vr, 4, 'latin1');
    return bytes;
  };
  const NAME = element(0x00400010, 'LO', 'name');

  for (const [what, raws, behind, tail] of [
    ['a higher tag', [raw(0x00210010, '\0\x10')], [NAME], ''],
    ['others like it, and a higher tag', [raw(0x00210010, '\0\x10'), raw(0x00210011, '\xff\xff')], [NAME], ''],
    ['the end', [raw(0x00210010, '\0\x10')], [], ''],
  ] as const) {
    test(`bytes that are no characters are an element if what follows is ${what}`, async () => {
      const { file, offset } = withRaw(raws, behind, Buffer.from(tail, 'latin1'));
      const named = { code: 'unknown VR', offset, tag: '(0021,0010)', kind: 'other bytes', count: raws.length };
      assert.deepEqual(await findingsOf(file), [named]);
    });
  }

  for (const [what, raws, behind, tail] of [
    ['its own tag falls', [raw(0x00070010, '\0\x10')], [NAME], ''],
    ['the next tag falls', [raw(0x00410010, '\0\x10')], [NAME], ''],
    ['the next tag is the same', [raw(0x00400010, '\0\x10')], [NAME], ''],
    ['a later tag falls', [raw(0x00210010, '\0\x10'), raw(0x00410010, '\xff\xff')], [NAME], ''],
    ['zeros follow', [raw(0x00210010, '\0\x10')], [], '\0'.repeat(40)],
    ['a few bytes follow', [raw(0x00210010, '\0\x10')], [], 'abcdef'],
    ['the next value overruns', [raw(0x00210010, '\0\x10'), raw(0x00220010, 'xx').fill(0xff, 6, 8)], [], ''],
    ['an item follows', [raw(0x00210010, '\0\x10')], [], '\xfe\xff\0\xe0\0\0\0\0'],
  ] as const) {
    test(`they come from the middle of something if ${what}: held back, the first byte named`, async () => {
      const { file, offset } = withRaw(raws, behind, Buffer.from(tail, 'latin1'));
      const [finding, ...more] = await findingsOf(file);
      assert.deepEqual([finding?.code, finding?.offset, more], ['broken structure', offset, []]);
    });
  }

  const LOST = ['trailing bytes', 'broken structure', 'truncated'];

  test('who lost the way among pixels or text is told so, wherever he lands', async () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const noise = Buffer.from(seededBytes(20_000, seed));
      const value = seed % 2 === 0 ? noise : Buffer.from(noise.toString('base64'));
      const pixels = encodeElements([element(0x7fe00010, 'OW', value)], 'explicit LE');
      // A length that is wrong: the walk goes on in the middle of the pixels.
      pixels.writeUInt32LE(2 + 2 * (seed % 90), 8);
      const { file } = withRaw([pixels], []);
      const isHeld = (codes: readonly string[]) => LOST.some((code) => codes.includes(code));
      const found = (await findingsOf(file)).map(({ code }) => code);
      assert.ok(isHeld(found), `seed ${seed}: ${found.join(', ')}`);
      // The same in front of the pixels.
      const text = encodeElements([element(0x00209158, 'UT', value)], 'explicit LE');
      text.writeUInt32LE(2 + 2 * (seed % 90), 8);
      const codes = (await findingsOf(withRaw([text], [NAME]).file)).map(({ code }) => code);
      assert.ok(isHeld(codes), `seed ${seed}: ${codes.join(', ')}`);
    }
  });

  test('several of a kind are one finding', async () => {
    const { file } = withVR('--', 0x00080012, EXPLICIT_LE);
    file.write('--', file.indexOf(Buffer.from('10002000', 'hex')) + 4, 'latin1');
    const [finding] = await findingsOf(file);
    assert.deepEqual(finding?.code === 'unknown VR' && [finding.tag, finding.count], ['(0008,0012)', 2]);
  });
});
