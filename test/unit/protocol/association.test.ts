import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Association } from '../../../src/protocol/association.ts';
import type { Effect } from '../../../src/protocol/effects.ts';
import { ACTIONS, type Action, type Step } from '../../../src/protocol/ul/actions.ts';
import { STATE_TABLE } from '../../../src/protocol/ul/state-table.ts';
import type { State } from '../../../src/protocol/ul/states.ts';
import { AssociationPair, acFor, CT, EXPLICIT, rqFor } from '../../support/association-pair.ts';
import { ACCEPTOR_STATES, inState, REQUESTOR_STATES } from '../../support/association-states.ts';
import * as naive from '../../support/naive-pdu.ts';

const CONTEXTS = [{ presentationContextId: 1, abstractSyntax: CT, transferSyntaxes: [EXPLICIT] }];
const STORE = {
  type: 'C-STORE-RQ',
  MessageID: 7,
  AffectedSOPClassUID: CT,
  AffectedSOPInstanceUID: '1.2.3',
  Priority: 0,
} as const;

function storeThrough(pair: AssociationPair, dataSet: Uint8Array): void {
  pair.give('requestor', { type: 'DIMSE request', presentationContextId: 1, command: STORE, hasDataSet: true });
  pair.give('requestor', { type: 'data set', presentationContextId: 1, bytes: dataSet, isLast: true });
  pair.give('acceptor', {
    type: 'DIMSE request',
    presentationContextId: 1,
    command: { type: 'C-STORE-RSP', MessageIDBeingRespondedTo: 7, Status: 0 },
    hasDataSet: false,
  });
}

/** The data set that the acceptor received, and how many of its parts were marked as the last. */
function received(pair: AssociationPair): { bytes: Buffer; ends: number } {
  const parts = pair.indications.acceptor.filter((indication) => indication.type === 'data set');
  return { bytes: Buffer.concat(parts.map(({ bytes }) => bytes)), ends: parts.filter(({ isLast }) => isLast).length };
}

test('sends an instance: association, C-STORE, release, connection closed on both sides', () => {
  const pair = new AssociationPair();
  pair.establish(CONTEXTS);
  assert.equal(pair.requestor.state, 'Sta6');
  assert.equal(pair.acceptor.state, 'Sta6');
  const dataSet = Buffer.from('00'.repeat(50_000), 'hex');
  storeThrough(pair, dataSet);
  assert.deepEqual(received(pair), { bytes: dataSet, ends: 1 });
  pair.give('requestor', { type: 'A-RELEASE request' });
  pair.give('acceptor', { type: 'A-RELEASE response' });
  assert.equal(pair.requestor.state, 'Sta1');
  assert.equal(pair.acceptor.state, 'Sta1');
  assert.deepEqual(
    pair.indications.requestor.map(({ type }) => type),
    ['A-ASSOCIATE confirmation (accept)', 'DIMSE message', 'A-RELEASE confirmation'],
  );
  assert.deepEqual(pair.effects.requestor, ['connect', 'close']);
  assert.deepEqual(pair.effects.acceptor, ['start ARTIM', 'stop ARTIM', 'start ARTIM', 'stop ARTIM']);
});

test('any split of the bytes gives the same conversation', () => {
  const dataSet = Buffer.from(Array.from({ length: 3_000 }, (_, index) => index % 251));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 20 }), (sizes) => {
      let turn = 0;
      const split = (bytes: Uint8Array): Uint8Array[] => {
        const pieces: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; ) {
          const size = sizes[turn++ % sizes.length] ?? 1;
          pieces.push(bytes.subarray(at, at + size));
          at += size;
        }
        return pieces;
      };
      const pair = new AssociationPair(16_384, split);
      pair.establish(CONTEXTS, 300);
      storeThrough(pair, dataSet);
      pair.give('requestor', { type: 'A-RELEASE request' });
      pair.give('acceptor', { type: 'A-RELEASE response' });
      assert.deepEqual(received(pair), { bytes: dataSet, ends: 1 });
      assert.equal(pair.requestor.state, 'Sta1');
      assert.equal(pair.acceptor.state, 'Sta1');
    }),
    { numRuns: 100 },
  );
});

test('release collision: both sides end in order', () => {
  // Both sides ask before either reads the other's request. The pair would deliver at once, so the test carries the bytes.
  const written = (effects: readonly Effect[]): Buffer =>
    Buffer.concat(effects.flatMap((effect) => (effect.type === 'write' ? effect.chunks : [])));
  const pair = new AssociationPair();
  pair.establish(CONTEXTS);
  const { requestor, acceptor } = pair;
  const fromRequestor = written(requestor.handle({ type: 'A-RELEASE request' }));
  const fromAcceptor = written(acceptor.handle({ type: 'A-RELEASE request' }));
  requestor.handle({ type: 'bytes', bytes: fromAcceptor });
  acceptor.handle({ type: 'bytes', bytes: fromRequestor });
  assert.equal(requestor.state, 'Sta9');
  assert.equal(acceptor.state, 'Sta10');
  const answer = written(requestor.handle({ type: 'A-RELEASE response' }));
  assert.equal(requestor.state, 'Sta11');
  acceptor.handle({ type: 'bytes', bytes: answer });
  assert.equal(acceptor.state, 'Sta12');
  const last = written(acceptor.handle({ type: 'A-RELEASE response' }));
  const end = requestor.handle({ type: 'bytes', bytes: last });
  assert.equal(requestor.state, 'Sta1');
  assert.ok(end.some(({ type }) => type === 'close'));
});

test('P-DATA after our release request is still received (AR-6)', () => {
  const pair = new AssociationPair();
  pair.establish(CONTEXTS);
  const { requestor } = pair;
  requestor.handle({ type: 'A-RELEASE request' });
  const response = naive.pData(
    naive.pdv(
      1,
      3,
      '00000000040000003c0000000000020004000000312e32000000000102000000018000002001020000000700000000080200000001010000000902000000' +
        '0000',
    ),
  );
  const effects = requestor.handle({ type: 'bytes', bytes: response });
  assert.equal(requestor.state, 'Sta7');
  assert.ok(effects.some((effect) => effect.type === 'indication' && effect.indication.type === 'DIMSE message'));
});

/** An association in this state, in a role that can reach it. */
const reached = (state: State): Association =>
  inState(
    state,
    ACCEPTOR_STATES.some((s) => s === state) && !REQUESTOR_STATES.some((s) => s === state) ? 'acceptor' : 'requestor',
  );

const STATES = Object.keys(STATE_TABLE) as State[];

const PEER_BYTES: readonly (readonly [string, Uint8Array])[] = [
  ['A-ASSOCIATE-RQ', naive.associateRq({ items: naive.plainItems(naive.proposedContext(1, CT, [EXPLICIT])) })],
  ['A-ASSOCIATE-AC', naive.associateAc({ items: naive.plainItems(naive.contextResult(1, 0, EXPLICIT)) })],
  ['A-ASSOCIATE-RJ', naive.associateRj(1, 1, 1)],
  ['P-DATA-TF', naive.pData(naive.pdv(1, 1, '0000'))],
  ['A-RELEASE-RQ', naive.releaseRq()],
  ['A-RELEASE-RP', naive.releaseRp()],
  ['A-ABORT', naive.abort(2, 2)],
  ['an unknown PDU type', naive.pdu(0x99, '00000000')],
  ['a PDU with a broken body', naive.pdu(0x03, '0001')],
];

for (const state of STATES) {
  test(`${state}: any PDU leads where Table 9-10 says, or to an abort, and never throws`, () => {
    for (const [name, bytes] of PEER_BYTES) {
      const association = reached(state);
      const effects = association.handle({ type: 'bytes', bytes });
      const aborted = effects.some((effect) => effect.type === 'write' && effect.chunks[0]?.[0] === 0x07);
      const unexpected = ['Sta1', 'Sta4'].includes(state) ? false : expectsAbort(state, name);
      assert.equal(aborted, unexpected, `${name} in ${state}`);
      if (aborted && state !== 'Sta13') assert.equal(association.state, 'Sta13', `${name} in ${state}`);
      // What comes now is not answered again and again.
      const more = association.handle({ type: 'bytes', bytes: Buffer.alloc(1_000, 0x99) });
      const again = association.handle({ type: 'bytes', bytes: Buffer.alloc(1_000, 0x99) });
      assert.ok(more.filter(({ type }) => type === 'write').length <= 1);
      assert.equal(again.length, 0, `junk after ${name} in ${state}`);
    }
  });
}

const UNREADABLE = ['an unknown PDU type', 'a PDU with a broken body'];
const EXPECTED: Partial<Record<State, readonly string[]>> = {
  Sta2: ['A-ASSOCIATE-RQ', 'A-ABORT'],
  Sta3: ['A-ABORT'],
  Sta5: ['A-ASSOCIATE-AC', 'A-ASSOCIATE-RJ', 'A-ABORT'],
  Sta6: ['P-DATA-TF', 'A-RELEASE-RQ', 'A-ABORT'],
  Sta7: ['P-DATA-TF', 'A-RELEASE-RQ', 'A-RELEASE-RP', 'A-ABORT'],
  Sta8: ['A-ABORT'],
  Sta9: ['A-ABORT'],
  Sta10: ['A-RELEASE-RP', 'A-ABORT'],
  Sta11: ['A-RELEASE-RP', 'A-ABORT'],
  Sta12: ['A-ABORT'],
};

function expectsAbort(state: State, name: string): boolean {
  if (state === 'Sta13') return name === 'A-ASSOCIATE-RQ' || UNREADABLE.includes(name);
  return !(EXPECTED[state] ?? []).includes(name);
}

test('the reason of the A-ABORT is that of the error', () => {
  for (const [bytes, reason] of [
    [naive.pdu(0x99, ''), 1],
    [naive.associateRj(1, 1, 1), 2],
    [naive.pdu(0x04, '00000001'), 6],
  ] as const) {
    const association = reached('Sta6');
    const effects = association.handle({ type: 'bytes', bytes });
    const abort = effects.find((effect) => effect.type === 'write');
    assert.deepEqual(abort?.type === 'write' && [...(abort.chunks[0] ?? [])], [7, 0, 0, 0, 0, 4, 0, 0, 2, reason]);
  }
});

test('a response that comes too late, or a request after the end, does nothing', () => {
  const association = reached('Sta13');
  assert.deepEqual(
    association.handle({ type: 'data set', presentationContextId: 1, bytes: new Uint8Array(2), isLast: true }),
    [],
  );
  assert.deepEqual(association.handle({ type: 'A-RELEASE request' }), []);
  const ended = reached('Sta1');
  assert.deepEqual(ended.handle({ type: 'ARTIM expired' }), []);
  assert.deepEqual(ended.handle({ type: 'transport closed' }), []);
});

test('a data set is sent unchanged, in even fragments that fit the peer, exactly one of them the last', () => {
  const rq = rqFor(CONTEXTS);
  const association = new Association({ role: 'requestor', maxPduLength: 16_384 });
  association.handle({ type: 'A-ASSOCIATE request', rq });
  association.handle({ type: 'transport connected' });
  association.handle({
    type: 'bytes',
    bytes: naive.associateAc({
      items: [
        naive.applicationContext(),
        naive.contextResult(1, 0, EXPLICIT),
        naive.userInformation(naive.maximumLength(101)),
      ],
    }),
  });
  assert.equal(association.maxFragment, 94);
  assert.deepEqual(
    association.contexts.map(({ acceptedTransferSyntax }) => acceptedTransferSyntax),
    [EXPLICIT],
  );
  const dataSet = Buffer.from(Array.from({ length: 400 }, (_, index) => index % 256));
  const effects = association.handle({ type: 'data set', presentationContextId: 1, bytes: dataSet, isLast: true });
  const wire = Buffer.concat(effects.flatMap((effect) => (effect.type === 'write' ? effect.chunks : [])));
  const expected = [0, 94, 188, 282, 376].map((at) => {
    const data = dataSet.subarray(at, at + 94);
    return naive.pData(naive.pdv(1, at === 376 ? 2 : 0, data));
  });
  assert.deepEqual(wire, Buffer.concat(expected));
  assert.equal(acFor(rq).presentationContexts.length, 1);
});

test('a step whose event does not bring what it needs is a bug, and throws', () => {
  const plant = (steps: readonly Step[]): (() => void) => {
    const actions = ACTIONS as Record<string, Action>;
    const { 'AR-2': original } = ACTIONS;
    actions['AR-2'] = { ...original, steps };
    return () => {
      actions['AR-2'] = original;
    };
  };
  const needy: readonly Step[] = [
    'send A-ASSOCIATE-AC',
    'send A-ASSOCIATE-RJ',
    'send P-DATA-TF',
    'send A-ABORT (service-provider)',
    'indicate A-ASSOCIATE',
    'confirm A-ASSOCIATE (accept)',
    'confirm A-ASSOCIATE (reject)',
    'indicate P-DATA',
    'indicate A-ABORT or A-P-ABORT',
  ];
  for (const step of needy) {
    const association = reached('Sta6');
    const restore = plant([step]);
    try {
      // An A-RELEASE-RQ brings none of it.
      assert.throws(
        () => association.handle({ type: 'bytes', bytes: naive.releaseRq() }),
        (error) => error instanceof Error && error.name === 'Error' && error.message.includes(`'${step}'`),
      );
    } finally {
      restore();
    }
  }
});
