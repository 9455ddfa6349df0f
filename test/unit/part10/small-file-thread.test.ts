import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { DataSetChunk, DataSetSource } from '../../../src/part10/data-set-source.ts';
import { readHeader } from '../../../src/part10/read-header.ts';
import type { SmallFileRequest } from '../../../src/part10/small-file.ts';
import { SmallFileThread } from '../../../src/part10/small-file-thread.ts';
import { sampleInstance } from '../../support/dicom-builder.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A source that must not be asked. */
const NEVER: DataSetSource = {
  transferSyntaxUID: '1.2.840.10008.1.2.1',
  length: 0,
  chunks: () => {
    throw new Error('the file was read in the ordinary way');
  },
};

async function requestFor(t: TestContext, seed = 1): Promise<SmallFileRequest & { dataSet: Uint8Array }> {
  const path = join(temporaryFolder(t), 'a.dcm');
  const { file, dataSet } = sampleInstance({ seed });
  writeFileSync(path, file);
  const { result, identity } = await readHeader(path);
  assert.ok(result.type === 'instance' && identity !== undefined);
  const { dataSetOffset: offset, dataSetLength: length } = result.header;
  return { path, offset, length, identity, dataSet };
}

async function chunksOf(source: DataSetSource, chunkLength: number): Promise<DataSetChunk[]> {
  const chunks: DataSetChunk[] = [];
  for await (const { bytes, isLast } of source.chunks(chunkLength)) chunks.push({ bytes: Buffer.from(bytes), isLast });
  return chunks;
}

test('the data set as it is in the file, in chunks, exactly one of them the last', async (t) => {
  const thread = new SmallFileThread();
  t.after(() => thread.close());
  const { dataSet, ...request } = await requestFor(t);
  for (const chunkLength of [dataSet.length, dataSet.length - 2, 100, 2, 65_536]) {
    thread.expect(request);
    const chunks = await chunksOf(thread.source(request, NEVER), chunkLength);
    assert.ok(Buffer.concat(chunks.map(({ bytes }) => bytes)).equals(dataSet));
    assert.deepEqual(
      chunks.map(({ isLast }) => isLast),
      chunks.map((_, index) => index === chunks.length - 1),
    );
    assert.ok(chunks.every(({ bytes }) => bytes.length <= chunkLength));
  }
});

test('many files, asked for in another order than they were expected', async (t) => {
  const thread = new SmallFileThread();
  t.after(() => thread.close());
  const requests = await Promise.all(Array.from({ length: 20 }, (_, seed) => requestFor(t, seed + 1)));
  for (const request of requests) thread.expect(request);
  for (const { dataSet, ...request } of requests.reverse()) {
    const chunks = await chunksOf(thread.source(request, NEVER), 65_536);
    assert.ok(Buffer.concat(chunks.map(({ bytes }) => bytes)).equals(dataSet));
  }
});

for (const [name, harm, code] of [
  ['written to', (path: string) => appendFileSync(path, 'more'), 'file changed'],
  ['shortened', (path: string) => writeFileSync(path, 'short'), 'file changed'],
  ['removed', (path: string) => rmSync(path), 'read error'],
  ['replaced by a folder', (path: string) => (rmSync(path), mkdirSync(path)), 'file changed'],
] as const) {
  test(`a file that was ${name} since the scan is not sent`, async (t) => {
    const thread = new SmallFileThread();
    t.after(() => thread.close());
    const request = await requestFor(t);
    harm(request.path);
    thread.expect(request);
    await assert.rejects(chunksOf(thread.source(request, NEVER), 65_536), (error: { reason?: { code: string } }) => {
      assert.equal(error.reason?.code, code);
      return true;
    });
  });
}

test('what was not expected, and what a broken thread leaves, is read in the ordinary way', async (t) => {
  const thread = new SmallFileThread();
  const request = await requestFor(t);
  const ordinary: DataSetSource = {
    ...NEVER,
    chunks: async function* () {
      yield { bytes: Buffer.from('ordinary'), isLast: true };
    },
  };
  const [unexpected] = await chunksOf(thread.source(request, ordinary), 64);
  assert.equal(String(unexpected?.bytes), 'ordinary');
  thread.expect(request);
  await thread.close();
  const [left] = await chunksOf(thread.source(request, ordinary), 64);
  assert.equal(String(left?.bytes), 'ordinary');
});
