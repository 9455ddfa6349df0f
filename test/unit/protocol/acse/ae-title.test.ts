import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aeTitleFault } from '../../../../src/protocol/acse/ae-title.ts';

test('an AE title has 1 to 16 printable ASCII characters, no backslash, and is not blank', () => {
  for (const title of ['A', 'a B~', ' A', '1234567890123456']) assert.equal(aeTitleFault(title), undefined, title);
  for (const [title, fault] of [
    ['', 'blank'],
    ['   ', 'blank'],
    ['12345678901234567', 'too long'],
    ['A\\B', 'backslash'],
    ['KÖLN', 'characters'],
    ['A\tB', 'characters'],
    ['\t', 'characters'],
    ['A\x7f', 'characters'],
  ] as const) {
    assert.equal(aeTitleFault(title), fault, JSON.stringify(title));
  }
});
