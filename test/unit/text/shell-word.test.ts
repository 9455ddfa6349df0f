import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { invisiblePattern } from '../../../src/text/invisible.ts';
import { bytesOfPath } from '../../../src/text/path-bytes.ts';
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

  it('is what a shell hands on, also what no terminal can show', () => {
    const words = ['a\nb', "it's\x1b[2J", 'Müller', '\u202eabc', 'M\udce4ller', '\\x41\t'];
    const line = words.map((word) => shellWord(word, 'POSIX')).join(' ');
    assert.doesNotMatch(line, invisiblePattern(''));
    assert.ok(line.isWellFormed() && line.includes("'Müller'"));
    const handed = execFileSync('/bin/bash', ['-c', `for word in ${line}; do printf '%s\\0' "$word"; done`]);
    const expected = Buffer.concat(words.flatMap((word) => [bytesOfPath(word), Buffer.of(0)]));
    assert.deepEqual(handed, expected);
  });

  it('is one literal text in PowerShell', () => {
    for (const word of [...HARMFUL, 'a’; id; ‘', '‚‛']) {
      const quoted = shellWord(word, 'PowerShell');
      assert.match(quoted, /^'(?:[^'‘’‚‛]|(['‘’‚‛])\1)*'$/, word);
      assert.equal(
        quoted
          .slice(1, -1)
          .replace(/(['‘’‚‛])\1/g, '$1')
          .replaceAll('\\"', '"'),
        word,
      );
    }
  });
});
