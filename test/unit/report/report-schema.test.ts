// docs/report.schema.json fits the reports, and the reports have every field of it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import schema from '../../../docs/report.schema.json' with { type: 'json' };
import { REPORT_VERSION, reportJson } from '../../../src/report/json.ts';
import type { SendResult } from '../../../src/send/job.ts';
import { OUTCOMES } from '../../../src/send/outcome.ts';
import { reportErrors } from '../../support/report-schema.ts';
import { failedFile, GOOD_ASSOCIATION, sendResult, storedFile } from '../../support/send-results.ts';
import { CT, EXPLICIT, J2K } from '../../support/trace-records.ts';

const parsed = (result: SendResult): Record<string, unknown> =>
  JSON.parse([...reportJson(result)].join('')) as Record<string, unknown>;

/** A result whose report has every possible field. */
const FULL = sendResult(
  [
    storedFile('/a', {
      transferSyntaxUID: J2K,
      leadsTo: '/elsewhere/a',
      findings: [{ code: 'odd value', offset: 400, tag: '(0010,0010)', length: 3, count: 2 }],
    }),
    storedFile('/caf\udce9', { leadsTo: '/M\udcfcller' }),
    failedFile('/b', { code: 'status', status: 0xa700, errorComment: 'full', offendingElement: [0x00080018] }),
    { path: '/c', outcome: 'skipped', bytesSent: 0, reason: { code: 'DICOMDIR' } },
    failedFile('/d', { code: 'cancelled', phase: 'write' }, { outcome: 'cancelled' }),
  ],
  {
    associations: [
      { ...GOOD_ASSOCIATION, failure: { code: 'connection lost', phase: 'response' } },
      {
        ...GOOD_ASSOCIATION,
        operationsInvoked: Number.POSITIVE_INFINITY,
        breaches: [
          { breach: { code: 'wrong length', element: 0x0900, length: 4 }, count: 3 },
          { breach: { code: 'foreign element', tag: 0x00080010 }, count: 1 },
        ],
        contexts: [
          { presentationContextId: 1, abstractSyntax: CT, proposedTransferSyntaxes: [J2K], result: undefined },
          {
            presentationContextId: 3,
            abstractSyntax: CT,
            proposedTransferSyntaxes: [J2K],
            result: 0,
            acceptedTransferSyntax: EXPLICIT,
            problem: 'accepted with a transfer syntax that was not proposed',
          },
        ],
      },
    ],
  },
);

/** The names of all fields of a report. */
function fieldsOf(value: unknown, fields = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const item of value) fieldsOf(item, fields);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      fields.add(name);
      fieldsOf(inner, fields);
    }
  }
  return fields;
}

function fieldsOfSchema(value: unknown, fields = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const item of value) fieldsOfSchema(item, fields);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      if (name === 'properties') for (const field of Object.keys(inner as object)) fields.add(field);
      fieldsOfSchema(inner, fields);
    }
  }
  return fields;
}

describe('the schema of the report', () => {
  it('accepts reports with all fields, with none, and with every outcome', () => {
    assert.deepEqual(reportErrors(parsed(FULL)), []);
    assert.deepEqual(reportErrors(parsed(sendResult([], { associations: [] }))), []);
    const reason = { code: 'empty file' } as const;
    const each = OUTCOMES.map((outcome) => failedFile('/a', reason, { outcome }));
    assert.deepEqual(reportErrors(parsed(sendResult(each))), []);
  });

  it('has no field that reports never have', () => {
    assert.deepEqual([...fieldsOfSchema(schema)].sort(), [...fieldsOf(parsed(FULL))].sort());
  });

  it('names the version and the outcomes of this program', () => {
    assert.equal(schema.properties.version.const, REPORT_VERSION);
    assert.deepEqual([...schema.$defs.instance.properties.outcome.enum].sort(), [...OUTCOMES].sort());
    assert.deepEqual([...schema.properties.counts.required].sort(), [...OUTCOMES].sort());
  });

  it('rejects other documents', () => {
    const report = parsed(FULL);
    for (const [change, error] of [
      [{ version: 0 }, '/version const'],
      [{ surprise: 1 }, ' additional surprise'],
      [{ startedAt: 'today' }, '/startedAt pattern'],
      [{ instances: [{ path: '/a', outcome: 'lost', converted: false, bytesSent: 0 }] }, '/instances/0/outcome enum'],
    ] as const) {
      assert.deepEqual(reportErrors({ ...report, ...change }), [error]);
    }
  });
});
