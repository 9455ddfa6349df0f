// F30: a cancel, a deadline, the peer's abort, its release and the end of the connection come at the same time. In every order at
// most one A-ABORT is sent, the connection is closed once, and the association ends. PS3.8 Table 9-10.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AssociationInput } from '../../src/protocol/effects.ts';
import { ACCEPTOR_STATES, inState, REQUESTOR_STATES } from '../support/association-states.ts';
import { AssociationUser } from '../support/association-user.ts';
import * as naive from '../support/naive-pdu.ts';

const EVENTS: readonly (readonly [string, AssociationInput])[] = [
  ['cancelled', { type: 'A-ABORT request' }],
  ['deadline', { type: 'A-ABORT request' }],
  ['abort of the peer', { type: 'bytes', bytes: naive.abort(0, 0) }],
  ['release of the peer', { type: 'bytes', bytes: naive.releaseRq() }],
  ['release', { type: 'A-RELEASE request' }],
  ['end of the connection', { type: 'transport closed' }],
];

function orderings<T>(of: readonly T[]): T[][] {
  if (of.length === 0) return [[]];
  return of.flatMap((first, index) =>
    orderings([...of.slice(0, index), ...of.slice(index + 1)]).map((rest) => [first, ...rest]),
  );
}

for (const [role, states] of [
  ['requestor', REQUESTOR_STATES],
  ['acceptor', ACCEPTOR_STATES],
] as const) {
  test(`F30: in all orders, as ${role}, exactly one A-ABORT at most and one end`, () => {
    const all = orderings(EVENTS);
    assert.equal(all.length, 720);
    for (const state of states) {
      for (const events of all) {
        const user = new AssociationUser(inState(state, role));
        for (const [, input] of events) user.give(input);
        const where = `${state}: ${events.map(([name]) => name).join(', ')}`;
        assert.ok(user.aborts <= 1, `${where}: ${user.aborts} A-ABORTs`);
        assert.ok(user.effects.filter(({ type }) => type === 'close').length <= 1, `${where}: closed twice`);
        assert.equal(user.association.state, 'Sta1', where);
        const ends = user.effects.filter(
          (effect) =>
            effect.type === 'indication' &&
            ['A-ABORT indication', 'A-P-ABORT indication', 'A-RELEASE confirmation'].includes(effect.indication.type),
        );
        assert.ok(ends.length <= 1, `${where}: ${ends.length} ends are told`);
      }
    }
  });
}
