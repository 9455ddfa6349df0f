// That VS Code opens the right file, and the cursor is there, is a story of test/e2e.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { entryIn } from '../../../src/extension/settings-entries.ts';

const SETTINGS = `{
  // "name": "B"
  "editor.fontSize": 12,
  "sendToPacs.peers": [
    { "name": "A", "host": "a", "port": 104 }, /* the second */
    { "port": 104, "host": "b", "name": "B", },
  ],
}`;

const textOf = (text: string, wanted: Parameters<typeof entryIn>[1]): string | undefined => {
  const node = entryIn(text, wanted);
  return node === undefined ? undefined : text.slice(node.start, node.end);
};

describe('the entry of a peer', () => {
  it('is found by its name and by its number', () => {
    assert.match(textOf(SETTINGS, { name: 'B' }) ?? '', /^\{ "port".*\}$/);
    assert.match(textOf(SETTINGS, { entry: 0 }) ?? '', /^\{ "name": "A".*\}$/);
  });

  it('is found in a workspace file, which has its settings one level below', () => {
    assert.match(textOf(`{ "folders": [], "settings": ${SETTINGS} }`, { name: 'B' }) ?? '', /"host": "b"/);
  });

  it('that is not there is the setting, and without the setting nothing', () => {
    assert.match(textOf(SETTINGS, { name: 'C' }) ?? '', /^\[[^]*\]$/);
    assert.match(textOf(SETTINGS, {}) ?? '', /^\[[^]*\]$/);
    assert.equal(textOf('{ "sendToPacs.peers": 3 }', { entry: 1 }), '3');
    assert.equal(textOf('{}', { name: 'A' }), undefined);
    assert.equal(textOf('{ "sendToPacs.peers": [ ', { name: 'A' }), undefined);
  });
});
