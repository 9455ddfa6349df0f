import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  isAETitle,
  isImplementationVersionName,
  isUID,
  withoutAETitlePadding,
  withoutTrailingPadding,
} from '../../../../src/protocol/ul/values.ts';

test('AE titles: 1-16 printable characters, no backslash, not blank', () => {
  for (const title of ['A', 'ANY-SCP', '0123456789ABCDEF', 'a b', '~!"[]', ' PADDED'])
    assert.ok(isAETitle(title), title);
  for (const title of ['', ' ', ' '.repeat(16), '0123456789ABCDEFG', 'A\\B', 'A\nB', 'A\0', 'Ä', 'A\u007f']) {
    assert.ok(!isAETitle(title), JSON.stringify(title));
  }
});

test('UIDs: 1-64 digits and periods', () => {
  for (const uid of ['1', '1.2.840.10008.1.1', '1'.repeat(64), '1.02']) assert.ok(isUID(uid), uid);
  for (const uid of ['', '1'.repeat(65), '1.2 ', '1.2\0', '1.2\n', '../1', '1.2a']) assert.ok(!isUID(uid), uid);
});

test('implementation version names: 1-16 printable characters', () => {
  assert.ok(isImplementationVersionName('OFFIS_DCMTK_367'));
  for (const name of ['', '12345678901234567', 'A\0', 'é']) assert.ok(!isImplementationVersionName(name), name);
});

test('padding goes, what is inside stays', () => {
  assert.equal(withoutAETitlePadding('  A B   '), 'A B');
  assert.equal(withoutAETitlePadding('AE\0\0 \0'), 'AE');
  assert.equal(withoutAETitlePadding(' '.repeat(16)), '');
  assert.equal(withoutTrailingPadding('1.2\0'), '1.2');
  assert.equal(withoutTrailingPadding('1.2 '), '1.2');
  assert.equal(withoutTrailingPadding(' 1\0.2'), ' 1\0.2');
  assert.equal(withoutTrailingPadding('\0\0'), '');
});
