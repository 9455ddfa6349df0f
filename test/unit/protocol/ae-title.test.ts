import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import manifest from '../../../package.json' with { type: 'json' };
import { aeTitleFault, isSameAETitle, withoutAETitlePadding } from '../../../src/protocol/ae-title.ts';

test('an AE title has 1 to 16 printable ASCII characters, no backslash, and is not blank', () => {
  for (const title of ['A', 'a B~', ' A', 'ANY-SCP', '~!"[]', '1234567890123456'])
    assert.equal(aeTitleFault(title), undefined, title);
  for (const [title, fault] of [
    ['', 'blank'],
    ['   ', 'blank'],
    [' '.repeat(17), 'blank'],
    ['12345678901234567', 'too long'],
    ['A\\B', 'backslash'],
    ['KÖLN', 'characters'],
    ['A\tB', 'characters'],
    ['\t', 'characters'],
    ['A\0', 'characters'],
    ['A\n', 'characters'],
    ['A\x7f', 'characters'],
  ] as const) {
    assert.equal(aeTitleFault(title), fault, JSON.stringify(title));
  }
});

test('padding goes, what is inside stays', () => {
  assert.equal(withoutAETitlePadding('  A B   '), 'A B');
  assert.equal(withoutAETitlePadding('AE\0\0 \0'), 'AE');
  assert.equal(withoutAETitlePadding(' '.repeat(16)), '');
});

test('titles that differ by padding are the same, those that differ by case are not', () => {
  assert.ok(isSameAETitle(' ARCHIVE', 'ARCHIVE  '));
  assert.ok(isSameAETitle('ARCHIVE', 'ARCHIVE\0\0'));
  assert.ok(!isSameAETitle('ARCHIVE', 'archive'));
  assert.ok(!isSameAETitle('ARCHIVE', '\u00a0ARCHIVE'));
});

/** Every pattern of package.json that belongs to an AE title. */
function patterns(value: unknown, key = ''): RegExp[] {
  if (typeof value !== 'object' || value === null) return [];
  const { pattern } = value as { readonly pattern?: unknown };
  const own = key.endsWith('AETitle') && typeof pattern === 'string' ? [new RegExp(pattern, 'u')] : [];
  return [...own, ...Object.entries(value).flatMap(([name, inner]) => patterns(inner, name))];
}

test('the patterns in package.json accept exactly what this rule accepts', () => {
  const all = patterns(manifest);
  assert.equal(all.length, 3);
  const character = fc.constantFrom(
    'A',
    'z',
    '0',
    ' ',
    '-',
    '~',
    '[',
    ']',
    '\\',
    '\t',
    '\n',
    '\0',
    '\x7f',
    'Ä',
    '\u00a0',
  );
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: character, maxLength: 18 }), fc.string({ maxLength: 18 })), (title) => {
      for (const pattern of all) assert.equal(pattern.test(title), aeTitleFault(title) === undefined, String(pattern));
    }),
    { numRuns: 2000 },
  );
});
