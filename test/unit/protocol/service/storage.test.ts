import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Command, CStoreRsp } from '../../../../src/protocol/dimse/command.ts';
import { judgeStoreResponse, storeRequest, storeResponse } from '../../../../src/protocol/service/storage.ts';

const RQ = storeRequest({ messageId: 7, sopClassUID: '1.2.3', sopInstanceUID: '1.2.3.4', priority: 2 });
const RSP: CStoreRsp = { type: 'C-STORE-RSP', MessageIDBeingRespondedTo: 7, Status: 0 };

test('a request has what PS3.7 Table 9.3-1 requires, and no more', () => {
  assert.deepEqual(RQ, {
    type: 'C-STORE-RQ',
    MessageID: 7,
    AffectedSOPClassUID: '1.2.3',
    AffectedSOPInstanceUID: '1.2.3.4',
    Priority: 2,
  });
});

suite('storeResponse', () => {
  test('answers the request that it is given', () => {
    assert.deepEqual(storeResponse(RQ, 0), {
      type: 'C-STORE-RSP',
      MessageIDBeingRespondedTo: 7,
      Status: 0,
      AffectedSOPClassUID: '1.2.3',
      AffectedSOPInstanceUID: '1.2.3.4',
    });
  });

  test('cuts an error comment to the length of its element', () => {
    assert.equal(storeResponse(RQ, 0xa700, 'no space left on device').ErrorComment, 'no space left on device');
    assert.equal(storeResponse(RQ, 0xa700, 'x'.repeat(100)).ErrorComment?.length, 64);
    assert.equal(storeResponse(RQ, 0xa700, 'C:\\data\n\u4e2d').ErrorComment, 'C: data');
    assert.ok(!('ErrorComment' in storeResponse(RQ, 0xa700, ' \n ')));
  });
});

suite('judgeStoreResponse', () => {
  test('success, warning and failure', () => {
    assert.deepEqual(judgeStoreResponse(RQ, RSP, []), { type: 'answer', status: 0, category: 'success' });
    assert.deepEqual(judgeStoreResponse(RQ, { ...RSP, Status: 0xb000 }, []), {
      type: 'answer',
      status: 0xb000,
      category: 'warning',
    });
    assert.deepEqual(
      judgeStoreResponse(RQ, { ...RSP, Status: 0xa9fe, ErrorComment: 'bad', OffendingElement: [0x00080018] }, []),
      { type: 'answer', status: 0xa9fe, category: 'failure', errorComment: 'bad', offendingElement: [0x00080018] },
    );
  });

  test('pending and cancel are failures, never success', () => {
    for (const Status of [0xff00, 0xff01, 0xfe00, 0x1234, 0xffff]) {
      const judgement = judgeStoreResponse(RQ, { ...RSP, Status }, []);
      assert.ok(judgement.type === 'answer' && judgement.category === 'failure', Status.toString(16));
    }
  });

  test('a response to another message is no answer, whatever its status', () => {
    const judgement = judgeStoreResponse(RQ, { ...RSP, MessageIDBeingRespondedTo: 8 }, []);
    assert.ok(judgement.type === 'invalid');
    assert.match(judgement.detail, /message 8 while message 7/);
  });

  test('before the end of the data set, a response can refuse the instance, but not have stored it', () => {
    for (const [Status, type] of [
      [0x0000, 'invalid'],
      [0xb000, 'invalid'],
      [0xa700, 'answer'],
    ] as const) {
      assert.equal(judgeStoreResponse(RQ, { ...RSP, Status }, [], true).type, type, Status.toString(16));
    }
  });

  test('a response that names another instance is taken by its Message ID, and told', () => {
    const other = judgeStoreResponse(RQ, { ...RSP, AffectedSOPInstanceUID: '1.2.3.5' }, []);
    assert.ok(other.type === 'answer');
    assert.deepEqual(other.breach, { code: 'another SOP Instance UID' });
    for (const response of [{ ...RSP, AffectedSOPInstanceUID: '1.2.3.4' }, RSP]) {
      const judgement = judgeStoreResponse(RQ, response, []);
      assert.ok(judgement.type === 'answer' && judgement.breach === undefined);
    }
  });

  test('a response that names the instance of another open request is no answer', () => {
    const beside = [{ ...RQ, MessageID: 8, AffectedSOPInstanceUID: '1.2.3.5' }];
    const judgement = judgeStoreResponse(RQ, { ...RSP, AffectedSOPInstanceUID: '1.2.3.5' }, beside);
    assert.ok(judgement.type === 'invalid');
    const third = judgeStoreResponse(RQ, { ...RSP, AffectedSOPInstanceUID: '1.2.3.6' }, beside);
    assert.equal(third.type, 'answer');
  });

  test('any other message is no answer', () => {
    const others: Command[] = [
      RQ,
      { type: 'C-ECHO-RSP', MessageIDBeingRespondedTo: 7, Status: 0 },
      { type: 'other', CommandField: 0x8020, MessageIDBeingRespondedTo: 7, Status: 0 },
    ];
    for (const command of others) {
      const judgement = judgeStoreResponse(RQ, command, []);
      assert.ok(judgement.type === 'invalid', command.type);
      assert.match(judgement.detail, command.type === 'other' ? /8020H/ : new RegExp(command.type));
    }
  });
});
