import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { type RedactedPart, redactPdu } from '../../../../src/protocol/ul/redact.ts';
import { commandElement, commandSet, storeRequestElements } from '../../../support/naive-command-set.ts';
import * as naive from '../../../support/naive-pdu.ts';
import { waysToSee } from '../../../support/secrets.ts';

const CANARY = 'CANARY-0123456789';
const SECRET = naive.text(CANARY);
const VERIFICATION = '1.2.840.10008.1.1';
const IMPLICIT = '1.2.840.10008.1.2';

const context = naive.proposedContext(1, VERIFICATION, [IMPLICIT]);
const rq = (...subItems: readonly naive.Piece[]): Buffer =>
  naive.associateRq({ items: [naive.applicationContext(), context, naive.userInformation(...subItems)] });

const lengthOf = (parts: readonly RedactedPart[]): number =>
  parts.reduce((sum, part) => sum + (part.type === 'bytes' ? part.bytes.length : part.length), 0);
const shown = (parts: readonly RedactedPart[]): Buffer =>
  Buffer.concat(parts.map((part) => (part.type === 'bytes' ? part.bytes : new Uint8Array(part.length))));
/** Of a C-STORE-RQ for this SOP Instance UID. */
const storeCommandSet = (sopInstanceUID: string, ...more: readonly Buffer[]): Buffer => {
  const elements = storeRequestElements();
  elements.set(0x1000, commandElement(0x1000, sopInstanceUID));
  return commandSet([...elements.values(), ...more]);
};
const hidden = (parts: readonly RedactedPart[]): [string, number][] =>
  parts.flatMap((part): [string, number][] => (part.type === 'hidden' ? [[part.content, part.length]] : []));

suite('redactPdu', () => {
  test('shows an A-ASSOCIATE-RQ but for the user identity', () => {
    const identity = naive.userIdentity(2, 1, SECRET, SECRET);
    const pdu = rq(naive.maximumLength(16_384), identity, naive.implementationVersionName('NAME'));
    const parts = redactPdu(pdu);
    assert.deepEqual(hidden(parts), [['user identity', identity.length - 4]]);
    const expected = Buffer.from(pdu);
    const at = pdu.indexOf(identity) + 4;
    expected.fill(0, at, at + identity.length - 4);
    assert.deepEqual(shown(parts), expected);
    assert.deepEqual(waysToSee(CANARY, parts), []);
  });

  test('shows an A-ASSOCIATE-AC but for the server response', () => {
    const pdu = naive.associateAc({
      items: [naive.contextResult(1, 0, IMPLICIT), naive.userInformation(naive.userIdentityServerResponse(SECRET))],
    });
    const parts = redactPdu(pdu);
    assert.deepEqual(hidden(parts), [['user identity', SECRET.length + 2]]);
    assert.deepEqual(waysToSee(CANARY, parts), []);
  });

  test('shows command sets, and only the length of data sets', () => {
    const command = storeCommandSet('1.2.3');
    const pdu = naive.pData(naive.pdv(1, 3, command), naive.pdv(1, 0, SECRET), naive.pdv(3, 2, SECRET));
    const parts = redactPdu(pdu);
    assert.deepEqual(hidden(parts), [
      ['data set', SECRET.length],
      ['data set', SECRET.length],
    ]);
    assert.ok(shown(parts).includes(command));
    assert.deepEqual(waysToSee(CANARY, parts), []);
    assert.equal(lengthOf(parts), pdu.length);
  });

  test('shows of a command set what is an element of its message and has a value of its kind', () => {
    const wrong = storeCommandSet(CANARY, commandElement(0x1042, CANARY));
    const parts = redactPdu(naive.pData(naive.pdv(1, 3, wrong)));
    assert.deepEqual(
      hidden(parts).map(([content]) => content),
      ['unknown value', 'unknown value'],
    );
    assert.deepEqual(waysToSee(CANARY, parts), []);
  });

  test('hides a fragment that is no whole command set, such as a data set that is said to be one', () => {
    const whole = storeCommandSet('1.2.3');
    const dataSet = naive.bytes('10001000 504e 1000', SECRET);
    for (const fragment of [dataSet, naive.bytes(whole, dataSet), whole.subarray(0, -2), whole.subarray(20), SECRET]) {
      const parts = redactPdu(naive.pData(naive.pdv(1, 3, fragment)));
      assert.deepEqual(hidden(parts), [['no command set', fragment.length]]);
    }
  });

  test('hides application information, and UIDs and names that are none', () => {
    const items = [
      naive.extendedNegotiation(VERIFICATION, SECRET),
      naive.implementationClassUID(CANARY),
      naive.implementationVersionName(`${CANARY}${CANARY}`),
      naive.roleSelection(CANARY, 1, 1),
      naive.commonExtendedNegotiation(VERIFICATION, CANARY, [CANARY]),
    ];
    const contexts = [naive.proposedContext(1, CANARY, [CANARY]), naive.applicationContext(CANARY)];
    const parts = redactPdu(naive.associateRq({ items: [...contexts, naive.userInformation(...items)] }));
    assert.deepEqual(waysToSee(CANARY, parts), []);
    assert.ok(shown(parts).includes(VERIFICATION));
    assert.equal(hidden(parts).filter(([content]) => content === 'application information').length, 1);
  });

  test('hides reserved bytes that are not zero', () => {
    const reserved = naive.bytes('01 4a 0000004c 0001 4a41', naive.aeTitle('A'), naive.aeTitle('B'), '4a'.repeat(32));
    for (const pdu of [reserved, naive.pdu(0x05, '4a414e45'), naive.pdu(0x07, '4a410000'), naive.pdu(0x03, '4a010101')])
      assert.ok(!shown(redactPdu(pdu)).includes(0x4a));
  });

  test('takes items that are nested as deep as their lengths allow', () => {
    let nested: Buffer = Buffer.alloc(0);
    while (nested.length < 65_530) nested = naive.item(0x50, nested);
    const pdu = naive.associateRq({ items: [nested] });
    assert.equal(lengthOf(redactPdu(pdu)), pdu.length);
  });

  test('shows the short PDUs as they are', () => {
    for (const pdu of [naive.associateRj(1, 1, 7), naive.releaseRq(), naive.releaseRp(), naive.abort(2, 6)]) {
      assert.deepEqual(redactPdu(pdu), [{ type: 'bytes', bytes: new Uint8Array(pdu) }]);
    }
  });

  const unsure: Readonly<Record<string, Buffer>> = {
    'an identity outside of the user information': naive.associateRq({
      items: [naive.userIdentity(2, 0, SECRET, SECRET)],
    }),
    'an identity in user information that claims to end before it': naive.associateRq({
      items: [naive.item(0x50, naive.userIdentity(1, 0, SECRET, ''), 0)],
    }),
    'user information that claims more than there is': naive.associateRq({
      items: [naive.item(0x50, naive.userIdentity(1, 0, SECRET, ''), 0xffff)],
    }),
    'an identity that claims more than there is': rq(naive.item(0x58, SECRET, 0xffff)),
    'an identity that claims less than there is': rq(naive.item(0x58, naive.bytes('0100', naive.field(SECRET)), 6)),
    'an identity that claims nothing': rq(naive.item(0x58, naive.bytes('0100', naive.field(SECRET)), 0)),
    'an identity whose item ends inside its zero bytes': rq(
      naive.item(0x58, naive.bytes('0100', naive.field(naive.bytes('00'.repeat(8), SECRET)), '0000'), 8),
    ),
    'a primary field that claims less': rq(naive.item(0x58, naive.bytes('0200', naive.field(SECRET, 2), '0000'))),
    'a server response that claims less': rq(naive.item(0x59, naive.field(SECRET, 1))),
    'an item of unknown type': rq(naive.item(0x5a, SECRET)),
    'an unknown item outside of the user information': naive.associateRq({ items: [naive.item(0x99, SECRET)] }),
    'bytes behind the last item': naive.associateRq({ items: [context, SECRET] }),
    'a PDU of unknown type': naive.pdu(0x99, SECRET),
    'bytes behind an A-ABORT': naive.pdu(0x07, naive.bytes('00000200', SECRET)),
    'no PDU at all': SECRET,
    'a data set that claims more than there is': naive.pData(naive.pdv(1, 0, SECRET, 0xffffff)),
    'a data set that claims nothing': naive.pData(naive.pdv(1, 0, SECRET, 0)),
    'a data set behind a command that claims more than there is': naive.pData(naive.pdv(1, 1, SECRET, 0x7fffffff)),
    'a data set behind a broken PDV header': naive.pData('0000', SECRET),
  };
  for (const [name, pdu] of Object.entries(unsure)) {
    test(`hides what may be secret: ${name}`, () => {
      const parts = redactPdu(pdu);
      assert.deepEqual(waysToSee(CANARY, parts), []);
      assert.equal(lengthOf(parts), pdu.length);
    });
  }

  test('decides by the whole PDU what to hide, also where a bound cuts it', () => {
    const pdu = rq(naive.userIdentity(2, 1, SECRET, SECRET), naive.implementationVersionName('NAME'));
    const all = shown(redactPdu(pdu));
    for (let max = 0; max <= pdu.length; max += 1) {
      const parts = redactPdu(pdu, max);
      assert.equal(lengthOf(parts), max);
      assert.deepEqual(shown(parts), all.subarray(0, max));
    }
  });

  test('covers every byte once, whatever the bytes', () => {
    const associate = naive.bytes('0100 00000000 0001', '00'.repeat(66));
    const beginnings = fc.constantFrom(associate, naive.bytes('02', associate.subarray(1)), naive.bytes('0400'));
    fc.assert(
      fc.property(
        fc.oneof(beginnings, fc.constant(Buffer.alloc(0))),
        fc.uint8Array({ maxLength: 60 }),
        fc.nat(200),
        (beginning, rest, max) => {
          const pdu = naive.bytes(beginning, rest);
          const parts = redactPdu(pdu, max);
          assert.equal(lengthOf(parts), Math.min(max, pdu.length));
          assert.ok(parts.every((part) => (part.type === 'bytes' ? part.bytes.length : part.length) > 0));
          const visible = shown(parts);
          visible.forEach((byte, index) => assert.ok(byte === 0 || byte === pdu[index]));
        },
      ),
      { numRuns: 500 },
    );
  });
});
