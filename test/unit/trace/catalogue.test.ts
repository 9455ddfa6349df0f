import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { catalogue } from '../../../src/trace/catalogue.ts';

describe('the catalogue of explanations', () => {
  const sections = catalogue();

  it('has sections with different titles, each with entries that can be told apart', () => {
    assert.equal(new Set(sections.map(({ title }) => title)).size, sections.length);
    for (const { title, entries } of sections) {
      assert.ok(entries.length > 0, title);
      assert.equal(new Set(entries.map((entry) => entry.title)).size, entries.length, title);
    }
  });

  for (const { title, entries } of sections) {
    it(`${title}: every entry says what happened, in whole sentences, and whose failure it is`, () => {
      for (const { title: name, explanation } of entries) {
        const { whose, ...words } = explanation;
        assert.ok(whose !== undefined, name);
        for (const part of Object.values(words)) {
          assert.match(part, /^[A-Z0-9].*\.$/, name);
          assert.doesNotMatch(part, /undefined|null|NaN|\[object|\.\./, name);
        }
      }
    });
  }

  it('lists the codes that administrators search for', () => {
    const titles = sections.flatMap(({ entries }) => entries.map(({ title }) => title)).join('\n');
    for (const code of ['ECONNREFUSED', 'Called AE title not recognised', 'A700H', 'Abstract Syntax Not Supported']) {
      assert.ok(titles.includes(code), code);
    }
  });
});
