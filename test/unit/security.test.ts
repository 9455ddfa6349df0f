// SECURITY.md names a test for each of its controls: here, that each of them exists. And what can be told of the source
// and of the packages without running them.

import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import manifest from '../../package.json' with { type: 'json' };

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Against, control, test. */
const rows = read('SECURITY.md')
  .split('## Controls')[1]
  ?.split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  .filter(([first = '']) => first !== 'Against' && !/^-+$/.test(first));

/** What stands as first argument of `test` or `it`, as it is written. */
function titlesIn(path: string): string[] {
  const calls = read(path).matchAll(/\b(?:test|it)\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g);
  return [...calls].map(([, , title = '']) => title.replaceAll("\\'", "'"));
}

describe('SECURITY.md', () => {
  it('names for each control a test that exists', () => {
    assert.ok(rows !== undefined && rows.length >= 40);
    for (const cells of rows) {
      assert.equal(cells.length, 3, cells.join(' | '));
      const [, path = '', title = ''] = /^`(test\/[\w./-]+\.test\.ts)`: (.+)$/.exec(cells[2] ?? '') ?? [];
      assert.ok(path !== '' && existsSync(join(root, path)), cells.join(' | '));
      assert.ok(titlesIn(path).includes(title), `${path} has no test "${title}"`);
    }
  });

  it('has a row for every test of the files that are about security alone', () => {
    const named = new Set(rows?.map((cells) => cells[2]));
    const missing = ['test/host/suite/hostile-workspace.test.ts', 'test/host/suite/canary.test.ts'].flatMap((path) =>
      titlesIn(path).filter((title) => !named.has(`\`${path}\`: ${title}`)),
    );
    assert.deepEqual(missing, []);
  });

  it('is linked from the README', () => {
    assert.match(read('README.md'), /\]\(SECURITY\.md\)/);
  });
});

it('nothing in src reaches the network but through the transport, nor makes code from text', () => {
  const forbidden =
    /\bfetch\(|\bnew (?:WebSocket|EventSource|XMLHttpRequest|Function)\b|\beval\(|\bchild_process\b|\bcreateWebviewPanel\b|\bisTrusted: true|\bregisterUriHandler\b/;
  const sources = globSync('src/**/*.ts', { cwd: root });
  assert.ok(sources.length > 100);
  for (const path of sources) {
    const found = forbidden.exec(read(path).replace(/^\s*(?:\/\/|\*).*$/gm, ''));
    assert.equal(found, null, `${path}: ${found?.[0]}`);
  }
  const openers = sources.filter((path) =>
    /from 'node:(?:net|tls|http|https|http2|dgram|quic|inspector)'/.test(read(path)),
  );
  assert.deepEqual(openers, ['src/net/tcp.ts']);
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
