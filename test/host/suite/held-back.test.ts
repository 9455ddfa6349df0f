import * as assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { ReceiverSummary } from '../../../src/extension/commands/start-receiver.ts';
import type { SendSummary } from '../../../src/extension/sending.ts';
import { readJournals } from '../../../src/send/journal-shelf.ts';
import { type SampleInstance, sampleInstance } from '../../support/dicom-builder.ts';
import { NO_OUTCOMES } from '../../support/outcome-counts.ts';
import {
  documentThat,
  makeFolder,
  PEER,
  peerEntry,
  receivedPath,
  resetSettings,
  setUser,
  workspaceFolder,
} from './support.ts';

const SEED = 4_000;

type Answer = SendSummary | undefined;

describe('Of two files with one SOP Instance UID', () => {
  let receiver: ReceiverSummary;
  let study: Awaited<ReturnType<typeof makeFolder>>;
  let first: SampleInstance;
  let other: string;

  const journals = (): string => join(dirname(receiver.directory), 'journals');
  const run = (command: string, ...args: unknown[]): Promise<Answer> =>
    Promise.resolve(vscode.commands.executeCommand<Answer>(command, ...args));
  const send = (path: string): Promise<Answer> => run('sendToPacs.send', vscode.Uri.file(path));

  /** The receiver has the data set of the first file, and no other. */
  async function assertFirstIsKept(): Promise<void> {
    const received = await readFile(receivedPath(receiver.directory, first.sopInstance));
    assert.ok(received.subarray(-first.dataSet.length).equals(first.dataSet), 'the first was replaced');
  }

  async function resultsThat(words: string): Promise<string> {
    await vscode.commands.executeCommand('sendToPacs.showResultsDocument');
    const document = await documentThat(
      ({ uri, getText }) => uri.scheme === 'sendtopacs-results' && getText().includes(words),
    );
    return document.getText();
  }

  before(async () => {
    receiver = await vscode.commands.executeCommand<ReceiverSummary>('sendToPacs.startReceiver');
    await setUser({ peers: [peerEntry(receiver.port)], defaultPeer: PEER });
    // Resume would list what other tests left interrupted.
    await rm(journals(), { recursive: true, force: true });
    study = await makeFolder(workspaceFolder());
    const folders = [join(study.path, 'a'), join(study.path, 'b')];
    for (const folder of folders) await mkdir(folder);
    first = sampleInstance({ seed: SEED, pixelBytes: 4_000 });
    // The same UIDs, other pixels.
    const second = sampleInstance({ seed: SEED, pixelBytes: 6_000 });
    assert.equal(first.sopInstance, second.sopInstance);
    other = join(study.path, 'b', 'SECOND.dcm');
    await writeFile(join(study.path, 'a', 'FIRST.dcm'), first.file);
    await writeFile(other, second.file);
  });

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand('sendToPacs.stopReceiver');
    await resetSettings();
    await study.remove();
  });

  it('the first is stored and the second held back, with the other file named', async () => {
    assert.deepEqual((await send(study.path))?.counts, { ...NO_OUTCOMES, stored: 1, 'held back': 1 });
    await assertFirstIsKept();
    const results = await resultsThat('SECOND.dcm');
    assert.match(results, /held back/);
    assert.match(results, /FIRST\.dcm/);
  });

  it('Retry and Resume send nothing of it', async () => {
    assert.deepEqual(await readJournals(journals(), Date.now()), []);
    assert.equal(await run('sendToPacs.retry'), undefined);
    assert.equal(await run('sendToPacs.resume'), undefined);
    await assertFirstIsKept();
  });

  it('the second alone is held back as well, with the file named that was stored before', async () => {
    assert.deepEqual((await send(other))?.counts, { ...NO_OUTCOMES, 'held back': 1 });
    await assertFirstIsKept();
    assert.match(await resultsThat('0 of 1 file stored'), /FIRST\.dcm/);
    assert.equal(await run('sendToPacs.retry'), undefined);
  });

  it('the second goes out by the person’s own decision alone, which no caller can make', async () => {
    await send(study.path);
    // In a test host nobody can agree to a dialog.
    await assert.rejects(run('sendToPacs.sendHeldBack', undefined, other), /dialog/i);
    for (const hostile of ['x', 42, vscode.Uri.file(other)])
      assert.equal(await run('sendToPacs.sendHeldBack', 'x', hostile), undefined);
    await assertFirstIsKept();
  });
});
