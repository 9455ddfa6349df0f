// Bytes 11-26, 27-42 and 43-74 of an A-ASSOCIATE-AC are those of the A-ASSOCIATE-RQ, whatever is in them. PS3.8 Table 9-17.
// Every other reserved field of what we send is zero (Tables 9-11 to 9-26).

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { answerAssociation } from '../../src/protocol/acse/accept.ts';
import { Association } from '../../src/protocol/association.ts';
import type { Effect } from '../../src/protocol/effects.ts';
import { AssociationPair, CT, EXPLICIT } from '../support/association-pair.ts';
import * as naive from '../support/naive-pdu.ts';

const ITEMS = naive.plainItems(naive.proposedContext(1, CT, [EXPLICIT]));

/** @param fields bytes 11-74 */
const requestWith = (fields: Uint8Array, reserved = '0000'): Buffer =>
  naive.pdu(0x01, naive.bytes('0001', reserved, fields, ...ITEMS));

const written = (effects: readonly Effect[]): Buffer =>
  Buffer.concat(effects.flatMap((effect) => (effect.type === 'write' ? effect.chunks : [])));

/** What an acceptor that accepts everything answers. */
function answerTo(chunks: readonly Uint8Array[]): { bytes: Buffer; traced: Buffer } {
  const association = new Association({ role: 'acceptor', maxPduLength: 16_384 });
  association.handle({ type: 'transport connected' });
  const received = chunks.flatMap((bytes) => association.handle({ type: 'bytes', bytes }));
  const rq = received.flatMap((effect) =>
    effect.type === 'indication' && effect.indication.type === 'A-ASSOCIATE indication' ? [effect.indication.rq] : [],
  )[0];
  assert.ok(rq !== undefined);
  const answer = answerAssociation(rq, {
    accepts: () => ({ result: 0, transferSyntax: EXPLICIT }),
    maximumLength: 16_384,
    implementationClassUID: '1.2.3',
    implementationVersionName: 'NAME',
  });
  // What the connection was read into is used again before we answer.
  for (const bytes of chunks) bytes.fill(0xee);
  const effects = association.handle({ type: 'A-ASSOCIATE response', answer });
  const parts = effects.flatMap((effect) =>
    effect.type === 'trace' && effect.event.type === 'PDU' ? effect.event.parts : [],
  );
  const traced = Buffer.concat(parts.map((part) => (part.type === 'bytes' ? part.bytes : Buffer.alloc(part.length))));
  return { bytes: written(effects), traced };
}

suite('an A-ASSOCIATE-AC', () => {
  const plain = naive.bytes(naive.aeTitle('ARCHIVE'), naive.aeTitle('MODALITY'), '00'.repeat(32));
  const cases: Readonly<Record<string, Uint8Array>> = {
    'plain fields': plain,
    'titles with leading spaces': naive.bytes(
      naive.text('  ARCHIVE       '),
      naive.text('        MODALITY'),
      '00'.repeat(32),
    ),
    'titles that are padded with NULs': naive.bytes(
      naive.text('ARCHIVE'.padEnd(16, '\0')),
      naive.text('MODALITY'.padEnd(16, '\0')),
      '00'.repeat(32),
    ),
    'titles that are not ASCII': naive.bytes(naive.text('RÖNTGEN\\\u0001       '), 'ff'.repeat(16), '00'.repeat(32)),
    'blank titles': naive.bytes('20'.repeat(16), '00'.repeat(16), '00'.repeat(32)),
    'reserved bytes that are not zero': naive.bytes(
      plain.subarray(0, 32),
      Buffer.from(Array.from({ length: 32 }, (_, index) => 255 - index)),
    ),
  };
  for (const [name, fields] of Object.entries(cases)) {
    test(`returns ${name}`, () => {
      const { bytes, traced } = answerTo([requestWith(fields)]);
      assert.equal(bytes[0], 0x02);
      assert.equal(bytes.subarray(10, 74).toString('hex'), Buffer.from(fields).toString('hex'));
      // The trace hides what is not known to be harmless.
      assert.ok(traced.every((byte, at) => byte === bytes[at] || byte === 0) && traced.length === bytes.length);
    });
  }

  test('returns any fields, in however many pieces they come', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), fc.integer({ min: 1, max: 100 }), (fields, size) => {
        const wire = requestWith(fields);
        const pieces = Array.from({ length: Math.ceil(wire.length / size) }, (_, index) =>
          wire.subarray(index * size, (index + 1) * size),
        );
        assert.deepEqual(answerTo(pieces).bytes.subarray(10, 74), Buffer.from(fields));
      }),
      { numRuns: 50 },
    );
  });

  test('has zeros in its other reserved fields, whatever the A-ASSOCIATE-RQ has there', () => {
    const wire = requestWith(plain, 'abcd');
    wire[1] = 0xef;
    const { bytes } = answerTo([wire]);
    assert.equal(bytes[1], 0);
    assert.equal(bytes.subarray(6, 10).toString('hex'), '00010000');
    const context = bytes.subarray(bytes.indexOf(naive.applicationContext()) + naive.applicationContext().length);
    const expected = naive.contextResult(1, 0, EXPLICIT);
    assert.equal(context.subarray(0, expected.length).toString('hex'), expected.toString('hex'));
  });
});

test('an A-ASSOCIATE-RQ of ours has zeros in its reserved fields', () => {
  const pair = new AssociationPair();
  pair.establish([{ presentationContextId: 1, abstractSyntax: CT, transferSyntaxes: [EXPLICIT] }]);
  const [event] = pair.traces.requestor.filter(({ type }) => type === 'PDU');
  assert.ok(event?.type === 'PDU' && event.parts[0]?.type === 'bytes');
  const bytes = Buffer.from(event.parts[0].bytes);
  assert.equal(bytes[0], 0x01);
  assert.equal(bytes.subarray(42, 74).toString('hex'), '00'.repeat(32));
});
