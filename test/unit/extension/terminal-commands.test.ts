import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commandFor } from '../../../src/extension/terminal-commands.ts';
import { peerAt } from '../../support/jobs.ts';

describe('a peer as a command', () => {
  const peer = { ...peerAt(104, { callingAETitle: 'ME', calledAETitle: 'ARCHIVE' }), host: 'pacs.example.org' };

  it('of DCMTK and of our own', () => {
    assert.equal(
      commandFor('storescu', peer, 'linux'),
      'storescu -v +sd +r -aet ME -aec ARCHIVE pacs.example.org 104 .',
    );
    assert.equal(commandFor('echoscu', peer, 'linux'), 'echoscu -v -aet ME -aec ARCHIVE pacs.example.org 104');
    assert.equal(
      commandFor('send-to-pacs', peer, 'linux'),
      'send-to-pacs store pacs.example.org 104 . -r -aet ME -aec ARCHIVE',
    );
  });

  it('has the files and folders of a send', () => {
    const paths = ['/data/a study', '/data/b'];
    assert.equal(
      commandFor('storescu', peer, 'linux', paths),
      "storescu -v +sd +r -aet ME -aec ARCHIVE pacs.example.org 104 '/data/a study' /data/b",
    );
    assert.equal(
      commandFor('send-to-pacs', peer, 'win32', ['C:\\it’s']),
      "send-to-pacs store pacs.example.org 104 'C:\\it’’s' -r -aet ME -aec ARCHIVE",
    );
  });

  it('has AE titles that a shell makes nothing of', () => {
    const hostile = { ...peer, calledAETitle: "$(id);'`x`" };
    assert.ok(commandFor('echoscu', hostile, 'linux')?.includes(`-aec '$(id);'\\''\`x\`'`));
    assert.ok(commandFor('echoscu', hostile, 'win32')?.includes(`-aec '$(id);''\`x\`'`));
  });

  it('is none if a value would be an option', () => {
    for (const changes of [{ host: '-x' }, { calledAETitle: '-x' }, { callingAETitle: ' -x' }])
      assert.equal(commandFor('storescu', { ...peer, ...changes }, 'linux'), undefined);
  });
});
