import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Command } from '../../../src/protocol/dimse/command.ts';
import { COMMANDS, type CommandType, ELEMENTS } from '../../../src/protocol/dimse/command-table.ts';
import { contextInUse, dimseBlock, dimseLevel, dimseText } from '../../../src/trace/dimse-text.ts';

const COMMITMENT = '1.2.840.10008.1.20.1';
const ACTION: Command = {
  type: 'N-ACTION-RQ',
  MessageID: 3,
  RequestedSOPClassUID: COMMITMENT,
  RequestedSOPInstanceUID: '1.2.840.10008.1.20.1.1',
  ActionTypeID: 1,
};
const ACTION_REFUSED: Command = {
  type: 'N-ACTION-RSP',
  MessageIDBeingRespondedTo: 3,
  AffectedSOPClassUID: COMMITMENT,
  ActionTypeID: 1,
  Status: 0x0123,
  ErrorComment: 'no\u001b[31m',
};
const EVENT: Command = {
  type: 'N-EVENT-REPORT-RQ',
  MessageID: 4,
  AffectedSOPClassUID: COMMITMENT,
  AffectedSOPInstanceUID: '1.2.840.10008.1.20.1.1',
  EventTypeID: 2,
};

const block = (command: Command, hasDataSet: boolean): string[] =>
  dimseBlock({
    command,
    direction: 'received',
    presentationContextId: 5,
    context: contextInUse(COMMITMENT, '1.2.840.10008.1.2'),
    hasDataSet,
    next: '\n',
  }).split('\n');

describe('the text of DIMSE messages', () => {
  it('says what an N-ACTION-RQ asks for', () => {
    assert.equal(
      dimseText(ACTION, 'sent'),
      'Sending N-ACTION Request: MsgID 3, (Storage Commitment Push Model SOP Class)',
    );
    assert.equal(dimseLevel(ACTION, 'sent'), 'info');
    assert.deepEqual(block(ACTION, true).slice(1, -1), [
      'Message Type                  : N-ACTION RQ',
      'Presentation Context ID       : 5 (Storage Commitment Push Model SOP Class, Implicit VR Little Endian)',
      'Message ID                    : 3',
      'Requested SOP Class UID       : Storage Commitment Push Model SOP Class',
      'Requested SOP Instance UID    : 1.2.840.10008.1.20.1.1',
      'Action Type ID                : 1',
      'Data Set                      : Present',
    ]);
  });

  it('says why an N-ACTION-RSP refuses', () => {
    assert.equal(
      dimseText(ACTION_REFUSED, 'received'),
      'Received N-ACTION Response (Status: 0x0123 - Failure): No such Action, "no[31m"',
    );
    assert.equal(dimseLevel(ACTION_REFUSED, 'received'), 'error');
    assert.deepEqual(block(ACTION_REFUSED, false).slice(3, -1), [
      'Message ID Being Responded To : 3',
      'Affected SOP Class UID        : Storage Commitment Push Model SOP Class',
      'Action Type ID                : 1',
      'Status                        : 0x0123 - Failure',
      'Status Meaning                : No such Action',
      'Error Comment                 : no[31m',
    ]);
  });

  it('says what an N-EVENT-REPORT-RQ reports', () => {
    assert.equal(
      dimseText(EVENT, 'received'),
      'Received N-EVENT-REPORT Request: MsgID 4, (Storage Commitment Push Model SOP Class)',
    );
    assert.ok(block(EVENT, true).includes('Event Type ID                 : 2'));
  });

  for (const type of Object.keys(COMMANDS) as CommandType[]) {
    it(`has a line for every element of a ${type}, in one column`, () => {
      const keywords = Object.keys(COMMANDS[type].elements) as (keyof typeof ELEMENTS)[];
      const values = keywords.map((keyword) => {
        const { vr } = ELEMENTS[keyword];
        return [keyword, vr === 'US' ? 1 : vr === 'AT' ? [0x00100010] : '1.2.3'] as const;
      });
      const lines = block({ type, ...Object.fromEntries(values) } as unknown as Command, true).slice(1, -1);
      for (const line of lines) assert.match(line, /^[A-Z].{28} : \S/);
      const isUntold = (keyword: string): boolean => type.startsWith('C-ECHO') && keyword === 'AffectedSOPClassUID';
      const told = keywords.filter((keyword) => !isUntold(keyword));
      const status = type.endsWith('-RSP') ? ['Status Meaning'] : [];
      assert.equal(lines.length, 2 + told.length + status.length + 1);
    });
  }
});
