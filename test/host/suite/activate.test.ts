import * as assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
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

  it('activates in less than 50 ms', async () => {
    assert.equal(extension().isActive, false, 'something has activated it before');
    // Both are one turn of the event loop, so nothing else of this process is measured. VS Code takes what is loaded already.
    const require = createRequire(join(extension().extensionPath, 'package.json'));
    const main = './dist/extension.cjs';
    const startedMs = performance.now();
    const loaded = require(main) as { activate(context: unknown): void };
    const loadedMs = performance.now();
    let activatedMs = 0;
    const cached = require.cache[require.resolve(main)];
    assert.ok(cached);
    cached.exports = {
      ...loaded,
      activate: (context: unknown) => {
        const calledMs = performance.now();
        loaded.activate(context);
        activatedMs = performance.now() - calledMs;
      },
    };
    await extension().activate();
    assert.equal(extension().isActive, true);
    assert.ok(activatedMs > 0, 'VS Code has loaded it a second time');
    const ms = loadedMs - startedMs + activatedMs;
    assert.ok(ms < 50, `${ms} ms`);
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
