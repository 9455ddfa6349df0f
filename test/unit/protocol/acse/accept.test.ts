import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type AcceptPolicy, answerAssociation } from '../../../../src/protocol/acse/accept.ts';
import { negotiateContexts } from '../../../../src/protocol/acse/negotiate.ts';
import { Secret } from '../../../../src/protocol/secret.ts';
import { encodePdu } from '../../../../src/protocol/ul/encode.ts';
import type { AAssociateAc, AAssociateRq, UserInformation } from '../../../../src/protocol/ul/pdu.ts';

const CT = '1.2.840.10008.5.1.4.1.1.2';
const MR = '1.2.840.10008.5.1.4.1.1.4';
const PRINT = '1.2.840.10008.5.1.1.9';
const J2K = '1.2.840.10008.1.2.4.90';
const ELE = '1.2.840.10008.1.2.1';
const ILE = '1.2.840.10008.1.2';
const EBE = '1.2.840.10008.1.2.2';

const RQ: AAssociateRq = {
  type: 'A-ASSOCIATE-RQ',
  protocolVersion: 1,
  calledAETitle: 'ARCHIVE',
  callingAETitle: 'WORKSTATION',
  applicationContextName: '1.2.840.10008.3.1.1.1',
  presentationContexts: [
    { presentationContextId: 1, abstractSyntax: CT, transferSyntaxes: [J2K, ELE] },
    { presentationContextId: 3, abstractSyntax: MR, transferSyntaxes: [J2K] },
    { presentationContextId: 5, abstractSyntax: PRINT, transferSyntaxes: [ILE] },
  ],
  userInformation: { maximumLength: 16_384, implementationClassUID: '1.2.3' },
};

const POLICY: AcceptPolicy = {
  accepts(abstractSyntax, transferSyntaxes) {
    if (abstractSyntax === PRINT) return { result: 3 };
    return transferSyntaxes.includes(ELE) ? { result: 0, transferSyntax: ELE } : { result: 4 };
  },
  maximumLength: 65_536,
  implementationClassUID: '2.25.1',
  implementationVersionName: 'TEST',
};

function accepted(rq: AAssociateRq, policy: AcceptPolicy = POLICY): AAssociateAc {
  const answer = answerAssociation(rq, policy);
  assert.ok(answer.type === 'A-ASSOCIATE-AC', answer.type);
  return answer;
}

function withUserInformation(userInformation: UserInformation): AAssociateRq {
  return { ...RQ, userInformation };
}

suite('answerAssociation', () => {
  test('accepts or refuses each context, returns the AE titles, and identifies this implementation', () => {
    assert.deepEqual(accepted(RQ), {
      type: 'A-ASSOCIATE-AC',
      protocolVersion: 1,
      calledAETitle: 'ARCHIVE',
      callingAETitle: 'WORKSTATION',
      applicationContextName: '1.2.840.10008.3.1.1.1',
      presentationContexts: [
        { presentationContextId: 1, result: 0, transferSyntax: ELE },
        { presentationContextId: 3, result: 4, transferSyntax: J2K },
        { presentationContextId: 5, result: 3, transferSyntax: ILE },
      ],
      userInformation: { maximumLength: 65_536, implementationClassUID: '2.25.1', implementationVersionName: 'TEST' },
    });
  });

  test('our own requestor understands the answer', () => {
    const contexts = negotiateContexts(RQ.presentationContexts, accepted(RQ).presentationContexts);
    assert.deepEqual(
      contexts.map(({ acceptedTransferSyntax, problem }) => [acceptedTransferSyntax, problem]),
      [
        [ELE, undefined],
        [undefined, undefined],
        [undefined, undefined],
      ],
    );
  });

  test('rejects protocol versions without bit 0 (version 1)', () => {
    const reject = { type: 'A-ASSOCIATE-RJ', result: 1, source: 2, reason: 2 };
    assert.deepEqual(answerAssociation({ ...RQ, protocolVersion: 0 }, POLICY), reject);
    assert.deepEqual(answerAssociation({ ...RQ, protocolVersion: 2 }, POLICY), reject);
    assert.equal(answerAssociation({ ...RQ, protocolVersion: 3 }, POLICY).type, 'A-ASSOCIATE-AC');
  });

  test('rejects another application context', () => {
    assert.deepEqual(answerAssociation({ ...RQ, applicationContextName: '1.2.3' }, POLICY), {
      type: 'A-ASSOCIATE-RJ',
      result: 1,
      source: 1,
      reason: 2,
    });
  });

  test('rejects another called AE title only if asked to; spaces around it do not count, case does', () => {
    const strict = { ...POLICY, calledAETitle: 'ARCHIVE' };
    const reject = { type: 'A-ASSOCIATE-RJ', result: 1, source: 1, reason: 7 };
    assert.equal(answerAssociation(RQ, strict).type, 'A-ASSOCIATE-AC');
    assert.equal(answerAssociation({ ...RQ, calledAETitle: ' ARCHIVE ' }, strict).type, 'A-ASSOCIATE-AC');
    assert.deepEqual(answerAssociation({ ...RQ, calledAETitle: 'archive' }, strict), reject);
    assert.deepEqual(answerAssociation({ ...RQ, calledAETitle: '' }, strict), reject);
    assert.equal(answerAssociation({ ...RQ, calledAETitle: 'ANYTHING' }, POLICY).type, 'A-ASSOCIATE-AC');
  });

  test('accepts the association and refuses every context where it can take none', () => {
    const { presentationContexts } = accepted(RQ, { ...POLICY, accepts: () => ({ result: 1 }) });
    assert.deepEqual(
      presentationContexts.map(({ result }) => result),
      [1, 1, 1],
    );
  });

  test('even and repeated context IDs are not accepted', () => {
    const [context] = RQ.presentationContexts;
    assert.ok(context);
    const { presentationContexts } = accepted({
      ...RQ,
      presentationContexts: [
        context,
        { ...context, transferSyntaxes: [ILE] },
        { ...context, presentationContextId: 2 },
        { ...context, presentationContextId: 7, transferSyntaxes: [] },
      ],
    });
    assert.deepEqual(presentationContexts, [
      { presentationContextId: 1, result: 0, transferSyntax: ELE },
      { presentationContextId: 2, result: 2, transferSyntax: J2K },
      { presentationContextId: 7, result: 4, transferSyntax: '1.2.840.10008.1.2' },
    ]);
  });

  test('grants the SCU role only, and a window of one operation', () => {
    const { userInformation } = accepted(
      withUserInformation({
        asynchronousOperationsWindow: { maximumNumberOperationsInvoked: 0, maximumNumberOperationsPerformed: 8 },
        roleSelections: [
          { sopClassUID: CT, scuRole: true, scpRole: true },
          { sopClassUID: MR, scuRole: false, scpRole: true },
        ],
      }),
    );
    assert.deepEqual(userInformation.asynchronousOperationsWindow, {
      maximumNumberOperationsInvoked: 1,
      maximumNumberOperationsPerformed: 1,
    });
    assert.deepEqual(userInformation.roleSelections, [
      { sopClassUID: CT, scuRole: true, scpRole: false },
      { sopClassUID: MR, scuRole: false, scpRole: false },
    ]);
  });

  test('does not answer negotiations that were not proposed or that we do not support', () => {
    const { userInformation } = accepted(
      withUserInformation({
        userIdentity: {
          userIdentityType: 2,
          positiveResponseRequested: true,
          primaryField: new Secret(Buffer.from('user')),
          secondaryField: new Secret(Buffer.from('secret')),
        },
        sopClassExtendedNegotiations: [{ sopClassUID: CT, serviceClassApplicationInformation: Buffer.of(1) }],
      }),
    );
    assert.deepEqual(Object.keys(userInformation).toSorted(), [
      'implementationClassUID',
      'implementationVersionName',
      'maximumLength',
    ]);
  });

  test('a policy that accepts what was not proposed is a bug', () => {
    assert.throws(
      () => answerAssociation(RQ, { ...POLICY, accepts: () => ({ result: 0, transferSyntax: EBE }) }),
      /not proposed/,
    );
  });

  test('whatever a peer proposes, the answer can be sent', () => {
    const presentationContexts = [
      { presentationContextId: 1, abstractSyntax: CT, transferSyntaxes: ['', 'no UID', ELE] },
      { presentationContextId: 3, abstractSyntax: CT, transferSyntaxes: ['no UID'] },
      { presentationContextId: 5, abstractSyntax: '', transferSyntaxes: [ELE] },
      { presentationContextId: 7, abstractSyntax: '../..', transferSyntaxes: [''] },
      { presentationContextId: 9, abstractSyntax: MR, transferSyntaxes: [] },
      { presentationContextId: 10, abstractSyntax: CT, transferSyntaxes: ['\x1b[31m'] },
    ];
    // A user information item of the greatest length: returned as it is, it would leave no room for our own items.
    const roleSelections = Array.from({ length: 5_957 }, (_, index) => ({
      sopClassUID: index === 1 ? CT : index === 2 ? 'no UID' : '1',
      scuRole: true,
      scpRole: true,
    }));
    const answer = accepted({ ...RQ, presentationContexts, userInformation: { roleSelections } });
    assert.deepEqual(
      answer.presentationContexts.map(({ result, transferSyntax }) => [result, transferSyntax]),
      [
        [0, ELE],
        [4, ILE],
        [3, ELE],
        [3, ILE],
        [4, ILE],
        [2, ILE],
      ],
    );
    assert.deepEqual(answer.userInformation.roleSelections, [{ sopClassUID: CT, scuRole: true, scpRole: false }]);
    assert.doesNotThrow(() => encodePdu(answer));
  });
});
