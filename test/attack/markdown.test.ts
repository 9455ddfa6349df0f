import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { reportMarkdown } from '../../src/report/markdown.ts';
import { type MarkdownPlace, markdownCode, markdownText } from '../../src/text/markdown-text.ts';
import { sanitize } from '../../src/trace/sanitize.ts';
import { attackSize } from '../support/attack.ts';
import { readers, readMarkdown, SOUGHT } from '../support/markdown-reader.ts';
import { resultInWords } from '../support/send-results.ts';

const ATTACKS: readonly string[] = [
  '//host/path',
  'see //evil.example/path for help',
  '//localhost/x //127.0.0.1/x //[::1]/x',
  'http://evil.example/x',
  'HTTPS://EVIL.EXAMPLE',
  'http\\://evil.example',
  'ftp://a.b mailto:a@b.c xmpp:a@b.c',
  'file:///etc/passwd vscode://x/y command:workbench.action.quit javascript:alert(1)',
  'www.evil.example www. evil.com example.com/x?y#z',
  'a@b.c <a@b.c> a\\@b.c',
  '127.0.0.1 127.0.0.1:8080 [::1]:104 10.0.0.1/x',
  '<https://evil.example> <img src=x onerror=alert(1)> <script>x</script> <!-- x --> <?x?> <![CDATA[x]]>',
  '[x](command:y) ![x](http://y/z.png) [x][y] [x] [^1] [[wiki]] [x]: //y "z"',
  ':smile: :+1: :) 8-) @user #1 GH-1 owner/repo#1',
  '$x$ $$x$$ \\(x\\) $`x`$ ~x~ ^x^ ==x== ++x++ ~~x~~ __x__ **x** *x* _x_',
  '&lt;script&gt; &#60; &amp; &nbsp;',
  '``` x',
  '~~~',
  '`',
  '`` ` ```',
  '`a` `b',
  '\\',
  '\\`',
  'a\\|b | c || d \\\\| e',
  '---',
  '===',
  '***',
  '# title',
  '> quote',
  '> [!NOTE] x',
  '- item',
  '+ item',
  '* item',
  '- [ ] task',
  '1. item',
  '1) item',
  '(1) item',
  'a. item',
  'iv) item',
  '#. item',
  ': definition',
  '::: warning',
  ':::{note}',
  '!!! note',
  '{: .x } {{ x }} {% x %} %%x%%',
  '| a | b |',
  '|---|---|',
  '    code',
  '\tcode',
  'two  spaces',
  'hard break  ',
  ' x ',
  '(c) (r) (tm) (p) +- -- --- ... ???? !!!! ,,',
  '"a" \'b\' “c” ‘d’',
  '"unclosed http://x.y "closed" //z',
  '*[HTML]: x',
  'O\u2019Hara\u3000\u00a0x',
  '\u0301x \u20dd',
  'ａ：／／ｂ。ｃ',
  'xn--e1afmkfd.xn--p1ai пример.рф 例え.jp',
];

const unit = fc.oneof(
  fc.constantFrom(...Array.from('\\`*_{}[]()<>#+-.!|~^$@:;/&=%"\'?, 0a1bc\n')),
  fc.constantFrom(
    'http://',
    'www.',
    '.com',
    '//',
    '@b.c',
    '](x)',
    '<!--',
    '-->',
    '``',
    '  ',
    '\\|',
    '&lt;',
    ':a:',
    '(c)',
    '1.',
  ),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 2 }),
);
const hostile = fc.oneof(
  fc.string({ unit, maxLength: 30 }),
  fc.array(fc.constantFrom(...ATTACKS), { minLength: 1, maxLength: 3 }).map((texts) => texts.join(' ')),
);
const numRuns = attackSize(1_500, 150_000);

/** Typographic readers write an apostrophe within a word as ’; it is the one difference that they make. */
const straight = (text: string): string => text.replaceAll('’', "'");

/** The same text in a paragraph, an item and a cell; each with what must be there besides. */
function* placesOf(
  mark: (place: MarkdownPlace) => string,
): Generator<[markdown: string, before: string, after: string]> {
  yield [mark('line'), '', ''];
  yield [`- ${mark('line')}`, '', ''];
  yield [`- \`path\`: ${mark('line')}`, 'path: ', ''];
  yield [`| a | b |\n| --- | --- |\n| ${mark('cell')} | \`x\` |\n`, 'ab', 'x'];
}

const HARMLESS =
  /^(?:paragraph|bullet_list|list_item|table|thead|tbody|tr|th|td)_(?:open|close)$|^inline$|^text$|^code_inline$/;

function isHarmless(text: string, mark: (place: MarkdownPlace) => string): void {
  for (const [markdown, before, after] of placesOf(mark)) {
    for (const reader of ['preview', 'eager'] as const) {
      const { text: shown, plain, kinds } = readMarkdown(markdown, reader);
      assert.equal(straight(shown), straight(before + text + after), markdown);
      for (const kind of kinds) assert.match(kind, HARMLESS, `${kind} in ${markdown}`);
      for (const sought of SOUGHT) assert.doesNotMatch(plain, sought, markdown);
    }
  }
}

/** The kind of every block and cell of a report, whatever the texts in it are. */
function shapeOf(words: string): string[] {
  const markdown = [...reportMarkdown(resultInWords(words))].join('');
  const { plain, kinds } = readMarkdown(markdown);
  for (const kind of kinds)
    assert.match(
      kind,
      /^(?:heading_(?:open|close)|softbreak)$|^(?:paragraph|bullet|list|t)|^inline$|^code_inline$/,
      kind,
    );
  for (const sought of SOUGHT.slice(0, 3)) assert.doesNotMatch(plain, sought);
  return readers.eager.parse(markdown, {}).map(({ type }) => type);
}

describe('text of others in Markdown', () => {
  it('is shown as it is, and no reader makes anything of it: known attacks', () => {
    for (const attack of ATTACKS) {
      const text = sanitize(attack, 200);
      isHarmless(text, (place) => markdownText(text, place));
      isHarmless(text, (place) => markdownCode(text, place));
      const sentence = `PACS answered A700H ("${text.replaceAll('"', "'")}", element (0008,0018)). Ask ${text}, please.`;
      isHarmless(sanitize(sentence, 600), (place) => markdownText(sanitize(sentence, 600), place));
    }
  });

  it('is shown as it is, and no reader makes anything of it: arbitrary text', () => {
    fc.assert(
      fc.property(hostile, (raw) => {
        const text = sanitize(raw, 200);
        if (text === '') return;
        isHarmless(text, (place) => markdownText(text, place));
        isHarmless(text, (place) => markdownCode(text, place));
      }),
      { numRuns },
    );
  });

  it('is shown as it is even with spaces at its ends', () => {
    for (const text of [' ', '  ', ' a', 'a ', ' a ', 'a  b', ' `', '(', '()', '(.'])
      for (const place of ['line', 'cell'] as const) assert.equal(readMarkdown(markdownText(text, place)).text, text);
  });

  it('changes nothing about the structure of a report', () => {
    const plain = shapeOf('plain');
    for (const attack of ATTACKS) assert.deepEqual(shapeOf(attack), plain, attack);
    fc.assert(
      fc.property(hostile, (text) => {
        if (sanitize(text, 200) !== '') assert.deepEqual(shapeOf(text), plain);
      }),
      { numRuns: attackSize(50, 3_000) },
    );
  });

  it('takes time in proportion to its length, whatever it is', () => {
    for (const piece of ['"', '" ', '`', '` ', 'a', 'a-', 'a.', '(', ') ', '\\', ' ', '1.1']) {
      const text = piece.repeat(attackSize(20_000, 200_000));
      const began = performance.now();
      markdownText(text);
      markdownCode(text, 'cell');
      const elapsed = performance.now() - began;
      assert.ok(elapsed < attackSize(400, 4_000), `${elapsed} ms for ${piece}`);
    }
  });
});
