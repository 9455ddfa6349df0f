import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';

interface Manifest {
  readonly contributes?: { readonly commands?: readonly { readonly command: string }[] };
}

describe('The extension in the extension host', () => {
  const extension = (): vscode.Extension<unknown> => {
    const found = vscode.extensions.getExtension('send-to-pacs.send-to-pacs');
    assert.ok(found, 'VS Code does not know send-to-pacs.send-to-pacs');
    return found;
  };

  it('activates', async () => {
    await extension().activate();
    assert.equal(extension().isActive, true);
  });

  it('registers every command that its manifest contributes', async () => {
    await extension().activate();
    const contributed = ((extension().packageJSON as Manifest).contributes?.commands ?? []).map(
      ({ command }) => command,
    );
    assert.ok(contributed.includes('sendToPacs.send'), `sendToPacs.send is not among ${contributed.join(', ')}`);
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      contributed.filter((command) => !registered.has(command)),
      [],
      'contributed, but not registered',
    );
  });
});
