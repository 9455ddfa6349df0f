import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { MessageAssembler } from '../../../../src/protocol/dimse/assemble.ts';
import {
  INVALID_PDU_PARAMETER_VALUE,
  ProtocolError,
  type ProviderAbortReason,
  UNEXPECTED_PDU_PARAMETER,
} from '../../../../src/protocol/errors.ts';
import type { PresentationDataValue } from '../../../../src/protocol/ul/pdu.ts';
import {
  commandElement,
  commandSet,
  storeRequestElements,
  storeResponseElements,
  us,
} from '../../../support/naive-command-set.ts';

const REQUEST = commandSet([...storeRequestElements().values()]);
const RESPONSE = commandSet([...storeResponseElements().values()]);

function commandPdv(data: Uint8Array, isLastFragment: boolean, presentationContextId = 1): PresentationDataValue {
  return { presentationContextId, isCommand: true, isLastFragment, data };
}

function dataPdv(data: Uint8Array, isLastFragment: boolean, presentationContextId = 1): PresentationDataValue {
  return { presentationContextId, isCommand: false, isLastFragment, data };
}

function refused(receive: () => unknown, reason: ProviderAbortReason, message: RegExp): void {
  assert.throws(receive, (error) => {
    assert.ok(error instanceof ProtocolError, String(error));
    assert.equal(error.reason, reason);
    assert.match(error.message, message);
    return true;
  });
}

suite('MessageAssembler', () => {
  test('a command in one fragment, and its data set fragment by fragment', () => {
    const assembler = new MessageAssembler();
    const event = assembler.receive(commandPdv(REQUEST, true, 5));
    assert.ok(event?.type === 'command');
    assert.equal(event.presentationContextId, 5);
    assert.equal(event.command.type, 'C-STORE-RQ');
    assert.equal(event.hasDataSet, true);
    const first = Buffer.from('abcd');
    const middle = assembler.receive(dataPdv(first, false, 5));
    assert.deepEqual(middle, { type: 'data set', presentationContextId: 5, bytes: first, isLast: false });
    assert.ok(middle?.type === 'data set');
    assert.equal(middle.bytes.buffer, first.buffer, 'handed on, not copied');
    assert.deepEqual(assembler.receive(dataPdv(Buffer.alloc(0), true, 5)), {
      type: 'data set',
      presentationContextId: 5,
      bytes: Buffer.alloc(0),
      isLast: true,
    });
  });

  for (const reused of [new Uint8Array(1), Buffer.alloc(1)]) {
    test(`a command in fragments of one byte, from a ${reused.constructor.name} that is used again`, () => {
      const assembler = new MessageAssembler();
      let event: ReturnType<MessageAssembler['receive']>;
      for (const [index, byte] of RESPONSE.entries()) {
        assert.equal(event, undefined);
        reused[0] = byte;
        event = assembler.receive(commandPdv(reused, index === RESPONSE.length - 1));
      }
      assert.ok(event?.type === 'command' && event.command.type === 'C-STORE-RSP');
      assert.equal(event.command.Status, 0xa700);
    });
  }

  test('empty fragments change nothing', () => {
    const assembler = new MessageAssembler();
    assert.equal(assembler.receive(commandPdv(Buffer.alloc(0), false)), undefined);
    assert.equal(assembler.receive(commandPdv(RESPONSE, false)), undefined);
    assert.equal(assembler.receive(commandPdv(Buffer.alloc(0), true))?.type, 'command');
  });

  test('messages follow each other, on other contexts too', () => {
    const assembler = new MessageAssembler();
    for (const id of [1, 3, 1]) {
      assert.equal(assembler.receive(commandPdv(REQUEST, true, id))?.type, 'command');
      assert.equal(assembler.receive(dataPdv(Buffer.from('ab'), true, id))?.type, 'data set');
      assert.equal(assembler.receive(commandPdv(RESPONSE, true, id))?.type, 'command');
    }
  });

  test('a data set that no command announced is refused', () => {
    refused(() => new MessageAssembler().receive(dataPdv(RESPONSE, true)), UNEXPECTED_PDU_PARAMETER, /no command set/);
    const afterResponse = new MessageAssembler();
    afterResponse.receive(commandPdv(RESPONSE, true));
    refused(() => afterResponse.receive(dataPdv(RESPONSE, true)), UNEXPECTED_PDU_PARAMETER, /no command set announced/);
    const afterDataSet = new MessageAssembler();
    afterDataSet.receive(commandPdv(REQUEST, true));
    afterDataSet.receive(dataPdv(REQUEST, true));
    refused(() => afterDataSet.receive(dataPdv(REQUEST, true)), UNEXPECTED_PDU_PARAMETER, /no command set announced/);
  });

  test('a data set before the end of its command is refused', () => {
    const assembler = new MessageAssembler();
    assembler.receive(commandPdv(REQUEST, false));
    refused(() => assembler.receive(dataPdv(REQUEST, true)), UNEXPECTED_PDU_PARAMETER, /before the end/);
  });

  test('a command where a data set is due is refused', () => {
    const assembler = new MessageAssembler();
    assembler.receive(commandPdv(REQUEST, true));
    refused(() => assembler.receive(commandPdv(RESPONSE, true)), UNEXPECTED_PDU_PARAMETER, /where a data set is due/);
  });

  suite('a C-STORE-RSP that announces a data set', () => {
    const announcing = commandSet([
      ...[...storeResponseElements()].filter(([element]) => element !== 0x0800).map(([, bytes]) => bytes),
      commandElement(0x0800, us(0x0001)),
    ]);
    const after = (): MessageAssembler => {
      const assembler = new MessageAssembler();
      const event = assembler.receive(commandPdv(announcing, true));
      assert.ok(event?.type === 'command');
      assert.equal(event.hasDataSet, false);
      assert.equal(event.isDataSetAnnounced, true);
      assert.deepEqual(event.breaches, [{ code: 'data set announced' }]);
      return assembler;
    };

    test('has none: a command in any context begins the next message', () => {
      for (const context of [1, 3]) {
        assert.equal(after().receive(commandPdv(RESPONSE, true, context))?.type, 'command');
        const inFragments = after();
        assert.equal(inFragments.receive(commandPdv(RESPONSE.subarray(0, 10), false, context)), undefined);
        assert.equal(inFragments.receive(commandPdv(RESPONSE.subarray(10), true, context))?.type, 'command');
      }
    });

    test('a data set that follows is told once, and ends before the next command', () => {
      const assembler = after();
      const first = assembler.receive(dataPdv(Buffer.alloc(10), false));
      assert.ok(first?.type === 'data set');
      assert.deepEqual(first.breach, { code: 'data set sent' });
      const last = assembler.receive(dataPdv(Buffer.alloc(10), true));
      assert.equal(last?.type === 'data set' && last.breach === undefined && last.isLast, true);
      assert.equal(assembler.receive(commandPdv(RESPONSE, true))?.type, 'command');
      const inside = after();
      inside.receive(dataPdv(Buffer.alloc(10), false));
      refused(() => inside.receive(commandPdv(RESPONSE, true)), UNEXPECTED_PDU_PARAMETER, /where a data set is due/);
    });

    test('that data set is in the same context, and bounded', () => {
      refused(() => after().receive(dataPdv(RESPONSE, true, 3)), UNEXPECTED_PDU_PARAMETER, /context 3 inside/);
      const endless = after();
      refused(
        () => {
          for (;;) endless.receive(dataPdv(Buffer.alloc(1_000_000), false));
        },
        INVALID_PDU_PARAMETER_VALUE,
        /our limit/,
      );
    });
  });

  test('another presentation context inside a message is refused', () => {
    const inCommand = new MessageAssembler();
    inCommand.receive(commandPdv(REQUEST.subarray(0, 10), false, 1));
    refused(
      () => inCommand.receive(commandPdv(REQUEST.subarray(10), true, 3)),
      UNEXPECTED_PDU_PARAMETER,
      /context 3 inside/,
    );
    const inDataSet = new MessageAssembler();
    inDataSet.receive(commandPdv(REQUEST, true, 1));
    refused(() => inDataSet.receive(dataPdv(REQUEST, true, 3)), UNEXPECTED_PDU_PARAMETER, /context 3 inside/);
  });

  test('a command set of exactly the cap is accepted, a longer one refused', () => {
    const fits = new MessageAssembler(RESPONSE.length);
    fits.receive(commandPdv(RESPONSE.subarray(0, 20), false));
    assert.equal(fits.receive(commandPdv(RESPONSE.subarray(20), true))?.type, 'command');
    const over = new MessageAssembler(RESPONSE.length - 1);
    over.receive(commandPdv(RESPONSE.subarray(0, 20), false));
    refused(() => over.receive(commandPdv(RESPONSE.subarray(20), true)), INVALID_PDU_PARAMETER_VALUE, /more than/);
    const endless = new MessageAssembler();
    refused(
      () => {
        for (;;) endless.receive(commandPdv(Buffer.alloc(1000), false));
      },
      INVALID_PDU_PARAMETER_VALUE,
      /65536/,
    );
  });

  test('the next command has nothing of the one before', () => {
    const assembler = new MessageAssembler();
    for (let count = 0; count < 2; count += 1) {
      assembler.receive(commandPdv(RESPONSE.subarray(0, 20), false));
      const event = assembler.receive(commandPdv(RESPONSE.subarray(20), true));
      assert.ok(event?.type === 'command' && event.command.type === 'C-STORE-RSP');
    }
    assert.equal(assembler.receive(commandPdv(RESPONSE, true))?.type, 'command');
  });

  test('the cap is per command set, not per association', () => {
    const assembler = new MessageAssembler(RESPONSE.length);
    for (let count = 0; count < 3; count += 1) {
      assert.equal(assembler.receive(commandPdv(RESPONSE, true))?.type, 'command');
    }
  });

  test('a malformed command set is refused with the reason of its decoder', () => {
    refused(
      () => new MessageAssembler().receive(commandPdv(Buffer.from('GET /'), true)),
      INVALID_PDU_PARAMETER_VALUE,
      /command set/,
    );
  });
});
