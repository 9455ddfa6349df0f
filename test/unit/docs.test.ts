// What the documents say of the code, as far as a machine can compare it.

import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import manifest from '../../package.json' with { type: 'json' };
import { GENERATED } from '../../scripts/docs.ts';
import { ECHO_OPTIONS } from '../../src/cli/echo.ts';
import { RECEIVE_OPTIONS } from '../../src/cli/receive.ts';
import { STORE_OPTIONS } from '../../src/cli/store.ts';
import { IMPLEMENTATION_VERSION_NAME } from '../../src/protocol/implementation.ts';
import { DOCUMENTS, documentEntries, hasTest, namedTests } from '../support/document-claims.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const documents = [...globSync('*.md', { cwd: root }), ...globSync('docs/**/*.md', { cwd: root })];

/** Cells of the table rows of a document, trimmed. */
const rows = (text: string): readonly (readonly string[])[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

const unquoted = (text: string): string => text.replaceAll('`', '');

describe('documents', () => {
  it('are the ones that are expected', () => {
    for (const name of ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/cli.md']) {
      assert.ok(documents.includes(name), name);
    }
  });

  for (const document of documents) {
    it(`${document} links to files that are there`, () => {
      for (const [, target = ''] of read(document).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
        // Screenshots are taken by the e2e tests.
        if (/^https?:/.test(target) || target.startsWith('media/screenshots/')) continue;
        assert.ok(existsSync(join(root, dirname(document), target)), `${document} -> ${target}`);
      }
    });

    it(`${document} can be read as source: no line is longer than 120 characters`, () => {
      // Measurements are a table that a program writes. A heading cannot be wrapped.
      const text = read(document).replace(/<!-- numbers:[^]*<!-- \/numbers -->/, '');
      const long = text.split('\n').filter((line) => line.length > 120 && !line.startsWith('#'));
      assert.deepEqual(long, []);
    });

    it(`${document} names files and scripts that are there`, () => {
      const text = read(document);
      for (const [, path = ''] of text.matchAll(/`((?:src|test|scripts|docs)\/[\w./-]+)`/g)) {
        assert.ok(existsSync(join(root, path)), `${document} names ${path}`);
      }
      for (const [, script = ''] of text.matchAll(/npm run (?:--silent )?([a-z][\w:-]*)/g)) {
        assert.ok(script in manifest.scripts, `${document} names npm run ${script}`);
      }
    });
  }

  for (const path of DOCUMENTS) {
    it(`${path} names tests that exist`, () => {
      const tests = namedTests(path);
      assert.ok(tests.length > 10, `${tests.length} tests`);
      for (const named of tests) assert.ok(hasTest(named), `${named.file} has no test "${named.name}"`);
    });
  }

  it('list every decision, and none that is not there', () => {
    const files = globSync('docs/decisions/0*.md', { cwd: root }).map((path) => path.replace('docs/decisions/', ''));
    const linked = [...read('docs/decisions/README.md').matchAll(/\]\((0[^)]+)\)/g)].map(([, name]) => name);
    assert.deepEqual(linked, files.sort());
  });

  it('begin the changelog with the version of the package, or with what is unreleased', () => {
    const [, first] = /^## \[([^\]]+)\]/m.exec(read('CHANGELOG.md')) ?? [];
    assert.equal(first, manifest.version.endsWith('-dev') ? 'Unreleased' : manifest.version);
  });

  for (const [path, text] of Object.entries(GENERATED)) {
    it(`${path} is what the code says now`, () => {
      assert.ok(read(path) === text(), `${path} is not current: run \`npm run docs\``);
      assert.doesNotMatch(read(path), /undefined|NaN|\[object|Infinity/);
    });
  }
});

it('the version that peers see is the version of the package', () => {
  const digits = manifest.version.replace(/-.*/, '').replaceAll('.', '');
  assert.equal(IMPLEMENTATION_VERSION_NAME, `SEND_TO_PACS_${digits}`);
});

describe('settings', () => {
  const properties: Readonly<Record<string, { default?: unknown }>> = manifest.contributes.configuration.properties;

  const written = (value: unknown): string =>
    typeof value === 'string' && value !== '' ? value : JSON.stringify(value);

  it('are in README.md with their defaults', () => {
    const told = rows(read('README.md')).filter(([name = '']) => name.startsWith('`sendToPacs.'));
    assert.deepEqual(
      told.map(([name = '', value = '']) => [unquoted(name), unquoted(value)]),
      Object.entries(properties).map(([name, schema]) => [name, written(schema.default)]),
    );
  });

  it('are in docs/settings.md with their defaults', () => {
    const told = documentEntries('docs/settings.md').filter(({ title }) => title.startsWith('`sendToPacs.'));
    assert.deepEqual(
      told.map(({ title, text }) => [unquoted(title), /^Default: `([^`]+)`\. ./.exec(text)?.[1]]),
      Object.entries(properties).map(([name, schema]) => [name, written(schema.default)]),
    );
  });

  it('of a peer are in docs/settings.md with their defaults', () => {
    const peer = manifest.contributes.configuration.properties['sendToPacs.peers'].items.properties;
    const { timeouts, ...plain } = peer;
    const expected = new Map<string, unknown>(
      Object.entries(plain).map(([name, schema]) => [name, (schema as { default?: unknown }).default]),
    );
    for (const [name, schema] of Object.entries(timeouts.properties)) expected.set(`timeouts.${name}`, schema.default);
    const items = documentEntries('docs/settings.md')
      .filter(({ section }) => section === 'A peer')
      .flatMap(({ items }) => items);
    const told = new Map(
      items.map((item) => {
        const [, name = item, facts = ''] = /^`([\w.]+)` \(([^)]*)\): ./.exec(item) ?? [];
        return [name, /^default `([^`]+)`$/.exec(facts)?.[1]];
      }),
    );
    assert.deepEqual([...told.keys()].sort(), [...expected.keys()].sort());
    for (const [name, value] of expected) if (value !== undefined) assert.equal(told.get(name), written(value), name);
  });
});

describe('options', () => {
  it('are all in docs/cli.md', () => {
    const text = read('docs/cli.md');
    for (const table of [STORE_OPTIONS, ECHO_OPTIONS, RECEIVE_OPTIONS]) {
      for (const { spellings } of Object.values(table)) {
        for (const spelling of spellings) {
          if (spelling === '-h' || spelling === '--help') continue;
          assert.ok(new RegExp(`(?<![\\w-])${spelling}(?![\\w-])`).test(text), spelling);
        }
      }
    }
  });
});

describe('docs/trace.md', () => {
  it('shows lines that the program writes', () => {
    const [, example = ''] = /## An example[^]*?```\n([^]*?)```/.exec(read('docs/trace.md')) ?? [];
    const lines = example.trim().split('\n');
    assert.ok(lines.length > 10);
    const golden = globSync('test/transcripts/golden/*.txt', { cwd: root }).map(read).join('\n');
    // Numbers, names and times are those of another send.
    const shape = (line: string): string =>
      line
        .replace(/^[A-Z]: (?:Sending file|Stored): .*/, (text) => text.slice(0, text.indexOf(':', 3)))
        .replace(/Connecting to .*/, 'Connecting to')
        .replace(/ in [\d.]+ m?s, .*/, '')
        .replaceAll(/[\d.,]+ (?:bytes|kB|MB)/g, 'N')
        .replaceAll(/×[\d.,]+|MsgID \d+|context \d+/g, 'N');
    const known = new Set(golden.split('\n').map(shape));
    for (const line of lines) assert.ok(known.has(shape(line)), line);
  });

  it('names every state of PS3.8', () => {
    const text = read('docs/trace.md');
    for (let state = 1; state <= 13; state++) {
      const isNamed = text.includes(`Sta${state}*`) || (state >= 9 && state <= 12 && text.includes('Sta9 to Sta12'));
      assert.ok(isNamed, `Sta${state}`);
    }
  });
});
