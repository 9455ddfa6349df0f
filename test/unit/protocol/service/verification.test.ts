import assert from 'node:assert/strict';
import { test } from 'node:test';
import { echoRequest, echoResponse, judgeEchoResponse } from '../../../../src/protocol/service/verification.ts';

const RQ = echoRequest(3);

test('request and response of a C-ECHO', () => {
  assert.deepEqual(RQ, { type: 'C-ECHO-RQ', MessageID: 3, AffectedSOPClassUID: '1.2.840.10008.1.1' });
  assert.deepEqual(echoResponse(RQ, 0), {
    type: 'C-ECHO-RSP',
    MessageIDBeingRespondedTo: 3,
    Status: 0,
    AffectedSOPClassUID: '1.2.840.10008.1.1',
  });
});

test('our own answer is judged as an answer', () => {
  assert.deepEqual(judgeEchoResponse(RQ, echoResponse(RQ, 0)), { type: 'answer', status: 0, category: 'success' });
  assert.deepEqual(judgeEchoResponse(RQ, echoResponse(RQ, 0x0122)), {
    type: 'answer',
    status: 0x0122,
    category: 'failure',
  });
});

test('another message, or an answer to another message, is invalid', () => {
  assert.equal(judgeEchoResponse(RQ, echoResponse(echoRequest(4), 0)).type, 'invalid');
  assert.equal(judgeEchoResponse(RQ, RQ).type, 'invalid');
  assert.equal(judgeEchoResponse(RQ, { type: 'C-STORE-RSP', MessageIDBeingRespondedTo: 3, Status: 0 }).type, 'invalid');
});
