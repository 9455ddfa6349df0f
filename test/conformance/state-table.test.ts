// PS3.8 Table 9-10 and Tables 9-6 to 9-9, typed a second time, without looking at the table that runs. Two people who copy a
// table of 247 cells do not make the same mistake. Every cell is compared, blank ones too.
//
// Table 9-10 is typed from pynetdicom's transcription of it (fsm.py) and compared with DCMTK's (dulfsm.cc, Evt1 to Evt15), not from
// the page of the standard. The two differ in one cell: for Evt6 in Sta5 DCMTK has AE-4; AA-8 is taken here, as for every other
// PDU that Sta5 does not await. Tables 9-6 to 9-8 are from the standard (2019a), Table 9-9 from pynetdicom.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transitionsOf } from '../../scripts/state-machine.ts';
import { ACTIONS } from '../../src/protocol/ul/actions.ts';
import { STATE_TABLE } from '../../src/protocol/ul/state-table.ts';
import type { State } from '../../src/protocol/ul/states.ts';
import { ACCEPTOR_STATES, REQUESTOR_STATES } from '../support/association-states.ts';

/** As the standard prints it: a row per event, a column per state; a dot is a blank cell. */
const TABLE_9_10 = `
        Sta1  Sta2  Sta3  Sta4  Sta5  Sta6  Sta7  Sta8  Sta9  Sta10 Sta11 Sta12 Sta13
Evt1    AE-1  .     .     .     .     .     .     .     .     .     .     .     .
Evt2    .     .     .     AE-2  .     .     .     .     .     .     .     .     .
Evt3    .     AA-1  AA-8  .     AE-3  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-6
Evt4    .     AA-1  AA-8  .     AE-4  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-6
Evt5    AE-5  .     .     .     .     .     .     .     .     .     .     .     .
Evt6    .     AE-6  AA-8  .     AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-7
Evt7    .     .     AE-7  .     .     .     .     .     .     .     .     .     .
Evt8    .     .     AE-8  .     .     .     .     .     .     .     .     .     .
Evt9    .     .     .     .     .     DT-1  .     AR-7  .     .     .     .     .
Evt10   .     AA-1  AA-8  .     AA-8  DT-2  AR-6  AA-8  AA-8  AA-8  AA-8  AA-8  AA-6
Evt11   .     .     .     .     .     AR-1  .     .     .     .     .     .     .
Evt12   .     AA-1  AA-8  .     AA-8  AR-2  AR-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-6
Evt13   .     AA-1  AA-8  .     AA-8  AA-8  AR-3  AA-8  AA-8  AR-10 AR-3  AA-8  AA-6
Evt14   .     .     .     .     .     .     .     AR-4  AR-9  .     .     AR-4  .
Evt15   .     .     AA-1  AA-2  AA-1  AA-1  AA-1  AA-1  AA-1  AA-1  AA-1  AA-1  .
Evt16   .     AA-2  AA-3  .     AA-3  AA-3  AA-3  AA-3  AA-3  AA-3  AA-3  AA-3  AA-2
Evt17   .     AA-5  AA-4  AA-4  AA-4  AA-4  AA-4  AA-4  AA-4  AA-4  AA-4  AA-4  AR-5
Evt18   .     AA-2  .     .     .     .     .     .     .     .     .     .     AA-2
Evt19   .     AA-1  AA-8  .     AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-7
`;

interface Grid {
  readonly states: readonly string[];
  readonly rows: ReadonlyMap<string, readonly string[]>;
}

function grid(text: string): Grid {
  const lines = text.trim().split('\n');
  const [head = '', ...body] = lines;
  const rows = body.map((line) => line.trim().split(/\s+/));
  return { states: head.trim().split(/\s+/), rows: new Map(rows.map(([event = '', ...cells]) => [event, cells])) };
}

test('this test has all of Table 9-10: 19 events, 13 states, 123 actions and 124 blanks', () => {
  const { states, rows } = grid(TABLE_9_10);
  assert.deepEqual(
    states,
    Array.from({ length: 13 }, (_, index) => `Sta${index + 1}`),
  );
  assert.deepEqual(
    [...rows.keys()],
    Array.from({ length: 19 }, (_, index) => `Evt${index + 1}`),
  );
  for (const [event, cells] of rows) assert.equal(cells.length, 13, event);
  const cells = [...rows.values()].flat();
  assert.equal(cells.filter((cell) => cell !== '.').length, 123);
  assert.equal(cells.filter((cell) => cell === '.').length, 124);
});

test('the state table equals PS3.8 Table 9-10 in all 247 cells', () => {
  const { states, rows } = grid(TABLE_9_10);
  const running: Readonly<Record<string, Readonly<Record<string, string | undefined>>>> = STATE_TABLE;
  const differences: string[] = [];
  let compared = 0;
  for (const [event, cells] of rows) {
    for (const [index, expected] of cells.entries()) {
      const state = states[index] as State;
      const actual = running[state]?.[event] ?? '.';
      if (actual !== expected) differences.push(`${state} ${event}: standard ${expected}, table ${actual}`);
      compared += 1;
    }
  }
  assert.equal(compared, 247);
  assert.deepEqual(differences, []);
});

test('the state table names no state and no event beyond those of the standard', () => {
  const { states, rows } = grid(TABLE_9_10);
  assert.deepEqual(Object.keys(STATE_TABLE).toSorted(), states.toSorted());
  for (const [state, row] of Object.entries(STATE_TABLE)) {
    for (const event of Object.keys(row)) assert.ok(rows.has(event), `${state} ${event}`);
  }
});

/** Tables 9-6 to 9-9: the state after each action; two where the standard gives two. */
const NEXT_STATES = `
AE-1  Sta4
AE-2  Sta5
AE-3  Sta6
AE-4  Sta1
AE-5  Sta2
AE-6  Sta3 (acceptable) Sta13 (not acceptable)
AE-7  Sta6
AE-8  Sta13
DT-1  Sta6
DT-2  Sta6
AR-1  Sta7
AR-2  Sta8
AR-3  Sta1
AR-4  Sta13
AR-5  Sta1
AR-6  Sta7
AR-7  Sta8
AR-8  Sta9 (requestor) Sta10 (acceptor)
AR-9  Sta11
AR-10 Sta12
AA-1  Sta13
AA-2  Sta1
AA-3  Sta1
AA-4  Sta1
AA-5  Sta1
AA-6  Sta13
AA-7  Sta13
AA-8  Sta13
`;

test('the actions lead to the states of PS3.8 Tables 9-6 to 9-9', () => {
  const expected = new Map(
    NEXT_STATES.trim()
      .split('\n')
      .map((line) => [line.split(/\s+/)[0] ?? '', line.match(/Sta\d+/g) ?? []] as const),
  );
  assert.equal(expected.size, 28);
  assert.deepEqual(Object.keys(ACTIONS).toSorted(), [...expected.keys()].toSorted());
  for (const [action, { next }] of Object.entries(ACTIONS)) {
    const actual = typeof next === 'string' ? [next] : [next.requestor, next.acceptor];
    // Our AE-6 always asks the user. What cannot be accepted is rejected by AE-8, which leads to Sta13 too.
    const states = action === 'AE-6' ? ['Sta3'] : expected.get(action);
    assert.deepEqual(actual, states, action);
  }
  assert.equal(ACTIONS['AE-8'].next, 'Sta13');
});

/** From the same tables: the actions whose text starts the timer, stops it, closes, or sends; in the words of the standard. */
const STARTS_ARTIM = ['AE-5', 'AE-8', 'AR-4', 'AA-1', 'AA-8'];
const STOPS_ARTIM = ['AE-6', 'AR-5', 'AA-2', 'AA-5'];
const CLOSES = ['AE-4', 'AR-3', 'AA-2', 'AA-3'];
const SENDS_A_ABORT = ['AA-1', 'AA-7', 'AA-8'];

test('the actions start and stop ARTIM, close and abort where Tables 9-6 to 9-9 say so, and nowhere else', () => {
  const those = (step: (name: string) => boolean): string[] =>
    Object.entries(ACTIONS)
      .filter(([, action]) => action.steps.some(step))
      .map(([action]) => action)
      .toSorted();
  assert.deepEqual(
    those((step) => step === 'start ARTIM'),
    STARTS_ARTIM.toSorted(),
  );
  assert.deepEqual(
    those((step) => step === 'stop ARTIM'),
    STOPS_ARTIM.toSorted(),
  );
  assert.deepEqual(
    those((step) => step === 'close'),
    CLOSES.toSorted(),
  );
  assert.deepEqual(
    those((step) => step.startsWith('send A-ABORT')),
    SENDS_A_ABORT.toSorted(),
  );
  assert.deepEqual(
    those((step) => step.endsWith('A-P-ABORT')),
    ['AA-3', 'AA-4', 'AA-8'],
  );
  assert.deepEqual(ACTIONS['AA-6'].steps, []);
});

test('the document of the state machine has every cell of the table, and each role the states that it can reach', () => {
  const requestor = transitionsOf('requestor');
  const acceptor = transitionsOf('acceptor');
  const statesOf = (transitions: typeof requestor): Set<State> => new Set(transitions.map(({ from }) => from));
  assert.deepEqual(statesOf(requestor), new Set<State>(REQUESTOR_STATES));
  assert.deepEqual(statesOf(acceptor), new Set<State>(ACCEPTOR_STATES));
  const told = new Set([...requestor, ...acceptor].map(({ from, event, action }) => `${from} ${event} ${action}`));
  const cells = Object.entries(STATE_TABLE).flatMap(([state, row]) =>
    Object.entries(row).map(([event, action]) => `${state} ${event} ${action}`),
  );
  assert.deepEqual([...told].sort(), cells.sort());
});
