// DCMTK's storescp aborts the association on a data set that it cannot read. The files around it are stored all the same.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DEFAULT_PREFLIGHT_POLICY, type PreflightPolicy } from '../../src/send/preflight-policy.ts';
import { runSend } from '../../src/send/run.ts';
import {
  buildFile,
  EXPLICIT_LE,
  element,
  encodeDataSet,
  SECONDARY_CAPTURE,
  sampleInstance,
} from '../support/dicom-builder.ts';
import { peerAt, scanned } from '../support/jobs.ts';
import { missing, startStorescp } from '../support/peers.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** An element that is longer than the item around it. */
function damaged(seed: number): Buffer {
  const { elements, sopClass, sopInstance } = sampleInstance({ seed });
  const item = [{ tag: 0x00081150, vr: 'UI', value: SECONDARY_CAPTURE, lyingLength: 11_824 }];
  const broken = elements.map((one) => (one.tag === 0x00081140 ? element(0x00081140, 'SQ', { items: [item] }) : one));
  return buildFile({ transferSyntax: EXPLICIT_LE, sopClass, sopInstance, dataSet: encodeDataSet(broken, EXPLICIT_LE) });
}

const everything = Object.fromEntries(
  Object.keys(DEFAULT_PREFLIGHT_POLICY).map((code) => [code, 'send']),
) as unknown as PreflightPolicy;

const LAYOUTS: readonly (readonly [string, readonly number[], number])[] = [
  ['first', [0, 1, 2], 8],
  ['last', [5, 6, 7], 8],
  ['where the send looks for others', [0, 4, 2], 8],
  ['first, with sixty good files behind', [0, 1, 2], 63],
  ['first, ten of seventy', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 70],
];

for (const [name, places, count] of LAYOUTS) {
  test(`storescp stores every good file where damaged ones are ${name}`, { skip: missing('storescp') }, async (t) => {
    const folder = temporaryFolder(t);
    for (let place = 0; place < count; place += 1) {
      const file = places.includes(place) ? damaged(place + 1) : sampleInstance({ seed: place + 1 }).file;
      writeFileSync(join(folder, `${String(place).padStart(3, '0')}.dcm`), file);
    }
    const scp = await startStorescp(t, []);
    const job = { peer: peerAt(scp.port), files: await scanned([folder]), options: { preflight: everything } };
    const result = await runSend(job, {}, new AbortController().signal);
    assert.equal(result.counts.stored, count - places.length);
    assert.equal((await scp.dataSets()).size, count - places.length);
    assert.equal(result.counts.unknown + result.counts.failed, places.length);
  });
}
