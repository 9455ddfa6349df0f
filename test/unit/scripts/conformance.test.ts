import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { CONFORMANCE_FILE, conformanceStatement } from '../../../scripts/conformance.ts';
import { TRANSFER_SYNTAXES } from '../../../src/protocol/transfer-syntaxes.ts';
import { storageSOPClasses } from '../../../src/protocol/uids.ts';
import documented from '../protocol/storescu-sop-classes.json' with { type: 'json' };

const statement = readFileSync(CONFORMANCE_FILE, 'utf8');

describe('docs/conformance.md', () => {
  it('is what the code says now', () => {
    assert.ok(statement === conformanceStatement(), 'docs/conformance.md is not current: run `npm run docs`');
  });

  it('has every SOP class and every transfer syntax of the registry, and of the documentation that we follow', () => {
    const text = JSON.stringify(documented);
    const uids = new Set(text.match(/1\.2\.840\.10008(?:\.\d+)+/g));
    assert.ok(uids.size >= 157);
    for (const { uid } of [...storageSOPClasses, ...TRANSFER_SYNTAXES]) uids.add(uid);
    for (const uid of uids) assert.ok(statement.includes(`\`${uid}\``), uid);
  });

  it('has no hole where a value was missing', () => {
    assert.doesNotMatch(statement, /undefined|NaN|\[object|Infinity/);
  });

  it('says what is done on each kind of status', () => {
    for (const code of ['0000', 'B000', 'B006', 'B007', 'A700–A7FF', 'A900–A9FF', 'C000–CFFF', '0122', '0124']) {
      assert.match(
        statement,
        new RegExp(`^\\| (Success|Warning|Failure) .*\\| ${code} .*the next instance is sent`, 'm'),
        code,
      );
    }
  });
});
