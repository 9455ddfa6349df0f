// Files whose transfer syntax is not what they say, and deflated ones.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { encodingOf } from '../../../../src/part10/transfer-syntax-encoding.ts';
import {
  buildFile,
  CT_IMAGE,
  DEFLATED_LE,
  EXPLICIT_BE,
  EXPLICIT_LE,
  element,
  encodeElements,
  IMPLICIT_LE,
  JPEG_BASELINE,
  sampleInstance,
} from '../../../support/dicom-builder.ts';
import { fileOf, headerOf, parse, problemOf } from '../../../support/parsed-headers.ts';

const UNCOMPRESSED = [IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE];

describe('labels that are not true', () => {
  for (const declared of UNCOMPRESSED) {
    for (const actual of UNCOMPRESSED.filter((syntax) => syntax !== declared)) {
      for (const pixelBytes of [512, 3_000_000]) {
        test(`the meta group says ${declared}, the data set is in ${actual}, ${pixelBytes} bytes`, () => {
          const sample = sampleInstance({ transferSyntax: actual, pixelBytes });
          const step = parse(buildFile(sample, { metaTransferSyntax: declared }));
          assert.ok(step.type === 'instance');
          assert.equal(step.actualEncoding, encodingOf(actual));
          assert.deepEqual([step.header.transferSyntaxUID, step.header.sopInstanceUID], [declared, sample.sopInstance]);
        });
      }
    }
  }

  test('said to be deflated and is not', () => {
    const problem = problemOf(buildFile(sampleInstance(), { metaTransferSyntax: DEFLATED_LE }));
    assert.equal(problem.code === 'malformed' && problem.detail, 'the data set is not a deflate stream');
  });

  test('deflated and said not to be', () => {
    const sample = sampleInstance({ transferSyntax: DEFLATED_LE });
    assert.equal(problemOf(buildFile(sample, { metaTransferSyntax: EXPLICIT_LE })).code, 'malformed');
  });

  test('deflated, but what comes out is Implicit VR', () => {
    const dataSet = deflateRawSync(sampleInstance({ transferSyntax: IMPLICIT_LE }).dataSet);
    const file = buildFile({ transferSyntax: DEFLATED_LE, sopClass: CT_IMAGE, sopInstance: '1', dataSet });
    assert.match((problemOf(file) as { detail: string }).detail, /inflates to Implicit VR Little Endian, not to/u);
  });

  for (const options of [{ preamble: false, meta: false }, { metaTransferSyntax: false }, { meta: false }] as const) {
    test(`compressed pixels that nothing names are not called Explicit VR Little Endian: ${JSON.stringify(options)}`, () => {
      const sample = sampleInstance({ transferSyntax: JPEG_BASELINE });
      assert.match(
        (problemOf(buildFile(sample, options)) as { detail: string }).detail,
        /compressed, and no transfer/u,
      );
    });
  }

  test('a private syntax may have any encoding, and keeps its name', () => {
    for (const actual of UNCOMPRESSED) {
      const header = headerOf(
        buildFile(sampleInstance({ transferSyntax: actual }), { metaTransferSyntax: '1.3.46.1.2' }),
      );
      assert.equal(header.transferSyntaxUID, '1.3.46.1.2');
    }
  });

  test('a private syntax over something unreadable is refused', () => {
    const dataSet = Buffer.alloc(400, 0xa5);
    const file = buildFile({ transferSyntax: '1.3.46.1.2', sopClass: CT_IMAGE, sopInstance: '1', dataSet });
    assert.equal(problemOf(file).code, 'malformed');
  });

  test('an unknown syntax of DICOM is Explicit VR Little Endian (PS3.5 A.4)', () => {
    const header = headerOf(buildFile(sampleInstance(), { metaTransferSyntax: '1.2.840.10008.1.2.4.999' }));
    assert.equal(header.transferSyntaxUID, '1.2.840.10008.1.2.4.999');
  });
});

describe('deflate', () => {
  test('a deflate bomb is inflated only as far as the UIDs', () => {
    const elements = [
      element(0x00080016, 'UI', CT_IMAGE),
      element(0x00080018, 'UI', '2.25.8'),
      element(0x00080060, 'CS', 'CT'),
    ];
    const bomb = deflateRawSync(Buffer.concat([encodeElements(elements, 'explicit LE'), Buffer.alloc(100_000_000)]));
    const file = buildFile({ transferSyntax: DEFLATED_LE, sopClass: CT_IMAGE, sopInstance: '1', dataSet: bomb });
    const before = process.memoryUsage().arrayBuffers;
    assert.equal(headerOf(file).sopInstanceUID, '2.25.8');
    assert.equal(process.memoryUsage().arrayBuffers - before < 20_000_000, true);
  });

  test('a deflate bomb in front of the UIDs is refused', () => {
    const elements = [
      element(0x00080006, 'OB', Buffer.alloc(50_000_000)),
      element(0x00080016, 'UI', CT_IMAGE),
      element(0x00080018, 'UI', '2.25.8'),
    ];
    const problem = problemOf(fileOf(elements, DEFLATED_LE));
    assert.match((problem as { detail: string }).detail, /first 65536 inflated bytes/u);
  });

  test('cut off within the first elements', () => {
    const sample = sampleInstance({ transferSyntax: DEFLATED_LE });
    const problem = problemOf(sample.file.subarray(0, sample.dataSetOffset + 12));
    assert.equal(problem.code, 'malformed');
  });
});
