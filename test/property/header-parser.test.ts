import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseHeader } from '../../src/part10/header/header-parser.ts';
import {
  buildFile,
  DEFLATED_LE,
  EXPLICIT_BE,
  EXPLICIT_LE,
  IMPLICIT_LE,
  RLE_LOSSLESS,
  sampleInstance,
} from '../support/dicom-builder.ts';

const SYNTAXES = [IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE, DEFLATED_LE, RLE_LOSSLESS];

function variants(transferSyntax: string): readonly Buffer[] {
  const sample = sampleInstance({ transferSyntax, pixelBytes: 64 });
  const labelled = [
    sample.file,
    buildFile(sample, { groupLength: 'absent', preamble: false }),
    buildFile(sample, { implicitMeta: true }),
  ];
  // Nothing in a bare data set says how its pixels are compressed.
  return transferSyntax === RLE_LOSSLESS
    ? labelled
    : [...labelled, buildFile(sample, { preamble: false, meta: false })];
}

describe('parseHeader', () => {
  for (const transferSyntax of SYNTAXES) {
    test(`says the same of every prefix that is long enough, ${transferSyntax}`, () => {
      for (const file of variants(transferSyntax)) {
        const whole = parseHeader(file, file.length);
        for (let length = 0; length < file.length; length++) {
          const step = parseHeader(file.subarray(0, length), file.length);
          if (step.type !== 'need more') assert.deepEqual(step, whole, `after ${length} bytes`);
          else assert.ok(step.bytes > length && step.bytes <= file.length, `${step.bytes} after ${length}`);
        }
      }
    });

    test(`a file cut off anywhere is an instance or a problem, ${transferSyntax}`, () => {
      for (const file of variants(transferSyntax)) {
        for (let length = 0; length < file.length; length++) {
          const step = parseHeader(file.subarray(0, length), length);
          assert.notEqual(step.type, 'need more', `cut at ${length}`);
          if (step.type === 'instance') {
            assert.equal(step.header.dataSetOffset + step.header.dataSetLength, length);
            assert.equal(step.header.transferSyntaxUID, transferSyntax);
          }
        }
      }
    });
  }

  test('random bytes are never an instance and never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        assert.equal(parseHeader(bytes, bytes.length).type, 'problem');
      }),
      { numRuns: 2000 },
    );
  });

  test('random bytes behind DICM or a low tag never throw and never ask for more than there is', () => {
    const starts = ['', '08000500', '00080005', '08001600554900', '02000000554c0400', '0200000004000000'];
    const preamble = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM')]);
    fc.assert(
      fc.property(
        fc.constantFrom(...starts),
        fc.boolean(),
        fc.uint8Array({ maxLength: 1500 }),
        (start, marked, tail) => {
          const file = Buffer.concat([marked ? preamble : Buffer.alloc(0), Buffer.from(start, 'hex'), tail]);
          assert.notEqual(parseHeader(file, file.length).type, 'need more');
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('flipped bytes never throw', () => {
    const files = SYNTAXES.flatMap(variants);
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(700), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        (original, changes) => {
          const file = Buffer.from(original);
          for (const [at, value] of changes) if (at < file.length) file[at] = value;
          assert.notEqual(parseHeader(file, file.length).type, 'need more');
        },
      ),
      { numRuns: 3000 },
    );
  });
});
