// What the manifest says by itself. What it says of the extension's code is compared in extension/manifest.test.ts.

import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import manifest from '../../package.json' with { type: 'json' };
import { type LockFile, missingPlatforms } from '../../scripts/lock.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const extensionSource = globSync('src/extension/**/*.ts', { cwd: root }).sort().map(read).join('\n');

const commands: readonly { enablement?: string }[] = manifest.contributes.commands;
const settings = manifest.contributes.configuration.properties as Record<
  string,
  { default?: unknown; scope?: string; description?: string; markdownDescription?: string }
>;
const menus: Record<string, readonly { when?: string }[]> = manifest.contributes.menus;

describe('Conditions:', () => {
  test('every context key in a condition is one that the code sets', () => {
    const conditions = [
      ...commands.map(({ enablement }) => enablement ?? ''),
      ...Object.values(menus).flatMap((items) => items.map(({ when }) => when ?? '')),
    ];
    const keys = conditions.flatMap((condition) =>
      [...condition.matchAll(/(?<!config\.)\bsendToPacs\.\w+/g)].map(([key]) => key),
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

  test('the lock file has the packages of every platform, without which npm ci refuses it', () => {
    assert.deepEqual(missingPlatforms(lock), {}, 'npm run lock writes them in');
    // One that the registry had, and one that had to be written in, tell their platform alike.
    const whole = { ...lock.packages };
    const absent = ['node_modules/@oxlint/binding-linux-x64-gnu', 'node_modules/@esbuild/win32-ia32'];
    for (const path of absent) delete whole[path];
    for (const [path, { os, cpu, libc }] of Object.entries(missingPlatforms({ packages: whole }))) {
      const real = lock.packages[path];
      assert.deepEqual({ os, cpu, libc }, { os: real?.os, cpu: real?.cpu, libc: real?.libc }, path);
    }
    assert.deepEqual(Object.keys(missingPlatforms({ packages: whole })).sort(), absent.sort());
  });

  test('every file that a script of the manifest starts is there', () => {
    for (const [name, script] of Object.entries(manifest.scripts)) {
      for (const [path] of script.matchAll(/\b(?:scripts|src)\/[\w./-]+\.ts\b/g)) {
        assert.ok(existsSync(join(root, path)), `npm run ${name} starts ${path}`);
      }
    }
  });
});
