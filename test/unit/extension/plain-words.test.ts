import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { nameWords, plainWords, quotedWords } from '../../../src/extension/plain-words.ts';

/** What VS Code turns into a link in a notification, and into an icon in a list. */
const LINK = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;
const ICON = /\$\([\w~-]+\)/;

describe('plainWords', () => {
  it('leaves no link and no icon in any text', () => {
    const unit = fc.constantFrom('[', ']', '(', ')', '$', 'a', 'command:x', 'https://x', ' ', '"', '~spin', '\\');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), (text) => {
        const plain = plainWords(text);
        assert.doesNotMatch(plain, LINK);
        assert.doesNotMatch(plain, ICON);
        assert.equal(plainWords(plain), plain);
        assert.equal(plain.replaceAll(' ', ''), text.replaceAll(' ', ''), 'nothing is lost');
      }),
    );
    assert.match('[Click here](command:workbench.action.quit)', LINK);
    assert.match('$(verified) PACS', ICON);
    assert.equal(plainWords('[a](command:b) $(c) OFFIS [1]'), '[a] (command:b) $ (c) OFFIS [1]');
  });

  it('gets no name that is not made one isolated line before', () => {
    const root = join(import.meta.dirname, '../../..');
    let names = 0;
    for (const path of globSync('src/extension/**/*.ts', { cwd: root })) {
      const source = readFileSync(join(root, path), 'utf8');
      assert.doesNotMatch(source, /\$\{[\w.]*(?:peer\.name|folderName|folder\.name|remoteName)\}/, path);
      names += source.match(/(?:name|quoted|chosen)Words\(/g)?.length ?? 0;
    }
    assert.ok(names >= 20, `${names}`);
  });

  it('is applied to every message with text of others', () => {
    const root = join(import.meta.dirname, '../../..');
    let calls = 0;
    for (const path of globSync('src/extension/**/*.ts', { cwd: root })) {
      const source = readFileSync(join(root, path), 'utf8');
      for (const [, argument = ''] of source.matchAll(/\.show(?:Information|Warning|Error)Message\(\s*(\S{0,12})/g)) {
        calls += 1;
        assert.match(argument, /^(plainWords\(|'[^'])/, `${path}: ${argument}`);
      }
    }
    assert.ok(calls >= 15, `${calls}`);
  });
});

describe('nameWords', () => {
  it('leaves plain names as they are', () => {
    assert.equal(nameWords('PACS-1 (new)'), 'PACS-1 (new)');
    assert.equal(quotedWords('PACS'), '"PACS"');
  });

  it('isolates what could reorder the text beside it', () => {
    assert.equal(nameWords('ארכיון'), '\u2068ארכיון\u2069');
    assert.equal(nameWords('a\u2069b\u2068\u202e'), 'ab');
  });

  it('is one line without runs of spaces and piles of marks', () => {
    assert.equal(nameWords('a\n\u2028\u3000\u00a0 b'), 'a b');
    assert.equal(nameWords(`e${'\u0301'.repeat(50)}`), `\u2068e${'\u0301'.repeat(4)}\u2069`);
  });

  it('cannot close its quotation marks', () => {
    assert.equal(quotedWords('a" b” c＂'), `"a' b' c'"`);
  });
});
