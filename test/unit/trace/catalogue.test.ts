import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import manifest from '../../../package.json' with { type: 'json' };
import { RECEIVE_OPTIONS } from '../../../src/cli/receive.ts';
import { STORE_OPTIONS } from '../../../src/cli/store.ts';
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
          assert.doesNotMatch(part, /\([^()]*\(/, `${name}: brackets within brackets`);
        }
      }
    });
  }

  it('has an action for every failure, except where there is nothing to do', () => {
    const without = sections.flatMap(({ entries }) =>
      entries.filter(({ explanation: { action } }) => action === undefined).map(({ title }) => title.split(':')[0]),
    );
    assert.deepEqual([...new Set(without)], ['not DICOM', 'duplicate instance', 'cancelled']);
  });

  it('names options of ours that exist, each as the setting and as the option of the command line', () => {
    const { properties } = manifest.contributes.configuration;
    const { timeouts, ...fields } = properties['sendToPacs.peers'].items.properties;
    const settings = new Set([
      ...Object.keys(properties),
      ...Object.keys(fields),
      ...Object.keys(timeouts.properties).map((name) => `timeouts.${name}`),
    ]);
    const options = [...Object.values(STORE_OPTIONS), ...Object.values(RECEIVE_OPTIONS)];
    const spellings = new Set<string>(options.flatMap((option) => [...option.spellings]));
    const named = sections
      .flatMap(({ entries }) => entries.map(({ explanation: { action = '' } }) => action))
      .flatMap((action) => [...action.matchAll(/\(setting (\S+), option (\S+)\)/g)]);
    for (const [pair, setting = '', option = ''] of named) {
      assert.ok(settings.has(setting) && spellings.has(option), pair);
    }
    for (const setting of ['calledAETitle', 'callingAETitle', 'timeouts.response', 'conversion', 'associations']) {
      assert.ok(
        named.some(([, name]) => name === setting),
        setting,
      );
    }
  });

  it('lists the codes that administrators search for', () => {
    const titles = sections.flatMap(({ entries }) => entries.map(({ title }) => title)).join('\n');
    for (const code of ['ECONNREFUSED', 'Called AE title not recognised', 'A7xxH', 'Abstract Syntax Not Supported']) {
      assert.ok(titles.includes(code), code);
    }
  });
});
