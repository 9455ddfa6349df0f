// The manifest and the code must agree on commands, menus and settings.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const read = (path: string): string => readFileSync(new URL(path, new URL('../../../', import.meta.url)), 'utf8');

interface MenuItem {
  readonly command?: string;
  readonly submenu?: string;
  readonly when?: string;
}

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly extensionKind: readonly string[];
  readonly icon: string;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly engines: { readonly vscode: string };
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly supported: unknown; readonly restrictedConfigurations: readonly string[] };
    readonly virtualWorkspaces: { readonly supported: unknown };
  };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category: string }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly submenus: readonly { readonly id: string }[];
    readonly keybindings: readonly { readonly command: string; readonly when: string }[];
    readonly viewsContainers: { readonly activitybar: readonly { readonly id: string; readonly icon: string }[] };
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string }[];
    readonly walkthroughs: readonly {
      readonly steps: readonly {
        readonly description: string;
        readonly media: { readonly svg: string; readonly altText: string };
        readonly completionEvents: readonly string[];
      }[];
    }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly scope?: string }>> };
  };
}

const manifest = JSON.parse(read('package.json')) as Manifest;
const { commands, menus, configuration } = manifest.contributes;
const sources = globSync('src/extension/**/*.ts', { cwd: root }).map((path) => read(path.replaceAll('\\', '/')));
const code = sources.join('\n');

describe('commands', () => {
  const contributed = commands.map(({ command }) => command);

  it('are those that activation registers', () => {
    const registered = [...read('src/extension/activate.ts').matchAll(/^ {2}'(sendToPacs\.\w+)': /gm)].map(
      ([, id]) => id ?? '',
    );
    assert.ok(registered.length > 0);
    assert.deepEqual(contributed.toSorted(), registered.toSorted());
  });

  it('have one file each', () => {
    const files = globSync('src/extension/commands/*.ts', { cwd: root }).map(
      (path) => path.split(/[\\/]/).at(-1) ?? '',
    );
    const expected = contributed.map(
      (id) => `${id.slice('sendToPacs.'.length).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`,
    );
    assert.deepEqual(files.toSorted(), expected.toSorted());
  });

  it('stand under DICOM', () => {
    for (const { category } of commands) assert.equal(category, 'DICOM');
  });

  it('that code and menus use exist', () => {
    const meant = [...code.matchAll(/executeCommand\(\s*'(sendToPacs\.\w+)'/g)].map(([, id]) => id as string);
    const items = Object.values(menus).flat();
    const inMenus = [...items, ...manifest.contributes.keybindings].flatMap(({ command }) => command ?? []);
    assert.ok(meant.length > 0 && inMenus.length > 0);
    for (const id of [...meant, ...inMenus]) assert.ok(contributed.includes(id), id);
    const submenus = items.flatMap(({ submenu }) => submenu ?? []);
    assert.deepEqual(
      [...new Set(submenus)],
      manifest.contributes.submenus.map(({ id }) => id),
    );
    for (const id of submenus) assert.ok((menus[id] ?? []).length > 0, id);
  });
});

describe('the menu item', () => {
  const patternOf = (when: string): RegExp => {
    const found = /resourceExtname =~ \/(.*?)\/i/.exec(when)?.[1];
    assert.ok(found);
    return new RegExp(found, 'i');
  };

  for (const menu of ['explorer/context', 'editor/title/context', 'editor/title'])
    it(`${menu}: files on a disk that may be DICOM by their name`, () => {
      const [item] = menus[menu] ?? [];
      assert.ok(item);
      assert.ok(item.when);
      assert.match(item.when, /^resourceScheme == file && \(/);
      const pattern = patternOf(item.when);
      for (const extension of ['', '.dcm', '.DCM', '.dicom', '.ima', '.dic', '.1', '.20231'])
        assert.match(extension, pattern, `"${extension}"`);
      for (const extension of ['.txt', '.dcm2', '.png', '.json', '.1a'])
        assert.doesNotMatch(extension, pattern, extension);
      assert.ok(item.when.includes('config.sendToPacs.menu.showForAllFiles'));
      assert.equal(item.when.includes('explorerResourceIsFolder'), menu === 'explorer/context');
    });
});

describe('settings', () => {
  const names = Object.keys(configuration.properties);

  it('are the ones that the code reads', () => {
    const inMenus = JSON.stringify(menus);
    for (const name of names) {
      const key = name.slice('sendToPacs.'.length);
      const isRead = code.includes(`'${key}'`) || inMenus.includes(`config.${name}`);
      assert.ok(isRead, `nothing reads ${name}`);
    }
    for (const [, key] of code.matchAll(/"sendToPacs\.([\w.]*\w)"/g))
      assert.ok(key === 'receiver' || names.includes(`sendToPacs.${key}`), `a message names sendToPacs.${key}`);
  });

  it('that a folder can set are restricted where it is not trusted', () => {
    const harmless = ['sendToPacs.menu.showForAllFiles'];
    const settable = names.filter(
      (name) => !/^(application|machine)$/.test(configuration.properties[name]?.scope ?? ''),
    );
    const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    assert.deepEqual([...restrictedConfigurations, ...harmless].toSorted(), settable.toSorted());
  });
});

describe('the extension', () => {
  it('is activated by its commands, by restored results and once the editor has started, runs where the files are, and works in Restricted Mode', () => {
    // After the start, for the badge of an interrupted send.
    assert.deepEqual(manifest.activationEvents, [
      'onFileSystem:sendtopacs-results',
      'onWebviewPanel:sendToPacs.results',
      'onStartupFinished',
    ]);
    assert.ok(read('src/extension/results.ts').includes("'sendtopacs-results'"));
    assert.deepEqual(manifest.extensionKind, ['workspace']);
    assert.equal(manifest.capabilities.untrustedWorkspaces.supported, 'limited');
    assert.equal(manifest.capabilities.virtualWorkspaces.supported, 'limited');
  });

  it('is typed against the oldest editor that it runs in', () => {
    assert.equal(`^${manifest.devDependencies['@types/vscode']}`, manifest.engines.vscode);
  });

  it('has views whose welcome texts run commands that exist', () => {
    const { viewsContainers, views, viewsWelcome } = manifest.contributes;
    assert.deepEqual(
      viewsContainers.activitybar.map(({ id }) => id),
      Object.keys(views),
    );
    assert.ok(read(viewsContainers.activitybar[0]?.icon ?? '').startsWith('<svg'));
    for (const { id } of Object.values(views).flat()) {
      assert.ok(code.includes(`createTreeView('${id}'`) || code.includes(`createTreeView<string>('${id}'`), id);
      assert.ok(
        viewsWelcome.some(({ view }) => view === id),
        `${id} has no words for being empty`,
      );
    }
    for (const { contents } of viewsWelcome)
      for (const [, id] of contents.matchAll(/\(command:([\w.]+)\)/g))
        assert.ok(
          commands.some(({ command }) => command === id),
          id,
        );
  });

  it('has a walkthrough whose commands and pictures exist', () => {
    const steps = manifest.contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
    assert.equal(steps.length, 4);
    for (const { description, media, completionEvents } of steps) {
      assert.match(read(media.svg), /^<svg [^>]*aria-label="[^"]+"/);
      assert.notEqual(media.altText, '');
      const links = [...description.matchAll(/\(command:([\w.]+)\)/g)].map(([, id]) => id);
      const events = completionEvents.map((event) => event.replace('onCommand:', ''));
      assert.ok(links.length > 0 && events.length > 0);
      for (const id of [...links, ...events])
        assert.ok(
          commands.some(({ command }) => command === id),
          id,
        );
    }
  });

  it('has an icon of 256 × 256', () => {
    const png = readFileSync(new URL(`../../../${manifest.icon}`, import.meta.url));
    assert.equal(png.subarray(1, 4).toString('latin1'), 'PNG');
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [256, 256]);
  });
});
