import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isImplementationVersionName, isUID, withoutTrailingPadding } from '../../../../src/protocol/ul/values.ts';

test('UIDs: 1-64 digits and periods', () => {
  for (const uid of ['1', '1.2.840.10008.1.1', '1'.repeat(64), '1.02']) assert.ok(isUID(uid), uid);
  for (const uid of ['', '1'.repeat(65), '1.2 ', '1.2\0', '1.2\n', '../1', '1.2a']) assert.ok(!isUID(uid), uid);
});

test('implementation version names: 1-16 printable characters', () => {
  assert.ok(isImplementationVersionName('OFFIS_DCMTK_367'));
  for (const name of ['', '12345678901234567', 'A\0', 'é']) assert.ok(!isImplementationVersionName(name), name);
});

test('padding goes, what is inside stays', () => {
  assert.equal(withoutTrailingPadding('1.2\0'), '1.2');
  assert.equal(withoutTrailingPadding('1.2 '), '1.2');
  assert.equal(withoutTrailingPadding(' 1\0.2'), ' 1\0.2');
  assert.equal(withoutTrailingPadding('\0\0'), '');
});
