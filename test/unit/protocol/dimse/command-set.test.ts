import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { decodeCommandSet, encodeCommandSet } from '../../../../src/protocol/dimse/command-set.ts';
import { INVALID_PDU_PARAMETER_VALUE, ProtocolError } from '../../../../src/protocol/errors.ts';
import {
  commandElement,
  commandSet,
  storeRequestElements,
  storeResponseElements,
  ul,
  us,
} from '../../../support/naive-command-set.ts';

function refused(bytes: Uint8Array, message: RegExp): void {
  assert.throws(
    () => decodeCommandSet(bytes),
    (error) => {
      assert.ok(error instanceof ProtocolError, String(error));
      assert.equal(error.reason, INVALID_PDU_PARAMETER_VALUE);
      assert.match(error.message, message);
      return true;
    },
  );
}

function response(changes: Readonly<Record<number, Uint8Array | undefined>> = {}): Buffer {
  const elements = storeResponseElements();
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) elements.delete(Number(key));
    else elements.set(Number(key), Buffer.from(value));
  }
  return commandSet([...elements.values()]);
}

function request(changes: Readonly<Record<number, Uint8Array | undefined>> = {}): Buffer {
  const elements = storeRequestElements();
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) elements.delete(Number(key));
    else elements.set(Number(key), Buffer.from(value));
  }
  return commandSet([...elements.values()]);
}

suite('decodeCommandSet', () => {
  test('a C-STORE-RSP with everything that it may carry', () => {
    assert.deepEqual(decodeCommandSet(response()), {
      command: {
        type: 'C-STORE-RSP',
        MessageIDBeingRespondedTo: 7,
        Status: 0xa700,
        ErrorComment: 'disk is full',
        OffendingElement: [0x00100020, 0x7fe00010],
        AffectedSOPClassUID: '1.2.840.10008.5.1.4.1.1.2',
        AffectedSOPInstanceUID: '1.2.3',
      },
      hasDataSet: false,
    });
  });

  test('a view into a larger buffer is read from its own start', () => {
    const message = response();
    const larger = Buffer.concat([Buffer.alloc(5, 0xff), message, Buffer.alloc(3, 0xff)]);
    assert.deepEqual(decodeCommandSet(larger.subarray(5, 5 + message.length)), decodeCommandSet(message));
  });

  test('the group length may be absent or wrong', () => {
    const elements = [...storeResponseElements().values()];
    const expected = decodeCommandSet(commandSet(elements));
    assert.deepEqual(decodeCommandSet(Buffer.concat(elements)), expected);
    for (const lie of [0, 1, 0xffffffff]) assert.deepEqual(decodeCommandSet(commandSet(elements, lie)), expected);
  });

  test('every value of the data set type but 0101H announces a data set', () => {
    for (const [type, expected] of [
      [0x0101, false],
      [0x0000, true],
      [0x0001, true],
      [0x0102, true],
      [0xfeff, true],
    ] as const) {
      assert.equal(decodeCommandSet(response({ 0x0800: commandElement(0x0800, us(type)) })).hasDataSet, expected);
    }
  });

  test('text is Latin-1 byte by byte, without trailing padding of either kind', () => {
    const comment = commandElement(0x0902, Buffer.from([0x20, 0xe4, 0x1b, 0xff, 0x00, 0x20, 0x20]));
    const { command } = decodeCommandSet(response({ 0x0902: comment, 0x1000: commandElement(0x1000, '1.2.3 ') }));
    assert.equal(command.type, 'C-STORE-RSP');
    assert.equal(command.type === 'C-STORE-RSP' && command.ErrorComment, ' \u00e4\u001b\u00ff');
    assert.equal(command.type === 'C-STORE-RSP' && command.AffectedSOPInstanceUID, '1.2.3');
  });

  test('optional elements that are empty count as absent', () => {
    const { command } = decodeCommandSet(
      response({
        0x0901: commandElement(0x0901, ''),
        0x0902: commandElement(0x0902, '  '),
        0x0903: commandElement(0x0903, ''),
        0x1000: commandElement(0x1000, '\0\0'),
      }),
    );
    assert.deepEqual(Object.keys(command).toSorted(), [
      'AffectedSOPClassUID',
      'MessageIDBeingRespondedTo',
      'Status',
      'type',
    ]);
  });

  test('unknown elements of group 0000 are ignored', () => {
    const odd = commandElement(0x5110, 'retired');
    assert.deepEqual(decodeCommandSet(response({ 0x5110: odd })), decodeCommandSet(response()));
  });

  test('a message that is not in the table is kept with its numbers', () => {
    const bytes = commandSet([
      commandElement(0x0002, '1.2.840.10008.5.1.4.1.2.1.1\0'),
      commandElement(0x0100, us(0x0020)),
      commandElement(0x0110, us(3)),
      commandElement(0x0800, us(0x0001)),
    ]);
    assert.deepEqual(decodeCommandSet(bytes), {
      command: {
        type: 'other',
        CommandField: 0x0020,
        MessageID: 3,
        AffectedSOPClassUID: '1.2.840.10008.5.1.4.1.2.1.1',
      },
      hasDataSet: true,
    });
  });

  for (const [element, name] of [
    [0x0100, /Command Field/],
    [0x0120, /Message ID Being Responded To/],
    [0x0900, /without Status/],
  ] as const) {
    test(`a C-STORE-RSP without (0000,${element.toString(16).padStart(4, '0')}), or with an empty one, is refused`, () => {
      refused(response({ [element]: undefined }), name);
      refused(response({ [element]: commandElement(element, '') }), name);
    });
  }

  for (const element of [0x0002, 0x0100, 0x0110, 0x0700, 0x0800, 0x1000]) {
    test(`a C-STORE-RQ without (0000,${element.toString(16).padStart(4, '0')}) is refused`, () => {
      assert.equal(decodeCommandSet(request()).command.type, 'C-STORE-RQ');
      refused(request({ [element]: undefined }), /without/);
    });
  }

  test('a C-ECHO-RQ needs its Message ID and SOP class, a C-ECHO-RSP its Status', () => {
    const field = (value: number): Buffer => commandElement(0x0100, us(value));
    const noDataSet = commandElement(0x0800, us(0x0101));
    const sopClass = commandElement(0x0002, '1.2.840.10008.1.1\0');
    refused(commandSet([sopClass, field(0x0030), noDataSet]), /C-ECHO-RQ without Message ID/);
    refused(commandSet([field(0x0030), commandElement(0x0110, us(1)), noDataSet]), /without Affected SOP Class UID/);
    refused(commandSet([field(0x8030), commandElement(0x0120, us(1)), noDataSet]), /C-ECHO-RSP without Status/);
  });

  test('numbers of the wrong width are refused where their value is in doubt', () => {
    refused(response({ 0x0900: commandElement(0x0900, us(0, 0xa700)) }), /0900.* 4 bytes/);
    refused(response({ 0x0900: commandElement(0x0900, Buffer.of(0)) }), /0900.* 1 bytes/);
    refused(response({ 0x0900: commandElement(0x0900, us(0, 0, 0)) }), /0900.* 6 bytes/);
    refused(response({ 0x0120: commandElement(0x0120, us(7, 1)) }), /0120/);
    refused(
      response({ 0x0800: commandElement(0x0800, us(0x0101, 1)), 0x0100: commandElement(0x0100, us(0x8020)) }),
      /0800/,
    );
    refused(request({ 0x0110: commandElement(0x0110, ul(7)) }), /0110.* 4 bytes/);
    refused(Buffer.concat([commandElement(0x0000, us(4)), request().subarray(12)]), /Group Length.* 2 bytes/);
  });

  test('a response whose numbers are too long, and beyond doubt, is taken; each is a breach', () => {
    const right = decodeCommandSet(response());
    for (const [element, value] of [
      [0x0100, 0x8001],
      [0x0120, 7],
      [0x0800, 0x0101],
      [0x0900, 0xa700],
    ] as const) {
      assert.deepEqual(decodeCommandSet(response({ [element]: commandElement(element, ul(value)) })), {
        ...right,
        breaches: [{ code: 'wrong length', element, length: 4 }],
      });
    }
    const groupLength = decodeCommandSet(Buffer.concat([commandElement(0x0000, us(4)), response().subarray(12)]));
    assert.deepEqual(groupLength, { ...right, breaches: [{ code: 'wrong length', element: 0x0000, length: 2 }] });
  });

  test('what a response need not carry is left out where its length is wrong', () => {
    const { command, breaches } = decodeCommandSet(
      response({ 0x0901: commandElement(0x0901, us(0x0010)), 0x0903: commandElement(0x0903, 'abc') }),
    );
    assert.equal('OffendingElement' in command || 'ErrorID' in command, false);
    assert.deepEqual(
      breaches?.map((breach) => 'length' in breach && [breach.element, breach.length]),
      [
        [0x0901, 2],
        [0x0903, 3],
      ],
    );
  });

  test('elements of other groups do not belong to a response, and make a request none', () => {
    const foreign = commandElement(0x0010, 'x ', 2, 0x0008);
    const breaches = [{ code: 'foreign element', tag: 0x00080010 }];
    for (const bytes of [Buffer.concat([response(), foreign, foreign]), Buffer.concat([foreign, response()])]) {
      assert.deepEqual(decodeCommandSet(bytes), { ...decodeCommandSet(response()), breaches });
    }
    refused(request({ 0x2000: foreign }), /\(0008,0010\) is not of group 0000/);
    refused(foreign, /\(0008,0010\) is not of group 0000/);
    refused(Buffer.concat([foreign, Buffer.alloc(7)]), /\(0008,0010\) is not of group 0000/);
  });

  test('a response that has no data set need not say so', () => {
    const breaches = [{ code: 'no Command Data Set Type' }];
    for (const absent of [undefined, commandElement(0x0800, '')]) {
      assert.deepEqual(decodeCommandSet(response({ 0x0800: absent })), { ...decodeCommandSet(response()), breaches });
    }
    const other = commandElement(0x0100, us(0x8020));
    refused(response({ 0x0100: other, 0x0800: undefined }), /Command Data Set Type/);
    refused(request({ 0x0800: undefined }), /Command Data Set Type/);
  });

  test('an unknown priority is refused', () => {
    refused(request({ 0x0700: commandElement(0x0700, us(3)) }), /Priority/);
  });

  test('lengths past the end and bytes left over are refused', () => {
    refused(response({ 0x1000: commandElement(0x1000, '1.2.3\0', 7) }), /claims 7 bytes, 6 are left/);
    refused(response({ 0x1000: commandElement(0x1000, '1.2.3\0', 0xffffffff) }), /claims 4294967295/);
    refused(Buffer.concat([response(), Buffer.alloc(7)]), /7 bytes after the last element/);
    refused(Buffer.alloc(0), /without Command Field/);
  });

  test('an element that occurs twice is refused', () => {
    refused(Buffer.concat([response(), commandElement(0x0900, us(0))]), /\(0000,0900\) occurs twice/);
  });
});

suite('encodeCommandSet', () => {
  test('ascending tags, even lengths, a right group length, NUL for UIDs and space for text', () => {
    const bytes = encodeCommandSet(
      {
        type: 'C-STORE-RSP',
        MessageIDBeingRespondedTo: 7,
        Status: 0xb000,
        ErrorComment: 'coerced',
        OffendingElement: [0x00100020],
        ErrorID: 0x1234,
        AffectedSOPClassUID: '1.2.3',
        AffectedSOPInstanceUID: '1.2.34',
      },
      false,
    );
    const expected = commandSet([
      commandElement(0x0002, '1.2.3\0'),
      commandElement(0x0100, us(0x8001)),
      commandElement(0x0120, us(7)),
      commandElement(0x0800, us(0x0101)),
      commandElement(0x0900, us(0xb000)),
      commandElement(0x0901, us(0x0010, 0x0020)),
      commandElement(0x0902, 'coerced '),
      commandElement(0x0903, us(0x1234)),
      commandElement(0x1000, '1.2.34'),
    ]);
    assert.deepEqual(Buffer.from(bytes), expected);
  });

  test('a C-STORE-RQ announces its data set', () => {
    const bytes = encodeCommandSet(
      {
        type: 'C-STORE-RQ',
        MessageID: 0xffff,
        AffectedSOPClassUID: '1.2.3',
        AffectedSOPInstanceUID: '1.2.4',
        Priority: 2,
        MoveOriginatorApplicationEntityTitle: 'MOVER',
        MoveOriginatorMessageID: 9,
      },
      true,
    );
    const expected = commandSet([
      commandElement(0x0002, '1.2.3\0'),
      commandElement(0x0100, us(0x0001)),
      commandElement(0x0110, us(0xffff)),
      commandElement(0x0700, us(2)),
      commandElement(0x0800, us(0x0001)),
      commandElement(0x1000, '1.2.4\0'),
      commandElement(0x1030, 'MOVER '),
      commandElement(0x1031, us(9)),
    ]);
    assert.deepEqual(Buffer.from(bytes), expected);
  });

  test('characters beyond Latin-1 become question marks, the length stays even', () => {
    const bytes = encodeCommandSet(
      { type: 'C-ECHO-RSP', MessageIDBeingRespondedTo: 1, Status: 0, ErrorComment: 'a\u4e2d\u00e4' },
      false,
    );
    assert.deepEqual(Buffer.from(bytes.subarray(-4)), Buffer.from([0x61, 0x3f, 0xe4, 0x20]));
  });

  test('a Message ID that does not fit is a bug, not a wrapped number', () => {
    for (const MessageID of [-1, 0x10000, 1.5, Number.NaN]) {
      assert.throws(
        () => encodeCommandSet({ type: 'C-ECHO-RQ', MessageID, AffectedSOPClassUID: '1.2' }, false),
        RangeError,
      );
    }
  });
});
