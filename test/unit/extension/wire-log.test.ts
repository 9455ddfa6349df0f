import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WireLog, WireLogs } from '../../../src/extension/wire-log.ts';
import { WIRE_LOGS_MAX } from '../../../src/protocol/limits.ts';
import { newSendId } from '../../../src/send/send-id.ts';

type Record = Parameters<WireLog['record']>[0];

const begins = (path: string, messageId: number, association: number, timeMs: number): Record => ({
  association,
  timeMs,
  event: { type: 'file begins', path, messageId, length: 10 },
});
const message = (command: object, association: number, timeMs: number): Record =>
  ({
    association,
    timeMs,
    event: { type: 'DIMSE message', direction: 'sent', presentationContextId: 7, command, hasDataSet: true },
  }) as unknown as Record;

test('each file has what happened to it, also where requests overlap and answers come in another order', () => {
  const log = new WireLog();
  log.record(begins('a', 1, 3, 1_000));
  log.record(message({ type: 'C-STORE-RQ', MessageID: 1 }, 3, 1_001));
  log.record(begins('b', 2, 3, 1_002));
  log.record(message({ type: 'C-STORE-RSP', MessageIDBeingRespondedTo: 2 }, 3, 1_010));
  log.settle(8, 'b');
  log.record(message({ type: 'C-STORE-RSP', MessageIDBeingRespondedTo: 1 }, 3, 1_020));
  log.settle(5, 'a');
  const common = { association: 3, pdus: 0, sentAtMs: 0 };
  const [first, second] = [
    { ...common, messageId: 1, presentationContextId: 7, requestedAtMs: 1_000, answeredAtMs: 1_020 },
    { ...common, messageId: 2, presentationContextId: 0, requestedAtMs: 1_002, answeredAtMs: 1_010 },
  ];
  assert.deepEqual(log.at(5), first);
  assert.deepEqual(log.at(8), second);
  assert.equal(log.at(6), undefined);
});

test('of a file that was tried twice it has the last try', () => {
  const log = new WireLog();
  log.record(begins('a', 1, 1, 1_000));
  log.record(begins('a', 1, 2, 2_000));
  log.record(message({ type: 'C-STORE-RSP', MessageIDBeingRespondedTo: 1 }, 1, 2_500));
  log.settle(0, 'a');
  assert.equal(log.at(0)?.association, 2);
  assert.equal(log.at(0)?.answeredAtMs, 0);
});

test('those of the last sends are kept', () => {
  const logs = new WireLogs();
  const ids = Array.from({ length: WIRE_LOGS_MAX + 1 }, (_, at) => newSendId(1_700_000_000_000 + at));
  for (const id of ids) logs.begin(id);
  assert.deepEqual(
    ids.map((id) => logs.of(id) !== undefined),
    ids.map((_, at) => at > 0),
  );
});
