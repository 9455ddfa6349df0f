// The results as text: the title of the tab, the commands above the first line, and links to the files that are named.

import * as assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { EXPLICIT_LE } from '../../support/dicom-builder.ts';
import { type ModalPeer, startPeer } from '../../support/peer-modes.ts';
import { documentThat, makeFolder, PEER, peerEntry, resetSettings, setUser, writeInstances } from './support.ts';

const OUT_OF_RESOURCES = 0xa700;
const FILES = 3;

describe('The results of a send of which files failed, as text', () => {
  let study: Awaited<ReturnType<typeof makeFolder>>;
  let peer: ModalPeer;
  let document: vscode.TextDocument;
  const undo: (() => unknown)[] = [];

  before(async () => {
    study = await makeFolder();
    await writeInstances(
      study.path,
      Array.from({ length: FILES }, () => EXPLICIT_LE),
      850,
    );
    await writeFile(join(study.path, 'a|b`c.txt'), 'text');
    peer = await startPeer({ after: (work) => undo.push(work) }, { keeps: 'lengths', answer: () => OUT_OF_RESOURCES });
    await setUser({ peers: [peerEntry(peer.port)], defaultPeer: PEER });
    await vscode.commands.executeCommand('sendToPacs.send', vscode.Uri.file(study.path));
    await vscode.commands.executeCommand('sendToPacs.showResultsDocument');
    document = await documentThat(
      ({ uri, getText }) => uri.scheme === 'sendtopacs-results' && getText().includes('IM850.dcm'),
    );
  });

  after(async () => {
    for (const work of undo) await work();
    await study.remove();
    await resetSettings();
  });

  it('have a tab that says what is not stored, and are Markdown', () => {
    const labels = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));
    assert.ok(labels.includes(`${PEER}: ${FILES} failed`), labels.join('\n'));
    assert.equal(document.languageId, 'markdown');
  });

  it('offer what can be done', async () => {
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
    );
    const titles = lenses.map(({ command }) => command?.title);
    assert.deepEqual(titles, [`Retry ${FILES} Not Stored`, 'Show Trace', 'Export…', 'Open Preview']);
  });

  it('link every file that they name to that file', async () => {
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>(
      'vscode.executeLinkProvider',
      document.uri,
    );
    const targets = links.map(({ target }) => target?.fsPath ?? '').filter((path) => path.startsWith(study.path));
    const names = [...Array.from({ length: FILES }, (_, index) => `IM${850 + index}.dcm`), 'a|b`c.txt'];
    assert.deepEqual([...targets].sort(), names.map((name) => join(study.path, name)).sort());
  });
});
