// The notification at the end of a send, in the situations that people meet: two lines at most, the results one click away.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { EXPLICIT_LE, IMPLICIT_LE, sampleInstance } from '../support/dicom-builder.ts';
import { freePort } from '../support/peers.ts';
import { eventually, toast, toastButton, toastText } from '../support/testbed/workbench.ts';
import { useWorkbench, whyNoWorkbench } from './harness.ts';
import { notifications, peerEntry, scriptedPeer, sendFromExplorerTo, tidy, useServers } from './story.ts';

const skip = whyNoWorkbench();

/** Two lines of a notification with their padding; 22 more for a third. In pixels. */
const TWO_LINES = 54;
/** The font of the test bed is about a fifth wider than those of Windows and macOS. In characters. */
const WIDE_LINES = 92;
const FAILURES = [0xa900, 0xc001, 0x0122];

const servers = useServers(async (scope) => {
  if (skip) return undefined;
  const good = await scriptedPeer(scope, async (connection) => {
    await connection.accept();
    await connection.serve();
  });
  const implicitOnly = await scriptedPeer(scope, async (connection) => {
    await connection.accept({
      answer: ({ transferSyntaxes: [transferSyntax = ''] }) => ({
        result: transferSyntax === IMPLICIT_LE ? 0 : 4,
        transferSyntax,
      }),
    });
    await connection.serve();
  });
  const flaky = await scriptedPeer(scope, async (connection) => {
    await connection.accept();
    // Half of the failures with the first status, a third with the second.
    await connection.serve((count) =>
      count % 2 === 0 ? 0 : (FAILURES[[0, 0, 0, 1, 1, 2][(count >> 1) % 6] ?? 0] ?? 0),
    );
  });
  const silent = await scriptedPeer(scope, async (connection) => {
    await connection.accept();
    for (let answers = 0; answers < 10; answers += 1) {
      const message = await connection.message();
      if (message !== undefined) connection.respond(message, 0);
    }
    await connection.pdu();
    while ((await connection.pdu()) !== undefined);
  });
  return { good, implicitOnly, flaky, silent, closedPort: await freePort() };
});

async function write(
  folder: string,
  count: number,
  of: (index: number) => Parameters<typeof sampleInstance>[0],
): Promise<void> {
  await mkdir(folder);
  for (let index = 0; index < count; index += 1) {
    await writeFile(join(folder, `IM${index + 1}.dcm`), sampleInstance(of(index)).file);
  }
}

const workbench = useWorkbench({
  fill: async (folder) => {
    await write(join(folder, 'mixed'), 24, (index) => ({
      seed: index + 1,
      pixelBytes: 100,
      transferSyntax: index < 19 ? EXPLICIT_LE : IMPLICIT_LE,
    }));
    await write(join(folder, 'many'), 1200, (index) => ({ seed: index + 100, pixelBytes: 16 }));
    // One SOP Instance UID, two data sets.
    await write(join(folder, 'twice'), 2, (index) => ({ seed: 5_000, pixelBytes: 100 * (index + 1) }));
  },
  settings: () => {
    const all = servers();
    assert.ok(all);
    return {
      'sendToPacs.peers': [
        { ...peerEntry('ARCHIVE', all.good.port), associations: 1 },
        { ...peerEntry('IMPLICIT', all.implicitOnly.port), associations: 1 },
        { ...peerEntry('FLAKY', all.flaky.port), associations: 1 },
        { ...peerEntry('SILENT', all.silent.port), associations: 1 },
        peerEntry('SWITCHED-OFF', all.closedPort),
      ],
    };
  },
});

interface Shown {
  readonly severity: 'info' | 'warning' | 'error';
  readonly buttons: readonly string[];
}

async function assertShown(page: Page, text: RegExp, { severity, buttons }: Shown): Promise<void> {
  const one = toast(page, text);
  const box = await one.locator('.notification-list-item-message').boundingBox();
  const words = await one.locator('.notification-list-item-message').innerText();
  const heightMax = words.length > WIDE_LINES ? TWO_LINES + 22 : TWO_LINES;
  assert.ok(box !== null && box.height <= heightMax, `${box?.height} px high`);
  assert.equal(await one.locator(`.codicon-${severity}`).count(), 1, severity);
  assert.deepEqual(
    await one.locator('.notification-list-item-buttons-container .monaco-button').allInnerTexts(),
    buttons,
  );
  await eventually(
    page,
    async () => ((await notifications(page, /./).count()) === 1 ? true : undefined),
    () => 'more notifications than one',
  );
}

const CASES: readonly (readonly [name: string, folder: string, peer: string, closing: RegExp, Shown])[] = [
  [
    'all stored',
    'mixed',
    'ARCHIVE',
    /^ARCHIVE: 24 stored \(\d.* in .*\)$/,
    { severity: 'info', buttons: ['Show Results', 'Show Trace'] },
  ],
  [
    'stored, 19 of them converted',
    'mixed',
    'IMPLICIT',
    /^IMPLICIT: 24 stored, 19 converted \(\d.* in .*\)$/,
    { severity: 'info', buttons: ['Show Results', 'Show Trace'] },
  ],
  [
    '600 failed for three reasons',
    'many',
    'FLAKY',
    /^FLAKY: 600 stored, 600 failed\. A900 Data Set does not match SOP Class \(300\), and 2 more reasons\.$/,
    { severity: 'error', buttons: ['Show Results', 'Show Trace'] },
  ],
  [
    'one held back',
    'twice',
    'ARCHIVE',
    /^ARCHIVE: 1 stored, 1 held back\. Same SOP Instance UID as another file\.$/,
    { severity: 'warning', buttons: ['Show Results', 'Review Held Back…', 'Show Trace'] },
  ],
  [
    'the peer is gone',
    'mixed',
    'SWITCHED-OFF',
    /^SWITCHED-OFF: 24 failed\. Connection refused \(ECONNREFUSED\)\.$/,
    { severity: 'error', buttons: ['Show Results', 'Retry', 'Show Trace'] },
  ],
];

for (const [name, folder, peer, closing, shown] of CASES) {
  test(name, { skip }, async () => {
    const { page, screenshot } = workbench();
    await tidy(page);
    await sendFromExplorerTo(page, folder, peer);
    const pattern = new RegExp(`${peer}: [\\d,]+ (stored|failed)`);
    const words = await toastText(page, pattern);
    await screenshot(`closing-${name.replaceAll(/[^a-z0-9]+/g, '-')}`);
    assert.match(words, closing);
    await assertShown(page, pattern, shown);
  });
}

test('cancelled by the person: no error', { skip }, async () => {
  const { page, screenshot } = workbench();
  await tidy(page);
  await sendFromExplorerTo(page, 'many', 'SILENT');
  await toastText(page, /Sending to SILENT: 10\/1,200\sfiles/);
  await toastButton(page, /Sending to SILENT/, 'Cancel').click();
  const words = await toastText(page, /Cancelled\. SILENT/);
  await screenshot('closing-cancelled');
  assert.match(words, /^Cancelled\. SILENT: 10 stored, 1,189 cancelled, 1 unknown \(\d.* in .*\)$/);
  await assertShown(page, /Cancelled\. SILENT/, {
    severity: 'warning',
    buttons: ['Show Results', 'Retry', 'Show Trace'],
  });
});
