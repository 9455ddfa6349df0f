import * as assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import * as vscode from 'vscode';
import type { ReceiverSummary } from '../../../src/extension/commands/start-receiver.ts';
import type { SendSummary } from '../../../src/extension/sending.ts';
import type { EchoResult } from '../../../src/net/echo-scu.ts';
import {
  DEFLATED_LE,
  EXPLICIT_BE,
  EXPLICIT_LE,
  IMPLICIT_LE,
  JPEG_BASELINE,
  type SampleInstance,
} from '../../support/dicom-builder.ts';
import { NO_OUTCOMES } from '../../support/outcome-counts.ts';
import {
  documentThat,
  filesBelow,
  listen,
  makeFolder,
  PEER,
  peerEntry,
  receivedPath,
  resetSettings,
  setUser,
  traceThat,
  workspaceFolder,
  writeInstances,
} from './support.ts';

/** A deflated data set of odd length travels with a zero byte behind it. PS3.5 A.5. */
const evenLength = ({ length }: Uint8Array): number => length + (length % 2);

function send(path: string, ...rest: unknown[]): Thenable<SendSummary | undefined> {
  return vscode.commands.executeCommand('sendToPacs.send', vscode.Uri.file(path), ...rest);
}

describe('Send to PACS', () => {
  let receiver: ReceiverSummary;
  let study: Awaited<ReturnType<typeof makeFolder>>;

  async function assertReceived(instances: readonly SampleInstance[]): Promise<void> {
    for (const { sopInstance, dataSet } of instances) {
      const received = await readFile(receivedPath(receiver.directory, sopInstance));
      assert.equal(received.subarray(128, 132).toString('latin1'), 'DICM');
      assert.ok(received.subarray(-evenLength(dataSet)).subarray(0, dataSet.length).equals(dataSet), sopInstance);
    }
  }

  before(async () => {
    const started = await vscode.commands.executeCommand<ReceiverSummary | undefined>('sendToPacs.startReceiver');
    assert.ok(started, 'the receiver starts');
    receiver = started;
    await setUser({ peers: [peerEntry(receiver.port)], defaultPeer: PEER });
  });

  beforeEach(async () => {
    study = await makeFolder(workspaceFolder());
  });

  afterEach(() => study.remove());

  after(async () => {
    await vscode.commands.executeCommand('sendToPacs.stopReceiver');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await resetSettings();
  });

  it('stores a folder and its subfolders byte for byte, and skips files that are not DICOM', async () => {
    const inner = join(study.path, 'inner');
    await mkdir(inner);
    const instances = [
      ...(await writeInstances(study.path, [EXPLICIT_LE, IMPLICIT_LE, JPEG_BASELINE], 100)),
      ...(await writeInstances(inner, [EXPLICIT_BE, DEFLATED_LE], 110)),
    ];
    await writeFile(join(study.path, 'README.txt'), 'nothing to see');
    const summary = await send(study.path);
    assert.deepEqual(summary?.counts, { ...NO_OUTCOMES, stored: 5, skipped: 1 });
    assert.equal(summary.peer, PEER);
    assert.equal(summary.cancelled, false);
    assert.equal(
      summary.bytesSent,
      instances.reduce((sum, { dataSet }) => sum + evenLength(dataSet), 0),
    );
    await assertReceived(instances);
  });

  it('sends the selection if it contains the clicked file, else the clicked file; each file once', async () => {
    const instances = await writeInstances(study.path, [EXPLICIT_LE, EXPLICIT_LE, EXPLICIT_LE], 200);
    const uri = (seed: number): vscode.Uri => vscode.Uri.file(join(study.path, `IM${seed}.dcm`));
    const folder = vscode.Uri.file(study.path);
    const one = await send(uri(200).fsPath, [uri(201), uri(202)]);
    assert.equal(one?.counts.stored, 1);
    const two = await send(uri(200).fsPath, [uri(200), uri(202)]);
    assert.equal(two?.counts.stored, 2);
    const nested = await send(folder.fsPath, [uri(201), folder, uri(200)]);
    assert.equal(nested?.counts.stored, 3);
    await assertReceived(instances);
  });

  it('accepts the second argument that an editor tab passes', async () => {
    await writeInstances(study.path, [EXPLICIT_LE], 300);
    const summary = await send(join(study.path, 'IM300.dcm'), { groupId: 0, editorIndex: 0 });
    assert.equal(summary?.counts.stored, 1);
  });

  it('opens no association if there is nothing to send', async () => {
    await writeFile(join(study.path, 'a.txt'), 'text');
    await writeFile(join(study.path, 'b.dcm'), '');
    const summary = await send(study.path);
    assert.deepEqual(summary, { peer: PEER, counts: { ...NO_OUTCOMES, skipped: 2 }, bytesSent: 0, cancelled: false });
  });

  it('sends nothing for arguments that no menu passes', async () => {
    const before = filesBelow(receiver.directory);
    for (const hostile of ['/etc/passwd', { fsPath: study.path, scheme: 'file' }, 42, [vscode.Uri.file(study.path)]])
      assert.equal(await vscode.commands.executeCommand('sendToPacs.send', hostile), undefined);
    assert.equal(
      await vscode.commands.executeCommand('sendToPacs.send', vscode.Uri.parse('untitled:IM1.dcm')),
      undefined,
    );
    assert.deepEqual(filesBelow(receiver.directory), before);
  });

  it('rejects a peer name that the settings do not define', async () => {
    await assert.rejects(Promise.resolve(send(study.path, undefined, 'NOBODY')), /no peer named "NOBODY"/);
  });

  it('uses the valid peers of a list with invalid entries', async () => {
    await writeInstances(study.path, [EXPLICIT_LE], 400);
    await setUser({ peers: [{ name: 'BAD', host: 'a b', port: 0 }, peerEntry(receiver.port), 'nonsense'] });
    try {
      const summary = await send(study.path);
      assert.equal(summary?.counts.stored, 1);
      await assert.rejects(Promise.resolve(send(study.path, undefined, 'BAD')), /no peer named "BAD"/);
    } finally {
      await setUser({ peers: [peerEntry(receiver.port)] });
    }
  });

  it('keeps one result per file and shows it as a document, which counts the stored ones by folder', async () => {
    await writeInstances(study.path, [EXPLICIT_LE, EXPLICIT_LE], 500);
    await writeFile(join(study.path, 'notes.txt'), 'text');
    await send(study.path);
    await vscode.commands.executeCommand('sendToPacs.showResultsDocument');
    const document = await documentThat(
      ({ uri, getText }) => uri.scheme === 'sendtopacs-results' && getText().includes('notes.txt'),
    );
    assert.equal(document.languageId, 'markdown');
    const text = document.getText();
    for (const name of ['| 2 | CT | ', `\`${relative(workspaceFolder(), study.path)}/\``, 'notes.txt', PEER])
      assert.ok(text.includes(name), `${name} in:\n${text}`);
    assert.ok(!text.includes(workspaceFolder()), 'paths are relative');
  });

  it('writes a trace of what happened, without patient names and absolute paths', async () => {
    await writeInstances(study.path, [EXPLICIT_LE], 600);
    await send(study.path);
    const text = await traceThat(relative(workspaceFolder(), join(study.path, 'IM600.dcm')));
    for (const words of [
      'Requesting Association',
      'Association Accepted',
      'Association Released',
      `to ${PEER} (127.0.0.1:`,
    ])
      assert.ok(text.includes(words), `"${words}" in:\n${text}`);
    for (const secret of ['TEST^BUILDER', 'ID-600', workspaceFolder(), receiver.directory])
      assert.ok(!text.includes(secret), secret);
  });

  it('verifies a connection, with the time of each phase and the identity of the peer', async () => {
    const result = await vscode.commands.executeCommand<EchoResult>('sendToPacs.verifyConnection', PEER);
    assert.equal(result.verified, true);
    for (const phase of ['connectMs', 'associationMs', 'echoMs'] as const) assert.ok((result.phases[phase] ?? -1) >= 0);
    assert.ok(result.peerImplementationClassUID);
  });

  it('offers no API to other extensions', () => {
    assert.equal(vscode.extensions.getExtension('send-to-pacs.send-to-pacs')?.exports, undefined);
  });
});

describe('The built-in receiver', () => {
  after(resetSettings);

  it('starts when somebody sends to it by name, and stops', async () => {
    const study = await makeFolder();
    try {
      await writeInstances(study.path, [EXPLICIT_LE], 700);
      const summary = await send(study.path, undefined, 'Built-in Receiver');
      assert.equal(summary?.counts.stored, 1);
      const running = await vscode.commands.executeCommand<ReceiverSummary>('sendToPacs.startReceiver');
      assert.equal(running.host, '127.0.0.1');
      assert.equal(await vscode.commands.executeCommand('sendToPacs.stopReceiver'), true);
      assert.equal(await vscode.commands.executeCommand('sendToPacs.stopReceiver'), false);
      await setUser({ peers: [peerEntry(running.port)] });
      const refused = await send(study.path, undefined, PEER);
      assert.deepEqual(refused?.counts, { ...NO_OUTCOMES, failed: 1 });
      const echo = await vscode.commands.executeCommand<EchoResult>('sendToPacs.verifyConnection', PEER);
      assert.equal(echo.verified, false);
      assert.equal(echo.failure?.code, 'connection failed');
    } finally {
      await study.remove();
    }
  });

  it('says that its port is in use, and which setting to change', async () => {
    const other = await listen();
    try {
      await setUser({ 'receiver.port': other.port });
      assert.equal(await vscode.commands.executeCommand('sendToPacs.startReceiver'), undefined);
      const sent = Promise.resolve(send(workspaceFolder(), undefined, 'Built-in Receiver'));
      await assert.rejects(
        sent,
        /cannot start: .*EADDRINUSE.* Choose another port, .*\(setting sendToPacs\.receiver\.port\)/,
      );
    } finally {
      await setUser({ 'receiver.port': undefined });
      await other.close();
    }
  });
});
