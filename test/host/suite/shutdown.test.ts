// Deactivates the extension, so its name makes it run last.

import * as assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { ReceiverSummary } from '../../../src/extension/commands/start-receiver.ts';
import type { SendSummary } from '../../../src/extension/sending.ts';
import { readJournals, remaining } from '../../../src/send/journal-shelf.ts';
import { EXPLICIT_LE } from '../../support/dicom-builder.ts';
import { LoopClock } from '../../support/loop-clock.ts';
import { startScriptedPeer } from '../../support/scripted-peer.ts';
import { makeFolder, PEER, peerEntry, resetSettings, setUser, writeInstances } from './support.ts';

const A_ABORT = 0x07;

describe('When the window closes during a send', () => {
  it('the peer is told by an A-ABORT, and the send can be resumed, within 3 s', async () => {
    const receiver = await vscode.commands.executeCommand<ReceiverSummary>('sendToPacs.startReceiver');
    const journals = join(dirname(receiver.directory), 'journals');
    const study = await makeFolder();
    let reached: () => void = () => undefined;
    const isSending = new Promise<void>((resolve) => {
      reached = resolve;
    });
    let last: number | undefined;
    const peer = await startScriptedPeer(async (connection) => {
      await connection.accept();
      for (let answered = 0; answered < 2; answered++) {
        const message = await connection.message();
        assert.ok(message !== undefined);
        connection.respond(message, 0);
      }
      // The third is never answered.
      await connection.message();
      reached();
      last = (await connection.pdu())?.type;
    });
    try {
      await writeInstances(
        study.path,
        Array.from({ length: 5 }, () => EXPLICIT_LE),
        2_000,
      );
      await setUser({ peers: [peerEntry(peer.port)], defaultPeer: PEER });
      const before = new Set((await readJournals(journals, Date.now())).map(({ id }) => id));
      const ended = vscode.commands
        .executeCommand<SendSummary>('sendToPacs.send', vscode.Uri.file(study.path))
        .then((summary) => summary.counts.stored)
        // The closing message has no window any more.
        .then(undefined, (error: unknown) => error);
      await isSending;

      const root = vscode.extensions.getExtension('send-to-pacs.send-to-pacs')?.extensionPath ?? '';
      const extension = createRequire(join(root, 'package.json'))('./dist/extension.cjs') as {
        deactivate(): Promise<void>;
      };
      const clock = new LoopClock();
      await extension.deactivate();
      const elapsedMs = clock.ms;
      clock.stop();
      assert.ok(elapsedMs < 3_000, `${elapsedMs} ms`);
      await ended;
      await peer.stop();
      assert.equal(last, A_ABORT);

      const written = (await readJournals(journals, Date.now())).filter(({ id }) => !before.has(id));
      assert.equal(written.length, 1);
      const [journal] = written;
      assert.ok(journal !== undefined);
      assert.deepEqual([journal.end, journal.isHeld, journal.total], ['interrupted', false, 5]);
      assert.equal(journal.outcomes.get(2), 'unknown');
      assert.equal(remaining(journal).length, 3);
    } finally {
      await study.remove();
      await resetSettings();
    }
  });
});
