import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { Secret } from '../../../../src/protocol/secret.ts';
import { encodePdu, pDataTfHeader } from '../../../../src/protocol/ul/encode.ts';
import type { AAssociateAc, AAssociateRq, UserInformation } from '../../../../src/protocol/ul/pdu.ts';
import * as naive from '../../../support/naive-pdu.ts';

const VERIFICATION = '1.2.840.10008.1.1';
const IMPLICIT = '1.2.840.10008.1.2';

const rq: AAssociateRq = {
  type: 'A-ASSOCIATE-RQ',
  protocolVersion: 1,
  calledAETitle: 'ARCHIVE',
  callingAETitle: 'WORKSTATION',
  applicationContextName: '1.2.840.10008.3.1.1.1',
  presentationContexts: [{ presentationContextId: 1, abstractSyntax: VERIFICATION, transferSyntaxes: [IMPLICIT] }],
  userInformation: { maximumLength: 0 },
};

const ac: AAssociateAc = {
  ...rq,
  type: 'A-ASSOCIATE-AC',
  presentationContexts: [{ presentationContextId: 1, result: 0, transferSyntax: IMPLICIT }],
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const proposed = (presentationContextId: number) => ({
  presentationContextId,
  abstractSyntax: VERIFICATION,
  transferSyntaxes: [IMPLICIT],
});

suite('encodePdu', () => {
  test('every sub-item of the user information, in the order of the types', () => {
    const userInformation: Required<UserInformation> = {
      maximumLength: 0xfffffffe,
      implementationClassUID: '1.2.3',
      asynchronousOperationsWindow: { maximumNumberOperationsInvoked: 1, maximumNumberOperationsPerformed: 0x0203 },
      roleSelections: [
        { sopClassUID: '1.1', scuRole: true, scpRole: false },
        { sopClassUID: '1.22', scuRole: false, scpRole: true },
      ],
      implementationVersionName: 'NAME 1',
      sopClassExtendedNegotiations: [
        { sopClassUID: '1.3', serviceClassApplicationInformation: Uint8Array.of(1, 2, 3) },
      ],
      sopClassCommonExtendedNegotiations: [
        { sopClassUID: '1.4', serviceClassUID: '1.5', relatedGeneralSOPClassUIDs: ['1.6', '1.77'] },
        { sopClassUID: '1.4', serviceClassUID: '1.5', relatedGeneralSOPClassUIDs: [] },
      ],
      userIdentity: {
        userIdentityType: 2,
        positiveResponseRequested: true,
        primaryField: new Secret(Uint8Array.of(0x75)),
        secondaryField: new Secret(Uint8Array.of(0x70, 0x77)),
      },
      userIdentityServerResponse: new Secret(Uint8Array.of(9)),
    };
    const expected = naive.associateRq({
      calledAETitle: 'ARCHIVE',
      callingAETitle: 'WORKSTATION',
      items: [
        naive.applicationContext(),
        naive.proposedContext(1, VERIFICATION, [IMPLICIT]),
        naive.userInformation(
          naive.maximumLength(0xfffffffe),
          naive.implementationClassUID('1.2.3'),
          naive.asynchronousOperationsWindow(1, 0x0203),
          naive.roleSelection('1.1', 1, 0),
          naive.roleSelection('1.22', 0, 1),
          naive.implementationVersionName('NAME 1'),
          naive.extendedNegotiation('1.3', '010203'),
          naive.commonExtendedNegotiation('1.4', '1.5', ['1.6', '1.77']),
          naive.commonExtendedNegotiation('1.4', '1.5', []),
          naive.userIdentity(2, 1, '75', '7077'),
          naive.userIdentityServerResponse('09'),
        ),
      ],
    });
    assert.equal(hex(encodePdu({ ...rq, userInformation })), hex(expected));
  });

  test('a context that is not accepted has an empty transfer syntax', () => {
    const presentationContexts = [
      { presentationContextId: 1, result: 0, transferSyntax: IMPLICIT },
      { presentationContextId: 3, result: 4 },
      { presentationContextId: 5, result: 3, transferSyntax: IMPLICIT },
    ];
    const items = naive.plainItems(
      naive.contextResult(1, 0, IMPLICIT),
      naive.contextResult(3, 4, ''),
      naive.contextResult(5, 3, IMPLICIT),
    );
    const userInformation = { maximumLength: 16384, implementationClassUID: '1.2.3' };
    assert.equal(
      hex(encodePdu({ ...ac, presentationContexts, userInformation })),
      hex(naive.associateAc({ calledAETitle: 'ARCHIVE', callingAETitle: 'WORKSTATION', items })),
    );
  });

  test('an A-ASSOCIATE-AC may have AE titles that an A-ASSOCIATE-RQ of ours may not', () => {
    const echoed = encodePdu({ ...ac, calledAETitle: '', callingAETitle: 'B\\Ä\u0001' });
    assert.equal(hex(echoed.subarray(10, 42)), hex(naive.bytes(naive.aeTitle(''), naive.aeTitle('B\\Ä\u0001'))));
    assert.throws(() => encodePdu({ ...ac, calledAETitle: 'LONGER THAN 16 CH' }), RangeError);
  });

  test('the fixed PDUs', () => {
    assert.equal(
      hex(encodePdu({ type: 'A-ASSOCIATE-RJ', result: 2, source: 3, reason: 1 })),
      hex(naive.associateRj(2, 3, 1)),
    );
    assert.equal(hex(encodePdu({ type: 'A-RELEASE-RQ' })), hex(naive.releaseRq()));
    assert.equal(hex(encodePdu({ type: 'A-RELEASE-RP' })), hex(naive.releaseRp()));
    assert.equal(hex(encodePdu({ type: 'A-ABORT', source: 2, reason: 6 })), hex(naive.abort(2, 6)));
  });

  test('128 contexts go through, with the ids 1 to 255', () => {
    const presentationContexts = Array.from({ length: 128 }, (_, i) => proposed(2 * i + 1));
    const expected = presentationContexts.map(({ presentationContextId }) =>
      naive.proposedContext(presentationContextId, VERIFICATION, [IMPLICIT]),
    );
    const encoded = encodePdu({ ...rq, presentationContexts });
    assert.ok(Buffer.from(encoded).includes(naive.bytes(...expected)));
  });

  const bugs: Record<string, Parameters<typeof encodePdu>[0]> = {
    'no called AE title': { ...rq, calledAETitle: '' },
    'a blank calling AE title': { ...rq, callingAETitle: ' ' },
    'an AE title of 17 characters': { ...rq, callingAETitle: '0123456789ABCDEFG' },
    'a backslash in an AE title': { ...rq, calledAETitle: 'A\\B' },
    'no context': { ...rq, presentationContexts: [] },
    '129 contexts': { ...rq, presentationContexts: Array.from({ length: 129 }, (_, i) => proposed(2 * i + 1)) },
    'an even context id': { ...rq, presentationContexts: [proposed(2)] },
    'context id 257': { ...rq, presentationContexts: [proposed(257)] },
    'a context id twice': { ...rq, presentationContexts: [proposed(1), proposed(1)] },
    'a context without a transfer syntax': { ...rq, presentationContexts: [{ ...proposed(1), transferSyntaxes: [] }] },
    'an abstract syntax that is not a UID': {
      ...rq,
      presentationContexts: [{ ...proposed(1), abstractSyntax: '1.2.840.10008.1.1 ' }],
    },
    'an empty transfer syntax': { ...rq, presentationContexts: [{ ...proposed(1), transferSyntaxes: [''] }] },
    'a UID of 65 characters': { ...rq, userInformation: { implementationClassUID: '1'.repeat(65) } },
    'a version name of 17 characters': { ...rq, userInformation: { implementationVersionName: 'A'.repeat(17) } },
    'an empty version name': { ...rq, userInformation: { implementationVersionName: '' } },
    'a maximum length of 33 bits': { ...rq, userInformation: { maximumLength: 2 ** 32 } },
    'user information over 16 bits': {
      ...rq,
      userInformation: { userIdentityServerResponse: new Secret(new Uint8Array(0xfffc)) },
    },
    'an accepted context without a transfer syntax': {
      ...ac,
      presentationContexts: [{ presentationContextId: 1, result: 0 }],
    },
    'result 5': { ...ac, presentationContexts: [{ presentationContextId: 1, result: 5 }] },
    'an abort reason over 8 bits': { type: 'A-ABORT', source: 2, reason: 256 },
  };
  for (const [name, pdu] of Object.entries(bugs)) {
    test(`never sends ${name}`, () => {
      assert.throws(() => encodePdu(pdu), RangeError);
    });
  }
});

suite('pDataTfHeader', () => {
  const data = naive.bytes('0102030405060708');
  for (const [isCommand, isLast, control] of [
    [false, false, 0],
    [true, false, 1],
    [false, true, 2],
    [true, true, 3],
  ] as const) {
    test(`message control header ${control}`, () => {
      const header = pDataTfHeader(253, isCommand, isLast, data.length);
      assert.equal(header.length, 12);
      assert.equal(hex(header) + hex(data), hex(naive.pData(naive.pdv(253, control, data))));
    });
  }

  test('a PDV without data', () => {
    assert.equal(hex(pDataTfHeader(1, false, true, 0)), hex(naive.pData(naive.pdv(1, 2, ''))));
  });

  test('never a wrong id or length', () => {
    for (const id of [0, 2, 256, 257, -1, 1.5]) assert.throws(() => pDataTfHeader(id, true, true, 2), RangeError);
    for (const length of [-1, -6, 2 ** 32 - 6, 0.5])
      assert.throws(() => pDataTfHeader(1, true, true, length), RangeError);
  });
});
