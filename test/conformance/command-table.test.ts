// The table of command sets against PS3.7, typed again from its Tables 9.3-1, 9.3-2, 9.3-12, 9.3-13, 10.3-1, 10.3-2, 10.3-7
// and 10.3-8 and from Annexes C and E. The naive writer writes each message with all elements, with the required ones only, and
// without each required one.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { SendableCommand } from '../../src/protocol/dimse/command.ts';
import { decodeCommandSet, encodeCommandSet } from '../../src/protocol/dimse/command-set.ts';
import { COMMANDS, ELEMENTS } from '../../src/protocol/dimse/command-table.ts';
import { commandElement, commandSet, us } from '../support/naive-command-set.ts';

/** Annex E: keyword and element, with a sample value and its bytes. */
const SAMPLES: Readonly<Record<string, readonly [element: number, value: unknown, bytes: Uint8Array | string]>> = {
  AffectedSOPClassUID: [0x0002, '1.2.840.10008.1.20.1', '1.2.840.10008.1.20.1'],
  RequestedSOPClassUID: [0x0003, '1.2.840.10008.1.20', '1.2.840.10008.1.20'],
  MessageID: [0x0110, 258, us(258)],
  MessageIDBeingRespondedTo: [0x0120, 513, us(513)],
  Priority: [0x0700, 2, us(2)],
  Status: [0x0900, 0x0112, us(0x0112)],
  OffendingElement: [0x0901, [0x00081199, 0x7fe00010], us(0x0008, 0x1199, 0x7fe0, 0x0010)],
  ErrorComment: [0x0902, 'unheard', 'unheard '],
  ErrorID: [0x0903, 9, us(9)],
  AffectedSOPInstanceUID: [0x1000, '1.2.3', '1.2.3\0'],
  RequestedSOPInstanceUID: [0x1001, '1.2.34', '1.2.34'],
  EventTypeID: [0x1002, 2, us(2)],
  ActionTypeID: [0x1008, 1, us(1)],
  MoveOriginatorApplicationEntityTitle: [0x1030, 'MOVER', 'MOVER '],
  MoveOriginatorMessageID: [0x1031, 77, us(77)],
};

const OF_RESPONSES = ['ErrorComment', 'OffendingElement', 'ErrorID'];

interface Message {
  readonly field: number;
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

const MESSAGES: Readonly<Record<string, Message>> = {
  'C-STORE-RQ': {
    field: 0x0001,
    required: ['AffectedSOPClassUID', 'MessageID', 'Priority', 'AffectedSOPInstanceUID'],
    optional: ['MoveOriginatorApplicationEntityTitle', 'MoveOriginatorMessageID'],
  },
  'C-STORE-RSP': {
    field: 0x8001,
    required: ['MessageIDBeingRespondedTo', 'Status'],
    optional: ['AffectedSOPClassUID', 'AffectedSOPInstanceUID', ...OF_RESPONSES],
  },
  'C-ECHO-RQ': { field: 0x0030, required: ['AffectedSOPClassUID', 'MessageID'], optional: [] },
  'C-ECHO-RSP': {
    field: 0x8030,
    required: ['MessageIDBeingRespondedTo', 'Status'],
    optional: ['AffectedSOPClassUID', ...OF_RESPONSES],
  },
  'N-EVENT-REPORT-RQ': {
    field: 0x0100,
    required: ['AffectedSOPClassUID', 'MessageID', 'AffectedSOPInstanceUID', 'EventTypeID'],
    optional: [],
  },
  'N-EVENT-REPORT-RSP': {
    field: 0x8100,
    required: ['MessageIDBeingRespondedTo', 'Status'],
    optional: ['AffectedSOPClassUID', 'AffectedSOPInstanceUID', 'EventTypeID', ...OF_RESPONSES],
  },
  'N-ACTION-RQ': {
    field: 0x0130,
    required: ['RequestedSOPClassUID', 'MessageID', 'RequestedSOPInstanceUID', 'ActionTypeID'],
    optional: [],
  },
  'N-ACTION-RSP': {
    field: 0x8130,
    required: ['MessageIDBeingRespondedTo', 'Status'],
    optional: ['AffectedSOPClassUID', 'AffectedSOPInstanceUID', 'ActionTypeID', ...OF_RESPONSES],
  },
};

const sample = (keyword: string): (typeof SAMPLES)[string] => {
  const found = SAMPLES[keyword];
  assert.ok(found !== undefined, keyword);
  return found;
};

function bytesOf(field: number, keywords: readonly string[], dataSetType: number): Buffer {
  const elements = new Map<number, Buffer>([
    [0x0100, commandElement(0x0100, us(field))],
    [0x0800, commandElement(0x0800, us(dataSetType))],
  ]);
  for (const keyword of keywords) {
    const [element, , bytes] = sample(keyword);
    elements.set(element, commandElement(element, bytes));
  }
  return commandSet([...elements].sort(([a], [b]) => a - b).map(([, bytes]) => bytes));
}

const objectOf = (type: string, keywords: readonly string[]): SendableCommand =>
  ({ type, ...Object.fromEntries(keywords.map((keyword) => [keyword, sample(keyword)[1]])) }) as SendableCommand;

test('the table has the messages and the elements of the standard, and no others', () => {
  assert.deepEqual(Object.keys(COMMANDS).sort(), Object.keys(MESSAGES).sort());
  assert.deepEqual(Object.keys(ELEMENTS).sort(), Object.keys(SAMPLES).sort());
});

for (const [type, { field, required, optional }] of Object.entries(MESSAGES)) {
  suite(type, () => {
    for (const [what, keywords, dataSetType] of [
      ['with everything that it may have', [...required, ...optional], 0x0101],
      ['with what it must have, and a data set', required, 0x0001],
    ] as const) {
      test(what, () => {
        const bytes = bytesOf(field, keywords, dataSetType);
        const command = objectOf(type, keywords);
        const hasDataSet = dataSetType !== 0x0101;
        assert.deepEqual(decodeCommandSet(bytes), { command, hasDataSet });
        assert.equal(Buffer.from(encodeCommandSet(command, hasDataSet)).toString('hex'), bytes.toString('hex'));
      });
    }

    test('is refused without each element that it must have', () => {
      for (const missing of required) {
        const rest = required.filter((keyword) => keyword !== missing);
        const element = sample(missing)[0].toString(16).toUpperCase().padStart(4, '0');
        assert.throws(() => decodeCommandSet(bytesOf(field, rest, 0x0101)), {
          name: 'ProtocolError',
          message: new RegExp(`${type} without .* \\(0000,${element}\\)$`),
        });
      }
    });

    test('ignores elements that it does not have', () => {
      const bytes = bytesOf(field, Object.keys(SAMPLES), 0x0101);
      assert.deepEqual(decodeCommandSet(bytes).command, objectOf(type, [...required, ...optional]));
    });
  });
}

test('elements may come in any order', () => {
  const elements = ['Status', 'MessageIDBeingRespondedTo', 'ActionTypeID'].map((keyword) => {
    const [element, , bytes] = sample(keyword);
    return commandElement(element, bytes);
  });
  const shuffled = [...elements, commandElement(0x0800, us(0x0101)), commandElement(0x0100, us(0x8130))];
  assert.deepEqual(decodeCommandSet(commandSet(shuffled)).command, {
    ...objectOf('N-ACTION-RSP', ['MessageIDBeingRespondedTo', 'Status', 'ActionTypeID']),
  });
});
