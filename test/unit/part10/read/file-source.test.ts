import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, renameSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { readHeader } from '../../../../src/part10/header/read-header.ts';
import { fileSource } from '../../../../src/part10/read/data-set-file.ts';
import {
  DataSetReadError,
  type DataSetReadReason,
  type DataSetSource,
} from '../../../../src/part10/read/data-set-source.ts';
import {
  buildFile,
  DEFLATED_LE,
  EXPLICIT_LE,
  type SampleOptions,
  sampleInstance,
  seededBytes,
} from '../../../support/dicom-builder.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

async function sourceOf(path: string): Promise<DataSetSource> {
  const { result, identity } = await readHeader(path);
  assert.ok(result.type === 'instance' && identity !== undefined, JSON.stringify(result));
  return fileSource(path, result.header, identity);
}

async function sampleFile(context: TestContext, options: SampleOptions) {
  const path = join(temporaryFolder(context), 'a.dcm');
  const sample = sampleInstance(options);
  writeFileSync(path, sample.file);
  return { path, sample, source: await sourceOf(path) };
}

async function read(source: DataSetSource, chunkLength: number) {
  const lengths: number[] = [];
  const parts: Buffer[] = [];
  let lasts = 0;
  for await (const { bytes, isLast } of source.chunks(chunkLength)) {
    assert.equal(lasts, 0, 'nothing comes after the last');
    lengths.push(bytes.length);
    parts.push(Buffer.from(bytes));
    if (isLast) lasts += 1;
  }
  assert.equal(lasts, 1);
  return { bytes: Buffer.concat(parts), lengths };
}

function readingFails(code: DataSetReadReason['code'], words: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof DataSetReadError, String(error));
    assert.equal(error.reason.code, code);
    assert.match(error.reason.code === 'file changed' ? error.reason.detail : error.reason.error.code, words);
    return true;
  };
}

describe('fileSource', () => {
  for (const chunkLength of [2, 100, 4096, 16_372, 262_144, 1_000_000]) {
    test(`gives the data set's own bytes in pieces of ${chunkLength}`, async (context) => {
      const { sample, source } = await sampleFile(context, { pixelBytes: chunkLength < 100 ? 600 : 700_000 });
      const { bytes, lengths } = await read(source, chunkLength);
      assert.deepEqual(bytes, sample.dataSet);
      assert.equal(source.length, sample.dataSet.length);
      assert.ok(lengths.slice(0, -1).every((length) => length === chunkLength));
    });
  }

  test('one exactly full piece is the last', async (context) => {
    const { sample, source } = await sampleFile(context, { pixelBytes: 1000 });
    assert.deepEqual((await read(source, sample.dataSet.length)).lengths, [sample.dataSet.length]);
    const half = sample.dataSet.length / 2;
    assert.deepEqual((await read(source, half - (half % 2))).lengths.length, half % 2 === 0 ? 2 : 3);
  });

  test('can be read again from the front', async (context) => {
    const { sample, source } = await sampleFile(context, { pixelBytes: 5000 });
    assert.deepEqual((await read(source, 1024)).bytes, sample.dataSet);
    assert.deepEqual((await read(source, 512)).bytes, sample.dataSet);
  });

  test('a deflated data set of odd length gets one zero byte', async (context) => {
    const path = join(temporaryFolder(context), 'deflated.dcm');
    const samples = Array.from({ length: 40 }, (_, seed) => sampleInstance({ transferSyntax: DEFLATED_LE, seed }));
    const odd = samples.find(({ dataSet }) => dataSet.length % 2 === 1);
    assert.ok(odd !== undefined);
    writeFileSync(path, odd.file);
    const source = await sourceOf(path);
    for (const chunkLength of [2, 64, 4096, odd.dataSet.length + 1]) {
      const { bytes } = await read(source, chunkLength);
      assert.deepEqual(bytes, Buffer.concat([odd.dataSet, Buffer.alloc(1)]));
      assert.equal(bytes.length, source.length);
    }
  });

  test('any other odd length is left as it is', async (context) => {
    const path = join(temporaryFolder(context), 'odd.dcm');
    const { file, dataSet } = sampleInstance();
    writeFileSync(path, file.subarray(0, -1));
    const source = await sourceOf(path);
    assert.equal(source.length, dataSet.length - 1);
    assert.equal((await read(source, 64)).bytes.length, dataSet.length - 1);
  });

  test('a chunk length that no PDV can have throws a RangeError', async (context) => {
    const { source } = await sampleFile(context, {});
    for (const chunkLength of [0, 1, 3, 2.5, Number.NaN]) await assert.rejects(read(source, chunkLength), RangeError);
  });

  const changes: readonly (readonly [string, (path: string) => void, RegExp])[] = [
    ['grew', (path) => appendFileSync(path, 'x'), /size was \d+ bytes and is/u],
    ['shrank', (path) => truncateSync(path, 600), /size was/u],
    ['was written to', (path) => utimesSync(path, 1000, 1000), /written to/u],
    [
      'was replaced',
      (path) => {
        writeFileSync(`${path}.new`, sampleInstance({ seed: 2 }).file);
        renameSync(`${path}.new`, path);
      },
      /another file/u,
    ],
  ];
  for (const [name, change, words] of changes) {
    test(`a file that ${name} before it is read is not sent`, async (context) => {
      const { path, source } = await sampleFile(context, { pixelBytes: 2000 });
      change(path);
      let pieces = 0;
      await assert.rejects(
        async () => {
          for await (const _ of source.chunks(512)) pieces += 1;
        },
        readingFails('file changed', words),
      );
      assert.equal(pieces, 0);
    });
  }

  test('a file that is gone is a read error', async (context) => {
    const { path, source } = await sampleFile(context, {});
    renameSync(path, `${path}.elsewhere`);
    await assert.rejects(read(source, 512), readingFails('read error', /^ENOENT$/u));
  });

  for (const [name, change] of [
    ['is cut off', (path: string) => truncateSync(path, 300_000)],
    ['is written to', (path: string) => utimesSync(path, 1000, 1000)],
  ] as const) {
    test(`a file that ${name} while it is read never yields its last piece`, async (context) => {
      const { path, source } = await sampleFile(context, { pixelBytes: 2_000_000 });
      let hasChanged = false;
      await assert.rejects(
        async () => {
          for await (const { isLast } of source.chunks(16_384)) {
            assert.equal(isLast, false);
            if (!hasChanged) change(path);
            hasChanged = true;
          }
        },
        readingFails('file changed', /became shorter|written to/u),
      );
      assert.equal(hasChanged, true);
    });
  }

  test('pieces stay as they are until the next is asked for', async (context) => {
    const { sample, source } = await sampleFile(context, { pixelBytes: 1_500_000 });
    let at = 0;
    for await (const { bytes } of source.chunks(65_536)) {
      // Gives a read that is under way the time to do its harm.
      await new Promise((done) => setImmediate(done));
      assert.ok(Buffer.from(sample.dataSet.subarray(at, at + bytes.length)).equals(bytes), `at ${at}`);
      at += bytes.length;
    }
  });

  test('the file is closed after the end, after an error and when the reader leaves early', {
    skip: process.platform !== 'linux' && 'counts /proc/self/fd',
  }, async (context) => {
    const { path, source } = await sampleFile(context, { pixelBytes: 2_000_000 });
    const before = readdirSync('/proc/self/fd').length;
    await read(source, 4096);
    for await (const _ of source.chunks(4096)) break;
    const abandoned = source.chunks(4096);
    await abandoned.next();
    await abandoned.return();
    truncateSync(path, 5000);
    await assert.rejects(read(source, 4096));
    assert.equal(readdirSync('/proc/self/fd').length, before);
  });

  test('100 MB pass in a few buffers', async (context) => {
    const path = join(temporaryFolder(context), 'big.dcm');
    const { file } = sampleInstance({ pixelBytes: 512 });
    writeFileSync(path, file);
    truncateSync(path, 100_000_000);
    const source = await sourceOf(path);
    const before = process.memoryUsage().arrayBuffers;
    let highest = 0;
    let total = 0;
    for await (const { bytes } of source.chunks(32_768)) {
      total += bytes.length;
      highest = Math.max(highest, process.memoryUsage().arrayBuffers - before);
    }
    assert.equal(total, source.length);
    assert.ok(highest < 4_000_000, `${highest} bytes`);
  });

  test('random bytes of a file arrive as they are', async (context) => {
    const path = join(temporaryFolder(context), 'random.dcm');
    const pixels = seededBytes(333_334, 9);
    const sample = sampleInstance({ transferSyntax: EXPLICIT_LE });
    const dataSet = Buffer.concat([sample.dataSet, pixels]);
    writeFileSync(path, buildFile({ ...sample, dataSet }));
    assert.deepEqual((await read(await sourceOf(path), 10_000)).bytes, dataSet);
  });
});
