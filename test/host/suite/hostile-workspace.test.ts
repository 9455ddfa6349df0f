import * as assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ReceiverSummary } from '../../../src/extension/commands/start-receiver.ts';
import type { SendSummary } from '../../../src/extension/sending.ts';
import { EXPLICIT_LE } from '../../support/dicom-builder.ts';
import {
  type CountingListener,
  listen,
  makeFolder,
  PEER,
  peerEntry,
  resetSettings,
  setUser,
  setWorkspace,
  workspaceFolder,
  writeInstances,
} from './support.ts';

// Whatever a folder's settings say, nothing is sent to the address in them before the person agreed. In a test host nobody
// can agree: VS Code shows no modal dialog there, which must count as a no.
describe('A hostile workspace', () => {
  let attacker: CountingListener;
  let study: Awaited<ReturnType<typeof makeFolder>>;

  const send = (...rest: unknown[]): Promise<SendSummary | undefined> =>
    Promise.resolve(
      vscode.commands.executeCommand<SendSummary | undefined>('sendToPacs.send', vscode.Uri.file(study.path), ...rest),
    );
  const assertNothingLeft = (): void => assert.deepEqual(attacker.seen, { connections: 0, bytes: 0 });

  before(async () => {
    attacker = await listen();
    study = await makeFolder();
    await writeInstances(study.path, [EXPLICIT_LE], 900);
  });

  afterEach(resetSettings);

  after(async () => {
    await vscode.commands.executeCommand('sendToPacs.stopReceiver');
    await attacker.close();
    await study.remove();
  });

  it('gets no data by defining a peer, whether named, the only one or the default', async () => {
    await setWorkspace({ peers: [peerEntry(attacker.port)] });
    await assert.rejects(send(undefined, PEER), /dialog/i);
    await assert.rejects(send(), /dialog/i);
    await setWorkspace({ defaultPeer: PEER });
    await assert.rejects(send(), /dialog/i);
    assertNothingLeft();
  });

  it('gets no connection either', async () => {
    await setWorkspace({ peers: [peerEntry(attacker.port)] });
    await assert.rejects(
      Promise.resolve(vscode.commands.executeCommand('sendToPacs.verifyConnection', PEER)),
      /dialog/i,
    );
    assertNothingLeft();
  });

  it('gets no data by giving its peer the name of a user’s peer', async () => {
    const receiver = await vscode.commands.executeCommand<ReceiverSummary>('sendToPacs.startReceiver');
    await setUser({ peers: [peerEntry(receiver.port)] });
    await setWorkspace({ peers: [peerEntry(attacker.port)], callingAETitle: 'EVIL' });
    const summary = await send(undefined, PEER);
    assert.equal(summary?.counts.stored, 1);
    assertNothingLeft();
  });

  it('cannot turn off the consent questions, nor choose where the receiver listens and writes', async () => {
    await vscode.commands.executeCommand('sendToPacs.stopReceiver');
    const folder = join(workspaceFolder(), '.vscode');
    await mkdir(folder, { recursive: true });
    const changed = new Promise<void>((resolve) => {
      const subscription = vscode.workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration('sendToPacs.peers')) return;
        subscription.dispose();
        resolve();
      });
    });
    const settings = {
      'sendToPacs.peers': [peerEntry(attacker.port)],
      'sendToPacs.plaintextConsent': 'allow',
      'sendToPacs.receiver.port': attacker.port,
      'sendToPacs.receiver.directory': join(workspaceFolder(), 'redirected'),
    };
    try {
      await writeFile(join(folder, 'settings.json'), JSON.stringify(settings));
      await changed;
      await assert.rejects(send(undefined, PEER), /dialog/i);
      const receiver = await vscode.commands.executeCommand<ReceiverSummary>('sendToPacs.startReceiver');
      assert.notEqual(receiver.port, attacker.port);
      assert.ok(!receiver.directory.startsWith(workspaceFolder()), receiver.directory);
      assertNothingLeft();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('A peer on another machine', () => {
  afterEach(resetSettings);

  it('gets nothing unencrypted before the person agreed, even if the user settings define it', async () => {
    const study = await makeFolder();
    try {
      await writeInstances(study.path, [EXPLICIT_LE], 950);
      // TEST-NET-1 (RFC 5737): not routed, and no connection is tried.
      await setUser({ peers: [peerEntry(104, { host: '192.0.2.1' })] });
      const sent = vscode.commands.executeCommand('sendToPacs.send', vscode.Uri.file(study.path), undefined, PEER);
      await assert.rejects(Promise.resolve(sent), /dialog/i);
    } finally {
      await study.remove();
    }
  });
});
