import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { ScannedFile } from '../../../src/send/scanned-file.ts';
import { ScannedFiles } from '../../../src/send/scanned-files.ts';
import { collectGarbage, heapUsed } from '../../support/heap.ts';
import { instanceSample, skippedSample } from '../../support/scanned-samples.ts';

function packed(files: Iterable<ScannedFile>): ScannedFiles {
  const list = new ScannedFiles();
  for (const file of files) list.push(file);
  return list;
}

describe('Scanned files come back as they were', () => {
  const number = fc.double({ min: 0, max: Number.MAX_SAFE_INTEGER, noNaN: true });
  const text = fc.oneof(
    fc.string({ maxLength: 80 }),
    fc.string({ unit: 'binary', maxLength: 80 }),
    // What Windows may have as a name: halves of characters.
    fc.array(fc.integer({ min: 0xd800, max: 0xdfff }), { maxLength: 5 }).map((units) => String.fromCharCode(...units)),
  );
  const path = fc
    .tuple(fc.constantFrom('', '/', '/a/b/', 'C:\\x\\', '\\\\host\\share\\'), text)
    .map((parts) => parts.join(''));
  const uid = fc.stringMatching(/^[0-9.]{1,64}$/);
  const instance = fc.record(
    {
      type: fc.constant('instance' as const),
      path,
      header: fc.record({
        sopClassUID: uid,
        sopInstanceUID: uid,
        transferSyntaxUID: uid,
        dataSetOffset: number,
        dataSetLength: number,
        form: fc.constantFrom('Part 10' as const, 'no preamble' as const, 'bare data set' as const),
      }),
      identity: fc.record(
        { size: number, mtimeMs: number, ctimeMs: number, ino: number, dev: number },
        { noNullPrototype: true },
      ),
      findings: fc.constantFrom([], [{ code: 'not checked' as const, offset: 1 }]),
    },
    { noNullPrototype: true },
  );

  test('with any contents', () => {
    const file: fc.Arbitrary<ScannedFile> = fc.oneof(
      instance,
      path.map((where) => skippedSample(where)),
    );
    fc.assert(
      fc.property(fc.array(file, { maxLength: 30 }), (files) => {
        const list = packed(files);
        assert.deepEqual(JSON.parse(JSON.stringify([...list])), JSON.parse(JSON.stringify(files)));
        assert.equal(list.length, files.length);
        for (const [index, { path: where }] of files.entries()) assert.equal(list.at(index)?.path, where);
      }),
    );
  });

  test('across pages, and none beyond the end', () => {
    const files = Array.from({ length: 10_000 }, (_, index) =>
      index % 100 === 3 ? skippedSample(`/${index}`) : instanceSample(index),
    );
    const list = packed(files);
    for (const [index, file] of files.entries()) assert.deepEqual(list.at(index), file);
    assert.deepEqual([...list], files);
    assert.equal(list.at(10_000), undefined);
    assert.equal(list.at(-1), undefined);
  });

  test('a name longer than a page of text', () => {
    const long = instanceSample(1, { path: `/${'é'.repeat(70_000)}` });
    const wide = instanceSample(2, { path: `/${'日'.repeat(70_000)}` });
    assert.deepEqual([...packed([long, wide, instanceSample(3)])], [long, wide, instanceSample(3)]);
  });
});

test('a hundred thousand files take less than 20 MB, and next to nothing of the heap', () => {
  collectGarbage();
  const before = heapUsed();
  const { arrayBuffers } = process.memoryUsage();
  const list = new ScannedFiles();
  for (let number = 0; number < 100_000; number += 1) list.push(instanceSample(number));
  collectGarbage();
  const heap = heapUsed() - before;
  const outside = process.memoryUsage().arrayBuffers - arrayBuffers;
  assert.ok(heap < 2e6, `${heap} bytes of the heap`);
  assert.ok(outside < 20e6, `${outside} bytes outside of it`);
  assert.equal(list.at(99_999)?.path, instanceSample(99_999).path);
});

test('answers what a plan asks without making objects', () => {
  const findings = [{ code: 'not checked', offset: 1 }] as const;
  const files = [
    instanceSample(0),
    skippedSample('/DICOMDIR'),
    instanceSample(1, { findings }),
    instanceSample(0, { path: '/again' }),
  ];
  const list = ScannedFiles.of(files);
  assert.deepEqual(list.load, { files: 3, bytes: 2_000 + 2_001 + 2_000 });
  assert.deepEqual([...list.skipped], [[1, files[1]]]);
  assert.deepEqual(
    [...list.repeated].sort(([a], [b]) => a - b),
    [
      [0, 0],
      [3, 0],
    ],
  );
  for (const index of [0, 2, 3]) {
    const { header, findings: found } = list.instance(index);
    const { sopClassUID, transferSyntaxUID } = header;
    assert.deepEqual(list.kindOf(index), { sopClassUID, transferSyntaxUID });
    assert.deepEqual(list.findingsOf(index), found);
  }
  assert.equal(new Set([0, 2, 3].map((index) => list.kindOf(index))).size, 2, 'one object for each kind');
});
