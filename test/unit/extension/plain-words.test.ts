import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { plainWords } from '../../../src/extension/plain-words.ts';

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
