// When something goes wrong: a PACS refuses files, the window is reloaded, the extension host dies. What a person reads and
// clicks then, and what the peer has in the end.

import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { writeSampleStudy } from '../../scripts/sample-study.ts';
import { keptHeads } from '../../src/extension/kept-sends.ts';
import { type JournalSummary, readJournals, remaining } from '../../src/send/journal-shelf.ts';
import { sampleInstance } from '../support/dicom-builder.ts';
import { type ModalPeer, startPeer } from '../support/peer-modes.ts';
import { held } from '../support/peer-records.ts';
import { dataSetOf } from '../support/peers.ts';
import {
  eventually,
  explorerMenu,
  quickPickRow,
  ready,
  runCommand,
  toastButton,
  toastText,
} from '../support/testbed/workbench.ts';
import { useWorkbench, whyNoWorkbench } from './harness.ts';
import {
  assertNothingSpins,
  assertSameDataSets,
  clickMenuItem,
  notifications,
  openSends,
  peerEntry,
  pick,
  resultsText,
  rowAction,
  sendFromExplorerTo,
  sendRow,
  tidy,
  useServers,
} from './story.ts';

const skip = whyNoWorkbench() ?? false;

const OUT_OF_RESOURCES = 0xa700;
const SUCCESS = 0x0000;
const STUDY = 'phantom-study';
const LARGE_STUDY = 'large-study';
const LARGE = 300;
/** Per file: slow enough to reload the window in the middle of the send. */
const SLOWNESS_MS = 20;
/** No more answers than this before the reload, so the send cannot end before it. */
const SLOW_ANSWERS = 200;

const reload = { isDone: false };

const servers = useServers(async (scope) => ({
  // On the first association every third instance is refused.
  moody: await startPeer(scope, {
    answer: ({ association, count }) => (association === 1 && count % 3 === 0 ? OUT_OF_RESOURCES : SUCCESS),
  }),
  sulky: await startPeer(scope, {
    answer: ({ association, count }) => (association === 1 && count % 3 === 0 ? OUT_OF_RESOURCES : SUCCESS),
  }),
  // The eighth is received and never answered.
  halting: await startPeer(scope, { answer: ({ count }) => (count === 8 ? undefined : SUCCESS) }),
  stuck: await startPeer(scope, { answer: ({ count }) => (count === 6 ? undefined : SUCCESS) }),
  slow: await startPeer(scope, {
    answer: async ({ count }) => {
      if (reload.isDone) return SUCCESS;
      if (count > SLOW_ANSWERS) return undefined;
      await pause(SLOWNESS_MS);
      return SUCCESS;
    },
  }),
  willing: await startPeer(scope),
}));

const workbench = useWorkbench({
  fill: async (folder) => {
    await writeSampleStudy(join(folder, STUDY));
    await mkdir(join(folder, LARGE_STUDY));
    for (let seed = 1; seed <= LARGE; seed++)
      await writeFile(join(folder, LARGE_STUDY, `IM${seed}.dcm`), sampleInstance({ seed }).file);
  },
  settings: () => {
    const { moody, sulky, halting, stuck, slow, willing } = servers();
    const one = { associations: 1 };
    return {
      'sendToPacs.peers': [
        { ...peerEntry('MOODY', moody.port), ...one },
        { ...peerEntry('SULKY', sulky.port), ...one },
        { ...peerEntry('HALTING', halting.port), ...one },
        { ...peerEntry('STUCK', stuck.port), ...one },
        peerEntry('SLOW', slow.port),
        peerEntry('WILLING', willing.port),
      ],
    };
  },
});

async function filesOf(study: string): Promise<string[]> {
  const folder = join(workbench().folder, study);
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => /IM\d+\.dcm$/.test(name)).map((name) => join(folder, name));
}

/** The journals on disk, of sends that still owe files. */
function journals(): Promise<JournalSummary[]> {
  const storage = join(workbench().userDataDir, 'User/globalStorage/send-to-pacs.send-to-pacs');
  return readJournals(join(storage, 'journals'), Date.now());
}

async function journalOf(peer: string): Promise<JournalSummary> {
  const [journal, ...others] = (await journals()).filter(({ peer: { name } }) => name === peer);
  assert.ok(journal !== undefined && others.length === 0, `one journal of ${peer}`);
  return journal;
}

/** As soon as no process writes it any more. */
async function abandonedJournalOf(page: Page, peer: string): Promise<JournalSummary> {
  return eventually(
    page,
    async () => {
      const journal = await journalOf(peer);
      return journal.isHeld ? undefined : journal;
    },
    () => `the process that sent to ${peer} lives on`,
  );
}

const dataSetsAt = ({ instances }: ModalPeer, since = 0): Buffer[] =>
  held(instances)
    .slice(since)
    .map(({ dataSet }) => dataSet);

/** The journal has all files of the send, and the peer has those that it calls stored. Returns the other ones. */
async function assertTruthful(journal: JournalSummary, study: string, peer: ModalPeer): Promise<string[]> {
  const rest = remaining(journal).map(({ path }) => path);
  const all = [...journal.files.values()].map(({ path }) => path);
  assert.deepEqual(all.toSorted(), (await filesOf(study)).toSorted(), 'no file is lost');
  const dataSets = new Set(dataSetsAt(peer).map((dataSet) => dataSet.toString('hex')));
  for (const path of all) {
    if (rest.includes(path)) continue;
    assert.ok(dataSets.has((await dataSetOf(path)).toString('hex')), `${path} is called stored, and the peer lacks it`);
  }
  return rest;
}

async function assertHolds(peer: ModalPeer, study: string): Promise<void> {
  const dataSets = new Set(dataSetsAt(peer).map((dataSet) => dataSet.toString('hex')));
  for (const path of await filesOf(study))
    assert.ok(dataSets.has((await dataSetOf(path)).toString('hex')), `the peer lacks ${path}`);
}

test('some files are refused: Retry sends those, and no others', { skip }, async () => {
  const { page, screenshot } = workbench();
  const { moody } = servers();
  await sendFromExplorerTo(page, STUDY, 'MOODY');
  const closing = await toastText(page, /MOODY: 16 stored/);
  await screenshot('retry-offered');
  assert.match(closing, /^MOODY: 16 stored, 8 failed, 2 skipped\. A700 Out of Resources/);
  assert.equal(held(moody.instances).length, 16);

  await toastButton(page, /MOODY: 16 stored/, 'Retry').click();
  const again = await toastText(page, /MOODY: 8 stored/);
  await screenshot('retry-stored');
  assert.match(again, /^MOODY: 8 stored \(/);
  await assertNothingSpins(page);
  // Each of them once: the eight that were refused, and none of the others again.
  await assertSameDataSets(await filesOf(STUDY), dataSetsAt(moody));
  assert.deepEqual(await journals(), []);
});

test('the extension host is killed: the view Sends has the interrupted send, and Resume sends the rest', {
  skip,
}, async () => {
  const { page, screenshot } = workbench();
  const { halting, willing } = servers();
  await tidy(page);
  await sendFromExplorerTo(page, STUDY, 'HALTING');
  await toastText(page, /Sending to HALTING: 7\/24\sfiles/);
  process.kill((await journalOf('HALTING')).holder.pid, 'SIGKILL');
  const rest = await assertTruthful(await abandonedJournalOf(page, 'HALTING'), STUDY, halting);
  // The peer has the eighth as well, but without its answer nobody can know.
  assert.deepEqual([held(halting.instances).length, rest.length], [8, 17]);

  // The menu appears before the new extension host runs.
  await eventually(
    page,
    async () => {
      await clickMenuItem(page, await explorerMenu(page, STUDY, 'Send to…'));
      return quickPickRow(page, 'WILLING')
        .waitFor({ timeout: 5_000 })
        .then(
          () => true,
          () => false,
        );
    },
    () => 'no extension host comes back',
    30_000,
  );
  await pick(page, 'WILLING');
  await toastText(page, /WILLING: 24 stored/);
  await assertSameDataSets(await filesOf(STUDY), dataSetsAt(willing));
  await openSends(page);
  const row = sendRow(page, `${STUDY} → HALTING`);
  await row.waitFor();
  await screenshot('killed-in-view');
  assert.match(await textOf(row), /interrupted · 7\/24/);
  await row.hover();
  await rowAction(row, 'Resume Send').click();
  await runCommand(page, 'View: Show Explorer');
  await toastText(page, /HALTING: 17 stored \(/);
  await screenshot('killed-resumed');
  await assertSameDataSets(rest, dataSetsAt(halting, 8));
  await assertHolds(halting, STUDY);
  assert.deepEqual(await journals(), []);
});

test('the window is reloaded in a send: Resume lists what is left, can forget it, and sends it', {
  skip,
}, async () => {
  const { page, screenshot } = workbench();
  const { stuck, slow } = servers();
  await tidy(page);
  await sendFromExplorerTo(page, STUDY, 'STUCK');
  await toastText(page, /Sending to STUCK: 5\/24\sfiles/);
  await toastButton(page, /Sending to STUCK/, 'Cancel').click();
  await toastText(page, /Cancelled\. STUCK: 5 stored/);

  await tidy(page);
  await sendFromExplorerTo(page, LARGE_STUDY, 'SLOW');
  const progress = await toastText(page, /Sending to SLOW: \d\d+\/300\sfiles/);
  await Promise.all([page.waitForEvent('load'), runCommand(page, 'Developer: Reload Window')]);
  await ready(page);
  const rest = await assertTruthful(await abandonedJournalOf(page, 'SLOW'), LARGE_STUDY, slow);
  const told = Number(/: (\d+)\//.exec(progress)?.[1]);
  assert.ok(rest.length > 0 && rest.length <= LARGE - told, `${rest.length} are left; ${told} were called stored`);
  assert.deepEqual(new Set(slow.associations.map(({ end }) => end)), new Set(['abort']), 'the peer was told');
  reload.isDone = true;
  const sentBefore = held(slow.instances).length;

  await runCommand(page, 'DICOM: Resume Interrupted Send');
  const [ours, other] = [quickPickRow(page, 'SLOW'), quickPickRow(page, 'STUCK')];
  await ours.waitFor();
  await screenshot('resume-list');
  assert.match(
    await textOf(ours),
    new RegExp(`^SLOW.*\\d:\\d\\d.* – ${rest.length} of 300 files left ${LARGE_STUDY} – interrupted$`),
  );
  assert.match(await textOf(other), /^STUCK.* – 19 of 24 files left phantom-study – cancelled$/);
  await other.hover();
  await other.locator('.action-label[aria-label="Forget This Send"]').click();
  await other.waitFor({ state: 'hidden' });
  await ours.waitFor();
  await screenshot('resume-list-forgotten');
  assert.deepEqual(
    (await journals()).map(({ peer: { name } }) => name),
    ['SLOW'],
  );
  // The results are forgotten with the journal.
  const storage = join(workbench().userDataDir, 'User/globalStorage/send-to-pacs.send-to-pacs/sends');
  assert.ok((await keptHeads(storage, new Set())).heads.every(({ peer }) => peer.name !== 'STUCK'));

  await pick(page, 'SLOW');
  await toastText(page, new RegExp(`SLOW: ${rest.length} stored \\(`));
  await screenshot('resume-stored');
  await assertNothingSpins(page);
  await assertSameDataSets(rest, dataSetsAt(slow, sentBefore));
  await assertHolds(slow, LARGE_STUDY);
  assert.equal(stuck.connections, 1, 'what was forgotten was not sent');
  assert.deepEqual(await journals(), []);

  await tidy(page);
  await runCommand(page, 'DICOM: Resume Interrupted Send');
  await toastText(page, /no interrupted send to resume/);
  assert.equal(await notifications(page, /./).count(), 1);
});

test('the window is reloaded after a send: its results are open again, are listed, and Retry sends what failed', {
  skip,
}, async () => {
  const { page, screenshot, userDataDir } = workbench();
  const { sulky } = servers();
  await tidy(page);
  await sendFromExplorerTo(page, STUDY, 'SULKY');
  await toastButton(page, /SULKY: 16 stored/, 'Show Results').click();
  const verdict = /16 of 26 files stored.*/;
  const report = await resultsText(page, verdict);
  await Promise.all([page.waitForEvent('load'), runCommand(page, 'Developer: Reload Window')]);
  await ready(page);
  // Nothing was clicked: VS Code restores the tab, and with it the results.
  assert.equal(verdict.exec(await resultsText(page, verdict))?.[0], verdict.exec(report)?.[0]);
  await screenshot('results-after-reload');

  await runCommand(page, 'DICOM: Retry Failed Files of Last Send');
  await toastText(page, /SULKY: 8 stored \(/);
  await assertSameDataSets(await filesOf(STUDY), dataSetsAt(sulky));

  await tidy(page);
  await runCommand(page, 'DICOM: Show Results of Past Send');
  const rows = page.locator('.quick-input-list .monaco-list-row', { hasText: 'SULKY' });
  await rows.nth(1).waitFor();
  await screenshot('past-sends');
  assert.match(await textOf(rows.first()), /^SULKY.*\d:\d\d.* – 8 stored/);
  const before = rows.filter({ hasText: '16 stored' });
  assert.match(await textOf(before), /16 stored, 8 failed, 2 skipped phantom-study$/);
  await before.hover();
  await before.locator('.action-label[aria-label="Forget These Results"]').click();
  await before.waitFor({ state: 'hidden' });
  await pick(page, 'SULKY');
  await resultsText(page, /All 8 files stored/);
  await screenshot('past-results');
  const storage = join(userDataDir, 'User/globalStorage/send-to-pacs.send-to-pacs/sends');
  const { heads } = await keptHeads(storage, new Set());
  assert.deepEqual(
    heads.filter(({ peer }) => peer.name === 'SULKY').map(({ counts }) => counts.stored),
    [8],
  );
});

/** The words of a row, from the first to the last. */
async function textOf(row: Locator): Promise<string> {
  return (await row.innerText()).replaceAll(/\s+/g, ' ').trim();
}
