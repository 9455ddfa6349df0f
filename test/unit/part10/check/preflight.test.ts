import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readHeader } from '../../../../src/part10/header/read-header.ts';
import { PADDING_MAX } from '../../../../src/protocol/limits.ts';
import { corpusFiles, corpusTest } from '../../../support/corpus.ts';
import {
  type BuiltElement,
  buildFile,
  CT_IMAGE,
  DEFLATED_LE,
  EXPLICIT_BE,
  EXPLICIT_LE,
  element,
  encodeElements,
  encodingOfSyntax,
  type FileOptions,
  IMPLICIT_LE,
  MR_IMAGE,
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
import { temporaryFolder } from '../../../support/temporary-folder.ts';

describe('a file as it should be', () => {
  for (const transferSyntax of [...WALKED, DEFLATED_LE]) {
    test(`has no findings, whatever its length, ${transferSyntax}`, async () => {
      for (const pixelBytes of [2, 512, 9_000, 300_000]) {
        const { file } = sampleInstance({ transferSyntax, pixelBytes });
        assert.deepEqual((await inspection(file)).findings, []);
      }
    });
  }

  test('costs no further read if its elements are in the first bytes', async () => {
    for (const transferSyntax of [IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE]) {
      const { reads } = await inspection(sampleInstance({ transferSyntax, pixelBytes: 600_000 }).file);
      assert.deepEqual(reads, []);
    }
  });

  test('costs one read if its elements go on behind the first bytes', async () => {
    const many = Array.from({ length: 60 }, (_, index) => element(0x00090010 + index, 'LO', 'x'.repeat(100)));
    const pixels = element(0x7fe00010, 'OW', seededBytes(600_000, 1));
    const { findings, reads } = await inspection(built([...UIDS, ...many, pixels], EXPLICIT_LE).file);
    assert.deepEqual([findings, reads.length], [[], 1]);
  });

  test('is not read through for its fragments', async () => {
    const fragments = Array.from({ length: 20 }, (_, index) => seededBytes(100_000, index));
    const { file } = built([...UIDS, element(0x7fe00010, 'OB', { fragments })], RLE_LOSSLESS);
    const { findings, reads } = await inspection(file);
    assert.deepEqual(findings, []);
    const bytes = reads.reduce((sum, [, length]) => sum + length, 0);
    assert.ok(bytes < file.length / 10, `${bytes} of ${file.length} bytes read`);
  });

  test('may have Data Set Trailing Padding, unknown VRs and UN of undefined length', async () => {
    const un = Buffer.from('09000110554e0000fffffffffeff00e0ffffffff080000010200000041420000', 'hex').subarray(0, -2);
    const end = Buffer.from('feff0de000000000feffdde000000000', 'hex');
    const unknown = [
      Buffer.from('110001005a5a00000200000041421100020020200200414211000300', 'hex'),
      Buffer.from('3f3f02004142', 'hex'),
    ];
    const dataSet = Buffer.concat([
      encodeElements(UIDS, 'explicit LE'),
      un,
      end,
      ...unknown,
      encodeElements(IMAGE.slice(2), 'explicit LE'),
      encodeElements([element(0xfffcfffc, 'OB', Buffer.alloc(64))], 'explicit LE'),
    ]);
    const content = { transferSyntax: EXPLICIT_LE, sopClass: CT_IMAGE, sopInstance: '2.25.7', dataSet };
    const findings = await findingsOf(buildFile(content));
    assert.deepEqual([...new Set(findings.map(({ code }) => code))], ['unknown VR']);
  });

  test('in a private transfer syntax is walked in the encoding that its bytes show', async () => {
    const { start, file } = built(IMAGE, IMPLICIT_LE);
    const dataSet = file.subarray(start);
    const content = { transferSyntax: '1.2.840.113619.5.2', sopClass: CT_IMAGE, sopInstance: '2.25.7', dataSet };
    assert.deepEqual(await findingsOf(buildFile(content)), []);
    const cut = buildFile({ ...content, dataSet: dataSet.subarray(0, -2) });
    assert.deepEqual(
      (await findingsOf(cut)).map(({ code }) => code),
      ['truncated'],
    );
  });

  corpusTest('of the corpus is not held back for anything but what is known of it', async () => {
    const codes = new Set<string>();
    let instances = 0;
    for (const { path } of corpusFiles()) {
      const { result, findings } = await readHeader(path);
      if (result.type === 'instance') instances += 1;
      for (const { code } of findings) codes.add(code);
    }
    assert.ok(instances > 25);
    assert.deepEqual([...codes].sort(), [
      'deflate trailer',
      'meta disagrees',
      'missing attribute',
      'no study or series',
    ]);
  });
});

/** Offsets in the data set at which one of its elements of the top level ends. */
function boundaries(elements: readonly BuiltElement[], transferSyntax: string): Map<number, number> {
  const encoding = encodingOfSyntax(transferSyntax);
  return new Map(elements.map((_, index) => [encodeElements(elements.slice(0, index), encoding).length, index]));
}

describe('a file that is cut off', () => {
  for (const transferSyntax of WALKED) {
    test(`anywhere is a problem or has a finding, ${transferSyntax}`, async () => {
      const sample = sampleInstance({ transferSyntax, pixelBytes: 40 });
      const elements = sample.elements.toSpliced(
        8,
        0,
        element(0x00110010, 'SQ', { items: [[element(0x00080100, 'SH', 'A')], []], undefinedItemLength: true }),
      );
      const { file, start } = built(elements, transferSyntax);
      const ends = boundaries(elements, transferSyntax);
      let truncated = 0;
      for (let length = 0; length < file.length; length++) {
        const { findings } = await inspection(file.subarray(0, length));
        if (findings === undefined) continue;
        const codes = findings.map(({ code }) => code).filter((code) => code !== 'meta disagrees');
        const index = ends.get(length - start);
        if (index === undefined) {
          assert.ok(codes.includes('truncated'), `cut at ${length}: ${codes.join()}`);
          truncated += 1;
        } else {
          // Between two elements it is a whole data set: only an image without pixels shows that something is gone.
          const isImage = elements.slice(0, index).some(({ tag }) => tag === 0x00280010);
          const lacks = [0x00080016, 0x00080018].filter(
            (uid) => !elements.slice(0, index).some(({ tag }) => tag === uid),
          );
          const expected = isImage ? ['no pixel data'] : lacks.map(() => 'missing attribute');
          assert.deepEqual(codes, expected, `cut at ${length}`);
        }
        assert.equal(codes.includes('odd length'), (length - start) % 2 !== 0);
      }
      assert.ok(truncated > 200, `${truncated} cuts`);
    });
  }

  test('says which element, and how many bytes are missing', async () => {
    for (const transferSyntax of PLAIN) {
      const { file } = built(IMAGE, transferSyntax);
      const headerLength = transferSyntax === IMPLICIT_LE ? 8 : 12;
      assert.deepEqual(await findingsOf(file.subarray(0, -10)), [
        {
          code: 'truncated',
          offset: file.length - 64 - headerLength,
          part: 'value',
          tag: '(7FE0,0010)',
          missing: 10,
        },
      ]);
      assert.deepEqual(await findingsOf(file.subarray(0, -68)), [
        { code: 'truncated', offset: file.length - 64 - headerLength, part: 'header' },
      ]);
    }
  });

  test('says so of fragments, of compressed pixel data and of sequences', async () => {
    const { file } = built([...UIDS, element(0x7fe00010, 'OB', { fragments: [seededBytes(32, 1)] })], RLE_LOSSLESS);
    const fragmentAt = file.length - 8 - 32 - 8;
    assert.deepEqual(await findingsOf(file.subarray(0, -12)), [
      { code: 'truncated', offset: fragmentAt, part: 'fragment', tag: '(7FE0,0010)', missing: 4 },
    ]);
    assert.deepEqual(await findingsOf(file.subarray(0, -8)), [
      { code: 'truncated', offset: file.length - 8, part: 'pixel data', tag: '(7FE0,0010)' },
    ]);
    const sequence = element(0x00081140, 'SQ', { items: [UIDS], undefinedLength: true });
    for (const transferSyntax of PLAIN) {
      const { file: open } = built([...UIDS, sequence], transferSyntax);
      assert.deepEqual(await findingsOf(open.subarray(0, -8)), [
        { code: 'truncated', offset: open.length - 8, part: 'sequence', tag: '(0008,1140)' },
      ]);
    }
  });

  test('from a megabyte to a fragment, on disk', async (context) => {
    const path = join(temporaryFolder(context), 'cut.dcm');
    const { file } = built([...FRONT, element(0x7fe00010, 'OW', Buffer.alloc(1_000_000))], EXPLICIT_LE);
    writeFileSync(path, file.subarray(0, 500_000));
    const { findings } = await readHeader(path);
    assert.deepEqual(findings, [
      {
        code: 'truncated',
        offset: file.length - 1_000_012,
        part: 'value',
        tag: '(7FE0,0010)',
        missing: file.length - 500_000,
      },
    ]);
  });
});

describe('lengths', () => {
  test('an odd data set, unless it is deflated', async () => {
    for (const transferSyntax of PLAIN) {
      const elements = IMAGE.with(3, { tag: 0x7fe00010, vr: 'OW', value: seededBytes(63, 1), unpadded: true });
      const { file, start } = built(elements, transferSyntax);
      assert.deepEqual(await findingsOf(file), [
        { code: 'odd value', offset: file.length - 63, tag: '(7FE0,0010)', length: 63, count: 1 },
        { code: 'odd length', offset: start, length: file.length - start },
      ]);
    }
    const deflated = [1, 2, 3, 4, 5].map((seed) => sampleInstance({ transferSyntax: DEFLATED_LE, seed }));
    assert.ok(deflated.some(({ dataSet }) => dataSet.length % 2 !== 0));
    for (const { file } of deflated) assert.deepEqual(await findingsOf(file), []);
  });

  test('odd values inside an even data set, also in items, and how many', async () => {
    const odd = (tag: number, value: string): BuiltElement => ({ tag, vr: 'LO', value, unpadded: true });
    const items = [[odd(0x00080100, 'A'), odd(0x00080104, 'ABC')]];
    const sequence = element(0x00081140, 'SQ', { items, undefinedLength: true, undefinedItemLength: true });
    for (const transferSyntax of PLAIN) {
      const elements = [...UIDS, sequence, odd(0x00100010, 'X'), odd(0x00100020, 'Y'), ...IMAGE.slice(2)];
      const { file, start } = built(elements, transferSyntax);
      const before = encodeElements(UIDS, encodingOfSyntax(transferSyntax)).length;
      const inSequence = (transferSyntax === IMPLICIT_LE ? 8 : 12) + 8 + 8;
      assert.deepEqual(await findingsOf(file), [
        { code: 'odd value', offset: start + before + inSequence, tag: '(0008,0100)', length: 1, count: 4 },
      ]);
    }
  });
});

describe('behind the last element', () => {
  for (const transferSyntax of WALKED) {
    test(`zeros are reported as padding, ${transferSyntax}`, async () => {
      const elements = sampleInstance({ transferSyntax, pixelBytes: 40 }).elements;
      const { file: bare } = built(elements, transferSyntax);
      for (const length of [2, 6, 8, 10, 512, 100_000]) {
        const { file } = built(elements, transferSyntax, Buffer.alloc(length));
        assert.deepEqual(
          (await findingsOf(file)).filter(({ code }) => code !== 'meta disagrees'),
          [{ code: 'zero padding', offset: bare.length, length }],
        );
      }
    });

    test(`anything else is reported as trailing bytes, ${transferSyntax}`, async () => {
      const elements = sampleInstance({ transferSyntax, pixelBytes: 40 }).elements;
      const { file: bare } = built(elements, transferSyntax);
      const tails = [
        Buffer.from('a trailer of text from some program.'),
        Buffer.alloc(16, 0xff),
        Buffer.from([1, 2, 3, 4]),
        Buffer.concat([Buffer.alloc(40), Buffer.from('x!')]),
      ];
      for (const tail of tails) {
        const { file } = built(elements, transferSyntax, tail);
        const found = (await findingsOf(file)).filter(({ code }) => code !== 'meta disagrees');
        // Without VRs, text with a high tag cannot be told from an element that is cut off.
        const isAmbiguous = transferSyntax === IMPLICIT_LE && found[0]?.code === 'truncated';
        const expected = { code: 'trailing bytes', offset: bare.length, length: tail.length };
        if (isAmbiguous) assert.equal(found[0]?.offset, bare.length);
        else assert.deepEqual(found, [expected]);
      }
    });
  }

  test('endless padding is not read to its end', async () => {
    const { file } = built(IMAGE, EXPLICIT_LE, Buffer.alloc(PADDING_MAX + 100_000));
    const { findings, reads } = await inspection(file);
    assert.deepEqual(
      findings?.map(({ code }) => code),
      ['trailing bytes'],
    );
    assert.ok(reads.length < 100, `${reads.length} reads`);
  });
});

describe('UIDs', () => {
  const withUID = (tag: number, value: string, transferSyntax: string): Built => {
    const others = [...UIDS, element(0x0020000d, 'UI', '2.25.1'), element(0x0020000e, 'UI', '2.25.2')];
    const elements = others.map((other) => (other.tag === tag ? element(tag, 'UI', value) : other));
    return built(elements, transferSyntax);
  };

  test('that are not as the standard asks, with the fault and where they stand', async () => {
    const cases = [
      [0x00080016, 'SOPClassUID', '1.2.03.4', 'leading zero'],
      [0x00080018, 'SOPInstanceUID', '1.2..4', 'empty component'],
      [0x00080018, 'SOPInstanceUID', '2.25.7 ', 'space padding'],
      [0x0020000d, 'StudyInstanceUID', '1.2.A', 'characters'],
      [0x0020000e, 'SeriesInstanceUID', `1.${'9'.repeat(63)}`, 'too long'],
    ] as const;
    for (const transferSyntax of PLAIN) {
      for (const [tag, keyword, value, fault] of cases) {
        const { file } = withUID(tag, value, transferSyntax);
        const found = (await findingsOf(file)).filter(({ code }) => code !== 'meta disagrees');
        const [finding] = found;
        assert.ok(finding?.code === 'ill-formed UID' && found.length === 1, value);
        const told = fault === 'leading zero' || fault === 'space padding' ? value.trim() : value.length;
        assert.deepEqual([finding.keyword, finding.value, finding.fault], [keyword, told, fault]);
        assert.equal(file.toString('latin1', finding.offset, finding.offset + value.length), value);
      }
    }
  });

  test('are counted by tag and fault, so that findings do not grow with the file', async () => {
    const faulty = [element(0x0020000d, 'UI', '1.2.03'), element(0x0020000d, 'UI', '1..4')];
    const repeated = Array.from({ length: 20_000 }, () => faulty).flat();
    for (const transferSyntax of PLAIN) {
      const { file, start } = built([...UIDS, ...repeated, ...IMAGE.slice(2)], transferSyntax);
      const first = start + encodeElements(UIDS, encodingOfSyntax(transferSyntax)).length + 8;
      assert.deepEqual(
        (await findingsOf(file)).map((found) => (found.code === 'ill-formed UID' ? [found.fault, found.count] : [])),
        [
          ['leading zero', 20_000],
          ['empty component', 20_000],
        ],
      );
      assert.equal((await findingsOf(file))[0]?.offset, first);
    }
  });

  test('with a component that is 0, or 64 characters long, are well-formed', async () => {
    for (const value of ['1.0.2', `1.${'9'.repeat(62)}`, '0.1']) {
      assert.deepEqual(await findingsOf(withUID(0x0020000d, value, EXPLICIT_LE).file), []);
    }
  });

  test('of a deflated data set are checked, too', async () => {
    const { file } = withUID(0x00080018, '1.2.03', DEFLATED_LE);
    const found = (await findingsOf(file)).find(({ code }) => code === 'ill-formed UID');
    assert.ok(found?.code === 'ill-formed UID');
    assert.deepEqual([found.offset, found.isInflated, found.value, found.fault], [42, true, '1.2.03', 'leading zero']);
  });

  test('in the File Meta Information that name something else', async () => {
    const sample = sampleInstance();
    const options: FileOptions[] = [{ metaSopInstance: '2.25.99' }, { metaSopClass: MR_IMAGE }];
    for (const transferSyntax of [...WALKED, DEFLATED_LE]) {
      const of = sampleInstance({ transferSyntax });
      const [instance, sopClass] = options.map((option) => buildFile(of, option));
      assert.ok(instance !== undefined && sopClass !== undefined);
      assert.deepEqual(await findingsOf(instance), [
        {
          code: 'meta disagrees',
          offset: instance.indexOf('2.25.99'),
          keyword: 'SOPInstanceUID',
          meta: '2.25.99',
          dataSet: of.sopInstance,
        },
      ]);
      assert.deepEqual(await findingsOf(sopClass), [
        {
          code: 'meta disagrees',
          offset: sopClass.indexOf(MR_IMAGE),
          keyword: 'SOPClassUID',
          meta: MR_IMAGE,
          dataSet: CT_IMAGE,
        },
      ]);
    }
    assert.deepEqual(await findingsOf(buildFile(sample, { metaSopInstance: false, metaSopClass: false })), []);
  });
});
