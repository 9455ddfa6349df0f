import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { itemsOf, type JsonNode, memberOf, membersOf, readJson } from '../../../src/text/json-with-comments.ts';

const DEPTH = 20;

/** The same as JSON.parse makes, where no key occurs twice. */
function plain(node: JsonNode): unknown {
  const items = itemsOf(node);
  if (items !== undefined) return items.map(plain);
  if (typeof node.value !== 'object' || node.value === null) return node.value;
  return Object.fromEntries(membersOf(node).map(({ key, node: member }) => [key, plain(member)]));
}

describe('JSON with comments', () => {
  it('is read as JSON where there are none', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        const node = readJson(text, DEPTH);
        assert.ok(node);
        // JSON.parse alone makes -0 and __proto__ of the text.
        assert.equal(JSON.stringify(plain(node)), JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it('may have comments and a comma behind the last', () => {
    const text = `\ufeff// peers "of" {us}
      { /* [ */ "a": [1, 2,], // ] "x"
        "b": "// no comment /* either",
        "a": [ /* the last counts */ {"name": "it\\"s"} ],
      } // end`;
    const node = readJson(text, DEPTH);
    assert.deepEqual(plain(memberOf(node, 'a') as JsonNode), [{ name: 'it"s' }]);
    assert.equal(memberOf(node, 'b')?.value, '// no comment /* either');
    const [item] = itemsOf(memberOf(node, 'a')) ?? [];
    assert.equal(text.slice(item?.start, item?.end), '{"name": "it\\"s"}');
  });

  it('says nothing of what is none', () => {
    for (const text of [
      '',
      '{',
      '[1',
      '{"a" 1}',
      '{a: 1}',
      '[1 2]',
      '"a\nb"',
      '"\\x"',
      'nul',
      '1 2',
      '{"a": 1} x',
      '/* ',
    ])
      assert.equal(readJson(text, DEPTH), undefined, text);
  });

  it('is read in time that grows with its length, and not too deep', () => {
    for (const text of ['['.repeat(200_000), '{"a":'.repeat(200_000), '/*'.repeat(200_000), '/'.repeat(200_000), '"\\'])
      assert.equal(readJson(text, DEPTH), undefined);
    assert.ok(readJson(`[${'1,'.repeat(200_000)}]`, DEPTH));
    assert.ok(readJson(`${'// x\n'.repeat(100_000)}1`, DEPTH));
    assert.ok(readJson(`${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`, DEPTH));
    assert.equal(readJson(`${'['.repeat(DEPTH + 1)}${']'.repeat(DEPTH + 1)}`, DEPTH), undefined);
  });
});
