// Every malformed PDU in every state that each role can reach. Nothing is thrown, at most one A-ABORT is sent, the association ends
// as the state table says, and the work stays in proportion to the bytes. PS3.8 9.2.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { State } from '../../src/protocol/ul/states.ts';
import type { Side } from '../support/association-pair.ts';
import { ACCEPTOR_STATES, inState, REQUESTOR_STATES } from '../support/association-states.ts';
import { AssociationUser } from '../support/association-user.ts';
import { MALFORMED } from '../support/malformed.ts';
import type { Malformed } from '../support/malformed-case.ts';
import { leastThreadMs, STALL_MS } from '../support/stall.ts';

/** States in which nothing is read: the association has not begun, or has ended. */
const DEAF: readonly State[] = ['Sta1', 'Sta4'];
/** Longer than any PDU whose rest it could be. */
const JUNK = Buffer.alloc(80_000, 0x99);

function given({ bytes }: Malformed, state: State, role: Side, pieceLength: number): AssociationUser {
  const user = new AssociationUser(inState(state, role));
  for (let at = 0; at < bytes.length; at += pieceLength) {
    user.give({ type: 'bytes', bytes: bytes.subarray(at, at + pieceLength) });
  }
  return user;
}

/** In which states the PDU is what the table expects, so that it is read to its end. */
function isExpected({ bytes }: Malformed, state: State, role: Side): boolean {
  switch (bytes[0]) {
    case 0x01:
      return state === 'Sta2';
    case 0x02:
      return state === 'Sta5';
    case 0x04:
      return state === 'Sta6' || (state === 'Sta7' && role === 'requestor');
    default:
      return false;
  }
}

function check(malformed: Malformed, state: State, role: Side, pieceLength = malformed.bytes.length): void {
  const { verdict, bytes, name } = malformed;
  const where = `${malformed.kind}: ${name}, ${role} in ${state}`;
  let user = new AssociationUser(inState(state, role));
  const heldMs = leastThreadMs(() => {
    user = given(malformed, state, role, pieceLength);
  });
  assert.ok(heldMs <= STALL_MS, `${where}: ${heldMs} ms`);
  assert.ok(user.effects.length <= 20 + bytes.length, `${where}: ${user.effects.length} effects`);
  assert.ok(user.aborts <= 1, `${where}: ${user.aborts} A-ABORTs`);
  if (DEAF.includes(state)) {
    assert.equal(user.association.state, state, where);
    assert.ok(
      user.effects.every(({ type }) => type === 'trace'),
      where,
    );
  } else if (verdict === 'waits') {
    assert.equal(user.association.state, state, where);
    assert.equal(user.effects.length, 0, where);
  } else if (verdict === 'refused' && state !== 'Sta13') {
    assert.equal(user.aborts, 1, where);
    assert.equal(user.association.state, 'Sta13', where);
  } else if (verdict === 'taken' && isExpected(malformed, state, role)) {
    assert.equal(user.aborts <= 1 && user.effects.some(({ type }) => type === 'trace'), true, where);
    assert.ok(!user.effects.some((effect) => effect.type === 'trace' && effect.event.type === 'protocol error'), where);
  }
  // Sta13 answers what it cannot read by one more A-ABORT (AA-7), never by a third.
  user.give({ type: 'bytes', bytes: JUNK });
  assert.ok(user.aborts <= 2, `${where}: ${user.aborts} A-ABORTs after junk`);
  const soFar = user.effects.length;
  user.give({ type: 'bytes', bytes });
  user.give({ type: 'bytes', bytes: JUNK });
  if (!DEAF.includes(state)) assert.equal(user.effects.length, soFar, `${where}: junk is answered`);
  user.give({ type: 'transport closed' });
  assert.equal(user.association.state, 'Sta1', where);
  const count = user.effects.length;
  user.give({ type: 'ARTIM expired' });
  user.give({ type: 'bytes', bytes });
  assert.equal(user.effects.length, count, `${where}: something after the end`);
}

test('at least 400 malformed PDUs, no two of them the same', () => {
  assert.ok(MALFORMED.length >= 400, `${MALFORMED.length}`);
  assert.equal(new Set(MALFORMED.map(({ bytes }) => bytes.toString('latin1'))).size >= 400, true);
  assert.equal(new Set(MALFORMED.map(({ kind, name }) => `${kind}: ${name}`)).size, MALFORMED.length);
});

for (const [role, states] of [
  ['requestor', REQUESTOR_STATES],
  ['acceptor', ACCEPTOR_STATES],
] as const) {
  describe(`the ${role}`, () => {
    for (const state of states) {
      test(`F17, F19-F22, F24-F27: every malformed PDU in ${state}`, () => {
        for (const malformed of MALFORMED) check(malformed, state, role);
      });
    }

    test('F34: the same, byte by byte', () => {
      for (const malformed of MALFORMED) {
        if (malformed.bytes.length > 2_000) continue;
        for (const state of states) check(malformed, state, role, 1);
      }
    });
  });
}
