import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readHeader } from '../../../../src/part10/header/read-header.ts';
import { type DataSetInFile, fileSource } from '../../../../src/part10/read/data-set-file.ts';
import type { DataSetChunk, DataSetSource } from '../../../../src/part10/read/data-set-source.ts';
import { identityOf } from '../../../../src/part10/read/file-identity.ts';
import { BUFFER_LENGTH } from '../../../../src/part10/read/file-threads.ts';
import type { FragmentRoom } from '../../../../src/part10/read/fragment-room.ts';
import { ReadAhead } from '../../../../src/part10/read/read-ahead.ts';
import { DEFLATED_LE, EXPLICIT_LE, sampleInstance } from '../../../support/dicom-builder.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

interface Sample {
  readonly request: DataSetInFile;
  readonly dataSet: Uint8Array;
  /** How the file is read without the thread. */
  readonly ordinary: DataSetSource;
  /** As `ordinary`, and must not be asked. */
  readonly never: DataSetSource;
}

async function sampleFile(
  t: TestContext,
  options: { seed?: number; transferSyntax?: string; pixelBytes?: number } = {},
): Promise<Sample> {
  const path = join(temporaryFolder(t), 'a.dcm');
  const { seed = 1, transferSyntax = EXPLICIT_LE, pixelBytes = 2_000 } = options;
  const { file } = sampleInstance({ seed, transferSyntax, pixelBytes });
  writeFileSync(path, file);
  const { result, identity } = await readHeader(path);
  assert.ok(result.type === 'instance' && identity !== undefined);
  const { dataSetOffset: offset, dataSetLength: length } = result.header;
  const ordinary = fileSource(path, result.header, identity);
  const chunks = () => {
    throw new Error('the file was read in the ordinary way');
  };
  const request = { path, offset, length, identity };
  return { request, dataSet: file.subarray(offset), ordinary, never: { ...ordinary, chunks } };
}

function readAhead(t: TestContext): ReadAhead {
  const ahead = new ReadAhead();
  t.after(() => ahead.close());
  return ahead;
}

async function chunksOf(source: DataSetSource, chunkLength: number): Promise<DataSetChunk[]> {
  const chunks: DataSetChunk[] = [];
  for await (const { bytes, isLast } of source.chunks(chunkLength)) chunks.push({ bytes: Buffer.from(bytes), isLast });
  return chunks;
}

function assertWhole(chunks: readonly DataSetChunk[], dataSet: Uint8Array, chunkLength: number): void {
  assert.ok(Buffer.concat(chunks.map(({ bytes }) => bytes)).equals(dataSet));
  assert.deepEqual(
    chunks.map(({ isLast }) => isLast),
    chunks.map((_, index) => index === chunks.length - 1),
  );
  assert.ok(chunks.every(({ bytes, isLast }) => (isLast ? bytes.length <= chunkLength : bytes.length === chunkLength)));
}

for (const isExpected of [true, false]) {
  test(`the data set as it is in the file, in chunks, ${isExpected ? 'read ahead' : 'streamed'}`, async (t) => {
    const ahead = readAhead(t);
    const { dataSet, never, request } = await sampleFile(t);
    for (const chunkLength of [dataSet.length, dataSet.length - 2, 100, 2, 65_536]) {
      if (isExpected) assert.equal(ahead.expect([request]), 1);
      assertWhole(await chunksOf(ahead.source(request, never), chunkLength), dataSet, chunkLength);
    }
  });
}

test('a data set longer than the buffers, in chunks that do not divide them', async (t) => {
  const ahead = readAhead(t);
  const { dataSet, never, request } = await sampleFile(t, { pixelBytes: 3 * BUFFER_LENGTH + 12_346 });
  assert.equal(ahead.expect([request]), 1);
  for (const chunkLength of [16_372, 130_976, 1_000_000]) {
    assertWhole(await chunksOf(ahead.source(request, never), chunkLength), dataSet, chunkLength);
  }
});

test('a deflated data set of odd length gets a zero byte, read ahead or streamed', async (t) => {
  const ahead = readAhead(t);
  const odd: Sample[] = [];
  for (let seed = 1; odd.length < 2; seed += 1) {
    const sample = await sampleFile(t, { seed, transferSyntax: DEFLATED_LE });
    if (sample.request.length % 2 === 1) odd.push(sample);
  }
  for (const { dataSet, never, request } of odd) {
    const padded = Buffer.concat([dataSet, Buffer.alloc(1)]);
    assertWhole(await chunksOf(ahead.source(request, never), 64), padded, 64);
    ahead.expect([request]);
    assertWhole(await chunksOf(ahead.source(request, never), 64), padded, 64);
  }
});

test('the zero byte may be a part of its own', async (t) => {
  const ahead = readAhead(t);
  const { dataSet, never, request } = await sampleFile(t, { pixelBytes: 2_100_000 });
  const length = 2_000_000;
  const odd = { ...never, length: length + 1 };
  const padded = Buffer.concat([dataSet.subarray(0, length), Buffer.alloc(1)]);
  assertWhole(await chunksOf(ahead.source({ ...request, length }, odd), 1_000_000), padded, 1_000_000);
});

/** What arrives where each fragment of `fragmentLength` has `headerLength` bytes of room before it. */
function withoutRoom(chunks: readonly DataSetChunk[], { headerLength, fragmentLength }: FragmentRoom): Buffer {
  const data: Uint8Array[] = [];
  for (const { bytes, dataLength } of chunks) {
    assert.ok(dataLength !== undefined);
    const before = data.reduce((sum, { length }) => sum + length, 0);
    for (let at = 0; at < bytes.length; at += headerLength + fragmentLength) {
      data.push(bytes.subarray(at + headerLength, at + headerLength + fragmentLength));
    }
    assert.equal(data.reduce((sum, { length }) => sum + length, 0) - before, dataLength);
  }
  return Buffer.concat(data);
}

for (const isExpected of [true, false]) {
  test(`room for PDU headers between the bytes, ${isExpected ? 'read ahead' : 'streamed'}`, async (t) => {
    const ahead = readAhead(t);
    const room: FragmentRoom = { headerLength: 12, fragmentLength: 16_372 };
    for (const pixelBytes of [2_000, 16_372 * 3, 500_000, 3 * BUFFER_LENGTH]) {
      const { dataSet, never, request } = await sampleFile(t, { pixelBytes });
      for (const chunkLength of [room.fragmentLength, 8 * room.fragmentLength, 64 * room.fragmentLength]) {
        if (isExpected) ahead.expect([request], room);
        const chunks: DataSetChunk[] = [];
        for await (const { bytes, ...rest } of ahead.source(request, never).chunks(chunkLength, room)) {
          chunks.push({ bytes: Buffer.from(bytes), ...rest });
        }
        assert.ok(withoutRoom(chunks, room).equals(dataSet));
        assert.deepEqual(
          chunks.map(({ isLast }) => isLast),
          chunks.map((_, index) => index === chunks.length - 1),
        );
        assert.ok(chunks.every(({ dataLength = 0 }) => dataLength <= chunkLength));
      }
    }
  });
}

test('read with room and asked for without, or with another: the bytes are the same', async (t) => {
  const ahead = readAhead(t);
  const { dataSet, never, request } = await sampleFile(t, { pixelBytes: 100_000 });
  for (const offered of [undefined, { headerLength: 12, fragmentLength: 4_090 }]) {
    ahead.expect([request], { headerLength: 12, fragmentLength: 16_372 });
    const data: Uint8Array[] = [];
    for await (const { bytes, dataLength } of ahead.source(request, never).chunks(65_440, offered)) {
      assert.equal(dataLength, undefined);
      data.push(Buffer.from(bytes));
    }
    assert.ok(Buffer.concat(data).equals(dataSet));
  }
});

test('many files, asked for in reverse order, and announced twice', async (t) => {
  const ahead = readAhead(t);
  const samples = await Promise.all(Array.from({ length: 80 }, (_, seed) => sampleFile(t, { seed: seed + 1 })));
  const requests = samples.map(({ request }) => request);
  assert.equal(ahead.expect(requests), samples.length);
  assert.equal(ahead.expect(requests), samples.length);
  for (const { dataSet, never, request } of samples.reverse()) {
    assertWhole(await chunksOf(ahead.source(request, never), 65_536), dataSet, 65_536);
  }
});

test('files without a buffer are read when their turn comes, and sent files free buffers', async (t) => {
  const ahead = readAhead(t);
  const pixelBytes = BUFFER_LENGTH - 10_000;
  const samples = await Promise.all(
    Array.from({ length: 12 }, (_, seed) => sampleFile(t, { seed: seed + 1, pixelBytes })),
  );
  const requests = samples.map(({ request }) => request);
  const done = ahead.expect(requests);
  assert.ok(done > 0 && done < samples.length, `${done}`);
  for (const { dataSet, never, request } of samples) {
    assertWhole(await chunksOf(ahead.source(request, never), 65_536), dataSet, 65_536);
  }
  assert.equal(ahead.expect(requests), done);
});

/** Reads as slowly as others let it. */
async function bytesOf(source: DataSetSource, chunkLength: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const { bytes } of source.chunks(chunkLength)) {
    parts.push(Buffer.from(bytes));
    await new Promise(setImmediate);
  }
  return Buffer.concat(parts);
}

test('more long files at a time than there are buffers for: none waits for another', async (t) => {
  const ahead = readAhead(t);
  const samples = await Promise.all(
    Array.from({ length: 8 }, (_, seed) => sampleFile(t, { seed: seed + 1, pixelBytes: 12_000_000 })),
  );
  const read = await Promise.all(
    samples.map(({ request, ordinary }) => bytesOf(ahead.source(request, ordinary), 130_976)),
  );
  for (const [index, { dataSet, never, request }] of samples.entries()) {
    assert.ok(read[index]?.equals(dataSet), `file ${index + 1}`);
    // The buffers are all there again.
    assert.ok((await bytesOf(ahead.source(request, never), 130_976)).equals(dataSet), `file ${index + 1} again`);
  }
});

test('if the thread breaks in the middle, another reader continues behind the bytes already sent', async (t) => {
  const ahead = readAhead(t);
  const { dataSet, ordinary, request } = await sampleFile(t, { pixelBytes: 9 * BUFFER_LENGTH });
  const room: FragmentRoom = { headerLength: 12, fragmentLength: 16_372 };
  const parts: Uint8Array[] = [];
  let lasts = 0;
  for await (const { bytes, dataLength, isLast } of ahead.source(request, ordinary).chunks(8 * 16_372, room)) {
    const copy = Buffer.from(bytes);
    parts.push(dataLength === undefined ? copy : withoutRoom([{ bytes: copy, isLast, dataLength }], room));
    if (isLast) lasts += 1;
    if (parts.length === 3) {
      await ahead.threads.end();
    }
  }
  assert.ok(Buffer.concat(parts).equals(dataSet));
  assert.equal(lasts, 1);
});

for (const isExpected of [true, false]) {
  const how = isExpected ? 'read ahead' : 'streamed';
  test(`buffers with bytes that may still be on their way are not used for others, ${how}`, async (t) => {
    const ahead = readAhead(t);
    const first = await sampleFile(t, { seed: 1, pixelBytes: isExpected ? 2_000 : 3 * BUFFER_LENGTH });
    if (isExpected) ahead.expect([first.request]);
    const chunks = ahead.source(first.request, first.never).chunks(65_536);
    const { value } = await chunks.next();
    assert.ok(value !== undefined && value.isLast === isExpected);
    const before = Buffer.from(value.bytes);
    for (let seed = 2; seed < 40; seed += 1) {
      const next = await sampleFile(t, { seed });
      if (seed % 2 === 0) ahead.expect([next.request]);
      await chunksOf(ahead.source(next.request, next.never), 65_536);
    }
    // Of all the buffers there are.
    const long = await sampleFile(t, { seed: 40, pixelBytes: 9 * BUFFER_LENGTH });
    await chunksOf(ahead.source(long.request, long.never), 65_536);
    assert.ok(before.equals(value.bytes));
    await chunks.return();
  });

  test(`buffers of readings that are given up are used again: memory does not grow with bad files, ${how}`, async (t) => {
    const ahead = readAhead(t);
    const { never, request } = await sampleFile(t, { pixelBytes: isExpected ? 2_000 : 9 * BUFFER_LENGTH });
    const memories = new Set<ArrayBufferLike>();
    for (let round = 0; round < 60; round += 1) {
      if (isExpected) ahead.expect([request]);
      const chunks = ahead.source(request, never).chunks(65_536);
      for (let count = 0; count <= round % 4; count += 1) {
        const { value } = await chunks.next();
        if (value !== undefined) memories.add(value.bytes.buffer);
      }
      await chunks.return();
    }
    assert.ok(memories.size <= 4, `${memories.size} buffers`);
  });

  test(`abandoned readings return their buffers, ${how}`, async (t) => {
    const ahead = readAhead(t);
    const { dataSet, never, request } = await sampleFile(t, { pixelBytes: isExpected ? 2_000 : 9 * BUFFER_LENGTH });
    for (let round = 0; round < 90; round += 1) {
      if (isExpected) ahead.expect([request]);
      const chunks = ahead.source(request, never).chunks(65_536);
      // With its first question unanswered, between two chunks, and with the next parts on their way.
      const read = round % 3 === 0 ? 0 : round % 40;
      const first = chunks.next();
      if (read > 0) await first;
      for (let count = 1; count < read; count += 1) await chunks.next();
      await chunks.return();
    }
    assertWhole(await chunksOf(ahead.source(request, never), 65_536), dataSet, 65_536);
  });
}

for (const [name, harm, code] of [
  ['written to', (path: string) => appendFileSync(path, 'more'), 'file changed'],
  ['shortened', (path: string) => truncateSync(path, 500), 'file changed'],
  ['removed', (path: string) => rmSync(path), 'read error'],
  ['replaced by a folder', (path: string) => (rmSync(path), mkdirSync(path)), 'file changed'],
] as const) {
  for (const pixelBytes of [2_000, 2 * BUFFER_LENGTH]) {
    test(`a file of ${pixelBytes} bytes that was ${name} since the scan is not sent`, async (t) => {
      const ahead = readAhead(t);
      const { never, request } = await sampleFile(t, { pixelBytes });
      harm(request.path);
      ahead.expect([request]);
      await assert.rejects(chunksOf(ahead.source(request, never), 65_536), (error: { reason?: { code: string } }) => {
        assert.equal(error.reason?.code, code);
        return true;
      });
    });
  }
}

test('a file that was read ahead is not sent for another file now at its path', async (t) => {
  const ahead = readAhead(t);
  const before = await sampleFile(t, { pixelBytes: 2_000 });
  const { path } = before.request;
  assert.equal(ahead.expect([before.request]), 1);
  const { request, dataSet, never } = await sampleFile(t, { seed: 2, pixelBytes: 4_000 });
  renameSync(request.path, path);
  const now = { ...request, path, identity: identityOf(statSync(path)) };
  assert.equal(ahead.expect([now]), 1);
  assertWhole(await chunksOf(ahead.source(now, never), 65_536), dataSet, 65_536);
});

test('a file that is written to while it is read is never sent to its end', async (t) => {
  const ahead = readAhead(t);
  const { never, request } = await sampleFile(t, { pixelBytes: 4 * BUFFER_LENGTH });
  const chunks = ahead.source(request, never).chunks(65_536);
  await chunks.next();
  appendFileSync(request.path, 'more');
  await assert.rejects(async () => {
    for await (const { isLast } of chunks) assert.equal(isLast, false);
  }, /^DataSetReadError: its size was/);
});

test('after the end of the send, files are read without threads', async (t) => {
  const ahead = new ReadAhead();
  const { dataSet, ordinary, request } = await sampleFile(t);
  ahead.expect([request]);
  ahead.close();
  assert.equal(ahead.expect([request]), 0);
  assertWhole(await chunksOf(ahead.source(request, ordinary), 64), dataSet, 64);
});
