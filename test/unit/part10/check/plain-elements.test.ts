// The loop over ordinary elements decides nothing: with it and without it, the check finds the same.

import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { ImageSize } from '../../../../src/part10/check/image-size.ts';
import { PlainElements } from '../../../../src/part10/check/plain-elements.ts';
import { StructureCheck } from '../../../../src/part10/check/structure-check.ts';
import { encodingOf } from '../../../../src/part10/transfer-syntax-encoding.ts';
import { CT_IMAGE, DEFLATED_LE, EXPLICIT_LE, element, encodeElements } from '../../../support/dicom-builder.ts';
import { mutatedFile } from '../../../support/mutated-file.ts';

interface Checked {
  readonly findings: unknown;
  readonly decodedLength: number | undefined;
}

/** @param pieceLength of the parts in which the bytes come */
function check(bytes: Uint8Array, transferSyntaxUID: string, pieceLength: number): Checked {
  const size = new ImageSize();
  const declared = { sopClassUID: CT_IMAGE, transferSyntaxUID };
  const walk = new StructureCheck(encodingOf(transferSyntaxUID), 0, bytes.length, declared, size);
  let part = { bytes: bytes.subarray(0, pieceLength), base: 0 };
  for (let want = walk.advance(part); want !== undefined; want = walk.advance(part)) {
    const end = want.offset + Math.max(want.length, pieceLength);
    part = { bytes: bytes.subarray(want.offset, end), base: want.offset };
  }
  return { findings: walk.findings, decodedLength: size.decodedLength };
}

function checkWithoutLoop(bytes: Uint8Array, transferSyntaxUID: string): Checked {
  const pass = mock.method(PlainElements.prototype, 'pass', (_part: unknown, from: number) => from);
  try {
    return check(bytes, transferSyntaxUID, bytes.length);
  } finally {
    pass.mock.restore();
  }
}

test('the check finds the same in damaged data sets with the loop and without it', () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 3_000; seed += 1) {
    const { file, start, transferSyntax, story } = mutatedFile(seed, seed % 3 !== 0);
    if (transferSyntax === DEFLATED_LE) continue;
    const dataSet = file.subarray(start);
    const expected = checkWithoutLoop(dataSet, transferSyntax);
    for (const pieceLength of [dataSet.length, 200]) {
      assert.deepEqual(check(dataSet, transferSyntax, pieceLength), expected, `seed ${seed}: ${story}`);
    }
    for (const { code } of expected.findings as { code: string }[]) seen.add(code);
  }
  for (const code of ['truncated', 'broken structure', 'unknown VR', 'odd value']) {
    assert.ok(seen.has(code), `no data set has '${code}': ${[...seen].join(', ')}`);
  }
});

test('the loop passes sequences and items of both kinds of lengths as a whole', () => {
  for (const [undefinedLength, undefinedItemLength] of [
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ] as const) {
    const inner = { items: [[element(0x00080100, 'SH', 'A')], []], undefinedLength, undefinedItemLength };
    const items = [[element(0x00081150, 'UI', CT_IMAGE), element(0x0040a170, 'SQ', inner)], []];
    const elements = [
      element(0x00081140, 'SQ', { items, undefinedLength, undefinedItemLength }),
      element(0x00100010, 'PN', 'A'),
    ];
    const bytes = encodeElements([...elements, element(0x7fe00010, 'OW', new Uint8Array(64))], 'explicit LE');
    const plain = new PlainElements();
    const passed = plain.pass({ bytes, base: 0 }, 0, bytes.length, encodingOf(EXPLICIT_LE), 'data set', 8);
    assert.equal(passed, encodeElements(elements, 'explicit LE').length);
    assert.equal(plain.lastTag, 0x00100010);
  }
});

test('the loop leaves special elements to the check, and the sequences that they are in', () => {
  const front = element(0x00080005, 'CS', 'ISO_IR 100');
  const special = {
    'text under a sequence attribute': element(0x00081140, 'LO', 'A '),
    'an unknown VR': element(0x00081030, '??', 'A '),
    'an odd length': { ...element(0x00081030, 'LO', 'A'), unpadded: true },
    'a length beyond the end': { ...element(0x00081030, 'LO', 'A '), lyingLength: 0xfffe },
    'a stray meta element': element(0x00020010, 'UI', '1.2'),
    'pixel data': element(0x7fe00010, 'OW', new Uint8Array(2)),
    'no length, and no sequence': { ...element(0x00081030, 'UN', 'A '), lyingLength: 0xffffffff },
  };
  for (const [name, one] of Object.entries(special)) {
    for (const elements of [[one], [element(0x00082112, 'SQ', { items: [[one, front]] })]]) {
      const bytes = encodeElements([front, ...elements, element(0x00090010, 'LO', 'A '.repeat(20))], 'explicit LE');
      const part = { bytes, base: 100 };
      const passed = new PlainElements().pass(part, 100, 100 + bytes.length, encodingOf(EXPLICIT_LE), 'data set', 8);
      assert.equal(passed, 100 + encodeElements([front], 'explicit LE').length, name);
    }
  }
});
