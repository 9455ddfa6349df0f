import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { shellWord } from '../../../src/text/shell-word.ts';

const HARMFUL = [
  '$(id)',
  '`id`',
  "it's",
  '"',
  'a b',
  ';id',
  '&& id',
  '~',
  '#x',
  '*',
  '%PATH%',
  '!!',
  'a=b',
  '',
  '\\',
  '{a,b}',
];

describe('a word of a command line', () => {
  it('stays as it is if no shell makes anything of it', () => {
    for (const word of ['storescu', 'pacs.example.org', '104', 'MY-AE_1', '-aet', '+sd', '2001:db8::7'])
      assert.equal(shellWord(word, 'POSIX'), word);
  });

  it('is what a shell hands on, whatever it is', () => {
    const words = [...HARMFUL, ...fc.sample(fc.string({ unit: 'grapheme-ascii', maxLength: 16 }), 300)];
    const line = words.map((word) => shellWord(word, 'POSIX')).join(' ');
    const handed = execFileSync('/bin/sh', ['-c', `for word in ${line}; do printf '%s\\0' "$word"; done`], {
      encoding: 'utf8',
    });
    assert.deepEqual(handed.split('\0').slice(0, -1), words);
  });

  it('is one literal text in PowerShell', () => {
    for (const word of HARMFUL) {
      const quoted = shellWord(word, 'PowerShell');
      assert.match(quoted, /^'(?:[^']|'')*'$/, word);
      assert.equal(quoted.slice(1, -1).replaceAll("''", "'").replaceAll('\\"', '"'), word);
    }
  });
});
