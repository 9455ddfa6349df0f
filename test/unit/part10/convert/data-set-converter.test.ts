import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { convert, DIRECTIONS, hex, NAMES } from '../../../support/conversion-run.ts';
import { counted, isSampleSequence, sample, text, us } from '../../../support/conversion-sample.ts';
import {
  BIG,
  EXPLICIT,
  IMPLICIT,
  type NaiveElement,
  type NaiveEncoding,
  type NaiveItem,
  readDataSet,
  withoutVRs,
  writeDataSet,
} from '../../../support/naive-data-set.ts';

describe('every direction between the three encodings', () => {
  for (const { from, to } of DIRECTIONS) {
    const name = `${NAMES.get(from)} to ${NAMES.get(to)}`;

    it(`${name}: what an independent writer would write`, () => {
      const expected = writeDataSet(sample, to, true);
      assert.equal(hex(convert(writeDataSet(sample, from), { from, to })), hex(expected));
    });

    it(`${name} and back: the same elements with the same values`, () => {
      const bytes = writeDataSet(sample, from);
      const back = convert(convert(bytes, { from, to }), { from: to, to: from });
      assert.deepEqual(readDataSet(back, from, isSampleSequence), readDataSet(bytes, from, isSampleSequence));
    });

    it(`${name}: any split of the input gives the same output`, () => {
      const bytes = writeDataSet(
        sample.filter(({ tag }) => tag !== 0x0040a160),
        from,
      );
      const whole = hex(convert(bytes, { from, to }));
      const everyByte = Array.from({ length: bytes.length }, (_, index) => index);
      assert.equal(hex(convert(bytes, { from, to }, everyByte)), whole);
      fc.assert(
        fc.property(fc.array(fc.nat(bytes.length), { maxLength: 40 }), (cuts) => {
          assert.equal(hex(convert(bytes, { from, to }, cuts)), whole);
        }),
        { numRuns: 30 },
      );
    });
  }
});

const vrValues: readonly (readonly [tag: number, vr: string, multiple: number])[] = [
  [0x00100010, 'PN', 2],
  [0x00182043, 'FL', 4],
  [0x00280009, 'AT', 4],
  [0x00280010, 'US', 2],
  [0x0040a160, 'UT', 2],
  [0x00660040, 'OL', 4],
  [0x00720074, 'FD', 8],
  [0x00091001, 'UN', 2],
  [0x7fe00001, 'OV', 8],
  [0x00281201, 'OW', 2],
];

const { elements: anyElements } = fc.letrec<{ elements: NaiveElement[]; element: NaiveElement; item: NaiveItem }>(
  (tie) => ({
    elements: fc.array(tie('element'), { maxLength: 4 }),
    element: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc
        .tuple(fc.constantFrom(...vrValues), fc.nat(6), fc.nat(255))
        .map(([[tag, vr, multiple], count, first]) => ({ tag, vr, value: counted(count * multiple, first) })),
      fc
        .tuple(fc.constantFrom(0x00081140, 0x00283000), fc.array(tie('item'), { maxLength: 3 }), fc.boolean())
        .map(([tag, value, undefinedLength]) => ({ tag, vr: 'SQ', value, undefinedLength })),
    ),
    item: fc.record({ elements: tie('elements'), undefinedLength: fc.boolean() }),
  }),
);

describe('any nesting of sequences and items', () => {
  for (const { from, to } of DIRECTIONS) {
    it(`${NAMES.get(from)} to ${NAMES.get(to)}`, () => {
      fc.assert(
        fc.property(anyElements, (elements) => {
          const bytes = writeDataSet(elements, from);
          const rows = readDataSet(convert(bytes, { from, to }), to, isSampleSequence);
          assert.deepEqual(withoutVRs(rows), withoutVRs(readDataSet(bytes, from, isSampleSequence)));
        }),
        { numRuns: 100 },
      );
    });
  }
});

function vrsInExplicit(elements: readonly NaiveElement[], to: NaiveEncoding = EXPLICIT): string[] {
  const rows = readDataSet(convert(writeDataSet(elements, IMPLICIT), { from: IMPLICIT, to }), to);
  return rows.map(({ path, vr }) => `${path} ${vr}`);
}

describe('the VR of what comes in implicit VR', () => {
  const bits = (count: number): NaiveElement => ({ tag: 0x00280100, vr: 'US', value: us(count) });
  const sign = (value: number): NaiveElement => ({ tag: 0x00280103, vr: 'US', value: us(value) });
  const smallest: NaiveElement = { tag: 0x00280106, vr: 'US', value: us(5) };
  const pixelData: NaiveElement = { tag: 0x7fe00010, vr: 'OW', value: counted(4) };

  it('takes US or SS from the Pixel Representation, US where there is none', () => {
    assert.equal(vrsInExplicit([smallest]).at(-1), '00280106 US');
    assert.equal(vrsInExplicit([sign(0), smallest]).at(-1), '00280106 US');
    assert.equal(vrsInExplicit([sign(1), smallest]).at(-1), '00280106 SS');
  });

  it('asks the outer level where an item says nothing, and no level asks an item that has ended', () => {
    const inner = (elements: NaiveElement[]): NaiveElement => ({ tag: 0x00283000, vr: 'SQ', value: [{ elements }] });
    assert.equal(vrsInExplicit([sign(1), inner([smallest])]).at(-1), '00283000[0].00280106 SS');
    assert.equal(vrsInExplicit([sign(1), inner([sign(0), smallest])]).at(-1), '00283000[0].00280106 US');
    assert.equal(vrsInExplicit([sign(0), inner([sign(1)]), smallest]).at(-1), '00280106 US');
  });

  it('takes OB or OW from the Bits Allocated of the same image, OW where there is none', () => {
    assert.equal(vrsInExplicit([pixelData]).at(-1), '7fe00010 OW');
    assert.equal(vrsInExplicit([bits(8), pixelData]).at(-1), '7fe00010 OB');
    assert.equal(vrsInExplicit([bits(1), pixelData]).at(-1), '7fe00010 OB');
    assert.equal(vrsInExplicit([bits(12), pixelData]).at(-1), '7fe00010 OW');
    assert.equal(vrsInExplicit([bits(32), pixelData]).at(-1), '7fe00010 OW');
  });

  it('gives 8-bit waveforms OB, others OW, and overlays of every group OW', () => {
    const wave = (bitCount: number): NaiveElement[] => [
      { tag: 0x54001004, vr: 'US', value: us(bitCount) },
      { tag: 0x54001010, vr: 'OW', value: counted(2) },
    ];
    assert.equal(vrsInExplicit(wave(8)).at(-1), '54001010 OB');
    assert.equal(vrsInExplicit(wave(16)).at(-1), '54001010 OW');
    assert.deepEqual(vrsInExplicit([{ tag: 0x601e3000, vr: 'OW', value: counted(2) }]), ['601e3000 OW']);
  });

  it('gives curves and their audio OB in every group, as DCMTK does', () => {
    const curves = [0x50003000, 0x501e3000, 0x5000200c].map((tag) => ({ tag, vr: 'OW', value: counted(2) }));
    assert.deepEqual(vrsInExplicit(curves, BIG), ['50003000 OB', '501e3000 OB', '5000200c OB']);
  });

  it('reads a context value that arrives one byte at a time', () => {
    const bytes = writeDataSet([sign(1), smallest], IMPLICIT);
    const cuts = Array.from({ length: bytes.length }, (_, index) => index);
    const rows = readDataSet(convert(bytes, { from: IMPLICIT, to: EXPLICIT }, cuts), EXPLICIT);
    assert.equal(rows.at(-1)?.vr, 'SS');
  });

  it('is LO for a private creator and UN for what nobody knows, unswapped in big endian', () => {
    const elements: NaiveElement[] = [
      { tag: 0x00090010, vr: 'LO', value: text('SOMEBODY') },
      { tag: 0x00091010, vr: 'UN', value: counted(8) },
      { tag: 0x00400ffe, vr: 'UN', value: counted(8) },
    ];
    assert.deepEqual(vrsInExplicit(elements), ['00090010 LO', '00091010 UN', '00400ffe UN']);
    const big = convert(writeDataSet(elements, IMPLICIT), { from: IMPLICIT, to: BIG });
    assert.equal(hex(big), hex(writeDataSet(elements, BIG)));
  });

  it('is SQ for an unknown element of undefined length, with what is in it in explicit VR', () => {
    const elements: NaiveElement[] = [
      {
        tag: 0x00091010,
        vr: 'SQ',
        undefinedLength: true,
        value: [{ elements: [{ tag: 0x00280010, vr: 'US', value: us(0x0102) }] }],
      },
    ];
    const big = convert(writeDataSet(elements, IMPLICIT), { from: IMPLICIT, to: BIG });
    assert.equal(hex(big), hex(writeDataSet(elements, BIG, true)));
  });

  it('is UN where the value is too long for a 16-bit length, in little endian order even in big endian', () => {
    const of = (length: number, vr: string): NaiveElement[] => [{ tag: 0x00280010, vr, value: counted(length) }];
    for (const to of [EXPLICIT, BIG]) {
      const direction = { from: IMPLICIT, to };
      assert.equal(
        hex(convert(writeDataSet(of(65_534, 'US'), IMPLICIT), direction)),
        hex(writeDataSet(of(65_534, 'US'), to)),
      );
      assert.equal(
        hex(convert(writeDataSet(of(65_536, 'US'), IMPLICIT), direction)),
        hex(writeDataSet(of(65_536, 'UN'), to)),
      );
    }
  });
});

describe('UN in explicit VR', () => {
  const un: NaiveElement = {
    tag: 0x00091010,
    vr: 'UN',
    value: [
      {
        undefinedLength: true,
        elements: [
          { tag: 0x00090000, vr: 'UL', value: counted(4) },
          { tag: 0x00280010, vr: 'US', value: us(0x0102) },
          {
            tag: 0x00081140,
            vr: 'SQ',
            undefinedLength: true,
            value: [{ elements: [{ tag: 0x00280010, vr: 'US', value: us(3) }] }],
          },
        ],
      },
      { elements: [{ tag: 0x00280011, vr: 'US', value: us(0x0304) }] },
    ],
  };
  const behind: NaiveElement = { tag: 0x00280010, vr: 'US', value: us(0x0506) };
  const elements = [un, behind];
  const withoutGroupLength = [
    { ...un, value: (un.value as NaiveItem[]).map((item) => ({ ...item, elements: item.elements.slice(-2) })) },
    behind,
  ];

  it('of undefined length holds the same in little and big endian (CP-246)', () => {
    for (const [from, to] of [
      [EXPLICIT, BIG],
      [BIG, EXPLICIT],
    ] as const) {
      const converted = convert(writeDataSet(elements, from), { from, to });
      assert.equal(hex(converted), hex(writeDataSet(withoutGroupLength, to, true)));
    }
  });

  it('of undefined length becomes the implicit VR sequence that it already holds', () => {
    for (const from of [EXPLICIT, BIG]) {
      const implicit = convert(writeDataSet(elements, from), { from, to: IMPLICIT });
      assert.equal(hex(implicit), hex(writeDataSet(withoutGroupLength, IMPLICIT, true)));
    }
  });

  it('of undefined length has no explicit items, which its readers would not understand', () => {
    // Nothing tells that its lengths lead too far: the data set could go on.
    for (const vr of ['SH', 'LO', 'OB']) {
      const tag = vr === 'SH' ? 0x00080100 : 0x00090010;
      const item = writeDataSet([{ tag, vr, value: text('T1') }], EXPLICIT);
      const bytes = Buffer.concat([
        Buffer.from('09001010554e0000ffffffff', 'hex'),
        Buffer.from('feff00e0ffffffff', 'hex'),
        item,
        Buffer.from('feff0de000000000feffdde000000000', 'hex'),
        writeDataSet([{ tag: 0x7fe00010, vr: 'OW', value: new Uint8Array(200_000) }], EXPLICIT),
      ]);
      for (const to of [IMPLICIT, BIG]) {
        assert.throws(() => convert(bytes, { from: EXPLICIT, to }), {
          offset: 20,
          detail: /^\(000[89],0[01][01]0\) is in Explicit VR, which nothing inside a UN can be/u,
        });
      }
    }
  });

  it('stands for a VR of a later edition that comes in little endian, and is refused in big endian', () => {
    const later: NaiveElement[] = [{ tag: 0x00280010, vr: 'UN', value: counted(6) }];
    const renamed = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes, (byte, at) => (at === 4 ? 0x5a : byte));
    assert.equal(
      hex(convert(renamed(writeDataSet(later, EXPLICIT)), { from: EXPLICIT, to: BIG })),
      hex(writeDataSet(later, BIG)),
    );
    assert.equal(
      hex(convert(renamed(writeDataSet(later, EXPLICIT)), { from: EXPLICIT, to: IMPLICIT })),
      hex(writeDataSet(later, IMPLICIT)),
    );
    assert.throws(() => convert(renamed(writeDataSet(later, BIG)), { from: BIG, to: IMPLICIT }), {
      name: 'DataSetConversionError',
      offset: 0,
      detail: /\(0028,0010\) has VR ZN/,
    });
  });
});

describe('group lengths', () => {
  const groupLength: NaiveElement = { tag: 0x00280000, vr: 'UL', value: Uint8Array.of(10, 0, 0, 0) };
  const rows: NaiveElement = { tag: 0x00280010, vr: 'US', value: us(3) };
  const inSequence: NaiveElement = {
    tag: 0x00081140,
    vr: 'SQ',
    value: [{ elements: [groupLength, rows] }, { elements: [groupLength] }],
  };
  const elements = [inSequence, groupLength, rows];

  it('are dropped', () => {
    for (const direction of DIRECTIONS) {
      const without = convert(writeDataSet(elements, direction.from), direction);
      assert.deepEqual(
        readDataSet(without, direction.to, isSampleSequence).map(({ path }) => path),
        ['00081140', '00081140[0].00280010', '00280010'],
      );
    }
  });
});

describe('a value of odd length', () => {
  const odd: NaiveElement[] = [
    {
      tag: 0x00081140,
      vr: 'SQ',
      value: [{ elements: [{ tag: 0x00081150, vr: 'UI', value: Buffer.from('1.2') }] }],
    },
    { tag: 0x00090010, vr: 'LO', value: Buffer.from('ABC') },
    { tag: 0x00091001, vr: 'UN', value: counted(3) },
    { tag: 0x00100010, vr: 'PN', value: Buffer.from('A^B') },
    { tag: 0x00280100, vr: 'US', value: us(8) },
    { tag: 0x0040a160, vr: 'UT', value: Buffer.from('x') },
    { tag: 0x50003000, vr: 'OB', value: counted(5) },
    { tag: 0x7fe00010, vr: 'OB', value: counted(27) },
  ];
  const rowsOf = (bytes: Uint8Array, encoding: NaiveEncoding) =>
    withoutVRs(readDataSet(bytes, encoding, isSampleSequence));

  for (const direction of DIRECTIONS) {
    it(`is padded, ${NAMES.get(direction.from)} to ${NAMES.get(direction.to)}`, () => {
      const bytes = writeDataSet(odd, direction.from);
      const everyByte = Array.from({ length: bytes.length }, (_, index) => index);
      for (const cuts of [[], everyByte]) {
        assert.deepEqual(rowsOf(convert(bytes, direction, cuts), direction.to), [
          '00081140 1 items',
          '00081140[0].00081150 312e3200',
          '00090010 41424320',
          `00091001 ${hex(counted(3))}00`,
          '00100010 415e4220',
          '00280100 0800',
          '0040a160 7820',
          `50003000 ${hex(counted(5))}00`,
          `7fe00010 ${hex(counted(27))}00`,
        ]);
      }
    });
  }

  it('is padded before its words are swapped', () => {
    const pixelData = (length: number): NaiveElement[] => [{ tag: 0x7fe00010, vr: 'OW', value: counted(length) }];
    const big = convert(writeDataSet(pixelData(5), EXPLICIT), { from: EXPLICIT, to: BIG });
    assert.deepEqual(rowsOf(big, BIG), [`7fe00010 ${hex(counted(5))}00`]);
  });

  it('is padded inside a UN of undefined length', () => {
    const un: NaiveElement = { tag: 0x00091010, vr: 'UN', value: [{ elements: odd.slice(0, 4) }] };
    const bytes = convert(writeDataSet([un], EXPLICIT), { from: EXPLICIT, to: BIG });
    assert.deepEqual(rowsOf(bytes, BIG).slice(2), [
      '00091010[0].00081140[0].00081150 312e3200',
      '00091010[0].00090010 41424320',
      `00091010[0].00091001 ${hex(counted(3))}00`,
      '00091010[0].00100010 415e4220',
    ]);
  });

  it('of 65,535 bytes does not fit a 16-bit length', () => {
    const name: NaiveElement[] = [{ tag: 0x00100010, vr: 'PN', value: counted(65_535) }];
    assert.throws(() => convert(writeDataSet(name, EXPLICIT), { from: EXPLICIT, to: BIG }), {
      detail: /\(0010,0010\) has 65535 bytes: no even length of VR PN holds them/u,
    });
    assert.equal(convert(writeDataSet(name, EXPLICIT), { from: EXPLICIT, to: IMPLICIT }).length, 8 + 65_536);
  });
});

describe('what readers of Implicit VR would take for something else', () => {
  const SEQUENCE = 0x00081140;
  const NAME = 0x00100010;
  const implicitOf = (element: NaiveElement, from: NaiveEncoding = EXPLICIT): Uint8Array =>
    convert(writeDataSet([element], from), { from, to: IMPLICIT });
  const items = (of: NaiveEncoding): Uint8Array =>
    writeDataSet(
      [{ tag: SEQUENCE, vr: 'SQ', value: [{ elements: [{ tag: NAME, vr: 'PN', value: text('A') }] }] }],
      of,
    ).subarray(of.explicit ? 12 : 8);

  it('is text under an attribute that is a sequence, at any depth', () => {
    const wrong: NaiveElement = { tag: SEQUENCE, vr: 'LO', value: text('T1') };
    for (const from of [EXPLICIT, BIG]) {
      assert.throws(() => implicitOf(wrong, from), {
        name: 'DataSetConversionError',
        offset: 0,
        detail: '(0008,1140) is LO in the file; in Implicit VR every reader takes it for SQ',
      });
    }
    const nested: NaiveElement = { tag: 0x00283000, vr: 'SQ', value: [{ elements: [wrong] }] };
    assert.throws(() => implicitOf(nested), { offset: 20, detail: /\(0008,1140\) is LO/u });
    assert.deepEqual(
      readDataSet(convert(writeDataSet([wrong], EXPLICIT), { from: EXPLICIT, to: BIG }), BIG).map(({ vr }) => vr),
      ['LO'],
    );
  });

  it('is a sequence under an attribute that is not', () => {
    for (const undefinedLength of [true, false]) {
      const wrong: NaiveElement = { tag: NAME, vr: 'SQ', undefinedLength, value: [{ elements: [] }] };
      assert.throws(() => implicitOf(wrong), { detail: /^\(0010,0010\) is SQ in the file; .* takes it for PN$/u });
    }
  });

  it('is not an empty value, another VR, or an attribute that nobody knows', () => {
    for (const element of [
      { tag: SEQUENCE, vr: 'LO', value: new Uint8Array(0) },
      { tag: NAME, vr: 'SQ', value: [] },
      { tag: NAME, vr: 'LO', value: text('A') },
      { tag: 0x00091010, vr: 'SQ', value: [{ elements: [] }] },
      { tag: 0x00400ffe, vr: 'LO', value: text('A') },
    ]) {
      implicitOf(element);
    }
  });

  it('is a UN under an attribute that is a sequence, unless implicit items are in it', () => {
    assert.deepEqual(readDataSet(implicitOf({ tag: SEQUENCE, vr: 'UN', value: items(IMPLICIT) }), IMPLICIT).at(-1), {
      path: '00081140[0].00100010',
      vr: '',
      value: hex(text('A')),
    });
    assert.throws(() => implicitOf({ tag: SEQUENCE, vr: 'UN', value: items(EXPLICIT) }), {
      detail: /\(0010,0010\) (is in Explicit VR|with length \d+ ends)/u,
    });
    assert.throws(() => implicitOf({ tag: SEQUENCE, vr: 'UN', value: text('free text') }), {
      detail: /in the sequence \(0008,1140\): an item belongs here/u,
    });
    // Not walked by readers of Explicit VR.
    convert(writeDataSet([{ tag: SEQUENCE, vr: 'UN', value: items(EXPLICIT) }], EXPLICIT), { from: EXPLICIT, to: BIG });
  });

  it('is the same inside a UN of undefined length', () => {
    const un = (value: Uint8Array): NaiveElement => ({
      tag: 0x00091010,
      vr: 'UN',
      value: [{ elements: [{ tag: SEQUENCE, vr: 'UN', value }] }],
    });
    implicitOf(un(items(IMPLICIT)));
    assert.throws(() => implicitOf(un(text('free text'))), { detail: /an item belongs here/u });
  });
});

it('an empty data set stays empty', () => {
  assert.equal(convert(new Uint8Array(0), { from: EXPLICIT, to: IMPLICIT }).length, 0);
});
