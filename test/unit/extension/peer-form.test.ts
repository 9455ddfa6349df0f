// The form for a peer: what it asks, with a way back, and that it verifies before it saves.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { type Receiver, startReceiver } from '../../../src/net/store-scp.ts';
import { type OpenInput, RecordingEditor } from '../../support/recording-editor.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const CLOSED = 1;

describe('Add Peer', () => {
  let editor: RecordingEditor;
  let receiver: Receiver;
  const undos: (() => unknown)[] = [];
  /** Titles and values in the order in which they were asked. */
  let asked: string[];

  before(async () => {
    const scope = { after: (undo: () => unknown) => undos.push(undo) };
    editor = new RecordingEditor(temporaryFolder(scope));
    await editor.activate();
    receiver = await startReceiver({ port: 0, directory: temporaryFolder(scope), aeTitle: 'ARCHIVE' });
  });
  after(async () => {
    await receiver.stop();
    for (const undo of undos) undo();
  });
  beforeEach(() => {
    asked = [];
    editor.user = {};
    editor.consent = undefined;
    editor.shown.length = 0;
  });

  /** Answers the questions in turn; '<' goes back. A question more closes the form. */
  function answers(...texts: readonly string[]): void {
    const left = [...texts];
    editor.answer = (input: OpenInput) => {
      if (input.title.endsWith('Verify')) return;
      asked.push(`${input.title.replace('Add Peer: ', '')} ${input.value}`.trim());
      const text = left.shift();
      if (text === undefined) input.escape();
      else if (text === '<') input.back();
      else input.enter(text);
      if (input.problem !== undefined) {
        asked.push(input.problem);
        input.escape();
      }
    };
  }

  const saved = (): unknown => editor.user['peers'];
  const whole = (): string => `ARCHIVE@127.0.0.1:${receiver.port}`;
  const entry = (): object => ({ name: 'ARCHIVE', host: '127.0.0.1', port: receiver.port, calledAETitle: 'ARCHIVE' });

  it('takes a whole address, verifies it, and saves', async () => {
    answers(whole(), 'ARCHIVE', '');
    assert.equal(await editor.run('sendToPacs.addPeer'), 'ARCHIVE');
    assert.deepEqual(asked, ['Address', 'Name ARCHIVE', 'Calling AE Title']);
    assert.deepEqual(saved(), [entry()]);
    await editor.run('sendToPacs.showTrace');
    assert.ok(editor.textsOf('channel').some((text) => text.includes('answered C-ECHO with success')));
  });

  it('asks for what the address has not', async () => {
    answers('127.0.0.1', String(receiver.port), 'ARCHIVE', 'North', 'ME');
    assert.equal(await editor.run('sendToPacs.addPeer'), 'North');
    assert.deepEqual(asked, ['Address', 'Port 104', 'Called AE Title ANY-SCP', 'Name ARCHIVE', 'Calling AE Title']);
    assert.deepEqual(saved(), [{ ...entry(), name: 'North', callingAETitle: 'ME' }]);
  });

  it('has a way back at each step, and keeps what was answered', async () => {
    answers('127.0.0.1', '5', 'X', '<', '<', '<', whole(), '<', whole(), 'ARCHIVE', '<', 'North', '');
    assert.equal(await editor.run('sendToPacs.addPeer'), 'North');
    assert.deepEqual(asked, [
      'Address',
      'Port 104',
      'Called AE Title ANY-SCP',
      'Name X',
      'Called AE Title X',
      'Port 5',
      'Address 127.0.0.1',
      'Name ARCHIVE',
      `Address ${whole()}`,
      'Name ARCHIVE',
      'Calling AE Title',
      'Name ARCHIVE',
      'Calling AE Title',
    ]);
    assert.deepEqual(saved(), [{ ...entry(), name: 'North' }]);
  });

  it('refuses a web address with a word, and saves nothing when it is closed', async () => {
    answers('http://127.0.0.1:8042');
    assert.equal(await editor.run('sendToPacs.addPeer'), undefined);
    assert.match(asked[1] ?? '', /web address/);
    assert.equal(saved(), undefined);
  });

  it('says why a peer is not verified, and saves it all the same if the person wants', async () => {
    const text = `ARCHIVE@127.0.0.1:${CLOSED}`;
    answers(text, 'ARCHIVE', '');
    editor.consent = 'Save All the Same';
    assert.equal(await editor.run('sendToPacs.addPeer'), 'ARCHIVE');
    const [what] = editor.textsOf('modal');
    assert.match(what ?? '', /127\.0\.0\.1:1.*refused the connection/);
    assert.deepEqual(saved(), [{ ...entry(), port: CLOSED }]);
  });

  it('goes back to the questions if it is not verified and the person does not want that', async () => {
    answers(`WRONG@127.0.0.1:${receiver.port}`, 'North', '', '<', '<', whole(), 'North', '');
    assert.equal(await editor.run('sendToPacs.addPeer'), 'North');
    assert.match(editor.textsOf('modal')[0] ?? '', /WRONG\) rejected the association/);
    assert.deepEqual(saved(), [{ ...entry(), name: 'North' }]);
  });

  it('offers no name that is taken', async () => {
    editor.user = { peers: [entry()] };
    answers(whole(), 'ARCHIVE');
    assert.equal(await editor.run('sendToPacs.addPeer'), undefined);
    assert.deepEqual(asked.slice(1), ['Name', 'The name is already the name of a peer in these settings.']);
    assert.deepEqual(saved(), [entry()]);
  });
});
