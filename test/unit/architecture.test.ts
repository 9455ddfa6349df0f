import assert from 'node:assert/strict';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { findViolations, type Rule, rooms, type Sources } from '../support/architecture-rules.ts';
import { scanSource } from '../support/import-scanner.ts';

const root = join(import.meta.dirname, '../..');

function readSources(): Map<string, string> {
  const paths = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .map((path) => `src/${path.replaceAll('\\', '/')}`)
    .filter((path) => /\.[cm]?[tj]sx?$/.test(path));
  return new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

describe('The sources keep the architecture', () => {
  const sources = readSources();

  test('they were seen: every room, every file, and their imports', () => {
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).map(({ name }) => name);
    assert.deepEqual(folders.sort(), Object.keys(rooms).sort());
    const roomsSeen = new Set([...sources.keys()].map((path) => String(path.split('/')[1])));
    assert.deepEqual([...roomsSeen].sort(), Object.keys(rooms).sort());
    assert.equal(sources.size, globSync('src/**/*.ts', { cwd: root }).length);
    assert.ok(sources.size >= 100, `only ${sources.size} files`);
    const scans = [...sources].map(([, source]) => scanSource(source));
    const imports = scans.reduce((count, scan) => count + scan.imports.length, 0);
    assert.ok(imports >= 2 * sources.size, `only ${imports} imports in ${sources.size} files`);
    // What one grep sees, the scanner sees.
    for (const [path, source] of sources) {
      const plain = [...source.matchAll(/^(?:import|\}) .*?from '([^']+)';$/gm)].map(([, specifier]) => specifier);
      const scanned = scanSource(source).imports.map(({ specifier }) => specifier);
      assert.deepEqual(
        plain.filter((specifier) => !scanned.includes(specifier)),
        [],
        `imports of ${path} that the scanner does not see`,
      );
    }
  });

  test('no violation', () => {
    const violations = findViolations(sources).map(({ rule, path, detail }) => `${path}: ${rule}: ${detail}`);
    assert.equal(violations.join('\n'), '');
  });
});

const clean: Sources = new Map([
  ['src/protocol/uids.ts', `// UIDs\nexport const VERIFICATION = '1.2.840.10008.1.1';\n`],
  [
    'src/part10/header.ts',
    `// Headers\nimport { VERIFICATION } from '../protocol/uids.ts';\nexport const a = VERIFICATION;\n`,
  ],
  ['src/part10/dcmjs-adapter.ts', `// dcmjs\nexport const load = () => import('dcmjs');\n`],
  ['src/net/tcp.ts', `// Sockets\nimport { Socket } from 'node:net';\nexport const open = () => new Socket();\n`],
  ['src/send/job.ts', `// Jobs\nimport type { open } from '../net/tcp.ts';\nexport type Job = typeof open;\n`],
  [
    'src/trace/text.ts',
    `// Text\nimport type { Job } from '../send/job.ts';\nexport const text = (job: Job) => String(job);\n`,
  ],
  ['src/messages/results.ts', `// Messages\nexport const version = 1;\n`],
  [
    'src/webview/page.ts',
    `// Page\nimport { version } from '../messages/results.ts';\nexport const a = document.title + version;\n`,
  ],
  ['src/cli/main.ts', `#!/usr/bin/env node\n// Main\nimport { text } from '../trace/text.ts';\ntext(open);\n`],
  [
    'src/extension/activate.ts',
    `// Activate\nimport * as vscode from 'vscode';\nvscode.window.showInformationMessage('');\n`,
  ],
]);

describe('A planted violation is caught', () => {
  test('and the clean sources that they are planted into have none', () => {
    assert.deepEqual(findViolations(clean), []);
  });

  const plant = (rule: Rule, path: string, code: string): void => {
    test(`${rule}: ${path}: ${code.slice(0, 70).replaceAll('\n', ' ')}`, () => {
      const planted = findViolations(new Map([...clean, [path, `// About\n${code}\n`]]));
      assert.deepEqual(
        planted.map((violation) => [violation.rule, violation.path]),
        [[rule, path]],
      );
    });
  };

  plant('pure core', 'src/protocol/x.ts', `import { readFileSync } from 'node:fs';`);
  plant('pure core', 'src/protocol/x.ts', `import type { Socket } from 'node:net';`);
  plant('pure core', 'src/protocol/x.ts', `import type { a } from '../part10/header.ts';`);
  plant('pure core', 'src/protocol/ul/x.ts', `export const f = () => import('vscode');`);
  plant('package', 'src/webview/x.ts', `import { join } from 'node:path';`);
  plant('package', 'src/webview/x.ts', `import * as vscode from 'vscode';`);
  plant('package', 'src/messages/x.ts', `import * as valibot from 'valibot';`);
  plant('direction', 'src/webview/x.ts', `import { text } from '../trace/text.ts';`);
  plant('direction', 'src/messages/x.ts', `import type { Job } from '../send/job.ts';`);
  plant('direction', 'src/trace/x.ts', `import type { a } from '../webview/page.ts';`);
  plant('direction', 'src/part10/x.ts', `import { open } from '../net/tcp.ts';`);
  plant('direction', 'src/part10/x.ts', `const t: typeof import('../send/job.ts') = 0;`);
  plant('direction', 'src/net/x.ts', `import { text } from '../trace/text.ts';`);
  plant('direction', 'src/net/x.ts', `import type { Job } from '../send/job.ts';`);
  plant('direction', 'src/send/x.ts', `import { text } from '../trace/text.ts';`);
  plant('direction', 'src/send/deep/x.ts', `await import('../../cli/main.ts');`);
  plant('direction', 'src/trace/x.ts', `import { open } from '../net/tcp.ts';`);
  plant('direction', 'src/trace/x.ts', `import { type Job } from '../send/job.ts';`);
  plant('direction', 'src/trace/x.ts', `import type { a } from '../cli/main.ts';`);
  plant('direction', 'src/cli/x.ts', `import '../extension/activate.ts';`);
  plant('direction', 'src/extension/x.ts', `import {\n  main,\n} from '../cli/main.ts';`);
  plant('direction', 'src/shared/x.ts', `export const a = 1;`);
  plant('package', 'src/send/x.ts', `import * as vscode from 'vscode';`);
  plant('package', 'src/cli/x.ts', `import type { Uri } from 'vscode';`);
  plant('package', 'src/part10/x.ts', `import dcmjs from 'dcmjs';`);
  plant('package', 'src/extension/x.ts', `const a = await import("dcmjs");`);
  plant('package', 'src/part10/x.ts', `import.meta.resolve('dcmjs-codecs/build/dcmjs-native-codecs.wasm');`);
  plant('package', 'src/part10/decompress/codecs-adapter.ts', `const a = await import('dcmjs-codecs');`);
  plant('package', 'src/net/x.ts', `import { connect } from 'node:tls';`);
  plant('package', 'src/send/x.ts', `import { isIP } from 'net';`);
  plant('package', 'src/extension/x.ts', `const { spawn } = require('node:child_process');`);
  plant('package', 'src/net/tcp.ts', `import { exec } from 'node:child_process';\nexport const open = exec;`);
  plant('package', 'src/cli/x.ts', `import { Command } from 'commander';`);
  plant('unresolved', 'src/net/x.ts', `import { a } from './no-such-file.ts';`);
  plant('unresolved', 'src/net/x.ts', `import { open } from './tcp.js';`);
  plant('unresolved', 'src/net/x.ts', 'export const load = (name: string) => import(`./${name}.ts`);');
  plant('re-export', 'src/net/x.ts', `export { open } from './tcp.ts';`);
  plant('re-export', 'src/net/x.ts', `export * from './tcp.ts';`);
  plant('re-export', 'src/net/x.ts', `export type { open } from './tcp.ts';`);
  plant('default export', 'src/net/x.ts', `export default 1;`);
  plant('default export', 'src/net/x.ts', `const a = 1;\nexport { a as default };`);
  plant('length', 'src/net/x.ts', 'void 0;\n'.repeat(400));
  plant('name', 'src/net/index.ts', `export const a = 1;`);
  plant('name', 'src/net/socket-utils.ts', `export const a = 1;`);
  plant('name', 'src/net/storeScu.ts', `export const a = 1;`);
  plant('name', 'src/net/x.ts', `export class AssociationManager {}`);
  plant('name', 'src/net/x.ts', `export interface PathHelper {}`);
  plant('cycle', 'src/net/x.ts', `import './x.ts';`);

  test('opening comment', () => {
    const planted = findViolations(new Map([...clean, ['src/net/x.ts', `export const a = 1;\n`]]));
    assert.deepEqual(
      planted.map(({ rule }) => rule),
      ['opening comment'],
    );
  });

  test('a cycle of types over three files', () => {
    const planted = new Map([
      ...clean,
      ['src/net/a.ts', `// A\nimport type { B } from './b.ts';\nexport type A = B;\n`],
      ['src/net/b.ts', `// B\nimport { type C } from './c.ts';\nexport type B = C;\n`],
      ['src/net/c.ts', `// C\nexport const c = () => import('./a.ts');\nexport type C = 1;\n`],
    ]);
    assert.deepEqual(
      findViolations(planted).map(({ rule, detail }) => [rule, detail]),
      [['cycle', 'src/net/a.ts → src/net/b.ts → src/net/c.ts → src/net/a.ts']],
    );
  });
});

describe('The scanner', () => {
  const specifiers = (source: string): unknown[] => scanSource(source).imports.map(({ specifier }) => specifier);

  test('is not fooled by comments, strings, templates, regular expressions and properties', () => {
    const source = [
      `// import 'a';`,
      `/* import 'b'; */`,
      `const c = "import 'c'";`,
      `const d = \`import 'd' \${f({ e: "import 'e'" })} import 'f'\`;`,
      `const g = text.replace(/'[^'/\\]]*' import 'g'/g, "'");`,
      `const h = a / b; import 'real-one'; const i = c / d;`,
      `loader.import('j'); import.meta.dirname;`,
      `export { k }; const from = 'k';`,
      `import 'real-two';`,
    ].join('\n');
    assert.deepEqual(specifiers(source), ['real-one', 'real-two']);
  });

  test('sees an import behind everything that could hide it', () => {
    assert.deepEqual(specifiers(`const a = \`\${await import('x')}\`;`), ['x']);
    assert.deepEqual(specifiers(`const a = /[/'"]/; import y from 'y';`), ['y']);
    assert.deepEqual(specifiers(`const a = import.meta.resolve('r');`), ['r']);
    assert.deepEqual(specifiers(`export const a = 1, b = { from: 2 };\nimport { z } from 'z';`), ['z']);
    assert.deepEqual(specifiers(`import def, { type T } from 'd'; import type, { x } from 'e';`), ['d', 'e']);
  });

  test('tells types from values', () => {
    const kinds = (source: string): unknown[] => scanSource(source).imports.map(({ kind }) => kind);
    assert.deepEqual(kinds(`import type { A } from 'a'; import type B from 'a'; import type * as C from 'a';`), [
      'type',
      'type',
      'type',
    ]);
    // With verbatimModuleSyntax the module is loaded all the same.
    assert.deepEqual(kinds(`import { type A } from 'a'; import type from 'a';`), ['value', 'value']);
  });
});
