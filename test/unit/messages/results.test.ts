import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromPage, OUTCOME_NAMES, RESULTS_VERSION, type RowsMessage, toPage } from '../../../src/messages/results.ts';
import { OUTCOMES } from '../../../src/send/outcome.ts';
import { failingSend, messagesOf } from '../../support/result-samples.ts';

const version = RESULTS_VERSION;
const [head, rows] = [...messagesOf(failingSend(100))] as [object, RowsMessage];

test('outcomes have the names that a send gives them', () => {
  assert.deepEqual(OUTCOME_NAMES, OUTCOMES);
});

describe('The page takes', () => {
  test('what the extension makes', () => {
    assert.equal(toPage(head), head);
    assert.equal(toPage(rows), rows);
  });

  const other = { ...rows, status: rows.status.slice(1) };
  const wrong: Readonly<Record<string, unknown>> = {
    nothing: undefined,
    null: null,
    'a text': 'head',
    'an array': [head],
    'an unknown type': { ...head, type: 'html' },
    'another version': { ...head, version: version + 1 },
    'a field that is not known': { ...head, html: '<b>' },
    'a verdict that is no text': { ...head, verdict: { toString: () => 'x' } },
    'a verdict without end': { ...head, verdict: 'x'.repeat(5_000) },
    'counts of fewer outcomes': { ...head, counts: [1, 2] },
    'a count below 0': { ...head, files: -1 },
    'an action that is not known': { ...head, buttons: [{ action: 'eval', label: 'x' }] },
    'columns of several lengths': other,
    'a column that is a list': { ...rows, outcome: [...rows.outcome] },
    'an outcome that is not known': { ...rows, outcome: rows.outcome.map(() => 7) },
    'too many rows': { ...rows, outcome: new Uint8Array(10_001) },
  };
  for (const [what, message] of Object.entries(wrong))
    test(`not ${what}`, () => {
      assert.equal(toPage(message), undefined);
    });
});

describe('The extension takes', () => {
  for (const message of [
    { type: 'ready', version },
    { type: 'details', version, row: 7 },
    { type: 'do', version, action: 'retry', problem: 1 },
  ])
    test(`what the page says: ${message.type}`, () => {
      assert.equal(fromPage(message), message);
    });

  const wrong: Readonly<Record<string, unknown>> = {
    nothing: undefined,
    'another version': { type: 'ready', version: 0 },
    'a row that is no number': { type: 'details', version, row: '7' },
    'a row below 0': { type: 'details', version, row: -1 },
    'half a row': { type: 'details', version, row: 0.5 },
    'an action that is not known': { type: 'do', version, action: 'constructor' },
    'more than an action': { type: 'do', version, action: 'reveal', row: 1, path: '/etc/passwd' },
  };
  for (const [what, message] of Object.entries(wrong))
    test(`not ${what}`, () => {
      assert.equal(fromPage(message), undefined);
    });
});
