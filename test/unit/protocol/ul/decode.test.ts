// What a peer can send. Numbers in brackets are reasons of the A-ABORT.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { decodePdu } from '../../../../src/protocol/ul/decode.ts';
import type { AAssociateAc, AAssociateRq } from '../../../../src/protocol/ul/pdu.ts';
import * as naive from '../../../support/naive-pdu.ts';
import { revealed } from '../../../support/secrets.ts';

const VERIFICATION = '1.2.840.10008.1.1';
const IMPLICIT = '1.2.840.10008.1.2';

/** Without the framer: decodes the body of one PDU. */
const decode = (pdu: Uint8Array) => decodePdu(pdu[0]!, new Uint8Array(pdu).subarray(6));

function decodeAc(...items: readonly naive.Piece[]): AAssociateAc {
  const pdu = decode(naive.associateAc({ items }));
  assert.ok(pdu.type === 'A-ASSOCIATE-AC');
  return pdu;
}

function decodeRq(...items: readonly naive.Piece[]): AAssociateRq {
  const pdu = decode(naive.associateRq({ items }));
  assert.ok(pdu.type === 'A-ASSOCIATE-RQ');
  return pdu;
}

const information = (...subItems: readonly naive.Piece[]) =>
  decodeAc(naive.userInformation(...subItems)).userInformation;

function refused(decoding: () => unknown, message: RegExp): void {
  assert.throws(decoding, (error) => {
    assert.ok(error instanceof Error);
    assert.deepEqual([error.name, 'reason' in error && error.reason], ['ProtocolError', 6], error.stack);
    assert.match(error.message, message);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  });
}

suite('types', () => {
  for (const type of [0x00, 0x08, 0x47, 0x99, 0xff]) {
    test(`${type} is unrecognized (1)`, () => {
      assert.throws(() => decodePdu(type, new Uint8Array(4)), { name: 'ProtocolError', reason: 1 });
    });
  }
});

suite('fixed PDUs', () => {
  for (const type of [0x03, 0x05, 0x06, 0x07]) {
    for (const length of [0, 1, 2, 3, 5, 8]) {
      test(`type ${type} with ${length} bytes (6)`, () => {
        refused(() => decodePdu(type, new Uint8Array(length)), /bytes/);
      });
    }
  }

  test('numbers that are in no table are kept', () => {
    assert.deepEqual(decode(naive.associateRj(9, 9, 99)), { type: 'A-ASSOCIATE-RJ', result: 9, source: 9, reason: 99 });
    assert.deepEqual(decode(naive.abort(1, 3)), { type: 'A-ABORT', source: 1, reason: 3 });
  });

  test('reserved bytes are not tested', () => {
    assert.deepEqual(decode(naive.pdu(0x05, 'ffffffff')), { type: 'A-RELEASE-RQ' });
    assert.deepEqual(decode(naive.pdu(0x07, 'ffff0206')), { type: 'A-ABORT', source: 2, reason: 6 });
  });
});

suite('A-ASSOCIATE items', () => {
  test('a body that ends in the fixed fields (6)', () => {
    for (const length of [0, 1, 2, 35, 67]) {
      refused(() => decodePdu(0x02, new Uint8Array(length)), /^A-ASSOCIATE-AC/);
    }
  });

  test('without items all fields are empty', () => {
    const { applicationContextName, presentationContexts, userInformation } = decodeAc();
    assert.deepEqual(
      { applicationContextName, presentationContexts, userInformation },
      { applicationContextName: '', presentationContexts: [], userInformation: {} },
    );
  });

  test('AE titles of any bytes', () => {
    const garbage = '\u0001\u00ff\\\r\n';
    const pdu = decode(naive.associateAc({ calledAETitle: '', callingAETitle: garbage, items: [] }));
    assert.ok(pdu.type === 'A-ASSOCIATE-AC');
    assert.deepEqual([pdu.calledAETitle, pdu.callingAETitle], ['', garbage]);
  });

  test('AE titles lose their padding, spaces or NULs', () => {
    const pdu = decode(naive.associateRq({ calledAETitle: '  ARCHIVE', callingAETitle: 'A B\0\0', items: [] }));
    assert.ok(pdu.type === 'A-ASSOCIATE-RQ');
    assert.deepEqual([pdu.calledAETitle, pdu.callingAETitle], ['ARCHIVE', 'A B']);
  });

  test('unknown items are ignored, at each level and in any number', () => {
    const unknown = naive.item(0x77, '0102');
    const many = Array.from({ length: 10_000 }, () => naive.item(0x99, ''));
    const context = naive.item(0x21, naive.bytes('01000000', unknown, naive.transferSyntax(IMPLICIT), unknown));
    const ac = decodeAc(unknown, context, naive.userInformation(unknown, naive.maximumLength(7)), ...many);
    assert.deepEqual(ac.presentationContexts, [{ presentationContextId: 1, result: 0, transferSyntax: IMPLICIT }]);
    assert.deepEqual(ac.userInformation, { maximumLength: 7 });
  });

  test('the presentation context item of the other PDU is unknown too', () => {
    const result = naive.contextResult(1, 0, IMPLICIT);
    const proposed = naive.proposedContext(3, VERIFICATION, [IMPLICIT]);
    assert.deepEqual(
      decodeAc(result, proposed).presentationContexts.map((context) => context.presentationContextId),
      [1],
    );
    assert.deepEqual(
      decodeRq(result, proposed).presentationContexts.map((context) => context.presentationContextId),
      [3],
    );
  });

  const lies: Record<string, [naive.Piece, RegExp]> = {
    'an item that is longer than the PDU': [naive.item(0x21, '01000000', 5), /^item 21H: needs 5 bytes, but 4 remain/],
    'an unknown item that is longer than the PDU': [naive.item(0x77, '', 0xffff), /^item 77H/],
    'an item header cut after its type': ['21', /^item 21H header/],
    'an item header cut in its length': ['210000', /^item 21H length/],
    'a context without its fixed fields': [naive.item(0x21, '0100'), /^item 21H/],
    'an empty context': [naive.item(0x21, ''), /^item 21H presentation context id/],
    'a sub-item that crosses its context': [
      naive.bytes(naive.item(0x21, naive.bytes('01000000', naive.item(0x40, '', 4))), naive.maximumLength(1)),
      /^item 40H: needs 4 bytes, but 0 remain/,
    ],
    'a sub-item that crosses the user information': [
      naive.bytes(naive.userInformation(naive.item(0x51, '', 4)), naive.maximumLength(1)),
      /^item 51H/,
    ],
    'trailing bytes': [naive.bytes(naive.maximumLength(1), '00'), /^item 00H header/],
    'two application contexts': [naive.bytes(naive.applicationContext(), naive.applicationContext()), /twice/],
    'two user information items': [naive.bytes(naive.userInformation(), naive.userInformation()), /50H.* twice/],
  };
  for (const [name, [items, message]] of Object.entries(lies)) {
    test(`${name} (6)`, () => {
      refused(() => decodeAc(items), message);
    });
  }
});

suite('presentation contexts', () => {
  test('a rejected context: transfer syntax missing, empty, given, or twice', () => {
    const ac = decodeAc(
      naive.contextResult(1, 3),
      naive.contextResult(3, 4, ''),
      naive.contextResult(5, 1, IMPLICIT),
      naive.item(0x21, naive.bytes('07000200', naive.transferSyntax(IMPLICIT), naive.transferSyntax('1.2'))),
    );
    assert.deepEqual(ac.presentationContexts, [
      { presentationContextId: 1, result: 3 },
      { presentationContextId: 3, result: 4 },
      { presentationContextId: 5, result: 1, transferSyntax: IMPLICIT },
      { presentationContextId: 7, result: 2, transferSyntax: IMPLICIT },
    ]);
  });

  test('ids and results are kept as they are: even, unknown, twice', () => {
    const ac = decodeAc(naive.contextResult(2, 77), naive.contextResult(0, 0, '1.2'), naive.contextResult(0, 0, '1.3'));
    assert.deepEqual(ac.presentationContexts, [
      { presentationContextId: 2, result: 77 },
      { presentationContextId: 0, result: 0, transferSyntax: '1.2' },
      { presentationContextId: 0, result: 0, transferSyntax: '1.3' },
    ]);
  });

  test('accepted without a transfer syntax is left to the negotiation', () => {
    assert.deepEqual(decodeAc(naive.contextResult(1, 0)).presentationContexts, [
      { presentationContextId: 1, result: 0 },
    ]);
  });

  test('accepted with two transfer syntaxes (6)', () => {
    const twice = naive.bytes('01000000', naive.transferSyntax(IMPLICIT), naive.transferSyntax('1.2'));
    refused(() => decodeAc(naive.item(0x21, twice)), /^presentation context 1: accepted with two transfer syntaxes/);
  });

  test('UIDs lose the padding that some peers add', () => {
    assert.equal(
      decodeAc(naive.contextResult(1, 0, `${IMPLICIT}\0`)).presentationContexts[0]?.transferSyntax,
      IMPLICIT,
    );
    assert.equal(decodeAc(naive.applicationContext('1.2.3 ')).applicationContextName, '1.2.3');
  });

  test('a proposed context without syntaxes reads as empty', () => {
    assert.deepEqual(decodeRq(naive.item(0x20, '05000000')).presentationContexts, [
      { presentationContextId: 5, abstractSyntax: '', transferSyntaxes: [] },
    ]);
  });

  test('a proposed context with two abstract syntaxes (6)', () => {
    const twice = naive.bytes('01000000', naive.abstractSyntax('1.2'), naive.abstractSyntax('1.3'));
    refused(() => decodeRq(naive.item(0x20, twice)), /abstract syntax \(30H\) occurs twice/);
  });
});

suite('user information', () => {
  test('sub-items in any order; 54H, 56H and 57H any number of times', () => {
    assert.deepEqual(
      information(
        naive.commonExtendedNegotiation('1.1', '1.2', []),
        naive.roleSelection('1.3', 1, 1),
        naive.extendedNegotiation('1.4', ''),
        naive.roleSelection('1.5', 0, 2),
        naive.maximumLength(0xffffffff),
        naive.commonExtendedNegotiation('1.6', '1.7', ['1.8\0', '1.9']),
        naive.extendedNegotiation('1.10', 'ff'),
      ),
      {
        maximumLength: 0xffffffff,
        roleSelections: [
          { sopClassUID: '1.3', scuRole: true, scpRole: true },
          { sopClassUID: '1.5', scuRole: false, scpRole: false },
        ],
        sopClassExtendedNegotiations: [
          { sopClassUID: '1.4', serviceClassApplicationInformation: new Uint8Array(0) },
          { sopClassUID: '1.10', serviceClassApplicationInformation: Uint8Array.of(0xff) },
        ],
        sopClassCommonExtendedNegotiations: [
          { sopClassUID: '1.1', serviceClassUID: '1.2', relatedGeneralSOPClassUIDs: [] },
          { sopClassUID: '1.6', serviceClassUID: '1.7', relatedGeneralSOPClassUIDs: ['1.8', '1.9'] },
        ],
      },
    );
  });

  test('57H may have fields of a later version at its end', () => {
    const value = naive.bytes(naive.field(naive.text('1.1')), naive.field(naive.text('1.2')), naive.field(''), 'aabb');
    assert.deepEqual(information(naive.item(0x57, value)).sopClassCommonExtendedNegotiations, [
      { sopClassUID: '1.1', serviceClassUID: '1.2', relatedGeneralSOPClassUIDs: [] },
    ]);
  });

  test('a version name that is too long or padded is read', () => {
    assert.equal(information(naive.implementationVersionName('A'.repeat(40))).implementationVersionName?.length, 40);
    assert.equal(information(naive.implementationVersionName('NAME \0')).implementationVersionName, 'NAME');
  });

  const uid = naive.field(naive.text('1.2'));
  const lies: Record<string, naive.Piece> = {
    '51H of 0 bytes': naive.item(0x51, ''),
    '51H of 2 bytes': naive.item(0x51, '4000'),
    '51H of 8 bytes': naive.item(0x51, '0000000000004000'),
    '53H of 3 bytes': naive.item(0x53, '000500'),
    '53H of 5 bytes': naive.item(0x53, '0005000500'),
    '54H whose UID is longer than it': naive.item(0x54, naive.bytes(naive.field(naive.text('1.2'), 6), '0101')),
    '54H without the SCP role': naive.item(0x54, naive.bytes(uid, '01')),
    '54H with a byte too many': naive.item(0x54, naive.bytes(uid, '010100')),
    '56H without a UID length': naive.item(0x56, '00'),
    '56H whose UID is longer than it': naive.item(0x56, '0005312e32'),
    '57H without related classes': naive.item(0x57, naive.bytes(uid, uid)),
    '57H whose related classes are longer than it': naive.item(0x57, naive.bytes(uid, uid, naive.field('', 9))),
    '57H with a related class that crosses its list': naive.item(
      0x57,
      naive.bytes(uid, uid, naive.field('0004312e'), '3233'),
    ),
    '58H without a secondary length': naive.item(0x58, naive.bytes('0101', uid)),
    '58H whose primary field is longer than it': naive.item(0x58, naive.bytes('0101', naive.field('75', 9))),
    '58H with a byte too many': naive.item(0x58, naive.bytes('0101', uid, uid, '00')),
    '59H without a length': naive.item(0x59, ''),
    '59H whose response is longer than it': naive.item(0x59, naive.field('01', 2)),
    '59H with a byte too many': naive.item(0x59, naive.bytes(naive.field('01'), '00')),
    'two 51H': naive.bytes(naive.maximumLength(0), naive.maximumLength(16384)),
    'two 52H': naive.bytes(naive.implementationClassUID(''), naive.implementationClassUID('1.2')),
    'two 53H': naive.bytes(naive.asynchronousOperationsWindow(1, 1), naive.asynchronousOperationsWindow(1, 1)),
    'two 55H': naive.bytes(naive.implementationVersionName('A'), naive.implementationVersionName('A')),
    'two 58H': naive.bytes(naive.userIdentity(1, 0, '', ''), naive.userIdentity(1, 0, '', '')),
    'two 59H': naive.bytes(naive.userIdentityServerResponse(''), naive.userIdentityServerResponse('')),
  };
  for (const [name, subItems] of Object.entries(lies)) {
    test(`${name} (6)`, () => {
      refused(() => information(subItems), /^item 5[1-9]H/);
    });
  }
});

suite('P-DATA-TF', () => {
  test('many PDVs, one without data; reserved bits of the control header are not tested', () => {
    const pdu = decode(naive.pData(naive.pdv(1, 0x03, '0102'), naive.pdv(3, 0xfe, ''), naive.pdv(0, 0x00, 'ff')));
    assert.deepEqual(revealed(pdu), {
      type: 'P-DATA-TF',
      presentationDataValues: [
        { presentationContextId: 1, isCommand: true, isLastFragment: true, data: Uint8Array.of(1, 2) },
        { presentationContextId: 3, isCommand: false, isLastFragment: true, data: new Uint8Array(0) },
        { presentationContextId: 0, isCommand: false, isLastFragment: false, data: Uint8Array.of(255) },
      ],
    });
  });

  test('data is a view of what came', () => {
    const body = new Uint8Array(naive.pdv(1, 0, '0102'));
    const pdu = decodePdu(0x04, body);
    assert.ok(pdu.type === 'P-DATA-TF');
    assert.equal([...pdu.presentationDataValues][0]?.data.buffer, body.buffer);
  });

  const lies: Record<string, naive.Piece[]> = {
    'no PDV': [],
    'PDV length 0': [naive.pdv(1, 3, '', 0)],
    'PDV length 1': [naive.pdv(1, 3, '', 1)],
    'a PDV longer than the PDU': [naive.pdv(1, 3, '0102', 5)],
    'PDV length 2^31': [naive.pdv(1, 3, '0102', 0x80000000)],
    'PDV length 2^32 - 1': [naive.pdv(1, 3, '0102', 0xffffffff)],
    'trailing bytes': [naive.pdv(1, 3, '0102'), '000000'],
    'a second PDV without its header': [naive.pdv(1, 3, '0102'), '00000002'],
  };
  for (const [name, pdvs] of Object.entries(lies)) {
    test(`${name} (6)`, () => {
      refused(() => decode(naive.pData(...pdvs)), /^PDV/);
    });
  }
});
