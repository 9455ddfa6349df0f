import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { markdownCode, markdownText } from '../../../src/text/markdown-text.ts';

describe('markdownCode', () => {
  it('cannot be closed by the text itself', () => {
    assert.equal(markdownCode('a.dcm'), '`a.dcm`');
    assert.equal(markdownCode('a`b``c'), '```a`b``c```');
    assert.equal(markdownCode('`a'), '`` `a ``');
    assert.equal(markdownCode('a|b'), '`a|b`');
    assert.equal(markdownCode('a|b', 'cell'), '`a\\|b`');
    assert.equal(markdownCode(''), '');
  });
});

describe('markdownText', () => {
  it('leaves sentences as they are', () => {
    for (const text of [
      'The PACS disk may be full. Ask its administrator to free space, then send again.',
      "The peer's answer (A-ABORT, 0122H) came after 3.5 s: not in time!",
      'Offending element (0008,0018)).',
      '1,234 of 5,678 files → 12%',
      'Grüße 名前 नमस्ते',
      '',
    ])
      assert.equal(markdownText(text), text);
  });

  it('makes code of words that could be markup, and of what is in quotation marks', () => {
    for (const [text, markdown] of [
      ['Peer said "//host/path", see b.c.', 'Peer said `"//host/path"`, see `b.c`.'],
      ['A700H ("Cannot write to file", element)', 'A700H (`"Cannot write to file"`, element)'],
      ['[::1]:104', '`[::1]:104`'],
      ['OFFIS_DCMTK_367 (1.2.276)', '`OFFIS_DCMTK_367 (1.2.276)`'],
      ['a@b.c http://d e', '`a@b.c http://d` e'],
      ['1. item', '`1`. item'],
      ['two  spaces here', '`two  spaces` here'],
      ['- item', '`-` item'],
      ['now - then', 'now - then'],
    ] as const)
      assert.equal(markdownText(text), markdown);
  });
});
