// Properties of all PDUs, all ways to cut a stream, and all sequences of bytes.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { ProtocolError } from '../../src/protocol/errors.ts';
import { Secret } from '../../src/protocol/secret.ts';
import { encodePdu, pDataTfHeader } from '../../src/protocol/ul/encode.ts';
import { PduFramer } from '../../src/protocol/ul/framer.ts';
import type { PDataTf, Pdu, UserInformation } from '../../src/protocol/ul/pdu.ts';
import * as naive from '../support/naive-pdu.ts';
import { revealed } from '../support/secrets.ts';

const MAX_P_DATA_TF_LENGTH = 4096;

const characters = (from: number, to: number, without = ''): fc.Arbitrary<string> =>
  fc
    .integer({ min: from, max: to })
    .map((code) => String.fromCharCode(code))
    .filter((character) => !without.includes(character));
const printable = (without: string): fc.Arbitrary<string> => characters(0x20, 0x7e, without);
const unpadded = (text: string): boolean => text === text.trim() && text !== '';

const aeTitle = fc.string({ unit: printable('\\'), minLength: 1, maxLength: 16 }).filter(unpadded);
const versionName = fc.string({ unit: printable(''), minLength: 1, maxLength: 16 }).filter(unpadded);
const uid = fc.string({ unit: characters(0x2e, 0x39, '/'), minLength: 1, maxLength: 64 });
const data = fc.uint8Array({ maxLength: 40 });
const secret = data.map((bytes) => new Secret(bytes));
const uint8 = fc.nat(0xff);
const uint16 = fc.nat(0xffff);
const some = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(of, { minLength: 1, maxLength: 3 });

const plain = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;

const userInformation: fc.Arbitrary<UserInformation> = fc.record(
  {
    maximumLength: fc.nat(0xffffffff),
    implementationClassUID: uid,
    asynchronousOperationsWindow: plain({
      maximumNumberOperationsInvoked: uint16,
      maximumNumberOperationsPerformed: uint16,
    }),
    roleSelections: some(plain({ sopClassUID: uid, scuRole: fc.boolean(), scpRole: fc.boolean() })),
    implementationVersionName: versionName,
    sopClassExtendedNegotiations: some(plain({ sopClassUID: uid, serviceClassApplicationInformation: data })),
    sopClassCommonExtendedNegotiations: some(
      plain({
        sopClassUID: uid,
        serviceClassUID: uid,
        relatedGeneralSOPClassUIDs: fc.array(uid, { maxLength: 3 }),
      }),
    ),
    userIdentity: plain({
      userIdentityType: uint8,
      positiveResponseRequested: fc.boolean(),
      primaryField: secret,
      secondaryField: secret,
    }),
    userIdentityServerResponse: secret,
  },
  { requiredKeys: [], noNullPrototype: true },
);

const associate = { protocolVersion: uint16, applicationContextName: uid, userInformation };
const oddId = fc.nat(127).map((n) => 2 * n + 1);

const associateRq = plain({
  type: fc.constant('A-ASSOCIATE-RQ' as const),
  ...associate,
  calledAETitle: aeTitle,
  callingAETitle: aeTitle,
  presentationContexts: fc.uniqueArray(
    plain({ presentationContextId: oddId, abstractSyntax: uid, transferSyntaxes: some(uid) }),
    { selector: (context) => context.presentationContextId, minLength: 1, maxLength: 6 },
  ),
});

const echoedAeTitle = fc.string({ unit: characters(0, 0xff), maxLength: 16 }).map((text) => {
  const withoutEnd = text.replace(/[\0 ]+$/, '');
  return withoutEnd.replace(/^ +/, '');
});
const associateAc = plain({
  type: fc.constant('A-ASSOCIATE-AC' as const),
  ...associate,
  calledAETitle: echoedAeTitle,
  callingAETitle: echoedAeTitle,
  presentationContexts: fc.array(
    fc.oneof(
      plain({ presentationContextId: uint8, result: fc.nat(4), transferSyntax: uid }),
      plain({ presentationContextId: uint8, result: fc.integer({ min: 1, max: 4 }) }),
    ),
    { maxLength: 6 },
  ),
});

const smallPdu = fc.oneof(
  plain({ type: fc.constant('A-ASSOCIATE-RJ' as const), result: uint8, source: uint8, reason: uint8 }),
  plain({ type: fc.constant('A-RELEASE-RQ' as const) }),
  plain({ type: fc.constant('A-RELEASE-RP' as const) }),
  plain({ type: fc.constant('A-ABORT' as const), source: uint8, reason: uint8 }),
);

const pDataTf = (pdvs: number): fc.Arbitrary<PDataTf> =>
  plain({
    type: fc.constant('P-DATA-TF' as const),
    presentationDataValues: fc.array(
      plain({ presentationContextId: oddId, isCommand: fc.boolean(), isLastFragment: fc.boolean(), data }),
      { minLength: 1, maxLength: pdvs },
    ),
  });

const anyPdu = (pdvs: number): fc.Arbitrary<Pdu> => fc.oneof(associateRq, associateAc, smallPdu, pDataTf(pdvs));

/** A PDU as the naive writer encodes it, without our encoder. */
function naiveBytes(pdu: Pdu): Uint8Array {
  switch (pdu.type) {
    case 'A-ASSOCIATE-RQ':
    case 'A-ASSOCIATE-AC': {
      const contexts =
        pdu.type === 'A-ASSOCIATE-RQ'
          ? pdu.presentationContexts.map((c) =>
              naive.proposedContext(c.presentationContextId, c.abstractSyntax, c.transferSyntaxes),
            )
          : pdu.presentationContexts.map((c) =>
              naive.contextResult(c.presentationContextId, c.result, c.transferSyntax ?? ''),
            );
      const items = [
        naive.applicationContext(pdu.applicationContextName),
        ...contexts,
        naiveInformation(pdu.userInformation),
      ];
      return pdu.type === 'A-ASSOCIATE-RQ'
        ? naive.associateRq({ ...pdu, items })
        : naive.associateAc({ ...pdu, items });
    }
    case 'A-ASSOCIATE-RJ':
      return naive.associateRj(pdu.result, pdu.source, pdu.reason);
    case 'P-DATA-TF':
      return naive.pData(
        ...Array.from(pdu.presentationDataValues, (pdv) =>
          naive.pdv(pdv.presentationContextId, Number(pdv.isCommand) + 2 * Number(pdv.isLastFragment), pdv.data),
        ),
      );
    case 'A-RELEASE-RQ':
      return naive.releaseRq();
    case 'A-RELEASE-RP':
      return naive.releaseRp();
    case 'A-ABORT':
      return naive.abort(pdu.source, pdu.reason);
  }
}

function naiveInformation(from: UserInformation): Buffer {
  const window = from.asynchronousOperationsWindow;
  const identity = from.userIdentity;
  return naive.userInformation(
    from.maximumLength === undefined ? '' : naive.maximumLength(from.maximumLength),
    from.implementationClassUID === undefined ? '' : naive.implementationClassUID(from.implementationClassUID),
    window === undefined
      ? ''
      : naive.asynchronousOperationsWindow(
          window.maximumNumberOperationsInvoked,
          window.maximumNumberOperationsPerformed,
        ),
    ...(from.roleSelections ?? []).map((r) => naive.roleSelection(r.sopClassUID, Number(r.scuRole), Number(r.scpRole))),
    from.implementationVersionName === undefined ? '' : naive.implementationVersionName(from.implementationVersionName),
    ...(from.sopClassExtendedNegotiations ?? []).map((n) =>
      naive.extendedNegotiation(n.sopClassUID, n.serviceClassApplicationInformation),
    ),
    ...(from.sopClassCommonExtendedNegotiations ?? []).map((n) =>
      naive.commonExtendedNegotiation(n.sopClassUID, n.serviceClassUID, n.relatedGeneralSOPClassUIDs),
    ),
    identity === undefined
      ? ''
      : naive.userIdentity(
          identity.userIdentityType,
          Number(identity.positiveResponseRequested),
          identity.primaryField.disclose(),
          identity.secondaryField.disclose(),
        ),
    from.userIdentityServerResponse === undefined
      ? ''
      : naive.userIdentityServerResponse(from.userIdentityServerResponse.disclose()),
  );
}

function encoded(pdu: Pdu): Uint8Array {
  if (pdu.type !== 'P-DATA-TF') return encodePdu(pdu);
  const [pdv] = [...pdu.presentationDataValues];
  assert.ok(pdv !== undefined);
  return naive.bytes(
    pDataTfHeader(pdv.presentationContextId, pdv.isCommand, pdv.isLastFragment, pdv.data.length),
    pdv.data,
  );
}

/** All PDUs of a stream in these chunks. Ends at the first error, as an association does. */
function decodeChunks(chunks: readonly Uint8Array[]): { pdus: Pdu[]; bytes: string; error?: ProtocolError } {
  const framer = new PduFramer({ maxPDataTfLength: MAX_P_DATA_TF_LENGTH });
  const pdus: Pdu[] = [];
  let bytes = '';
  try {
    for (const chunk of chunks) {
      framer.push(chunk);
      for (let next = framer.next(); next !== undefined; next = framer.next()) {
        assert.equal(next.length, next.bytes.length);
        pdus.push(next.pdu);
        bytes += Buffer.from(next.bytes).toString('hex');
      }
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { pdus, bytes, error };
  }
  return { pdus, bytes };
}

/** As `Uint8Array`s, which is what deepEqual compares with. */
const stream = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(naive.bytes(...parts));

function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const points = [0, ...at.map((point) => point % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return points.slice(1).map((end, i) => bytes.subarray(points[i], end));
}

/** Overwrites, inserts or removes bytes. Often uses values that are types or plausible lengths. */
const mutation = fc.record({
  kind: fc.constantFrom('set', 'insert', 'remove', 'length16', 'length32'),
  at: fc.nat(2000),
  value: fc.oneof(
    uint8,
    fc.constantFrom(0, 1, 2, 3, 4, 0x10, 0x20, 0x21, 0x30, 0x40, 0x50, 0x51, 0x54, 0x57, 0x58, 0xff),
  ),
});

function mutate(bytes: Uint8Array, mutations: readonly { kind: string; at: number; value: number }[]): Uint8Array {
  const mutated = [...bytes];
  for (const { kind, at: anywhere, value } of mutations) {
    const at = anywhere % (mutated.length + 1);
    if (kind === 'insert') mutated.splice(at, 0, value);
    else if (kind === 'remove') mutated.splice(at, value);
    else if (kind === 'set') mutated.splice(at, 1, value);
    else if (kind === 'length16') mutated.splice(at, 2, 0, value);
    else mutated.splice(at, 4, 0, 0, 0, value);
  }
  return Uint8Array.from(mutated);
}

suite('PDUs', () => {
  test('our bytes are those of the naive writer, and decode to what was encoded', () => {
    fc.assert(
      fc.property(anyPdu(1), (pdu) => {
        const bytes = encoded(pdu);
        assert.equal(Buffer.from(bytes).toString('hex'), Buffer.from(naiveBytes(pdu)).toString('hex'));
        assert.deepEqual(revealed(decodeChunks([stream(bytes)]).pdus), revealed([pdu]));
      }),
      { numRuns: 500 },
    );
  });

  test('a stream gives the same PDUs and the same bytes however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(anyPdu(4), { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(4000), { maxLength: 30 }),
        (pdus, at) => {
          const bytes = stream(...pdus.map(naiveBytes));
          const result = decodeChunks(cut(bytes, at));
          assert.deepEqual(revealed(result.pdus), revealed(pdus));
          assert.equal(result.bytes, Buffer.from(bytes).toString('hex'));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('a stream byte by byte gives the same PDUs and the same error as all at once', () => {
    fc.assert(
      fc.property(anyPdu(3), anyPdu(3), fc.array(mutation, { maxLength: 3 }), (first, second, mutations) => {
        const bytes = mutate(stream(naiveBytes(first), naiveBytes(second)), mutations);
        const whole = decodeChunks([bytes]);
        const single = decodeChunks(Array.from(bytes, (_, i) => bytes.subarray(i, i + 1)));
        assert.deepEqual(revealed(single.pdus), revealed(whole.pdus));
        assert.deepEqual([single.error?.reason, single.error?.message], [whole.error?.reason, whole.error?.message]);
      }),
      { numRuns: 300 },
    );
  });

  test('random bytes give PDUs, need more bytes, or are a ProtocolError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7), (bytes, type) => {
        decodeChunks([bytes]);
        decodeChunks([stream(naive.pdu(type, bytes))]);
      }),
      { numRuns: 1000 },
    );
  });

  test('mutated PDUs give PDUs, need more bytes, or are a ProtocolError of one line', () => {
    let refused = 0;
    fc.assert(
      fc.property(
        anyPdu(3),
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        (pdu, mutations, reframe) => {
          const bytes = naiveBytes(pdu);
          const wire = reframe ? naive.pdu(bytes[0]!, mutate(bytes.subarray(6), mutations)) : mutate(bytes, mutations);
          const { error } = decodeChunks([stream(wire)]);
          if (error === undefined) return;
          refused++;
          assert.match(error.message, /^[ -~]+$/);
          assert.ok(error.reason === 1 || error.reason === 6);
        },
      ),
      { numRuns: 1000 },
    );
    assert.ok(refused > 100, `only ${refused} of the mutations were seen`);
  });
});
