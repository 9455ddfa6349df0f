// Our SCU to Orthanc: what the archive holds is read back over its REST interface and compared. Orthanc writes what it
// receives with sequence lengths of its own, so data sets are compared element by element, values byte by byte.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { test } from 'node:test';
import { echo } from '../../src/net/echo-scu.ts';
import { corpusFiles, corpusTest, isHeldBackForUIDs } from '../support/corpus.ts';
import { DEFLATED_LE, EXPLICIT_BE, IMPLICIT_LE, JPEG_BASELINE, RLE_LOSSLESS } from '../support/dicom-builder.ts';
import { elementsOf } from '../support/file-elements.ts';
import { peerAt, send, writeInstances } from '../support/jobs.ts';
import { missing, startOrthanc } from '../support/peers.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const skip = missing('Orthanc');

/** Padding of a value says nothing of the instance. */
function rowsOf(file: Buffer): readonly string[] {
  return elementsOf(file).map((row) => row.replace(/(20|00)+$/, ''));
}

test('Orthanc answers C-ECHO and says who it is', { skip }, async (t) => {
  const orthanc = await startOrthanc(t);
  const peer = peerAt(orthanc.port, { calledAETitle: 'ORTHANC' });
  const result = await echo(peer, undefined, new AbortController().signal);
  assert.equal(result.verified, true);
  assert.equal(result.status, 0);
  assert.match(result.peerImplementationVersionName ?? '', /OFFIS_DCMTK/);
  const { connectMs, associationMs, echoMs, releaseMs } = result.phases;
  for (const phase of [connectMs, associationMs, echoMs, releaseMs]) assert.ok(phase !== undefined && phase >= 0);
});

test('Orthanc holds what was in the files', { skip }, async (t) => {
  const folder = temporaryFolder(t);
  const written = await writeInstances(folder, [
    {},
    { transferSyntax: IMPLICIT_LE },
    { transferSyntax: EXPLICIT_BE },
    { transferSyntax: RLE_LOSSLESS },
    { transferSyntax: JPEG_BASELINE },
    { transferSyntax: DEFLATED_LE },
    { pixelBytes: 3_000_000 },
  ]);
  const orthanc = await startOrthanc(t);
  const { result } = await send([folder], peerAt(orthanc.port, { calledAETitle: 'ORTHANC' }));
  assert.equal(result.counts.stored, written.length);
  for (const { sopInstance, file } of written) {
    const held = await orthanc.file(sopInstance);
    assert.ok(held !== undefined);
    assert.deepEqual(rowsOf(held), rowsOf(file));
  }
});

/** Without Patient ID, Study or Series Instance UID, Orthanc answers C000 or A700: it could not file them. */
const NOT_STORABLE = new Set(['JPEGLSNearLossless_08.dcm', 'rtdose_rle_1frame.dcm']);

corpusTest('every corpus file is in Orthanc, or Orthanc said why not', { skip }, async (t) => {
  const orthanc = await startOrthanc(t);
  const peer = peerAt(orthanc.port, { calledAETitle: 'ORTHANC' });
  let stored = 0;
  // One by one: several corpus files are the same instance in other transfer syntaxes.
  for (const { path } of corpusFiles()) {
    const { result } = await send([path], peer);
    const [outcome] = result.outcomes;
    assert.ok(outcome !== undefined);
    if (outcome.outcome === 'skipped' || isHeldBackForUIDs(path, outcome)) continue;
    if (NOT_STORABLE.has(basename(path))) {
      assert.equal(outcome.outcome, 'failed', path);
      assert.equal(outcome.reason?.code, 'status', path);
      continue;
    }
    assert.equal(outcome.outcome, 'stored', path);
    const held = await orthanc.file(outcome.sopInstanceUID ?? '');
    assert.ok(held !== undefined, path);
    assert.deepEqual(rowsOf(held), rowsOf(await readFile(path)), path);
    stored += 1;
  }
  assert.ok(stored >= 26, `${stored} stored`);
});
