// Files with a fault somewhere in their data sets: none that passes pre-flight makes DCMTK's storescp abort or lose an element,
// and none is held back without a reason. `npm run mutations` is the long form.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mutationRun } from '../support/mutation-run.ts';
import { missing } from '../support/peers.ts';

test('no mutated file that passes pre-flight makes storescp abort', { skip: missing('storescp') }, async (t) => {
  const { wrong, needless, sent, held } = await mutationRun(t, 1, 120, 180);
  assert.deepEqual(
    wrong.map(({ seed, story, fate }) => `${seed}: ${fate}: ${story}`),
    [],
  );
  for (const why of needless.keys()) assert.notEqual(why, '');
  // Both must happen, or this shows nothing.
  assert.ok(sent.whole > 30 && held.aborted > 100, `${sent.whole} sent and stored, ${held.aborted} held back rightly`);
});
