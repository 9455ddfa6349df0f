// The exports of results: each format read by a reader of its own.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatOfName, REPORT_FORMATS } from '../../../src/report/formats.ts';
import { OUTCOMES } from '../../../src/send/outcome.ts';
import { csvRecords, xmlRoot } from '../../support/naive-documents.ts';
import { failedFile, sendResult, storedFile } from '../../support/send-results.ts';
import { J2K, START_MS } from '../../support/trace-records.ts';

const written = (id: string, result = RESULT): string => {
  const format = REPORT_FORMATS.find((one) => one.id === id);
  assert.ok(format !== undefined);
  return [...format.write(result)].join('');
};

const FULL = { code: 'status', status: 0xa700, errorComment: 'Cannot write, "full"', offendingElement: [0x00080018] };

const RESULT = sendResult([
  storedFile('/study/a.dcm', { startedAtMs: START_MS, transferSyntaxUID: J2K }),
  storedFile('/study/w.dcm', {
    outcome: 'stored with warning',
    status: 0xb000,
    reason: { code: 'status', status: 0xb000, errorComment: 'PatientID coerced' },
  }),
  failedFile('/study/b, "c".dcm', { ...FULL, code: 'status' }),
  failedFile('/study/d.dcm', { code: 'connection lost', phase: 'response' }, { outcome: 'unknown' }),
  failedFile('/study/e.dcm', { code: 'cancelled', phase: 'write' }, { outcome: 'cancelled', bytesSent: 0 }),
  { path: '/study/DICOMDIR', outcome: 'skipped', bytesSent: 0, reason: { code: 'DICOMDIR' } },
  { path: '/study/f', outcome: 'skipped', bytesSent: 0, reason: { code: 'malformed', detail: 'x', offset: 1 } },
]);

describe('results as CSV', () => {
  const [head = [], ...records] = csvRecords(written('csv'));
  const row = (at: number): Record<string, string> =>
    Object.fromEntries(head.map((name, column) => [name, records[at]?.[column] ?? '']));

  it('have one record a file, under the names of the JSON report', () => {
    assert.equal(records.length, RESULT.outcomes.length);
    for (const record of records) assert.equal(record.length, head.length);
    const { sopInstanceUID: _uid, reason: why, ...failed } = row(2);
    assert.match(why ?? '', /^ORTHANC answered A700H.*disk may be full/);
    assert.deepEqual(failed, {
      path: '/study/b, "c".dcm',
      outcome: 'failed',
      status: 'A700',
      statusMeaning: 'Refused: Out of Resources',
      errorComment: 'Cannot write, "full"',
      offendingElement: '(0008,0018)',
      reasonCode: 'status',
      whose: 'peer',
      sopClassUID: '1.2.840.10008.5.1.4.1.1.2',
      sopClassName: 'CT Image Storage',
      transferSyntax: '1.2.840.10008.1.2.1',
      transferSyntaxName: 'Explicit VR Little Endian',
      transferSyntaxOnWire: '1.2.840.10008.1.2.1',
      converted: 'false',
      bytesSent: '500000',
      startedAt: '',
      elapsedMs: '80',
      findings: '',
      leadsTo: '',
    });
    assert.equal(row(0)['startedAt'], new Date(START_MS).toISOString());
    assert.equal(row(0)['converted'], 'true');
    assert.equal(row(5)['sopClassName'], '');
  });

  it('hold no formula, wherever a spreadsheet looks for one', () => {
    for (const formula of ['=1+1', '+1', '-1', '@SUM(A1)', '  =1+1', '＝1', "=cmd|'/c calc'!A0"]) {
      const [, record] = csvRecords(written('csv', sendResult([storedFile(formula), storedFile(`a;${formula}`)])));
      assert.equal(record?.[0], `'${formula}`);
      const [, , inMiddle] = csvRecords(written('csv', sendResult([storedFile('a'), storedFile(`a;${formula}`)])));
      assert.match(inMiddle?.[0] ?? '', /^a;\s*'/);
    }
    const harmless = '/a=b/c-d@e+f.dcm';
    assert.equal(csvRecords(written('csv', sendResult([storedFile(harmless)])))[1]?.[0], harmless);
  });
});

describe('results as JUnit XML', () => {
  const root = xmlRoot(written('junit'));
  const [suite] = root.children;
  const cases = suite?.children.filter(({ name }) => name === 'testcase') ?? [];

  it('have one test case a file; what is not stored fails with its code and words', () => {
    assert.deepEqual(
      cases.map(({ attributes, children: [first] }) => [attributes['name'], first?.name, first?.attributes['type']]),
      [
        ['/study/a.dcm', undefined, undefined],
        ['/study/w.dcm', 'system-out', undefined],
        ['/study/b, "c".dcm', 'failure', 'failed A700'],
        ['/study/d.dcm', 'error', 'unknown connection lost'],
        ['/study/e.dcm', 'error', 'cancelled'],
        ['/study/DICOMDIR', 'skipped', undefined],
        ['/study/f', 'failure', 'skipped malformed'],
      ],
    );
    const [failure] = cases[2]?.children ?? [];
    assert.match(failure?.attributes['message'] ?? '', /^ORTHANC answered A700H.*"Cannot write, 'full'"/);
    assert.match(failure?.text ?? '', /disk may be full/);
    assert.equal(cases[2]?.attributes['classname'], 'CT Image Storage');
    assert.equal(cases[2]?.attributes['time'], '0.080');
  });

  it('count what they hold', () => {
    for (const { attributes } of [root, ...(suite === undefined ? [] : [suite])]) {
      const { tests, failures, errors, skipped, time } = attributes;
      assert.deepEqual([tests, failures, errors, skipped, time], ['7', '2', '2', '1', '2.100']);
    }
    assert.equal(suite?.attributes['name'], 'Send to ORTHANC');
    assert.match(suite?.attributes['timestamp'] ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
  });

  it('have words for every outcome', () => {
    const each = OUTCOMES.map((outcome) => failedFile('/a', { code: 'empty file' }, { outcome }));
    const [all] = xmlRoot(written('junit', sendResult(each))).children;
    assert.equal(all?.attributes['tests'], String(OUTCOMES.length));
  });
});

describe('a format', () => {
  it('is known by the end of a file name', () => {
    for (const [name, id] of [
      ['report.json', 'json'],
      ['REPORT.CSV', 'csv'],
      ['a.b/junit.xml', 'junit'],
      ['ticket.md', 'markdown'],
      ['report', undefined],
      ['csv', undefined],
    ] as const) {
      assert.equal(formatOfName(name)?.id, id);
    }
  });
});
