// Sends user identities of all types through an association, both ways: whole, in pieces, cut and malformed. Then searches all that
// the association reports for them. PS3.7 D.3.3.7.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { answerAssociation } from '../../../src/protocol/acse/accept.ts';
import { Association } from '../../../src/protocol/association.ts';
import type { Effect } from '../../../src/protocol/effects.ts';
import { Secret } from '../../../src/protocol/secret.ts';
import type { UserIdentity, UserInformation } from '../../../src/protocol/ul/pdu.ts';
import { TextTrace } from '../../../src/trace/text.ts';
import { CT, EXPLICIT, rqFor } from '../../support/association-pair.ts';
import * as naive from '../../support/naive-pdu.ts';
import { waysToSee } from '../../support/secrets.ts';

const CANARIES = { primary: 'PRIMARY-CANARY-01', secondary: 'SECOND-CANARY-02', response: 'RESPONSE-CANARY-03' };
const PRIMARY = Buffer.from(CANARIES.primary);
const SECONDARY = Buffer.from(CANARIES.secondary);
const RESPONSE = Buffer.from(CANARIES.response);

/** PS3.7 Table D.3-14. */
const IDENTITY_TYPES = [
  [1, 'username'],
  [2, 'username and passcode'],
  [3, 'Kerberos ticket'],
  [4, 'SAML assertion'],
  [5, 'JSON Web Token'],
] as const;
const CONTEXTS = [{ presentationContextId: 1, abstractSyntax: CT, transferSyntaxes: [EXPLICIT] }];

const rqBytes = (...subItems: readonly naive.Piece[]): Buffer =>
  naive.associateRq({
    items: [
      naive.applicationContext(),
      naive.proposedContext(1, CT, [EXPLICIT]),
      naive.userInformation(naive.maximumLength(16_384), ...subItems),
    ],
  });
const acBytes = (...subItems: readonly naive.Piece[]): Buffer =>
  naive.associateAc({
    items: [
      naive.applicationContext(),
      naive.contextResult(1, 0, EXPLICIT),
      naive.userInformation(naive.maximumLength(16_384), ...subItems),
    ],
  });

/** Everything but what goes out on the wire: trace events, as objects and as text, and indications. */
function assertSecret(effects: readonly Effect[], name: string): void {
  const said = effects.filter(({ type }) => type !== 'write');
  const lines: string[] = [];
  const trace = new TextTrace({ level: () => 'trace', write: (some) => lines.push(...some.map(({ text }) => text)) });
  for (const effect of said) {
    if (effect.type === 'trace') trace.record({ timeMs: 0, association: 1, event: effect.event });
  }
  trace.flush();
  for (const [what, canary] of Object.entries(CANARIES)) {
    assert.deepEqual(waysToSee(canary, said), [], `${what} of ${name}`);
    assert.deepEqual(waysToSee(canary, lines), [], `${what} of ${name}, as text`);
  }
}

function acceptorGiven(chunks: readonly Uint8Array[]): { association: Association; effects: Effect[] } {
  const association = new Association({ role: 'acceptor', maxPduLength: 16_384 });
  const effects = association.handle({ type: 'transport connected' });
  for (const bytes of chunks) effects.push(...association.handle({ type: 'bytes', bytes }));
  return { association, effects };
}

function requestorGiven(
  chunks: readonly Uint8Array[],
  userInformation: UserInformation = {},
): { association: Association; effects: Effect[] } {
  const association = new Association({ role: 'requestor', maxPduLength: 16_384 });
  const rq = { ...rqFor(CONTEXTS), userInformation };
  const effects = association.handle({ type: 'A-ASSOCIATE request', rq });
  effects.push(...association.handle({ type: 'transport connected' }));
  for (const bytes of chunks) effects.push(...association.handle({ type: 'bytes', bytes }));
  return { association, effects };
}

const written = (effects: readonly Effect[]): Buffer =>
  Buffer.concat(effects.flatMap((effect) => (effect.type === 'write' ? effect.chunks : [])));

function split(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

suite('a user identity', () => {
  for (const [type, what] of IDENTITY_TYPES) {
    const identity = (positiveResponseRequested = true): UserIdentity => ({
      userIdentityType: type,
      positiveResponseRequested,
      primaryField: new Secret(PRIMARY),
      secondaryField: new Secret(SECONDARY),
    });

    test(`${what}: reaches the peer and the acceptor's user, but no trace`, () => {
      const sender = requestorGiven([acBytes(naive.userIdentityServerResponse(RESPONSE))], {
        maximumLength: 16_384,
        userIdentity: identity(),
      });
      assert.equal(sender.association.state, 'Sta6');
      const wire = written(sender.effects);
      assert.ok(wire.includes(naive.userIdentity(type, 1, PRIMARY, SECONDARY)));
      assertSecret(sender.effects, 'the requestor');

      const receiver = acceptorGiven([wire]);
      const rq = receiver.effects.flatMap((effect) =>
        effect.type === 'indication' && effect.indication.type === 'A-ASSOCIATE indication'
          ? [effect.indication.rq]
          : [],
      )[0];
      assert.ok(rq?.userInformation.userIdentity !== undefined);
      assert.deepEqual(Buffer.from(rq.userInformation.userIdentity.primaryField.disclose()), PRIMARY);
      assert.deepEqual(Buffer.from(rq.userInformation.userIdentity.secondaryField.disclose()), SECONDARY);
      const answer = answerAssociation(rq, {
        accepts: () => ({ result: 0, transferSyntax: EXPLICIT }),
        maximumLength: 16_384,
        implementationClassUID: '1.2.3',
        implementationVersionName: 'NAME',
      });
      assert.ok(answer.type === 'A-ASSOCIATE-AC');
      const userInformation = { ...answer.userInformation, userIdentityServerResponse: new Secret(RESPONSE) };
      const answered = receiver.association.handle({
        type: 'A-ASSOCIATE response',
        answer: { ...answer, userInformation },
      });
      assert.ok(written(answered).includes(naive.userIdentityServerResponse(RESPONSE)));
      assertSecret([...receiver.effects, ...answered], 'the acceptor');
    });

    test(`${what}: in no trace where it comes in pieces, or crosses the bound of the trace`, () => {
      const filler = naive.extendedNegotiation(CT, Buffer.alloc(430));
      for (const before of [[], [filler]]) {
        const wire = rqBytes(...before, naive.userIdentity(type, 0, PRIMARY, SECONDARY), ...before);
        for (const size of [1, 7, 100, wire.length]) {
          const { association, effects } = acceptorGiven(split(wire, size));
          assert.equal(association.state, 'Sta3');
          assertSecret(effects, `an A-ASSOCIATE-RQ in pieces of ${size}`);
        }
      }
    });

    test(`${what}: in no trace where the connection ends at any of its bytes`, () => {
      const wire = rqBytes(naive.userIdentity(type, 0, PRIMARY, SECONDARY));
      const begins = wire.indexOf(PRIMARY) - 6;
      for (let length = begins; length < wire.length; length += 1) {
        const { association, effects } = acceptorGiven([wire.subarray(0, length)]);
        effects.push(...association.handle({ type: 'transport closed' }));
        assertSecret(effects, `${length} bytes of an A-ASSOCIATE-RQ`);
      }
    });
  }

  const broken: Readonly<Record<string, naive.Piece>> = {
    'an item that claims more': naive.item(0x58, naive.bytes('0200', naive.field(PRIMARY)), 0xffff),
    'an item that claims nothing': naive.item(0x58, naive.bytes('0200', naive.field(PRIMARY), naive.field('')), 0),
    'an item that claims less': naive.item(0x58, naive.bytes('0200', naive.field(PRIMARY), naive.field('')), 12),
    'a primary field that claims more': naive.item(0x58, naive.bytes('0200', naive.field(PRIMARY, 0x7fff))),
    'a primary field that claims less': naive.item(0x58, naive.bytes('0200', naive.field(PRIMARY, 3))),
    'no secondary field': naive.item(0x58, naive.bytes('0200', naive.field(PRIMARY))),
    'a secondary field that claims less': naive.item(
      0x58,
      naive.bytes('0200', naive.field(PRIMARY), naive.field(SECONDARY, 1)),
    ),
    'bytes too many': naive.bytes(
      naive.item(0x58, naive.bytes('0100', naive.field(PRIMARY), naive.field(''), SECONDARY)),
    ),
    'two identities': naive.bytes(naive.userIdentity(1, 0, PRIMARY, ''), naive.userIdentity(2, 0, PRIMARY, SECONDARY)),
    'a server response that claims more': naive.item(0x59, naive.field(RESPONSE, 0xffff)),
    'a server response that claims less': naive.item(0x59, naive.field(RESPONSE, 2)),
    'a server response without its length': naive.item(0x59, RESPONSE),
    'an identity as an unknown item': naive.item(
      0x5a,
      naive.bytes('0200', naive.field(PRIMARY), naive.field(SECONDARY)),
    ),
    'an identity behind a broken item': naive.bytes(
      naive.item(0x51, '00'),
      naive.userIdentity(2, 0, PRIMARY, SECONDARY),
    ),
  };
  for (const [name, piece] of Object.entries(broken)) {
    test(`malformed (${name}): in no trace, in either direction`, () => {
      assertSecret(acceptorGiven([rqBytes(piece)]).effects, 'an A-ASSOCIATE-RQ');
      assertSecret(requestorGiven([acBytes(piece)]).effects, 'an A-ASSOCIATE-AC');
      const outside = naive.associateRq({ items: naive.plainItems(naive.proposedContext(1, CT, [EXPLICIT]), piece) });
      assertSecret(acceptorGiven([outside]).effects, 'an item outside of the user information');
    });
  }

  test('whose length field is read from two bytes of the secret: the error does not show them as a number', () => {
    const piece = naive.item(0x58, naive.bytes('0200', naive.field(PRIMARY, 3)));
    const read = PRIMARY.readUInt16BE(3);
    for (const { effects } of [acceptorGiven([rqBytes(piece)]), requestorGiven([acBytes(piece)])]) {
      const details = effects.flatMap((effect) =>
        effect.type === 'trace' && effect.event.type === 'protocol error' ? [effect.event.detail] : [],
      );
      assert.equal(details.length, 1);
      assert.doesNotMatch(details.join(), new RegExp(String(read)));
      assert.match(details.join(), /^item 58H: secondary field is longer than its item$/);
    }
  });

  test('in a PDU that the state does not allow: in no trace', () => {
    const wire = rqBytes(naive.userIdentity(2, 1, PRIMARY, SECONDARY));
    assertSecret(requestorGiven([wire]).effects, 'an A-ASSOCIATE-RQ to a requestor');
    assertSecret(acceptorGiven([wire, wire]).effects, 'a second A-ASSOCIATE-RQ');
    assertSecret(acceptorGiven([acBytes(naive.userIdentityServerResponse(RESPONSE))]).effects, 'an early AC');
  });

  test('in the same chunk as a command: not reachable through the bytes that a trace gets', () => {
    const wire = Buffer.concat([
      rqBytes(naive.userIdentity(2, 1, PRIMARY, SECONDARY)),
      naive.pData(naive.pdv(1, 1, '0000'), naive.pdv(1, 0, SECONDARY)),
    ]);
    const { effects } = acceptorGiven([new Uint8Array(wire)]);
    assertSecret(effects, 'an A-ASSOCIATE-RQ and a P-DATA-TF');
  });
});

test('data sets: their bytes are in no trace event, nor behind one', () => {
  const association = requestorGiven([acBytes()]).association;
  const command = naive.pdv(1, 1, '0000');
  const chunk = naive.pData(command, naive.pdv(1, 1, '00'));
  const effects = association.handle({
    type: 'bytes',
    bytes: Buffer.concat([chunk, naive.pData(naive.pdv(1, 2, PRIMARY))]),
  });
  const sent = requestorGiven([acBytes()]).association.handle({
    type: 'data set',
    presentationContextId: 1,
    bytes: SECONDARY,
    isLast: true,
  });
  const events = [...effects, ...sent].filter(({ type }) => type === 'trace');
  assert.ok(events.length >= 4);
  assertSecret(events, 'a data set');
});
