// Headers of files that are right, odd or no instances.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import type { InstanceHeader } from '../../../../src/part10/header/header.ts';
import { parseHeader } from '../../../../src/part10/header/header-parser.ts';
import {
  type BuiltElement,
  buildFile,
  CT_IMAGE,
  DEFLATED_LE,
  EXPLICIT_BE,
  EXPLICIT_LE,
  element,
  encodeElements,
  type FileOptions,
  IMPLICIT_LE,
  JPEG_BASELINE,
  MEDIA_STORAGE_DIRECTORY,
  MR_IMAGE,
  RLE_LOSSLESS,
  sampleInstance,
} from '../../../support/dicom-builder.ts';
import { fileOf, headerOf, parse, problemOf } from '../../../support/parsed-headers.ts';

const SYNTAXES = [IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE, DEFLATED_LE, JPEG_BASELINE, RLE_LOSSLESS];
const UNCOMPRESSED = [IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE];

describe('a file as it should be', () => {
  for (const transferSyntax of SYNTAXES) {
    test(`in ${transferSyntax}`, () => {
      const sample = sampleInstance({ transferSyntax, sopClass: MR_IMAGE, seed: 5 });
      assert.deepEqual(headerOf(sample.file), {
        sopClassUID: MR_IMAGE,
        sopInstanceUID: sample.sopInstance,
        transferSyntaxUID: transferSyntax,
        dataSetOffset: sample.dataSetOffset,
        dataSetLength: sample.dataSet.length,
        form: 'Part 10',
      });
    });
  }
});

describe('odd forms of preamble and meta group', () => {
  const forms: readonly (readonly [string, FileOptions, InstanceHeader['form']])[] = [
    ['no group length', { groupLength: 'absent' }, 'Part 10'],
    ['group length too short', { groupLength: 20 }, 'Part 10'],
    ['group length too long', { groupLength: 5000 }, 'Part 10'],
    ['group length absurd', { groupLength: 0x7ffffff0 }, 'Part 10'],
    ['Implicit VR', { implicitMeta: true }, 'Part 10'],
    ['Implicit VR without group length', { implicitMeta: true, groupLength: 'absent' }, 'Part 10'],
    ['no preamble', { preamble: false }, 'no preamble'],
    ['no preamble, no group length', { preamble: false, groupLength: 'absent' }, 'no preamble'],
    ['no preamble, Implicit VR', { preamble: false, implicitMeta: true }, 'no preamble'],
    ['a TIFF in the preamble', { preamble: Buffer.concat([Buffer.from('II*\0'), Buffer.alloc(124)]) }, 'Part 10'],
    ['a PDF in the preamble', { preamble: Buffer.concat([Buffer.from('%PDF-1.4'), Buffer.alloc(120)]) }, 'Part 10'],
    ['private information in it', { extraMeta: [element(0x00020102, 'OB', Buffer.alloc(9000, 1))] }, 'Part 10'],
  ];
  for (const [name, options, form] of forms) {
    for (const transferSyntax of SYNTAXES) {
      test(`${name}, ${transferSyntax}`, () => {
        const sample = sampleInstance({ transferSyntax });
        const file = buildFile(sample, options);
        const header = headerOf(file);
        assert.equal(header.form, form);
        assert.equal(header.transferSyntaxUID, transferSyntax);
        assert.equal(header.sopInstanceUID, sample.sopInstance);
        assert.deepEqual(file.subarray(header.dataSetOffset), sample.dataSet);
      });
    }
  }

  for (const vr of ['??', 'lo', '\0\x10', '\xff\xff', 'L\0']) {
    test(`${JSON.stringify(vr)} for the VR of one element: the others have VRs, so its length is no other`, () => {
      // So long that a length of 32 bits, made of VR and length, would lead somewhere else in the file.
      const more = [element(0x00400010, 'LO', 'name'), element(0x7fe00010, 'OB', Buffer.alloc(600_000))];
      const file = fileOf([...sampleInstance().elements.filter(({ tag }) => tag < 0x00400010), ...more], EXPLICIT_LE);
      const header = headerOf(file);
      for (const tag of [0x00020003, 0x00020012]) {
        const at = file.indexOf(Buffer.from([2, 0, tag & 0xff, 0]), 132);
        const changed = Buffer.from(file);
        changed.write(vr, at + 4, 'latin1');
        assert.deepEqual(headerOf(changed), header);
      }
    });
  }

  test('DICM without the 128 bytes before it', () => {
    const { file, sopInstance } = sampleInstance();
    const header = headerOf(file.subarray(128));
    assert.deepEqual([header.form, header.sopInstanceUID], ['no preamble', sopInstance]);
  });

  for (const transferSyntax of UNCOMPRESSED) {
    test(`no transfer syntax in it, ${transferSyntax}`, () => {
      const sample = sampleInstance({ transferSyntax });
      assert.equal(headerOf(buildFile(sample, { metaTransferSyntax: false })).transferSyntaxUID, transferSyntax);
    });

    test(`DICM and no group 0002, ${transferSyntax}`, () => {
      const header = headerOf(buildFile(sampleInstance({ transferSyntax }), { meta: false }));
      assert.deepEqual([header.form, header.transferSyntaxUID, header.dataSetOffset], ['Part 10', transferSyntax, 132]);
    });

    test(`a bare data set, ${transferSyntax}`, () => {
      const sample = sampleInstance({ transferSyntax });
      const header = headerOf(buildFile(sample, { meta: false, preamble: false }));
      assert.equal(header.form, 'bare data set');
      assert.equal(header.transferSyntaxUID, transferSyntax);
      assert.equal(header.dataSetOffset, 0);
      assert.equal(header.sopInstanceUID, sample.sopInstance);
    });
  }

  test('a deflated data set whose first bytes look like group 0002 is found by the group length', () => {
    // A deflate stream can begin with 02 00 by chance. Where it is said to begin tells whether that was taken for a tag.
    const plain = encodeElements(
      [element(0x00080016, 'UI', CT_IMAGE), element(0x00080018, 'UI', '2.25.4')],
      'explicit LE',
    );
    const dataSet = deflateRawSync(plain);
    const sample = { transferSyntax: DEFLATED_LE, sopClass: CT_IMAGE, sopInstance: '2.25.4', dataSet };
    const right = buildFile(sample);
    const offset = right.length - dataSet.length;
    assert.equal(headerOf(right).dataSetOffset, offset);
    const lookalike = Buffer.from(right);
    lookalike[offset] = 2;
    lookalike[offset + 1] = 0;
    assert.deepEqual(problemOf(lookalike), {
      code: 'malformed',
      detail: 'the data set is not a deflate stream',
      offset,
    });
  });

  describe('elements of group 0002 behind its end', () => {
    const JPEG = element(0x00020010, 'UI', JPEG_BASELINE);
    const others: readonly (readonly [string, readonly BuiltElement[]])[] = [
      ['a transfer syntax', [JPEG]],
      ['a whole second group', [element(0x00020000, 'UL', [36]), element(0x00020002, 'UI', MR_IMAGE), JPEG]],
      ['other UIDs', [element(0x00020002, 'UI', MR_IMAGE), element(0x00020003, 'UI', '2.25.99')]],
      ['elements in ascending order', [element(0x00020013, 'SH', 'X'), element(0x00020016, 'AE', 'X')]],
    ];
    for (const transferSyntax of SYNTAXES) {
      for (const [name, strays] of others) {
        for (const encoding of ['explicit LE', 'implicit LE'] as const) {
          // In front of a deflate stream only explicit ones can be told from it.
          if (transferSyntax === DEFLATED_LE && encoding === 'implicit LE') continue;
          test(`${name}, ${encoding}, ${transferSyntax}`, () => {
            const sample = sampleInstance({ transferSyntax });
            const dataSet = Buffer.concat([encodeElements(strays, encoding), sample.dataSet]);
            const file = buildFile({ ...sample, dataSet });
            const step = parseHeader(file, file.length);
            assert.ok(step.type === 'instance');
            const { header, mediaStorage } = step;
            assert.equal(header.transferSyntaxUID, transferSyntax);
            assert.equal(mediaStorage.sopClass?.value, CT_IMAGE);
            assert.equal(mediaStorage.sopInstance?.value, sample.sopInstance);
            assert.equal(header.dataSetOffset, sample.dataSetOffset + dataSet.length - sample.dataSet.length);
            assert.deepEqual(step.strays, { offset: sample.dataSetOffset, count: strays.length });
          });
        }
      }
    }

    for (const groupLength of ['absent', 20, 5000] as const) {
      test(`the order of tags tells them, group length ${groupLength}`, () => {
        const sample = sampleInstance({ transferSyntax: RLE_LOSSLESS });
        const dataSet = Buffer.concat([encodeElements([JPEG], 'explicit LE'), sample.dataSet]);
        const file = buildFile({ ...sample, dataSet }, { groupLength });
        const step = parseHeader(file, file.length);
        assert.equal(step.type === 'instance' && step.header.transferSyntaxUID, RLE_LOSSLESS);
        assert.equal(step.type === 'instance' && step.strays?.count, 1);
      });
    }

    test('a right group length holds a group together that is not in order, and the first of each counts', () => {
      const sample = sampleInstance({ transferSyntax: RLE_LOSSLESS });
      const file = buildFile(sample, { extraMeta: [JPEG, element(0x00020003, 'UI', '2.25.99')] });
      const step = parseHeader(file, file.length);
      assert.ok(step.type === 'instance');
      assert.equal(step.header.transferSyntaxUID, RLE_LOSSLESS);
      assert.equal(step.mediaStorage.sopInstance?.value, sample.sopInstance);
      assert.deepEqual([step.strays, file.subarray(step.header.dataSetOffset)], [undefined, sample.dataSet]);
    });

    test('a right group length goes before the length of an element that leads beyond it', () => {
      const sample = sampleInstance();
      const liar = { ...element(0x00020013, 'SH', 'X'), lyingLength: 40 };
      const file = buildFile(sample, { extraMeta: [liar] });
      assert.deepEqual(file.subarray(headerOf(file).dataSetOffset), sample.dataSet);
    });
  });

  test('command elements before the meta group', () => {
    const sample = sampleInstance();
    const command = encodeElements([element(0x00000000, 'UL', [10]), element(0x00000100, 'US', [1])], 'implicit LE');
    const meta = buildFile(sample, { preamble: false });
    const header = headerOf(Buffer.concat([command, meta]));
    assert.equal(header.sopInstanceUID, sample.sopInstance);
    assert.equal(header.dataSetLength, sample.dataSet.length);
  });
});

describe('the UIDs of the data set and of the meta group', () => {
  test('its UIDs go before those of the meta group', () => {
    const header = headerOf(buildFile(sampleInstance(), { metaSopClass: MR_IMAGE, metaSopInstance: '2.25.99' }));
    assert.deepEqual([header.sopClassUID, header.sopInstanceUID], [CT_IMAGE, '2.25.1000000001']);
  });

  for (const elements of [
    [element(0x00080060, 'CS', 'CT')],
    [element(0x00080016, 'UI', ''), element(0x00080018, 'UI', ''), element(0x00080060, 'CS', 'CT')],
  ]) {
    test(`the meta group stands in for ${elements.length === 1 ? 'missing' : 'empty'} UIDs`, () => {
      const header = headerOf(fileOf(elements, EXPLICIT_LE, { metaSopClass: MR_IMAGE }));
      assert.deepEqual([header.sopClassUID, header.sopInstanceUID], [MR_IMAGE, '2.25.77']);
      const step = parse(fileOf(elements));
      assert.deepEqual(step.type === 'instance' && step.standIns?.map(({ tag }) => tag), [
        '(0008,0016)',
        '(0008,0018)',
      ]);
    });
  }

  for (const transferSyntax of SYNTAXES) {
    test(`those of a data set that is not sorted are found, ${transferSyntax}`, () => {
      const { elements } = sampleInstance({ transferSyntax });
      const isUID = ({ tag }: BuiltElement) => tag === 0x00080016 || tag === 0x00080018;
      const last = elements.slice(-1);
      const unsorted = [...elements.slice(0, -1).filter((one) => !isUID(one)), ...elements.filter(isUID), ...last];
      // Implicit VR is told by the order of tags, so its first elements are in order here, too.
      const header = headerOf(fileOf(unsorted, transferSyntax, { metaSopInstance: '2.25.99' }));
      assert.deepEqual([header.sopClassUID, header.sopInstanceUID], [CT_IMAGE, '2.25.1000000001']);
    });
  }

  for (const transferSyntax of SYNTAXES) {
    test(`those behind the pixel data, or behind a tag above it, are found, ${transferSyntax}`, () => {
      const { elements } = sampleInstance({ transferSyntax });
      const isUID = ({ tag }: BuiltElement) => tag === 0x00080016 || tag === 0x00080018;
      const behind = [...elements.filter((one) => !isUID(one)), ...elements.filter(isUID)];
      for (const unsorted of [behind, [element(0xb2080008, 'CS', 'XX'), ...elements]]) {
        const step = parse(fileOf(unsorted, transferSyntax, { metaSopInstance: '2.25.99' }));
        assert.ok(step.type === 'instance');
        assert.deepEqual([step.header.sopInstanceUID, step.standIns], ['2.25.1000000001', undefined]);
      }
    });
  }

  test('in Implicit VR, they show that elements are in no order, not in another encoding', () => {
    const { elements, ...sample } = sampleInstance({ transferSyntax: IMPLICIT_LE });
    const [first, second, ...rest] = elements;
    assert.ok(first !== undefined && second !== undefined);
    const { sopInstanceUID, transferSyntaxUID } = headerOf(fileOf([second, first, ...rest], IMPLICIT_LE));
    assert.deepEqual([sopInstanceUID, transferSyntaxUID], [sample.sopInstance, IMPLICIT_LE]);
  });

  test('they are searched no further than a header is read', () => {
    const long = element(0x00091001, 'OB', Buffer.alloc(2_000_000));
    const { elements } = sampleInstance();
    const rest = elements.filter(({ tag }) => tag !== 0x00080018);
    const file = fileOf([...rest.slice(0, 6), long, ...rest.slice(6)], EXPLICIT_LE);
    const step = parseHeader(file.subarray(0, 4096), file.length);
    assert.deepEqual(step.type === 'instance' && step.standIns, [{ tag: '(0008,0018)', keyword: 'SOPInstanceUID' }]);
  });

  test('a missing UID is named', () => {
    const onlyClass = [element(0x00080016, 'UI', CT_IMAGE), element(0x00080060, 'CS', 'CT')];
    assert.deepEqual(problemOf(fileOf(onlyClass, EXPLICIT_LE, { metaSopInstance: false })), {
      code: 'missing attribute',
      tag: '(0008,0018)',
      keyword: 'SOPInstanceUID',
    });
    const neither = [element(0x00080060, 'CS', 'CT'), element(0x00100010, 'PN', 'A')];
    assert.deepEqual(problemOf(fileOf(neither, IMPLICIT_LE, { metaSopInstance: false, metaSopClass: false })), {
      code: 'missing attribute',
      tag: '(0008,0016)',
      keyword: 'SOPClassUID',
    });
  });

  test('padding by spaces and leading zeros are tolerated', () => {
    const elements = [element(0x00080016, 'UI', `${CT_IMAGE}  `), element(0x00080018, 'UI', '1.02.003 ')];
    const header = headerOf(fileOf(elements));
    assert.deepEqual([header.sopClassUID, header.sopInstanceUID], [CT_IMAGE, '1.02.003']);
  });

  for (const value of ['1.2.x.4', '../../etc/passwd', '1'.repeat(65), '1.2\\1.3', '1.2.3\n']) {
    test(`${JSON.stringify(value).slice(0, 20)} is no UID`, () => {
      const elements = [element(0x00080016, 'UI', CT_IMAGE), element(0x00080018, 'UI', value)];
      const problem = problemOf(fileOf(elements));
      // The value itself may be the name of a patient.
      const { length } = value;
      assert.deepEqual(problem, { code: 'invalid UID', tag: '(0008,0018)', keyword: 'SOPInstanceUID', length });
    });
  }

  test('a transfer syntax that is no UID is not passed on', () => {
    const problem = problemOf(buildFile(sampleInstance(), { metaTransferSyntax: 'Explicit' }));
    assert.equal(problem.code === 'invalid UID' && problem.tag, '(0002,0010)');
  });

  test('64 characters are a UID', () => {
    const uid = `1.${'2'.repeat(62)}`;
    assert.equal(
      headerOf(fileOf([element(0x00080016, 'UI', CT_IMAGE), element(0x00080018, 'UI', uid)])).sopInstanceUID,
      uid,
    );
  });

  for (const transferSyntax of UNCOMPRESSED) {
    for (const undefinedLength of [true, false]) {
      for (const undefinedItemLength of [true, false]) {
        test(`sequences before the UIDs are stepped over: ${transferSyntax} ${undefinedLength} ${undefinedItemLength}`, () => {
          const inner = element(0x00080100, 'SQ', {
            items: [[element(0x00080018, 'UI', '9.9.9')], []],
            undefinedLength,
            undefinedItemLength,
          });
          const outer = element(0x00080006, 'SQ', { items: [[inner], [inner]], undefinedLength, undefinedItemLength });
          const elements = [
            element(0x00080005, 'CS', 'ISO_IR 100'),
            outer,
            element(0x00080016, 'UI', CT_IMAGE),
            element(0x00080018, 'UI', '2.25.8'),
          ];
          assert.equal(headerOf(fileOf(elements, transferSyntax)).sopInstanceUID, '2.25.8');
        });
      }
    }
  }

  test('UN of undefined length is Implicit VR inside', () => {
    const inside = encodeElements(
      [element(0x00090010, 'LO', 'ANYBODY'), element(0x00091001, 'LO', 'X')],
      'implicit LE',
    );
    const items = Buffer.concat([
      Buffer.from('fe ff 00 e0 ff ff ff ff'.replaceAll(' ', ''), 'hex'),
      inside,
      Buffer.from('feff0de000000000feffdde000000000', 'hex'),
    ]);
    const un = { ...element(0x00080007, 'UN', items), lyingLength: 0xffffffff };
    const elements = [un, element(0x00080016, 'UI', CT_IMAGE), element(0x00080018, 'UI', '2.25.8')];
    assert.equal(headerOf(fileOf(elements)).sopInstanceUID, '2.25.8');
  });

  function nested(depth: number): Buffer {
    const open = Buffer.from('08000600ffffffff' + 'feff00e0ffffffff', 'hex');
    const close = Buffer.from('feff0de000000000feffdde000000000', 'hex');
    const uids = encodeElements(
      [element(0x00080016, 'UI', CT_IMAGE), element(0x00080018, 'UI', '2.25.8')],
      'implicit LE',
    );
    const dataSet = Buffer.concat([
      Buffer.concat(Array(depth).fill(open)),
      Buffer.concat(Array(depth).fill(close)),
      uids,
    ]);
    return buildFile({ transferSyntax: IMPLICIT_LE, sopClass: CT_IMAGE, sopInstance: '1', dataSet });
  }

  test('64 levels of nesting are read', () => {
    assert.equal(headerOf(nested(64)).sopInstanceUID, '2.25.8');
  });

  for (const depth of [65, 1100, 20_000]) {
    test(`${depth} levels are not followed`, () => {
      const problem = problemOf(nested(depth));
      assert.match(problem.code === 'malformed' ? problem.detail : problem.code, /nested deeper than 64/u);
    });
  }
});

describe('what is no instance', () => {
  test('an empty file', () => {
    assert.deepEqual(problemOf(Buffer.alloc(0)), { code: 'empty file' });
  });

  test('a DICOMDIR, by meta group, by data set, or bare', () => {
    const directory = [
      element(0x00041130, 'CS', 'DISK'),
      element(0x00041200, 'UL', [0]),
      element(0x00041220, 'SQ', { items: [] }),
    ];
    const byMeta = fileOf(directory, EXPLICIT_LE, { metaSopClass: MEDIA_STORAGE_DIRECTORY });
    const byDataSet = fileOf([element(0x00080016, 'UI', MEDIA_STORAGE_DIRECTORY), element(0x00080018, 'UI', '1.2')]);
    const bare = fileOf(directory, IMPLICIT_LE, { meta: false, preamble: false });
    for (const file of [byMeta, byDataSet, bare]) assert.deepEqual(problemOf(file), { code: 'DICOMDIR' });
  });

  const foreign: readonly (readonly [string, string | Uint8Array, string | undefined])[] = [
    ['text', 'Dear colleague,\nplease find attached\n', 'text'],
    ['UTF-8 text', 'Grüße aus Köln, schöne Bilder', 'text'],
    ['XML', '<?xml version="1.0"?><a/>', 'XML'],
    ['HTML', '<!DOCTYPE html><html></html>', 'HTML'],
    ['JSON', '{"00080018": {}}', 'JSON'],
    ['ZIP', Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(600, 7)]), 'ZIP'],
    ['PDF', '%PDF-1.7\n%\xe2\xe3', 'PDF'],
    ['PNG', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), 'PNG'],
    ['JPEG', Buffer.from('ffd8ffe000104a464946', 'hex'), 'JPEG'],
    ['gzip', Buffer.from('1f8b0800000000000003', 'hex'), 'gzip'],
    ['zero bytes', Buffer.alloc(5000), 'zero bytes'],
    ['one byte', Buffer.from([8]), undefined],
    ['little numbers', Buffer.from(new Uint32Array([2, 4, 8, 16, 32, 64, 128, 256]).buffer), undefined],
    ['numbers from eight', Buffer.from(new Uint32Array([8, 9, 10, 11, 12, 13, 14, 15]).buffer), undefined],
  ];
  for (const [name, content, looksLike] of foreign) {
    test(`${name} is not DICOM`, () => {
      const file = typeof content === 'string' ? Buffer.from(content) : content;
      assert.deepEqual(problemOf(file), { code: 'not DICOM', ...(looksLike === undefined ? {} : { looksLike }) });
    });
  }

  test('a file that ends after its meta group', () => {
    const { file, dataSetOffset } = sampleInstance();
    assert.deepEqual(problemOf(file.subarray(0, dataSetOffset)), {
      code: 'malformed',
      detail: 'the file ends where the data set should begin',
      offset: dataSetOffset,
    });
  });

  test('a value in the meta group that is longer than the file', () => {
    const liar = { ...element(0x00020013, 'SH', 'X'), lyingLength: 60_000 };
    const file = buildFile(sampleInstance(), { extraMeta: [liar], groupLength: 'absent' });
    assert.match((problemOf(file) as { detail: string }).detail, /\(0002,0013\) says 60000 bytes/u);
  });

  test('a value before the UIDs that is longer than the file', () => {
    const elements = [
      element(0x00080005, 'CS', 'ISO_IR 100'),
      { ...element(0x00080008, 'CS', 'ORIGINAL'), lyingLength: 60_000 },
      element(0x00080018, 'UI', '2.25.8'),
    ];
    assert.match((problemOf(fileOf(elements)) as { detail: string }).detail, /\(0008,0008\) says 60000 bytes/u);
  });
});
