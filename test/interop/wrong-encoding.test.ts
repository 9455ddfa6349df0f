// A data set in another encoding than its transfer syntax says: what becomes of it if a person sends it all the same.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runSend } from '../../src/send/run.ts';
import {
  buildFile,
  EXPLICIT_BE,
  EXPLICIT_LE,
  encodeDataSet,
  IMPLICIT_LE,
  JPEG_BASELINE,
  sampleInstance,
} from '../support/dicom-builder.ts';
import { peerAt, scanned } from '../support/jobs.ts';
import { missing, startStorescp } from '../support/peers.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SENT = {
  'wrong encoding': 'send',
  'broken structure': 'send',
  'pixel data against transfer syntax': 'send',
  'trailing bytes': 'send',
  truncated: 'send',
} as const;
const ACTUAL = [IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE];
const PAIRS = [...ACTUAL, JPEG_BASELINE].flatMap((declared) =>
  ACTUAL.filter((actual) => actual !== declared && (declared !== JPEG_BASELINE || actual !== EXPLICIT_LE)).map(
    (actual) => [declared, actual] as const,
  ),
);

test('storescp aborts on each wrong encoding, and stores it if it keeps the bytes', {
  skip: missing('storescp'),
}, async (t) => {
  const parsing = await startStorescp(t, ['+xa']);
  const keeping = await startStorescp(t, ['+B', '+xa']);
  for (const [declared, actual] of PAIRS) {
    const folder = temporaryFolder(t);
    const { elements, ...sample } = sampleInstance();
    const dataSet = encodeDataSet(elements, actual);
    writeFileSync(join(folder, 'one.dcm'), buildFile({ ...sample, transferSyntax: declared, dataSet }));
    const files = await scanned([folder]);
    const outcome = async (port: number, preflight: object) => {
      const job = { peer: peerAt(port), files, options: { preflight } };
      const [one] = (await runSend(job, {}, new AbortController().signal)).outcomes;
      return `${one?.outcome}: ${one?.reason?.code}`;
    };
    const pair = `${actual} under ${declared}`;
    assert.equal(await outcome(parsing.port, {}), 'held back: pre-flight', pair);
    assert.equal(await outcome(parsing.port, SENT), 'unknown: association aborted', pair);
    assert.equal(await outcome(keeping.port, SENT), 'stored: undefined', pair);
  }
});
