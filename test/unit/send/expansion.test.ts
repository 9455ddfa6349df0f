import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { consentQuestion, isLarge } from '../../../src/extension/consent.ts';
import { packHeaders, unpackHeaders } from '../../../src/part10/header/packed-headers.ts';
import { readHeader } from '../../../src/part10/header/read-header.ts';
import { loadOnWire } from '../../../src/send/expansion.ts';
import type { SendProgress } from '../../../src/send/job.ts';
import { runSend } from '../../../src/send/run.ts';
import { blackRle, writeImage } from '../../support/bombs.ts';
import { UID } from '../../support/decompression-run.ts';
import { buildFile, DEFLATED_LE, EXPLICIT_LE, encodeElements, sampleInstance } from '../../support/dicom-builder.ts';
import { peerAt, scanned } from '../../support/jobs.ts';
import { startPeer } from '../../support/peer-modes.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const size = { rows: 1_000, columns: 1_000 };
const NATIVE = 4 * 1_000_000;
const frames = Array.from({ length: 4 }, () => blackRle(1_000_000, 1));

test('how long a compressed file will be at most is read with its header, and survives packing', async (t) => {
  const path = writeImage(temporaryFolder(t), 'black.dcm', UID.rle, size, frames);
  const reading = await readHeader(path);
  assert.ok(reading.result.type === 'instance');
  const { decodedLength = 0, dataSetLength } = reading.result.header;
  assert.ok(decodedLength > NATIVE && decodedLength < NATIVE + 1_000, `${decodedLength}`);
  assert.ok(dataSetLength < 100_000);
  assert.deepEqual(unpackHeaders(packHeaders([reading])), [
    { ...reading, result: { ...reading.result, mediaStorage: {} } },
  ]);
});

test('what may go out counts as the load; where nothing is decompressed, the files count', async (t) => {
  const path = writeImage(temporaryFolder(t), 'black.dcm', UID.rle, size, frames);
  const lossy = writeImage(temporaryFolder(t), 'lossy.dcm', UID.jpegBaseline, size, [new Uint8Array(100)]);
  const files = await scanned([path, lossy]);
  const { bytes } = files.load;
  assert.deepEqual(loadOnWire(files, 'never'), { files: 2, bytes, mostBytes: bytes });
  const lossless = loadOnWire(files).mostBytes;
  assert.ok(lossless > NATIVE && lossless < NATIVE + 2_000, `${lossless}`);
  const any = loadOnWire(files, 'any').mostBytes;
  assert.ok(any > NATIVE + 1_000_000 && any < NATIVE + 1_002_000, `${any}`);
});

test('a person is told of files that grow beyond the usual, and asked about them as about any large send', () => {
  const configured = { peer: peerAt(1), origin: 'user', overrides: [] } as const;
  const asked = (bytes: number, mostBytes: number) =>
    consentQuestion(configured, 'here', { files: 1, bytes, mostBytes }).message;
  assert.match(asked(22_000, 4_194_304_000), /^Send 1 DICOM file \(22\.0 kB, 4\.2 GB if decompressed\) to /u);
  assert.match(asked(22_000, 66_000), /^Send 1 DICOM file \(22\.0 kB\) to /u);
  assert.match(asked(22_000, 22_000), /^Send 1 DICOM file \(22\.0 kB\) to /u);
  assert.ok(isLarge({ files: 1, bytes: 22_000, mostBytes: 21e9 }));
  assert.ok(!isLarge({ files: 1, bytes: 22_000, mostBytes: 4e9 }));
  assert.match(asked(11e9, 22e9), /\(11\.0 GB, 22\.0 GB if decompressed\)/u);
});

test('progress counts what goes out', async (t) => {
  const folder = temporaryFolder(t);
  const paths = ['a.dcm', 'b.dcm', 'c.dcm'].map((name) => writeImage(folder, name, UID.rle, size, frames));
  const peer = await startPeer(t, {
    keeps: 'lengths',
    context: ({ transferSyntaxes }) =>
      transferSyntaxes.includes(UID.rle) ? { result: 4 } : { result: 0, transferSyntax: EXPLICIT_LE },
  });
  const told: SendProgress[] = [];
  const job = { peer: peerAt(peer.port), files: await scanned(paths) };
  const result = await runSend(job, { progress: (progress) => told.push(progress) }, new AbortController().signal);
  assert.equal(result.counts.stored, 3);
  const last = told.at(-1);
  assert.equal(last?.bytesDone, last?.bytesTotal);
  assert.equal(last?.bytesTotal, result.bytesSent);
});

/** A deflated file whose pixels are zeros, and how long its data set is when it is inflated. */
function deflatedFile(t: TestContext, pixelBytes: number) {
  const { elements, ...sample } = sampleInstance({ transferSyntax: DEFLATED_LE });
  const black = elements.map((one) => (one.tag === 0x7fe00010 ? { ...one, value: new Uint8Array(pixelBytes) } : one));
  const inflated = encodeElements(black, 'explicit LE');
  const path = join(temporaryFolder(t), 'deflated.dcm');
  const dataSet = deflateRawSync(inflated);
  writeFileSync(path, buildFile({ ...sample, dataSet }));
  return { path, inflated: inflated.length, deflated: dataSet.length };
}

test('a deflated file counts for what it inflates to', async (t) => {
  const { path, inflated } = deflatedFile(t, 4_000_000);
  const files = await scanned([path]);
  assert.ok(files.load.bytes < 10_000);
  assert.equal(loadOnWire(files).mostBytes, inflated);
  assert.equal(loadOnWire(files, 'never').mostBytes, files.load.bytes);
});

test('a deflated file that is not inflated to its end counts for the most that it can be', async (t) => {
  const { path, inflated, deflated } = deflatedFile(t, 70 * 2 ** 20);
  const { mostBytes } = loadOnWire(await scanned([path]));
  assert.ok(mostBytes >= inflated && mostBytes === 1032 * deflated, `${mostBytes}`);
});

test('progress counts what goes out of a deflated file', async (t) => {
  const { path, inflated } = deflatedFile(t, 4_000_000);
  const peer = await startPeer(t, {
    keeps: 'lengths',
    context: ({ transferSyntaxes }) =>
      transferSyntaxes.includes(DEFLATED_LE) ? { result: 4 } : { result: 0, transferSyntax: EXPLICIT_LE },
  });
  const told: SendProgress[] = [];
  const job = { peer: peerAt(peer.port), files: await scanned([path]) };
  const result = await runSend(job, { progress: (progress) => told.push(progress) }, new AbortController().signal);
  assert.equal(result.counts.stored, 1);
  const last = told.at(-1);
  assert.equal(last?.bytesDone, last?.bytesTotal);
  assert.equal(last?.bytesTotal, result.bytesSent);
  assert.ok(Math.abs(result.bytesSent - inflated) < 200, `${result.bytesSent} of ${inflated}`);
});
