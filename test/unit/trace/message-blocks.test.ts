import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Command } from '../../../src/protocol/dimse/command.ts';
import { contextInUse, dimseBlock, type MessageInContext } from '../../../src/trace/dimse-text.ts';
import { MessageBlocks } from '../../../src/trace/message-blocks.ts';

const CONTEXTS = [
  undefined,
  contextInUse('1.2.840.10008.5.1.4.1.1.2', '1.2.840.10008.1.2.1'),
  contextInUse('1.2.840.10008.5.1.4.1.1.4', '1.2.840.10008.1.2'),
];

const uid = fc.constantFrom('1.2.840.10008.5.1.4.1.1.2', '1.2.840.10008.5.1.4.1.1.4', '', '1.2.3', '0', ' : 0');
const id = fc.constantFrom(0, 1, 7, 65_535);
const optional = <T>(key: string, values: readonly T[]) =>
  fc.constantFrom({}, ...values.map((value) => ({ [key]: value })));

const request: fc.Arbitrary<Command> = fc
  .tuple(
    id,
    uid,
    uid,
    fc.constantFrom(0 as const, 1 as const, 2 as const),
    optional('MoveOriginatorApplicationEntityTitle', ['MOVER']),
    optional('MoveOriginatorMessageID', [0, 7]),
  )
  .map(([MessageID, AffectedSOPClassUID, AffectedSOPInstanceUID, Priority, more, evenMore]) => ({
    type: 'C-STORE-RQ',
    MessageID,
    AffectedSOPClassUID,
    AffectedSOPInstanceUID,
    Priority,
    ...more,
    ...evenMore,
  }));
const response: fc.Arbitrary<Command> = fc
  .tuple(
    id,
    fc.constantFrom(0, 0, 0, 0xa700, 0xb000),
    optional('AffectedSOPClassUID', ['1.2.840.10008.5.1.4.1.1.2', '1.2.3']),
    optional('AffectedSOPInstanceUID', ['1.2.3', '9', '']),
    optional('ErrorComment', ['no room']),
    optional('ErrorID', [3]),
  )
  .map(([MessageIDBeingRespondedTo, Status, ...more]) => ({
    type: 'C-STORE-RSP',
    MessageIDBeingRespondedTo,
    Status,
    ...Object.assign({}, ...more),
  }));
const message: fc.Arbitrary<MessageInContext> = fc.record(
  {
    command: fc.oneof(request, response),
    direction: fc.constantFrom('sent' as const, 'received' as const),
    presentationContextId: fc.constantFrom(1, 3),
    context: fc.constantFrom(...CONTEXTS),
    hasDataSet: fc.boolean(),
    next: fc.constantFrom('\n', '\nD: ', '\nD: [2] '),
  },
  { noNullPrototype: true },
);

test('a block is that of its own message, whatever came before it', () => {
  fc.assert(
    fc.property(fc.array(message, { minLength: 1, maxLength: 40 }), (messages) => {
      const blocks = new MessageBlocks();
      for (const each of messages) assert.equal(blocks.block(each), dimseBlock(each));
    }),
    { numRuns: 500 },
  );
});
