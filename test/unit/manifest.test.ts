// What the manifest says by itself. What it says of the extension's code is compared in extension/manifest.test.ts.

import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import manifest from '../../package.json' with { type: 'json' };
import { type LockFile, missingOptional, unchecked } from '../../scripts/lock.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const extensionSource = globSync('src/extension/**/*.ts', { cwd: root }).sort().map(read).join('\n');

const commands: readonly { enablement?: string }[] = manifest.contributes.commands;
const settings = manifest.contributes.configuration.properties as Record<
  string,
  { default?: unknown; scope?: string; description?: string; markdownDescription?: string }
>;
const menus: Record<string, readonly { command?: string; when?: string }[]> = manifest.contributes.menus;

describe('Conditions:', () => {
  test('every context key in a condition is one that the code sets', () => {
    const conditions = [
      ...commands.map(({ enablement }) => enablement ?? ''),
      ...Object.values(menus).flatMap((items) => items.map(({ when }) => when ?? '')),
      ...manifest.contributes.keybindings.map(({ when }) => when),
    ];
    const keys = conditions.flatMap((condition) =>
      [...condition.matchAll(/(?<!(?:config\.|[vV]iew == ))\bsendToPacs\.\w+/g)].map(([key]) => key),
    );
    assert.ok(keys.length > 0);
    for (const key of keys) assert.match(extensionSource, new RegExp(`'setContext', '${key}'`), `nobody sets ${key}`);
  });
});

describe('Settings:', () => {
  test('they have a default, a scope and a description, and links in it lead to settings', () => {
    for (const [key, { default: value, scope, description, markdownDescription }] of Object.entries(settings)) {
      assert.notEqual(value, undefined, `${key} has no default`);
      assert.ok(scope, `${key} has no scope`);
      const text = markdownDescription ?? description ?? '';
      assert.ok(text.length > 20, `${key} has no description`);
      for (const [, link] of text.matchAll(/`#([^#`]+)#`/g))
        assert.ok(String(link) in settings, `${key} links to ${link}`);
    }
  });
});

describe('Packages:', () => {
  const lock = JSON.parse(read('package-lock.json')) as LockFile;

  test('all are pinned', () => {
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      assert.match(version, /^\d+\.\d+\.\d+$/, name);
    }
  });

  test('each with an install script is allowed or denied by name, so that npm ci says and does the same everywhere', () => {
    const withScript = Object.entries(lock.packages)
      .filter(([path, { hasInstallScript }]) => path !== '' && hasInstallScript)
      .map(([path]) => path.replace(/^.*node_modules\//, ''));
    const named = Object.keys(manifest.allowScripts);
    assert.deepEqual(
      withScript.filter((name) => !named.includes(name)),
      [],
    );
    assert.equal(manifest.allowScripts.node, true);
    assert.equal(manifest.allowScripts.esbuild, true);
  });

  test('the lock file names no registry', () => {
    const resolved = Object.entries(lock.packages).filter(([, entry]) => entry.resolved !== undefined);
    assert.deepEqual(resolved, []);
  });

  test('each in the lock file has the SHA-512 by which npm checks what it downloads', () => {
    assert.ok(Object.keys(lock.packages).length > 100);
    assert.deepEqual(unchecked(lock), [], 'npm run lock adds it');
    const packages = { '': {}, 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { integrity: 'sha1-AAAA' } };
    assert.deepEqual(unchecked({ packages }), ['node_modules/a', 'node_modules/b']);
  });

  test('the lock file has the packages of every platform, without which npm ci refuses it', () => {
    assert.deepEqual(missingOptional(lock), [], 'npm run lock adds them');
    const packages = { ...lock.packages };
    delete packages['node_modules/@esbuild/win32-ia32'];
    assert.deepEqual(missingOptional({ packages }), ['@esbuild/win32-ia32']);
  });

  test('every file that a script of the manifest starts is there', () => {
    for (const [name, script] of Object.entries(manifest.scripts)) {
      for (const [path] of script.matchAll(/\b(?:scripts|src)\/[\w./-]+\.ts\b/g)) {
        assert.ok(existsSync(join(root, path)), `npm run ${name} starts ${path}`);
      }
    }
  });
});
