import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import manifest from '../../../package.json' with { type: 'json' };
import { REVISIONS } from '../../../scripts/conformance.ts';
import { SENT_PDU_LENGTH_CAP } from '../../../src/protocol/limits.ts';
import { TRANSFER_SYNTAXES } from '../../../src/protocol/transfer-syntaxes.ts';
import { storageSOPClasses } from '../../../src/protocol/uids.ts';
import documented from '../protocol/storescu-sop-classes.json' with { type: 'json' };

const statement = readFileSync(join(import.meta.dirname, '../../../docs/conformance.md'), 'utf8');

describe('docs/conformance.md', () => {
  it('has every SOP class and every transfer syntax of the registry, and of the documentation that we follow', () => {
    const text = JSON.stringify(documented);
    const uids = new Set(text.match(/1\.2\.840\.10008(?:\.\d+)+/g));
    assert.ok(uids.size >= 157);
    for (const { uid } of [...storageSOPClasses, ...TRANSFER_SYNTAXES]) uids.add(uid);
    for (const uid of uids) assert.ok(statement.includes(`\`${uid}\``), uid);
  });

  it('has the sections of PS3.2 Annex N in their order, each in the contents', () => {
    const sections = [...statement.matchAll(/^## (.+)$/gm)].map(([, title = '']) => title);
    assert.deepEqual(sections, [
      '1 Overview',
      '2 Contents',
      '3 Introduction',
      '4 Implementation model',
      '5 Service and interoperability description',
      '6 Configuration',
      '7 Network and media communication details',
      '8 Security',
      'Annex A SOP classes and transfer syntaxes',
    ]);
    for (const title of sections) assert.ok(statement.includes(`- [${title}](#`), title);
  });

  it('is the statement of this version, with a date', () => {
    const [first] = REVISIONS;
    assert.equal(first?.version, manifest.version, 'a new version needs a revision in scripts/conformance.ts');
    assert.match(first?.date ?? '', /^\d{4}-\d\d-\d\d$/);
    assert.ok(statement.includes(`version ${manifest.version}`) && statement.includes(String(first?.date)));
  });

  it('says what is done on each kind of status', () => {
    for (const code of ['0000', 'B000', 'B006', 'B007', 'A700–A7FF', 'A900–A9FF', 'C000–CFFF', '0122', '0124']) {
      const item = new RegExp(
        `^- \\*\\*${code}\\*\\* (Success|Warning|Failure): [^*]*the\\s+next\\s+instance\\s+is\\s+sent`,
        'm',
      );
      assert.match(statement, item, code);
    }
  });

  it('states the limits that a peer can notice', () => {
    assert.ok(statement.includes(`${SENT_PDU_LENGTH_CAP} bytes`));
    assert.match(statement, /after\s+\d\s+lost\s+in\s+a\s+row/);
    assert.match(statement, /tried \d times\s+in\s+all/);
  });
});
