import assert from 'node:assert/strict';
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import manifest from '../../package.json' with { type: 'json' };
import { type LockFile, missingPlatforms } from '../../scripts/lock.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const extensionSource = globSync('src/extension/**/*.ts', { cwd: root }).sort().map(read).join('\n');

const commands: readonly { command: string; title: string; category: string; enablement?: string }[] =
  manifest.contributes.commands;
const settings = manifest.contributes.configuration.properties as Record<
  string,
  { default?: unknown; scope?: string; description?: string; markdownDescription?: string }
>;
const menus: Record<string, readonly { command?: string; when?: string; group?: string }[]> =
  manifest.contributes.menus;

function kebab(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

describe('The manifest and the code name the same things:', () => {
  const contributed = commands.map(({ command }) => command).sort();

  test('every command is contributed and registered, in a file of its own', () => {
    const registered = [...read('src/extension/activate.ts').matchAll(/^ {2}'(sendToPacs\.\w+)': async/gm)];
    assert.deepEqual(registered.map(([, id]) => String(id)).sort(), contributed);
    const files = readdirSync(join(root, 'src/extension/commands')).sort();
    const expected = contributed.map((id) => `${kebab(id.replace('sendToPacs.', ''))}.ts`);
    // A file may be cut in two: what it needs beside it begins with its name.
    for (const file of expected) assert.ok(files.includes(file), `src/extension/commands/${file} is missing`);
    const foreign = files.filter((file) => !expected.some((name) => file.startsWith(name.replace('.ts', ''))));
    assert.deepEqual(foreign, []);
  });

  test('every command that the code runs or a menu shows is contributed', () => {
    const run = [...extensionSource.matchAll(/executeCommand\(\s*'(sendToPacs\.\w+)'/g)].map(([, id]) => String(id));
    const shown = Object.values(menus).flatMap((items) => items.map(({ command }) => String(command)));
    assert.ok(shown.includes('sendToPacs.send'));
    assert.deepEqual(
      [...run, ...shown].filter((id) => !contributed.includes(id)),
      [],
    );
  });

  test('every setting that the code reads is contributed, and every contributed one is read', () => {
    for (const key of Object.keys(settings)) {
      assert.match(key, /^sendToPacs\./);
      const short = key.replace('sendToPacs.', '');
      const isInMenu = Object.values(menus).some((items) => items.some(({ when }) => when?.includes(`config.${key}`)));
      const isInCode = extensionSource.includes(`'${short}'`) || extensionSource.includes(`'${key}'`);
      assert.ok(isInMenu || isInCode, `nobody reads ${key}`);
    }
    const named = [
      ...extensionSource.matchAll(
        /`?#(sendToPacs\.[\w.]+)#`?|'(sendToPacs\.(?:peers|default|calling|plaintext|receiver|menu)[\w.]*)'/g,
      ),
    ];
    for (const [, link, key] of named) {
      const name = String(link ?? key);
      const isSection = Object.keys(settings).some((setting) => setting.startsWith(`${name}.`));
      assert.ok(name in settings || isSection, `${name} is no setting`);
    }
  });

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

describe('What the manifest promises a person:', () => {
  test('commands are in the category DICOM, with titles of their own', () => {
    for (const { command, category } of commands) assert.equal(category, 'DICOM', command);
    assert.equal(new Set(commands.map(({ title }) => title)).size, commands.length);
    assert.equal(commands.find(({ command }) => command === 'sendToPacs.send')?.title, 'Send to PACS');
  });

  test('settings have a default, a scope and a description, and links in it lead to settings', () => {
    for (const [key, { default: value, scope, description, markdownDescription }] of Object.entries(settings)) {
      assert.notEqual(value, undefined, `${key} has no default`);
      assert.ok(scope, `${key} has no scope`);
      const text = markdownDescription ?? description ?? '';
      assert.ok(text.length > 20, `${key} has no description`);
      for (const [, link] of text.matchAll(/`#([^#`]+)#`/g))
        assert.ok(String(link) in settings, `${key} links to ${link}`);
    }
  });

  test('a workspace that is not trusted cannot say where data go', () => {
    const { supported, restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    assert.equal(supported, 'limited');
    for (const key of restrictedConfigurations) assert.ok(key in settings, `${key} is no setting`);
    for (const [key, { scope }] of Object.entries(settings)) {
      const isOutOfReach = scope === 'application' || scope === 'machine' || restrictedConfigurations.includes(key);
      const decidesNothing = key === 'sendToPacs.menu.showForAllFiles';
      assert.ok(isOutOfReach || decidesNothing, `${key} can be set by a workspace that is not trusted`);
    }
  });

  test('nothing starts it before it is needed, and it runs where the files are', () => {
    assert.deepEqual(manifest.activationEvents, []);
    assert.deepEqual(manifest.extensionKind, ['workspace']);
    assert.equal('browser' in manifest, false);
  });
});

describe('Packages:', () => {
  const lock = JSON.parse(read('package-lock.json')) as LockFile;

  test('@types/vscode is the oldest VS Code that the extension installs in', () => {
    assert.equal(manifest.engines.vscode, `^${manifest.devDependencies['@types/vscode']}`);
  });

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
