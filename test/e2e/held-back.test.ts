// Two files with one SOP Instance UID: what a person is told, and what it takes to send the second one.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { sampleInstance } from '../support/dicom-builder.ts';
import { startPeer } from '../support/peer-modes.ts';
import { dialog, dialogButton, quickPickRow, toastButton, toastText } from '../support/testbed/workbench.ts';
import { useWorkbench, whyNoWorkbench } from './harness.ts';
import { assertNothingSpins, peerEntry, pick, resultsText, sendFromExplorer, tidy, useServers } from './story.ts';

const skip = whyNoWorkbench() ?? false;

const STUDY = 'copied-study';
/** The same UIDs, other pixels. */
const [first, second] = [2_000, 4_000].map((pixelBytes) => sampleInstance({ seed: 1, pixelBytes }));

const servers = useServers(async (scope) => ({ archive: await startPeer(scope) }));

const workbench = useWorkbench({
  fill: async (folder) => {
    await mkdir(join(folder, STUDY));
    await writeFile(join(folder, STUDY, 'IM1.dcm'), first?.file ?? '');
    await writeFile(join(folder, STUDY, 'IM2.dcm'), second?.file ?? '');
  },
  settings: () => ({ 'sendToPacs.peers': [peerEntry('ARCHIVE', servers().archive.port)] }),
});

const lengths = (): (number | undefined)[] => servers().archive.instances.map(({ length }) => length);

test('a second file with the UID of the first is held back until a person decides', { skip }, async () => {
  const { page, screenshot } = workbench();
  await sendFromExplorer(page, STUDY);
  const closing = await toastText(page, /ARCHIVE: 1 stored, 1 held back/);
  await screenshot('held-back-closing');
  assert.match(closing, /SOP Instance UID/);
  // There is nothing to try again; there is something to decide.
  assert.equal(await toastButton(page, /held back/, 'Retry').count(), 0);
  const [stored] = lengths();

  await toastButton(page, /held back/, 'Show Results').click();
  const report = await resultsText(page, /1 of 2 files stored, 1 held back/);
  await screenshot('held-back-results');
  assert.match(report, /IM2\.dcm/);

  await tidy(page);
  await sendFromExplorer(page, STUDY);
  await toastButton(page, /held back/, 'Review Held Back').click();
  await quickPickRow(page, 'IM2.dcm').waitFor();
  await screenshot('held-back-list');
  await pick(page, 'IM2.dcm');
  await dialog(page).waitFor();
  await screenshot('held-back-question');
  const question = await dialog(page).innerText();
  for (const words of [/Send .*IM2\.dcm to ARCHIVE\?/, /Other file: .*IM1\.dcm/, /will replace it/])
    assert.match(question, words);
  assert.deepEqual(lengths(), [stored, stored]);
  await dialogButton(page, 'Send This One').click();
  await toastText(page, /ARCHIVE: 1 stored \(/);
  await assertNothingSpins(page);
  assert.equal(lengths().length, 3);
  assert.notEqual(lengths()[2], stored);
});
