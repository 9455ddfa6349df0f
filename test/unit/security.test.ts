// SECURITY.md names a test for each of its controls. Here: each of them exists (`npm test` checks at its end that each ran
// and passed). And what can be said of the source and of the packages without running them.

import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import manifest from '../../package.json' with { type: 'json' };
import { documentEntries, hasTest, titlesIn } from '../support/document-claims.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const controls = documentEntries('SECURITY.md').filter(({ section }) => section.startsWith('Controls: '));

describe('SECURITY.md', () => {
  it('names for each control a test that exists', () => {
    assert.ok(controls.length >= 46);
    for (const { title, text, tests } of controls) {
      assert.ok(text !== '', `${title}: no control`);
      assert.ok(tests.length > 0, `${title}: no test`);
      for (const test of tests) {
        assert.ok(existsSync(join(root, test.file)), `${title}: there is no ${test.file}`);
        assert.ok(test.name !== '' && hasTest(test), `${test.file} has no test "${test.name}"`);
      }
    }
  });

  it('has a control for every test of the files that are about security alone', () => {
    const named = new Set(controls.flatMap(({ tests }) => tests.map(({ file, name }) => `${file} › ${name}`)));
    const missing = ['test/host/suite/hostile-workspace.test.ts', 'test/host/suite/canary.test.ts'].flatMap((file) =>
      titlesIn(file).filter((title) => !named.has(`${file} › ${title}`)),
    );
    assert.deepEqual(missing, []);
  });

  it('is linked from the README', () => {
    assert.match(read('README.md'), /\]\(SECURITY\.md\)/);
  });
});

it('nothing in src reaches the network but through the transport, nor makes code from text', () => {
  const forbidden =
    /\bfetch\(|\bnew (?:WebSocket|EventSource|XMLHttpRequest|Function)\b|\beval\(|\bchild_process\b|\b(?:inner|outer)HTML\b|\binsertAdjacentHTML\b|\bdocument\.write\b|\bisTrusted: true|\bregisterUriHandler\b/;
  const sources = globSync('src/**/*.ts', { cwd: root });
  assert.ok(sources.length > 100);
  for (const path of sources) {
    const found = forbidden.exec(read(path).replace(/^\s*(?:\/\/|\*).*$/gm, ''));
    assert.equal(found?.[0], undefined, path);
  }
  const openers = sources.filter((path) =>
    /from 'node:(?:net|tls|http|https|http2|dgram|quic|inspector)'/.test(read(path)),
  );
  assert.deepEqual(openers, ['src/net/tcp.ts']);
});

it('a page lets in its own script and style sheet, and has no way to any network', () => {
  const makers = globSync('src/**/*.ts', { cwd: root }).filter((path) => /\.html = /.test(read(path)));
  assert.deepEqual(makers, ['src/extension/results-panel.ts']);
  for (const path of makers) {
    const policies = [...read(path).matchAll(/`default-src [^`]*`/g)].map(([policy]) => policy);
    assert.deepEqual(policies, ["`default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource}`"]);
  }
});

it('every package that is shipped has a decision of its own', () => {
  const decisions = globSync('docs/decisions/0*.md', { cwd: root }).map(read).join('\n');
  const decided = new Set([...decisions.matchAll(/^\*\*([a-z][\w-]*)(?: [\d.]+)?\*\* \(/gm)].map(([, name]) => name));
  for (const [name, version] of Object.entries(manifest.dependencies)) {
    assert.ok(decided.has(name), `${name} is in no decision`);
    assert.match(version, /^\d+\.\d+\.\d+$/);
  }
  assert.equal(Object.keys(manifest.dependencies).length, decided.size, [...decided].join(', '));
  assert.ok(!('optionalDependencies' in manifest) && !('peerDependencies' in manifest));
});
