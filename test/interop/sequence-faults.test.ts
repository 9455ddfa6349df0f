// What pre-flight says of sequences is what receivers do: DCMTK's storescp aborts on them.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runSend } from '../../src/send/run.ts';
import { peerAt, scanned } from '../support/jobs.ts';
import { missing, startStorescp } from '../support/peers.ts';
import { sequenceFaults } from '../support/sequence-faults.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** It lets an item reach beyond its sequence. */
const GUESSED = [
  'a sequence shorter than its items, implicit LE',
  'an item longer than its sequence, explicit LE',
  'a sequence shorter than its items, explicit LE',
  'an item longer than its sequence, explicit BE',
  'a sequence shorter than its items, explicit BE',
];

test('storescp aborts on what is held back for its sequences', { skip: missing('storescp') }, async (t) => {
  const peer = await startStorescp(t, ['+xa']);
  const stored: string[] = [];
  for (const fault of sequenceFaults()) {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'one.dcm'), fault.file);
    const job = async (preflight: object) => ({
      peer: peerAt(peer.port),
      files: await scanned([folder]),
      options: { preflight },
    });
    const held = await runSend(await job({}), {}, new AbortController().signal);
    assert.equal(held.counts['held back'], 1, fault.name);
    const { counts } = await runSend(await job({ 'broken structure': 'send' }), {}, new AbortController().signal);
    if (counts.stored > 0) stored.push(fault.name);
  }
  assert.deepEqual(stored, GUESSED);
});
