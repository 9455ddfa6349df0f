import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { INFLATED_CHECK_MIN } from '../../../../src/protocol/limits.ts';
import {
  buildFile,
  CT_IMAGE,
  DEFLATED_LE,
  EXPLICIT_LE,
  element,
  encodeElements,
  seededBytes,
} from '../../../support/dicom-builder.ts';
import { built, FRONT, findingsOf, IMAGE, inspection } from '../../../support/inspection.ts';
import { sequenceFaults } from '../../../support/sequence-faults.ts';

function deflatedFile(stream: Uint8Array): Buffer {
  return buildFile({ transferSyntax: DEFLATED_LE, sopClass: CT_IMAGE, sopInstance: '2.25.7', dataSet: stream });
}

/** Deflates to more than one piece. */
const large = encodeElements([...IMAGE.slice(0, 3), element(0x7fe00010, 'OW', seededBytes(300_000, 1))], 'explicit LE');

describe('a deflated data set', () => {
  test('that is whole, with and without padding, of any size', async () => {
    for (const content of [large, encodeElements(FRONT, 'explicit LE'), Buffer.concat([large, Buffer.alloc(1)])]) {
      const stream = deflateRawSync(content);
      const expected = content.length > large.length ? ['zero padding'] : [];
      for (const dataSet of [stream, Buffer.concat([stream, Buffer.alloc(1)])]) {
        const found = await findingsOf(deflatedFile(dataSet));
        assert.deepEqual(
          found.map(({ code }) => code),
          expected,
        );
      }
    }
  });

  test('that is cut off anywhere is truncated, at the end of the file', async () => {
    const stream = deflateRawSync(large);
    for (const length of [stream.length - 1, stream.length - 2, stream.length / 2, 70_000, 65_536, 5_000]) {
      const file = deflatedFile(stream.subarray(0, length));
      assert.deepEqual(
        (await findingsOf(file)).filter(({ code }) => code !== 'no pixel data'),
        [{ code: 'truncated', offset: file.length, part: 'deflate stream' }],
      );
    }
  });

  test('whose stream is damaged is broken, near the place of the damage', async () => {
    // A stored block whose length and its complement do not agree.
    const damaged = Buffer.concat([deflateRawSync(large, { finishFlush: 2 }), Buffer.from([0, 1, 2, 3, 4, 5, 6])]);
    const file = deflatedFile(damaged);
    const [finding] = await findingsOf(file);
    assert.ok(finding?.code === 'broken structure' && finding.isInflated === undefined);
    assert.ok(finding.offset > file.length - 65_536 && finding.offset <= file.length);
  });

  test('with bytes behind its final block', async () => {
    const stream = deflateRawSync(large);
    for (const behind of [Buffer.from('x'), Buffer.alloc(2), seededBytes(200_000, 1)]) {
      const file = deflatedFile(Buffer.concat([stream, behind]));
      assert.deepEqual(await findingsOf(file), [
        { code: 'deflate trailer', offset: file.length - behind.length, length: behind.length },
      ]);
    }
  });

  test('is checked like the same data set without deflation', async () => {
    const plain = sequenceFaults().filter(({ transferSyntax }) => transferSyntax === EXPLICIT_LE);
    const others: Uint8Array[] = [
      built([...FRONT, ...IMAGE.slice(2)], EXPLICIT_LE, Buffer.from(seededBytes(40, 1))).file,
      built(IMAGE, EXPLICIT_LE, Buffer.alloc(50_000)).file,
      built(IMAGE.slice(0, 3), EXPLICIT_LE).file,
      built([...IMAGE.slice(0, 3), element(0x7fe00010, 'OW', seededBytes(100_001, 1))], EXPLICIT_LE).file,
    ];
    const cut = built(IMAGE, EXPLICIT_LE).file;
    for (let length = cut.length - 70; length < cut.length; length += 1) others.push(cut.subarray(0, length));
    for (const fault of plain) {
      for (let left = 1; left < 60; left += 7) others.push(fault.file.subarray(0, fault.file.length - left));
    }
    for (const file of [...plain.map((fault) => fault.file), ...others]) {
      const start = built([], EXPLICIT_LE).file.length;
      const expected = (await findingsOf(file)).filter(({ code }) => code !== 'odd length');
      const found = await findingsOf(deflatedFile(deflateRawSync(file.subarray(start))));
      assert.deepEqual(
        found.map(({ offset, isInflated, ...fact }) => {
          assert.equal(isInflated, true);
          return { ...fact, offset: offset + start };
        }),
        expected.map(({ ...fact }) => fact),
      );
    }
  });

  test('that inflates without end is not checked to its end', async () => {
    const head = encodeElements(IMAGE.slice(0, 3), 'explicit LE');
    const pixels = Buffer.alloc(12);
    encodeElements(
      [{ tag: 0x7fe00010, vr: 'OW', value: new Uint8Array(0), lyingLength: 0x7fff_fffe }],
      'explicit LE',
    ).copy(pixels);
    const content = Buffer.concat([head, pixels, Buffer.alloc(INFLATED_CHECK_MIN + 2_000_000)]);
    const found = await findingsOf(deflatedFile(deflateRawSync(content, { level: 1 })));
    assert.deepEqual(
      found.map(({ code }) => code),
      ['not checked'],
    );
  });

  test('is not checked further when that is cancelled', async () => {
    const { findings, reads } = await inspection(deflatedFile(deflateRawSync(large)), AbortSignal.abort());
    assert.deepEqual(
      findings?.map(({ code }) => code),
      ['not checked'],
    );
    assert.deepEqual(reads, []);
  });

  test('of frames deflated one by one is encapsulated, and no deflate stream', async () => {
    const fragments = [new Uint8Array(0), deflateRawSync(seededBytes(64, 1))];
    const frames = [...IMAGE.slice(0, 3), element(0x7fe00010, 'OB', { fragments })];
    assert.deepEqual(await findingsOf(built(frames, '1.2.840.10008.1.2.8.1').file), []);
  });
});
