// A whole send over another transport than TCP: target and association take the connector of the job.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startReceiver } from '../../../src/net/store-scp.ts';
import { runSend } from '../../../src/send/run.ts';
import { folderOf, peerAt, scanned } from '../../support/jobs.ts';
import { memoryNetwork } from '../../support/memory-network.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('every association of a send is made with the connector of the job', { timeout: 20_000 }, async (t) => {
  const { connector, listen, connections } = memoryNetwork();
  const receiver = await startReceiver({ port: 1, directory: temporaryFolder(t), listen });
  t.after(() => receiver.stop());
  const files = await scanned([await folderOf(t, 20)]);
  const job = { peer: peerAt(1), connector, files, options: { associations: 2 } };
  const result = await runSend(job, {}, new AbortController().signal);
  assert.equal(result.counts.stored, 20);
  assert.equal(receiver.answers.stored, 20);
  assert.equal(connections.length, result.associations.length);
});
